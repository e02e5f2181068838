/**
 * Reads a whole message, for replies of upstreams. RDATA that may hold compressed names comes out uncompressed,
 * so a record can be written into any other message. Nothing is allocated before the counts of the header were
 * held against the octets there are, RDLENGTH is obeyed exactly, and every name is bounded (`read-name.ts`).
 * Queries have a quicker reader of their own (`read-question.ts`).
 */
import {
  HEADER_BYTES,
  headerFrom,
  type Message,
  type MessageHeader,
  type MessageQuestion,
} from './message.ts';
import { octetText } from './octet-text.ts';
import type { Edns } from './question.ts';
import { type RdataField, rdataLayoutOf } from './rdata-layout.ts';
import { readEdns } from './read-edns.ts';
import { NameReader } from './read-name.ts';
import type { ResourceRecord } from './record.ts';
import { RecordClass, RecordType } from './types.ts';
import { WireError } from './wire-error.ts';

/** The shortest question and record: a root name and the fixed fields. */
const QUESTION_BYTES_MIN = 5;
const RECORD_BYTES_MIN = 11;

/** Throws WireError with `header` set when the bytes are no message. Octets after the last record are ignored. */
export function readMessage(octets: Uint8Array): Message {
  const bytes = Buffer.isBuffer(octets)
    ? octets
    : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (bytes.length < HEADER_BYTES) throw new WireError('short-message', bytes.length);
  const header = headerFrom(bytes.readUInt16BE(0), bytes.readUInt16BE(2));
  try {
    return new MessageReader(bytes, header).read();
  } catch (error) {
    if (error instanceof WireError) error.header = header;
    throw error;
  }
}

class MessageReader {
  readonly #bytes: Buffer;
  readonly #header: MessageHeader;
  readonly #names: NameReader;
  #at = HEADER_BYTES;
  #edns: Edns | undefined;
  #extendedRcode = 0;

  constructor(bytes: Buffer, header: MessageHeader) {
    this.#bytes = bytes;
    this.#header = header;
    this.#names = new NameReader(bytes);
  }

  read(): Message {
    const bytes = this.#bytes;
    const questions = bytes.readUInt16BE(4);
    const answers = bytes.readUInt16BE(6);
    const authority = bytes.readUInt16BE(8);
    const additional = bytes.readUInt16BE(10);
    const least =
      questions * QUESTION_BYTES_MIN + (answers + authority + additional) * RECORD_BYTES_MIN;
    if (least > bytes.length - HEADER_BYTES) throw new WireError('count-beyond-message', 4);
    // RFC 9619 §4: a message of opcode QUERY has one question at most.
    if (questions > 1) throw new WireError('many-questions', 4);
    const message = {
      header: this.#header,
      question: questions === 1 ? this.#question() : undefined,
      answers: this.#section(answers, false),
      authority: this.#section(authority, false),
      additional: this.#section(additional, true),
    };
    return {
      ...message,
      rcode: (this.#extendedRcode << 4) | this.#header.rcode,
      edns: this.#edns,
    };
  }

  #question(): MessageQuestion {
    const name = this.#names.read(this.#at);
    const at = this.#names.end;
    if (at + 4 > this.#bytes.length) throw new WireError('record-beyond-message', at);
    this.#at = at + 4;
    return { name, type: this.#bytes.readUInt16BE(at), class: this.#bytes.readUInt16BE(at + 2) };
  }

  #section(count: number, mayHoldOpt: boolean): ResourceRecord[] {
    const records: ResourceRecord[] = [];
    for (let left = count; left > 0; left--) {
      const record = this.#record(mayHoldOpt);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Undefined when the record was the OPT, which is kept apart. */
  #record(mayHoldOpt: boolean): ResourceRecord | undefined {
    const bytes = this.#bytes;
    const owner = this.#names.read(this.#at);
    const at = this.#names.end;
    const start = at + 10;
    if (start > bytes.length) throw new WireError('record-beyond-message', at);
    const type = bytes.readUInt16BE(at);
    const recordClass = bytes.readUInt16BE(at + 2);
    const ttl = bytes.readUInt32BE(at + 4);
    const end = start + bytes.readUInt16BE(at + 8);
    if (end > bytes.length) throw new WireError('record-beyond-message', at + 8);
    this.#at = end;
    if (type === RecordType.OPT) {
      if (!mayHoldOpt || owner.length !== 1) throw new WireError('edns-misplaced', at);
      this.#opt(start, end, recordClass, ttl);
      return undefined;
    }
    const rdata = this.#rdata(type, recordClass, start, end);
    // RFC 2181 §8: a TTL with the top bit set counts as zero.
    return { owner, type, class: recordClass, ttl: ttl > 0x7fffffff ? 0 : ttl, rdata };
  }

  #opt(start: number, end: number, payloadBytes: number, ttl: number): void {
    // RFC 6891 §6.1.1: more than one OPT is a format error.
    if (this.#edns !== undefined) throw new WireError('edns-repeated', start);
    const edns = readEdns(this.#bytes, start, end, payloadBytes, ttl);
    if (edns === undefined) throw new WireError('edns-malformed', start);
    this.#edns = edns;
    this.#extendedRcode = ttl >>> 24;
  }

  #rdata(type: number, recordClass: number, start: number, end: number): Uint8Array {
    const layout = rdataLayoutOf(type);
    if (layout !== undefined) return this.#decompressed(layout, start, end);
    if (recordClass === RecordClass.IN) {
      const fixed = type === RecordType.A ? 4 : type === RecordType.AAAA ? 16 : end - start;
      if (fixed !== end - start) throw new WireError('rdata-length', start);
    }
    return Buffer.from(this.#bytes.subarray(start, end));
  }

  #decompressed(layout: readonly RdataField[], start: number, end: number): Uint8Array {
    let rdata = '';
    let at = start;
    for (const field of layout) {
      if (field === 'name') {
        rdata += this.#names.read(at);
        at = this.#names.end;
        if (at > end) throw new WireError('rdata-length', at);
        continue;
      }
      const length = this.#fieldLength(field, at, end);
      if (at + length > end) throw new WireError('rdata-length', at);
      rdata += octetText(this.#bytes, at, at + length);
      at += length;
    }
    if (at !== end) throw new WireError('rdata-length', at);
    return Buffer.from(rdata, 'latin1');
  }

  #fieldLength(field: number | 'string' | 'rest', at: number, end: number): number {
    if (field === 'rest') return end - at;
    if (field === 'string') return 1 + (this.#bytes[at] ?? 0);
    return field;
  }
}
