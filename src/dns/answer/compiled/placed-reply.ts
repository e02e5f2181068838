/**
 * The reply to a plain query, written right where it is sent from. One value for all of them; it keeps the question,
 * the room and what goes into header and OPT, while a compiled answer writes the records.
 *
 *   header ▸ question, as it was asked ▸ records, from `at` to `limit` ▸ OPT with the explanation, as room is left
 */
import { limits } from '../../../runtime/index.ts';
import type { Datagram } from '../../wire/datagram.ts';
import { Flag, HEADER_BYTES } from '../../wire/message.ts';
import { RecordType } from '../../wire/types.ts';
import { encodeExplanation } from '../edns/extended-error.ts';
import type { Explanation } from '../outcome.ts';
import { datagramBytesMax } from '../reply-size.ts';
import type { PlainQuery } from './plain-query.ts';

const OPT_BYTES = 11;
/** With all that may stand in it but the explanation. */
export const OPT_BYTES_MAX = OPT_BYTES;

export class PlacedReply {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  /** Where the next record goes. */
  at = 0;
  /** Where records end: room for the OPT record is kept. */
  limit = 0;
  /** How long the whole reply may be. */
  bytesMax = 0;
  payloadBytes = 0;
  hasEdns = false;
  answers = 0;
  authority = 0;
  additional = 0;
  isTruncated = false;
  explanation: Explanation | undefined;

  /** Begins the reply with the question. */
  begin({ reply, replyStart }: Datagram, query: PlainQuery): void {
    this.bytes = reply;
    this.start = replyStart;
    this.payloadBytes = query.payloadBytes;
    this.hasEdns = query.hasEdns;
    this.bytesMax = datagramBytesMax(query.payloadBytes);
    this.limit = replyStart + this.bytesMax - (query.hasEdns ? OPT_BYTES : 0);
    this.answers = 0;
    this.authority = 0;
    this.additional = 0;
    this.isTruncated = false;
    this.explanation = undefined;
    this.at = replyStart + HEADER_BYTES;
    this.copy(query.bytes, query.start + HEADER_BYTES, query.questionEnd);
  }

  /** Appends these octets. */
  copy(from: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let to = this.at;
    for (let at = start; at < end; at++) bytes[to++] = from[at] as number;
    this.at = to;
  }

  /** Writes the OPT record and the header. @returns octets of the reply */
  finish({ bytes: asked, start: askedAt, dnssecOk }: PlainQuery, isRecursive: boolean): number {
    if (this.hasEdns) this.#writeOpt(dnssecOk);
    const { bytes, start } = this;
    bytes[start] = asked[askedAt] as number;
    bytes[start + 1] = asked[askedAt + 1] as number;
    putWord(
      bytes,
      start + 2,
      Flag.RESPONSE |
        Flag.AUTHORITATIVE |
        (this.isTruncated ? Flag.TRUNCATED : 0) |
        (((asked[askedAt + 2] as number) << 8) & Flag.RECURSION_DESIRED) |
        (isRecursive ? Flag.RECURSION_AVAILABLE : 0) |
        ((asked[askedAt + 3] as number) & Flag.CHECKING_DISABLED),
    );
    putWord(bytes, start + 4, 1);
    putWord(bytes, start + 6, this.answers);
    putWord(bytes, start + 8, this.authority);
    putWord(bytes, start + 10, this.additional + (this.hasEdns ? 1 : 0));
    return this.at - start;
  }

  #writeOpt(dnssecOk: boolean): void {
    const { bytes, explanation } = this;
    const opt = this.at;
    const room = this.bytesMax - (opt - this.start) - OPT_BYTES;
    this.at = opt + OPT_BYTES;
    if (explanation !== undefined) {
      const option = encodeExplanation(explanation, room);
      if (option !== undefined) {
        putWord(bytes, this.at, option.code);
        putWord(bytes, this.at + 2, option.data.length);
        this.at += 4;
        this.copy(option.data, 0, option.data.length);
      }
    }
    bytes[opt] = 0;
    putWord(bytes, opt + 1, RecordType.OPT);
    putWord(bytes, opt + 3, limits.udpPayloadBytes.default);
    putWord(bytes, opt + 5, 0);
    putWord(bytes, opt + 7, dnssecOk ? 0x8000 : 0);
    putWord(bytes, opt + 9, this.at - opt - OPT_BYTES);
  }
}

/** Two octets, in network order. */
export function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}
