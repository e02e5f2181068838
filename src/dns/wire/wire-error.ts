/**
 * What is wrong with bytes that claim to be a DNS message. Carries the header once that was read, so that the
 * receiver can still answer FORMERR under the right id, or tell whose reply it was.
 */
import type { MessageHeader } from './message.ts';

export const WIRE_ERROR_CODES = [
  'short-message',
  'count-beyond-message',
  'many-questions',
  'name-beyond-message',
  'name-too-long',
  'label-type',
  'pointer-not-backward',
  'too-many-hops',
  'too-much-work',
  'record-beyond-message',
  'rdata-length',
  'edns-malformed',
  'edns-repeated',
  'edns-misplaced',
] as const;
export type WireErrorCode = (typeof WIRE_ERROR_CODES)[number];

export class WireError extends Error {
  readonly code: WireErrorCode;
  /** Octet of the message where reading ended. */
  readonly offset: number;
  /** Undefined when the message is shorter than a header. */
  header: MessageHeader | undefined;

  constructor(code: WireErrorCode, offset: number) {
    super(`malformed message: ${code} at octet ${offset}`);
    this.name = 'WireError';
    this.code = code;
    this.offset = offset;
  }
}
