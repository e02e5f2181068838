/**
 * JSON that keeps whole numbers past 2^53 as they are written, as bigints: flags of the key-value store have 64 bits,
 * and Consul's own clients use all of them.
 */
import { randomUUID } from 'node:crypto';

/** So many digits may be more than a double holds. */
const LONG_NUMBER = /\d{16}/;
/** A text, which is skipped, or a long whole number. */
const TEXT_OR_LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs;
/** Longer ones are no number of 64 bits anyway. */
const DIGITS_MAX = 20;
/** What nobody can write: long numbers go through parser and printer as texts that begin with it. */
const MARK = `${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

/** @throws SyntaxError as JSON.parse; RangeError when it is nested too deep */
export function parseLossless(body: string): unknown {
  const value: unknown = JSON.parse(body);
  if (!LONG_NUMBER.test(body)) return value;
  const marked = body.replace(TEXT_OR_LONG, (found) =>
    found.startsWith('"') || found.length > DIGITS_MAX ? found : `"${MARK}${found}"`,
  );
  return parseMarked(marked, BigInt);
}

/** A number, and how it stands in the text. */
export class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Every number as a WrittenNumber, of a text that `parseLossless` took: to tell which one does not fit. */
export function parseAsWritten(body: string): unknown {
  const marked = body.replace(TEXT_OR_NUMBER, (found) =>
    found.startsWith('"') ? found : `"${MARK}${found}"`,
  );
  return parseMarked(marked, (text) => new WrittenNumber(text));
}

function parseMarked(body: string, toValue: (text: string) => unknown): unknown {
  return JSON.parse(body, (_, item: unknown) =>
    typeof item === 'string' && item.startsWith(MARK) ? toValue(item.slice(MARK.length)) : item,
  );
}

/** JSON.stringify for what `parseLossless` read. */
export function formatLossless(value: unknown, indent: number | string = 0): string {
  const mark = (_: string, item: unknown): unknown =>
    typeof item === 'bigint' ? `${MARK}${item}` : item;
  return JSON.stringify(value, mark, indent).replace(MARKED, '$1');
}
