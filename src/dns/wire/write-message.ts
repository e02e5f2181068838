/**
 * Assembles one message after another in a buffer of its own: question, records in section order, OPT, header
 * last. Owner names and the names inside RDATA of RFC 1035 types are compressed. A record that does not fit is
 * left out whole and the writer says so; what to do about it is the caller's matter. What comes out is a copy of
 * exactly the octets that were written, never of what an earlier message left behind: in memory of its own, or where
 * the caller has room for it.
 */
import type { AddressRrset } from './address-rrset.ts';
import { HEADER_BYTES, MESSAGE_BYTES_MAX, type MessageQuestion } from './message.ts';
import { LABEL_BYTES_MAX, NAME_BYTES_MAX, type Name } from './name.ts';
import type { EdnsOption } from './question.ts';
import { compressibleNameOffset } from './rdata-layout.ts';
import type { ResourceRecord } from './record.ts';
import { SuffixTable } from './suffix-table.ts';
import { RecordClass, RecordType } from './types.ts';

/** Indexes of the count words of the header. */
export const Section = { ANSWER: 1, AUTHORITY: 2, ADDITIONAL: 3 } as const;
export type Section = (typeof Section)[keyof typeof Section];

/** The OPT record to send (RFC 6891 §6.1.2); its version is always 0. */
export interface EdnsReply {
  readonly payloadBytes: number;
  readonly dnssecOk: boolean;
  /** The upper eight bits of the rcode. */
  readonly extendedRcode: number;
  readonly options: readonly EdnsOption[];
}

const RECORD_FIXED_BYTES = 10;
const OPT_FIXED_BYTES = 11;
const SRV_FIXED_BYTES = 6;
/** Below this a loop is quicker than a call into the runtime. */
const LOOP_COPY_BYTES_MAX = 40;
const POINTER_TO_QUESTION = 0xc000 | HEADER_BYTES;
/** Names are written whole before they are compressed, so one record may reach past the limit for a moment. */
const SLACK_BYTES = 4 * NAME_BYTES_MAX;

/** Octets that `edns` takes in a message. */
export function ednsBytes(edns: EdnsReply): number {
  let bytes = OPT_FIXED_BYTES;
  for (const option of edns.options) bytes += 4 + option.data.length;
  return bytes;
}

export class MessageWriter {
  readonly #bytes: Buffer = Buffer.alloc(MESSAGE_BYTES_MAX + SLACK_BYTES);
  readonly #suffixes = new SuffixTable(this.#bytes);
  readonly #counts = new Uint16Array(4);
  #at = HEADER_BYTES;
  #limit = MESSAGE_BYTES_MAX;
  #compressing = true;
  /** The question's name, to which most owners are a pointer; empty when there is none. */
  #questionName: Name = '';

  /** Starts a message of at most `limitBytes`. */
  begin(limitBytes: number, compressing = true): void {
    this.#at = HEADER_BYTES;
    this.#limit = Math.min(limitBytes, MESSAGE_BYTES_MAX);
    this.#compressing = compressing;
    this.#counts.fill(0);
    this.#suffixes.forgetSince(0);
    this.#questionName = '';
  }

  /** Octets so far, the header included. */
  get length(): number {
    return this.#at;
  }

  /** Raises or lowers the size limit, to keep room for what is written last. */
  set limitBytes(limitBytes: number) {
    this.#limit = Math.min(limitBytes, MESSAGE_BYTES_MAX);
  }

  /** Writes the question, octet by octet as it was asked. At most one, and before any record. */
  question(question: MessageQuestion): void {
    const start = this.#at;
    this.#copyText(question.name);
    if (this.#compressing && question.name.length > 1) {
      this.#suffixes.compress(start, false);
      this.#questionName = question.name;
    }
    this.#word(question.type);
    this.#word(question.class);
    this.#counts[0] = 1;
  }

  /** False, and nothing written, when the record does not fit. Sections must be written in their order. */
  record(section: Section, record: ResourceRecord): boolean {
    const start = this.#at;
    const suffixes = this.#suffixes.count;
    const fits = this.#tryRecord(record);
    if (!fits) {
      this.#at = start;
      this.#suffixes.forgetSince(suffixes);
      return false;
    }
    this.#counts[section] = (this.#counts[section] as number) + 1;
    return true;
  }

  /** Writes as many answers of the RRset as fit. @returns how many */
  addresses({ owner, ttl, addresses, order, count }: AddressRrset): number {
    const { type, octets, octetsEach } = addresses;
    let written = 0;
    for (; written < count; written++) {
      const start = this.#at;
      const suffixes = this.#suffixes.count;
      this.#owner(owner);
      if (this.#at + RECORD_FIXED_BYTES + octetsEach > this.#limit) {
        this.#at = start;
        this.#suffixes.forgetSince(suffixes);
        break;
      }
      this.#word(type);
      this.#word(RecordClass.IN);
      this.#word(ttl >>> 16);
      this.#word(ttl & 0xffff);
      this.#word(octetsEach);
      const at = order === undefined ? written : (order[written] as number);
      this.#copy(octets, at * octetsEach, (at + 1) * octetsEach);
    }
    this.#counts[Section.ANSWER] = (this.#counts[Section.ANSWER] as number) + written;
    return written;
  }

