/**
 * Domain names as values. A Name is the uncompressed wire form (length-prefixed labels and the root's zero
 * octet) held in a string of one char an octet, case kept: lossless for any label (RFC 2181 §11), cheap to
 * slice, and a map key once lowered. Presentation form lives only at the edges.
 *
 *   web.consul.   ⇄   "\x03web\x06consul\x00"
 */

export type Name = string;

export const ROOT: Name = '\0';

/** Octets of a whole name, its root label included (RFC 1035 §2.3.4). */
export const NAME_BYTES_MAX = 255;
export const LABEL_BYTES_MAX = 63;

/**
 * Lower-cases the letters A–Z and nothing else (RFC 4343 §3). A length octet is at most 63 and so never a letter.
 */
export function lowerName(name: Name): Name {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code >= 65 && code <= 90) return lowerFrom(name, at);
  }
  return name;
}

function lowerFrom(name: Name, at: number): Name {
  return name.slice(0, at) + name.slice(at).replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** The labels from left to right, the root not among them. */
export function labelsOf(name: Name): string[] {
  const labels: string[] = [];
  for (let at = 0; ; ) {
    const length = name.charCodeAt(at);
    if (length === 0 || Number.isNaN(length)) return labels;
    labels.push(name.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
}

/**
 * Joins raw labels (one char an octet) and the root.
 * Undefined when a label is empty or over 63 octets, or the name over 255.
 */
export function nameFromLabels(labels: readonly string[]): Name | undefined {
  let name = '';
  for (const label of labels) {
    if (label.length === 0 || label.length > LABEL_BYTES_MAX) return undefined;
    name += String.fromCharCode(label.length) + label;
  }
  return name.length + 1 > NAME_BYTES_MAX ? undefined : `${name}\0`;
}

/** The name without its first label; the root's parent is the root. */
export function parentOf(name: Name): Name {
  const length = name.charCodeAt(0);
  return length === 0 ? name : name.slice(1 + length);
}

/** Whether lower-cased `name` is `apex` or below it, decided at label boundaries. */
export function isAtOrBelow(name: Name, apex: Name): boolean {
  const cut = name.length - apex.length;
  if (cut < 0 || !name.endsWith(apex)) return false;
  let at = 0;
  while (at < cut) at += 1 + name.charCodeAt(at);
  return at === cut;
}

/**
 * Reads presentation form (RFC 1035 §5.1: `\.`, `\032`); a missing final dot is supplied.
 * Text beyond ASCII becomes its UTF-8 octets. Undefined when it is no domain name.
 */
export function parseName(text: string): Name | undefined {
  if (text === '.') return ROOT;
  const labels: string[] = [];
  let label = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '.') {
      labels.push(label);
      label = '';
    } else if (char === '\\') {
      const decimal = /^\d{3}/.exec(text.slice(at + 1, at + 4))?.[0];
      if (decimal === undefined) {
        at += 1;
        if (at >= text.length) return undefined;
        label += octets(text[at] as string);
      } else {
        const code = Number(decimal);
        if (code > 255) return undefined;
        label += String.fromCharCode(code);
        at += 3;
      }
    } else {
      const point = String.fromCodePoint(text.codePointAt(at) as number);
      label += octets(point);
      at += point.length - 1;
    }
  }
  if (label !== '') labels.push(label);
  return nameFromLabels(labels);
}

/** The UTF-8 octets of `text`, one char each. */
export function octets(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Presentation form with a final dot; octets that are not plain become `\DDD` or `\x`. */
export function formatName(name: Name): string {
  const labels = labelsOf(name);
  if (labels.length === 0) return '.';
  return `${labels.map(formatLabel).join('.')}.`;
}

function formatLabel(label: string): string {
  return label.replace(/[^!#%&'*-:<-?A-[\]-~]|\./g, (char) => {
    const code = char.charCodeAt(0);
    if (code <= 32 || code >= 127) return `\\${String(code).padStart(3, '0')}`;
    return `\\${char}`;
  });
}
