/**
 * Text and characters in quotes as Go writes and reads them (strconv.Quote, QuoteRune and Unquote): filters spell their
 * strings so, and so do the error messages that clients know.
 */

const SHORT: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** Backslashes, and what Go's unicode.IsPrint refuses. */
const TO_ESCAPE = /\\|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** In double quotes, unprintable characters escaped. */
export function quoteAsGo(text: string): string {
  return quoteBetween('"', text);
}

/** In single quotes, escaped where it is not printable. */
export function quoteCharacterAsGo(character: string): string {
  return quoteBetween("'", character);
}

function quoteBetween(mark: '"' | "'", text: string): string {
  const escaped = text.replace(TO_ESCAPE, escapeAsGo).replaceAll(mark, `\\${mark}`);
  return `${mark}${escaped}${mark}`;
}

function escapeAsGo(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** What an escape stands for, or one that is none: the whole must match. */
const ESCAPE =
  /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)/g;

/** By its letter; what is not here, a quote, means itself. */
const MEANING: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SHORT).map(([character, written]) => [written.slice(1), character]),
);

/**
 * Reads a text between backquotes or double quotes, which are part of `quoted`.
 * @returns undefined where Go finds its syntax invalid
 */
export function unquoteGo(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1);
  // Go: carriage returns are left out of raw strings.
  if (quoted.startsWith('`')) return inner.replaceAll('\r', '');
  if (inner.includes('\n')) return undefined;
  if (!inner.includes('\\')) return inner;
  const octets: Buffer[] = [];
  let end = 0;
  for (const found of inner.matchAll(ESCAPE)) {
    const meant = meaningOf(found);
    if (meant === undefined) return undefined;
    octets.push(Buffer.from(inner.slice(end, found.index)), meant);
    end = found.index + found[0].length;
  }
  return Buffer.concat([...octets, Buffer.from(inner.slice(end))]).toString();
}

/** `\x` and octal escapes are octets, the others characters. */
function meaningOf([, short, hex, octal, four, eight]: RegExpMatchArray): Buffer | undefined {
  if (short !== undefined) return Buffer.from(MEANING[short] ?? short);
  const octet = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
  if (!Number.isNaN(octet)) return octet > 0xff ? undefined : Buffer.of(octet);
  const point = Number.parseInt(four ?? eight ?? '', 16);
  const isCharacter = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return isCharacter ? Buffer.from(String.fromCodePoint(point)) : undefined;
}
