/**
 * JSON.parse that keeps whole numbers past 2^53 as they are written, as bigints: flags of the key-value store have 64
 * bits, and Consul's own clients use all of them.
 */
import { randomUUID } from 'node:crypto';
import { DecodeError } from './decode-error.ts';

/** So many digits may be more than a double holds. */
const LONG_NUMBER = /\d{16}/;
/** A text, which is skipped, or a long whole number. */
const TEXT_OR_LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;
/** Longer ones are no number of 64 bits anyway. */
const DIGITS_MAX = 20;
/** What nobody can write: long numbers go through the parser as texts that begin with it. */
const MARK = `${randomUUID()}:`;

/** @throws SyntaxError as JSON.parse; DecodeError when it is nested too deep */
export function parseLossless(body: string): unknown {
  const value: unknown = JSON.parse(body);
  if (!LONG_NUMBER.test(body)) return value;
  const marked = body.replace(TEXT_OR_LONG, (found) =>
    found.startsWith('"') || found.length > DIGITS_MAX ? found : `"${MARK}${found}"`,
  );
  try {
    return JSON.parse(marked, (_, item: unknown) =>
      typeof item === 'string' && item.startsWith(MARK) ? BigInt(item.slice(MARK.length)) : item,
    );
  } catch (error) {
    // Reading it back recurses.
    if (error instanceof RangeError) throw new DecodeError('', 'exceeded max depth');
    throw error;
  }
}
