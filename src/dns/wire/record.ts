/**
 * A resource record with its RDATA in uncompressed wire form, whatever its type: made once, then only copied.
 * Knows nothing of where the record came from.
 */
import type { Name } from './name.ts';

export interface ResourceRecord {
  readonly owner: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds, 0 to 2^31 − 1 (RFC 2181 §8). */
  readonly ttl: number;
  /** Uncompressed; at most 65,535 octets. */
  readonly rdata: Uint8Array;
}

/** Apart from larger memory that its octets are a part of: a datagram, say. */
export function withOwnMemory(record: ResourceRecord): ResourceRecord {
  return { ...record, rdata: new Uint8Array(record.rdata) };
}
