/**
 * A query as nearly all are: one question of class IN, and perhaps an OPT record without options, or with a cookie alone.
 * Reads where things are in the datagram and makes nothing of them, so one value serves for all queries. What is not such
 * a query is left to `read-question.ts`, which decides what is malformed; whatever is read here, it would read alike.
 */
import type { Datagram } from '../../wire/datagram.ts';
import { LOWER } from '../../wire/lower-octets.ts';
import { HEADER_BYTES } from '../../wire/message.ts';
import { LABEL_BYTES_MAX, NAME_BYTES_MAX } from '../../wire/name.ts';
import { EdnsOptionCode, RecordClass, RecordType } from '../../wire/types.ts';
import { isCookieLength } from '../edns/cookie.ts';

/** QR and OPCODE; AA, TC and RD mean nothing in a query, or do not decide whether it is one. */
const NO_QUERY_BITS = 0xf8;
const QUESTION_FIXED_BYTES = 4;
const OPT_BYTES = 11;
const OPTION_HEADER_BYTES = 4;
/** Of FNV-1a. */
const HASH_START = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

export class PlainQuery {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  /** The octet after the name. */
  nameEnd = 0;
  type = 0;
  /** Of the name in lower case, and the type. */
  hash = 0;
  hasEdns = false;
  /** As the client sent it; 0 without EDNS. */
  payloadBytes = 0;
  dnssecOk = false;
  /** Where the cookie is, and its octets: 0 without one. */
  cookieAt = 0;
  cookieBytes = 0;

  /** False when it is any other message: then the fields mean nothing. */
  read({ bytes, start, end }: Datagram): boolean {
    this.bytes = bytes;
    this.start = start;
    return (
      end - start > HEADER_BYTES + QUESTION_FIXED_BYTES &&
      ((bytes[start + 2] as number) & NO_QUERY_BITS) === 0 &&
      word(bytes, start + 4) === 1 &&
      word(bytes, start + 6) === 0 &&
      word(bytes, start + 8) === 0 &&
      word(bytes, start + 10) <= 1 &&
      this.#readQuestion(end) &&
      this.#readOpt(end)
    );
  }

  /** The octet after the question. */
  get questionEnd(): number {
    return this.nameEnd + QUESTION_FIXED_BYTES;
  }

  #readQuestion(end: number): boolean {
    const { bytes } = this;
    const nameStart = this.start + HEADER_BYTES;
    let hash = HASH_START;
    let at = nameStart;
    for (;;) {
      const length = bytes[at] as number;
      const next = at + 1 + length;
      if (length > LABEL_BYTES_MAX || next + QUESTION_FIXED_BYTES > end) return false;
      for (; at < next; at++) {
        hash = Math.imul(hash ^ (LOWER[bytes[at] as number] as number), HASH_PRIME);
      }
      if (length === 0) break;
    }
    if (at - nameStart > NAME_BYTES_MAX || word(bytes, at + 2) !== RecordClass.IN) return false;
    this.nameEnd = at;
    this.type = word(bytes, at);
    hash = Math.imul(hash ^ this.type, HASH_PRIME);
    this.hash = hash ^ (hash >>> 15);
    return true;
  }

  #readOpt(end: number): boolean {
    const { bytes } = this;
    const at = this.questionEnd;
    this.hasEdns = bytes[this.start + 11] === 1;
    this.payloadBytes = 0;
    this.dnssecOk = false;
    this.cookieBytes = 0;
    if (!this.hasEdns) return true;
    if (
      at + OPT_BYTES > end ||
      bytes[at] !== 0 ||
      word(bytes, at + 1) !== RecordType.OPT ||
      // The version.
      bytes[at + 6] !== 0
    ) {
      return false;
    }
    this.payloadBytes = word(bytes, at + 3);
    this.dnssecOk = ((bytes[at + 7] as number) & 0x80) !== 0;
    const options = word(bytes, at + 9);
    return options === 0 || this.#readCookie(at + OPT_BYTES, options, end);
  }

  /** The one option that stubs and resolvers send with every query. */
  #readCookie(at: number, options: number, end: number): boolean {
    const { bytes } = this;
    this.cookieAt = at + OPTION_HEADER_BYTES;
    this.cookieBytes = options - OPTION_HEADER_BYTES;
    return (
      at + options <= end &&
      isCookieLength(this.cookieBytes) &&
      word(bytes, at) === EdnsOptionCode.COOKIE &&
      word(bytes, at + 2) === this.cookieBytes
    );
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
