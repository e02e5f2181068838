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
  /** One word an IPv4 address, four an IPv6 address, in network order of octets. */
  readonly words: Uint32Array;
  /** The same memory, octet by octet. */
  readonly octets: Uint8Array;
  readonly wordsEach: 1 | 4;

  constructor(type: PackedAddresses['type'], rdatas: readonly Uint8Array[]) {
    this.type = type;
    this.wordsEach = type === RecordType.A ? 1 : 4;
    this.words = new Uint32Array(rdatas.length * this.wordsEach);
    this.octets = new Uint8Array(this.words.buffer);
    for (const [at, rdata] of rdatas.entries()) this.octets.set(rdata, at * this.octetsEach);
  }

  get octetsEach(): number {
    return this.wordsEach * 4;
  }

  get count(): number {
    return this.words.length / this.wordsEach;
  }

  swap(one: number, other: number): void {
    const { words, wordsEach } = this;
    for (let word = 0; word < wordsEach; word++) {
      const kept = words[one * wordsEach + word] as number;
      words[one * wordsEach + word] = words[other * wordsEach + word] as number;
      words[other * wordsEach + word] = kept;
    }
  }
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