  /** Writes the OPT record, with `last` behind its options; false when it does not fit. */
  edns(edns: EdnsReply, last?: EdnsOption): boolean {
    const bytes = ednsBytes(edns) + (last === undefined ? 0 : 4 + last.data.length);
    if (this.#at + bytes > this.#limit) return false;
    this.#octet(0);
    this.#word(RecordType.OPT);
    this.#word(edns.payloadBytes);
    this.#octet(edns.extendedRcode);
    this.#octet(0);
    this.#word(edns.dnssecOk ? 0x8000 : 0);
    this.#word(bytes - OPT_FIXED_BYTES);
    for (const option of edns.options) this.#option(option);
    if (last !== undefined) this.#option(last);
    this.#counts[Section.ADDITIONAL] = (this.#counts[Section.ADDITIONAL] as number) + 1;
    return true;
  }

  /** Writes the header and returns the message. `flags` is its whole second word, the rcode among them. */
  finish(id: number, flags: number): Uint8Array {
    this.end(id, flags);
    return this.copy();
  }

  /** Writes the header; the message stays here until the next one begins. `flags` is as for `finish`. */
  end(id: number, flags: number): void {
    const end = this.#at;
    this.#at = 0;
    this.#word(id);
    this.#word(flags);
    for (let section = 0; section < 4; section++) this.#word(this.#counts[section] as number);
    this.#at = end;
  }

  /** The message that has ended. */
  copy(): Uint8Array {
    const message = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(message, 0, 0, this.#at);
    return message;
  }

  /** The octets of the message from `from` to `to`, put at `start` of `target`, which has room for them. @returns how many */
  copyTo(target: Uint8Array, start: number, from = 0, to = this.#at): number {
    this.#bytes.copy(target, start, from, to);
    return to - from;
  }

  #option({ code, data }: EdnsOption): void {
    this.#word(code);
    this.#word(data.length);
    this.#copy(data, 0, data.length);
  }

  #tryRecord(record: ResourceRecord): boolean {
    this.#owner(record.owner);
    if (this.#at + RECORD_FIXED_BYTES > this.#limit) return false;
    this.#word(record.type);
    this.#word(record.class);
    this.#word(record.ttl >>> 16);
    this.#word(record.ttl & 0xffff);
    const rdata = record.rdata;
    if (this.#compressing) {
      const nameAt = compressibleNameOffset(record.type);
      if (nameAt >= 0) return this.#compressedRdata(record.type, rdata, nameAt);
    }
    this.#word(rdata.length);
    if (this.#at + rdata.length > this.#limit) return false;
    const start = this.#at;
    this.#copy(rdata, 0, rdata.length);
    // RFC 2782: an SRV target is not compressed, but the owners of its addresses may point at it.
    if (this.#compressing && record.type === RecordType.SRV) {
      if (nameEnd(rdata, SRV_FIXED_BYTES) === rdata.length) {
        this.#suffixes.compress(start + SRV_FIXED_BYTES, false);
      }
    }
    return true;
  }

  /** Writes RDATA whose first name begins at `nameAt`. */
  #compressedRdata(type: number, rdata: Uint8Array, nameAt: number): boolean {
    const lengthAt = this.#at;
    this.#at += 2;
    this.#copy(rdata, 0, nameAt);
    let from = nameAt;
    for (let names = type === RecordType.SOA ? 2 : 1; names > 0; names--) {
      const to = nameEnd(rdata, from);
      if (to < 0) break;
      const start = this.#at;
      this.#copy(rdata, from, to);
      this.#at = this.#suffixes.compress(start, true);
      from = to;
    }
    if (this.#at + rdata.length - from > this.#limit) return false;
    this.#copy(rdata, from, rdata.length);
    const length = this.#at - lengthAt - 2;
    this.#bytes[lengthAt] = length >>> 8;
    this.#bytes[lengthAt + 1] = length & 0xff;
    return true;
  }

  #owner(name: Name): void {
    // Nearly every owner is the question's name, and is then the same string: no search for it.
    if (name === this.#questionName) {
      this.#word(POINTER_TO_QUESTION);
      return;
    }
    const start = this.#at;
    this.#copyText(name);
    if (this.#compressing) this.#at = this.#suffixes.compress(start, true);
  }

  #copyText(text: string): void {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let at = 0; at < text.length; at++) bytes[start + at] = text.charCodeAt(at);
    this.#at = start + text.length;
  }

  #copy(from: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    if (end - start > LOOP_COPY_BYTES_MAX) bytes.set(from.subarray(start, end), at);
    else for (let octet = start; octet < end; octet++) bytes[at++] = from[octet] as number;
    this.#at += end - start;
  }

  #octet(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  #word(value: number): void {
    this.#bytes[this.#at++] = value >>> 8;
    this.#bytes[this.#at++] = value & 0xff;
  }
}

/** The octet after the uncompressed name at `start`, or -1 when there is none. */
function nameEnd(rdata: Uint8Array, start: number): number {
  for (let at = start; ; ) {
    const length = rdata[at];
    if (length === undefined || length > LABEL_BYTES_MAX) return -1;
    at += 1 + length;
    if (at - start > NAME_BYTES_MAX) return -1;
    if (length === 0) return at;
  }
}
