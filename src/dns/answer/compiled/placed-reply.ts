/**
 * The reply to a plain query, written right where it is sent from. One value for all of them; it keeps the question,
 * the room and what goes into header and OPT, while a compiled answer writes the records.
 *
 *   header ▸ question, as it was asked ▸ records, from `at` to `limit` ▸ OPT with the cookie, and with the explanation as
 *   room is left
 */
import { limits } from '../../../runtime/index.ts';
import type { Datagram } from '../../wire/datagram.ts';
import { Flag, HEADER_BYTES } from '../../wire/message.ts';
import { EdnsOptionCode, RecordType } from '../../wire/types.ts';
import { encodeExplanation } from '../edns/extended-error.ts';
import { COOKIE_BYTES } from '../edns/server-cookies.ts';
import type { Explanation } from '../outcome.ts';
import { datagramBytesMax } from '../reply-size.ts';
import type { PlainQuery } from './plain-query.ts';

const OPT_BYTES = 11;
const OPTION_HEADER_BYTES = 4;
/** With all that may stand in it but the explanation. */
export const OPT_BYTES_MAX = OPT_BYTES + OPTION_HEADER_BYTES + COOKIE_BYTES;

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
  hasCookie = false;
  answers = 0;
  authority = 0;
  additional = 0;
  isTruncated = false;
  explanation: Explanation | undefined;

  /** Begins the reply with the question. `hasCookie`: room is kept for one. */
  begin({ reply, replyStart }: Datagram, query: PlainQuery, hasCookie: boolean): void {
    this.bytes = reply;
    this.start = replyStart;
    this.payloadBytes = query.payloadBytes;
    this.hasEdns = query.hasEdns;
    this.bytesMax = datagramBytesMax(query.payloadBytes);
    this.hasCookie = hasCookie;
    this.limit = replyStart + this.bytesMax - this.#optBytes();
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

  /** Writes the OPT record, with the cookie there is room for, and the header. @returns octets of the reply */
  finish(
    { bytes: asked, start: askedAt, dnssecOk }: PlainQuery,
    isRecursive: boolean,
    cookie: Uint8Array | undefined,
  ): number {
    if (this.hasEdns) this.#writeOpt(dnssecOk, cookie);
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

  /** Of the OPT record without an explanation. */
  #optBytes(): number {
    if (!this.hasEdns) return 0;
    return this.hasCookie ? OPT_BYTES_MAX : OPT_BYTES;
  }

  #writeOpt(dnssecOk: boolean, cookie: Uint8Array | undefined): void {
    const { bytes, explanation } = this;
    const opt = this.at;
    const room = this.bytesMax - (opt - this.start) - this.#optBytes();
    this.at = opt + OPT_BYTES;
    if (cookie !== undefined) this.#writeOption(EdnsOptionCode.COOKIE, cookie);
    if (explanation !== undefined) {
      const option = encodeExplanation(explanation, room);
      if (option !== undefined) this.#writeOption(option.code, option.data);
    }
    bytes[opt] = 0;
    putWord(bytes, opt + 1, RecordType.OPT);
    putWord(bytes, opt + 3, limits.udpPayloadBytes.default);
    putWord(bytes, opt + 5, 0);
    putWord(bytes, opt + 7, dnssecOk ? 0x8000 : 0);
    putWord(bytes, opt + 9, this.at - opt - OPT_BYTES);
  }

  #writeOption(code: number, data: Uint8Array): void {
    putWord(this.bytes, this.at, code);
    putWord(this.bytes, this.at + 2, data.length);
    this.at += OPTION_HEADER_BYTES;
    this.copy(data, 0, data.length);
  }
}

/** Two octets, in network order. */
export function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}
