/**
 * A question as it goes to an upstream, and the rules by which bytes count as its reply (RFC 5452 §4, §9): ours
 * is a fresh message with a fresh id; nothing of the client's header or options is passed on but DO and CD.
 */
import { randomInt } from 'node:crypto';
import { limits } from '../../runtime/index.ts';
import { Flag, HEADER_BYTES, type Message } from '../wire/message.ts';
import type { Question } from '../wire/question.ts';
import { readMessage } from '../wire/read-message.ts';
import { Opcode } from '../wire/types.ts';
import { WireError } from '../wire/wire-error.ts';
import { MessageWriter } from '../wire/write-message.ts';

export interface UpstreamQuery {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** Octets of the question section, which a reply has to repeat one by one. */
  readonly question: Uint8Array;
}

/** Writes queries; one for a forwarder, since it has a buffer. */
export class QueryWriter {
  readonly #writer = new MessageWriter();

  /** A new query for `asked`, under an id that nobody can guess. */
  write(asked: Question, { withEdns }: { readonly withEdns: boolean }): UpstreamQuery {
    const id = randomInt(65_536);
    const writer = this.#writer;
    writer.begin(HEADER_BYTES + 1024);
    writer.question(asked);
    const questionEnd = writer.length;
    if (withEdns) {
      writer.edns({
        payloadBytes: limits.udpPayloadBytes.default,
        dnssecOk: asked.edns?.dnssecOk ?? false,
        extendedRcode: 0,
        options: [],
      });
    }
    const flags = Flag.RECURSION_DESIRED | (asked.checkingDisabled ? Flag.CHECKING_DISABLED : 0);
    const bytes = writer.finish(id, flags);
    return { id, bytes, question: bytes.subarray(HEADER_BYTES, questionEnd) };
  }
}

/**
 * The reply that `bytes` are to `query`; undefined when they are somebody else's or malformed, and the wait goes
 * on (CVE-2023-28452: a forged message that could not be read ended it).
 */
export function matchReply(bytes: Uint8Array, query: UpstreamQuery): Message | undefined {
  const questionEnd = HEADER_BYTES + query.question.length;
  if (bytes.length < questionEnd) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const flags = header.getUint16(2);
  const isReply = (flags & Flag.RESPONSE) !== 0 && ((flags >>> 11) & 15) === Opcode.QUERY;
  if (header.getUint16(0) !== query.id || !isReply || header.getUint16(4) !== 1) return undefined;
  // Case included: a client that mixes case (0x20) lends us those bits as well.
  if (Buffer.compare(bytes.subarray(HEADER_BYTES, questionEnd), query.question) !== 0) {
    return undefined;
  }
  try {
    return readMessage(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
