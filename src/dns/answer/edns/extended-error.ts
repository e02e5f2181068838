/** Extended DNS errors (RFC 8914): why a reply is what it is, for people. Goes along unasked, as far as there is room. */
import type { EdnsOption } from '../../wire/question.ts';
import { EdnsOptionCode } from '../../wire/types.ts';
import type { Explanation } from '../outcome.ts';

const OPTION_HEADER_BYTES = 4;
const CODE_BYTES = 2;

/** Of constants, which go along with every answer of a flood. */
const encoded = new WeakMap<Explanation, EdnsOption>();

/**
 * The option in at most `roomBytes`, its header included: the text is left out first (RFC 8914 §3: a reply must not be
 * truncated for it), then all.
 */
export function encodeExplanation(
  explanation: Explanation,
  roomBytes: number,
): EdnsOption | undefined {
  const known = encoded.get(explanation);
  if (known !== undefined && OPTION_HEADER_BYTES + known.data.length <= roomBytes) return known;
  const { code, text } = explanation;
  const textBytes = Buffer.byteLength(text);
  const bare = OPTION_HEADER_BYTES + CODE_BYTES;
  if (bare > roomBytes) return undefined;
  const hasText = bare + textBytes <= roomBytes;
  // RFC 8914 §2: INFO-CODE (16) EXTRA-TEXT. Code 0 without its text says nothing.
  if (!hasText && code === 0) return undefined;
  const data = Buffer.alloc(CODE_BYTES + (hasText ? textBytes : 0));
  data.writeUInt16BE(code, 0);
  if (hasText) data.write(text, CODE_BYTES);
  const option = { code: EdnsOptionCode.EXTENDED_ERROR, data };
  if (hasText && Object.isFrozen(explanation)) encoded.set(explanation, option);
  return option;
}

/** Octets of the whole option. */
export function explanationBytes({ text }: Explanation): number {
  return OPTION_HEADER_BYTES + CODE_BYTES + Buffer.byteLength(text);
}
