/**
 * An answer that is the same for everyone: the records of a node, or that a live name has no record of a type. Kept as
 * octets; the serial of the SOA alone moves with the catalog and is brought up to date in place.
 */
import type { ResourceRecord } from '../../wire/record.ts';
import type { Foundation } from '../basis.ts';
import type { Explanation } from '../outcome.ts';
import type { CompiledAnswer, Terms } from './compiled-answer.ts';
import type { PlacedReply } from './placed-reply.ts';

/** From the end of the RDATA of an SOA to its serial, and the octets that this has (RFC 1035 §3.3.13). */
export const SERIAL_FROM_END = 20;
const SERIAL_BYTES = 4;

export interface FixedParts {
  readonly from: Foundation;
  readonly isNegative: boolean;
  /** All records, as they follow the question, and how many there are in each section. */
  readonly records: Uint8Array;
  readonly counts: readonly [answers: number, authority: number, additional: number];
  readonly explanation: Explanation | undefined;
  /** Of the zone that denies; undefined when there is none in the records. */
  readonly soa: { readonly record: ResourceRecord; readonly serialAt: number } | undefined;
}

export class CompiledFixed implements CompiledAnswer {
  readonly isNegative: boolean;
  readonly #parts: FixedParts;
  readonly #records: Uint8Array;
  #soa: ResourceRecord | undefined;
  #isOutdated = false;

  constructor(parts: FixedParts) {
    this.isNegative = parts.isNegative;
    this.#parts = parts;
    this.#records = parts.records;
    this.#soa = parts.soa?.record;
  }

  get octets(): number {
    return this.#records.length;
  }

  get isStale(): boolean {
    return this.#isOutdated || this.#parts.from.isStale;
  }

  write(reply: PlacedReply, { soa }: Terms): boolean {
    if (this.#soa !== undefined && !this.#follow(soa.of(this.#soa.owner))) return false;
    reply.copy(this.#records, 0, this.#records.length);
    const { counts, explanation } = this.#parts;
    reply.answers = counts[0];
    reply.authority = counts[1];
    reply.additional = counts[2];
    reply.explanation = explanation;
    return true;
  }

  /** Takes over the serial of the SOA; false when more than that is another. */
  #follow(soa: ResourceRecord | undefined): boolean {
    if (soa === this.#soa) return true;
    const { serialAt = 0 } = this.#parts.soa ?? {};
    if (soa === undefined || !isSameButSerial(soa, this.#soa as ResourceRecord)) {
      this.#isOutdated = true;
      return false;
    }
    const from = soa.rdata.length - SERIAL_FROM_END;
    for (let at = 0; at < SERIAL_BYTES; at++) {
      this.#records[serialAt + at] = soa.rdata[from + at] as number;
    }
    this.#soa = soa;
    return true;
  }
}

function isSameButSerial(one: ResourceRecord, other: ResourceRecord): boolean {
  if (one.ttl !== other.ttl || one.rdata.length !== other.rdata.length) return false;
  const serialAt = one.rdata.length - SERIAL_FROM_END;
  for (let at = 0; at < one.rdata.length; at++) {
    const isSerial = at >= serialAt && at < serialAt + SERIAL_BYTES;
    if (!isSerial && one.rdata[at] !== other.rdata[at]) return false;
  }
  return true;
}
