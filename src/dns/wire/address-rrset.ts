/**
 * The A or AAAA records of one owner, with their addresses packed into one array: what a service of many instances
 * is answered with. Objects for each address would cost more, in cache misses alone, than all the rest of a reply.
 */
import type { Name } from './name.ts';
import type { ResourceRecord } from './record.ts';
import { RecordClass, RecordType } from './types.ts';

/** Addresses of one family in an order that means nothing: a reader draws by swapping to the front. */
export class PackedAddresses {
  readonly type: typeof RecordType.A | typeof RecordType.AAAA;
  /** One after another. Up to 64 octets lie on the heap, next to what else is read for an answer. */
  readonly octets: Uint8Array;
  readonly octetsEach: 4 | 16;
  readonly count: number;

  constructor(type: PackedAddresses['type'], rdatas: readonly Uint8Array[]) {
    this.type = type;
    this.octetsEach = type === RecordType.A ? 4 : 16;
    this.count = rdatas.length;
    const [only] = rdatas;
    // A single one is never swapped: nobody changes what is shared here, and it spares memory where it counts most.
    this.octets =
      only !== undefined && rdatas.length === 1 ? only : joined(rdatas, this.octetsEach);
  }

  swap(one: number, other: number): void {
    const { octets, octetsEach } = this;
    const from = one * octetsEach;
    const to = other * octetsEach;
    for (let octet = 0; octet < octetsEach; octet++) {
      const kept = octets[from + octet] as number;
      octets[from + octet] = octets[to + octet] as number;
      octets[to + octet] = kept;
    }
  }
}

function joined(rdatas: readonly Uint8Array[], octetsEach: number): Uint8Array {
  const octets = new Uint8Array(rdatas.length * octetsEach);
  for (const [at, rdata] of rdatas.entries()) octets.set(rdata, at * octetsEach);
  return octets;
}

export interface AddressRrset {
  readonly kind: 'addresses';
  readonly owner: Name;
  readonly ttl: number;
  /** Good until the next draw from it, and so only until the reply is written. */
  readonly addresses: PackedAddresses;
  /** Where they are among the addresses, one after another; undefined: in front. */
  readonly order: Uint32Array | undefined;
  /** The first so many of them. */
  readonly count: number;
}

/** Records one by one, or packed. */
export type Records = readonly ResourceRecord[] | AddressRrset;

export function isPacked(records: Records): records is AddressRrset {
  return 'addresses' in records;
}

/** The records one by one, for whoever joins them with others. */
export function unpack(records: Records): readonly ResourceRecord[] {
  if (!isPacked(records)) return records;
  const { owner, ttl, addresses, order, count } = records;
  const { type, octets, octetsEach } = addresses;
  return Array.from({ length: count }, (_, place) => {
    const at = (order?.[place] ?? place) * octetsEach;
    const rdata = octets.slice(at, at + octetsEach);
    return { owner, type, class: RecordClass.IN, ttl, rdata };
  });
}
