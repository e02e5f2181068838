/**
 * The query string, read as Go's url.ParseQuery does: `+` is a space, a key may repeat, a bare key has an empty
 * value. Parsed on first use, since most requests have none. A `;` or a bad escape makes the whole string invalid; octets
 * that are no UTF-8 are U+FFFD each, where Go keeps them, since nothing that is stored has any.
 */

export class Query {
  readonly #text: string;
  readonly #without: string;
  #values: ReadonlyMap<string, readonly string[]> | undefined;
  #valid = true;

  /** `without` names a parameter that is passed over. */
  constructor(text: string, without = '') {
    this.#text = text;
    this.#without = without;
  }

  /** Whether every part could be decoded. */
  get valid(): boolean {
    this.#parsed();
    return this.#valid;
  }

  has(name: string): boolean {
    return this.#parsed().has(name);
  }

  /** The first value of `name`, or an empty text. */
  get(name: string): string {
    return this.#parsed().get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#parsed().get(name) ?? [];
  }

  /** As Go's Values.Encode: sorted by name, escaped, every name with its `=`. */
  encode(): string {
    const encoded = new URLSearchParams();
    for (const name of [...this.#parsed().keys()].sort()) {
      for (const value of this.all(name)) encoded.append(name, value);
    }
    return encoded.toString();
  }

  #parsed(): ReadonlyMap<string, readonly string[]> {
    if (this.#values === undefined) {
      const values = new Map<string, string[]>();
      for (const part of this.#text.split('&')) {
        if (part !== '') this.#add(values, part);
      }
      values.delete(this.#without);
      this.#values = values;
    }
    return this.#values;
  }

  #add(values: Map<string, string[]>, part: string): void {
    const at = part.indexOf('=');
    const name = decode(at < 0 ? part : part.slice(0, at));
    const value = decode(at < 0 ? '' : part.slice(at + 1));
    if (name === undefined || value === undefined || part.includes(';')) {
      this.#valid = false;
      return;
    }
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
}

export const EMPTY_QUERY = new Query('');

function decode(text: string): string | undefined {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return BAD_ESCAPE.test(spaced) ? undefined : spaced.replace(ESCAPES, octets);
  }
}

const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;

function octets(escapes: string): string {
  return Buffer.from(escapes.replaceAll('%', ''), 'hex').toString();
}

/** Go's strconv.ParseBool. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}
