/**
 * The address of a node or an instance as registered, made into the record it is answered with: an IP address
 * becomes A or AAAA, any other text is a host name and becomes CNAME. Knows nothing of who has the address.
 */
import { encodeAddress, encodeNameRdata } from '../wire/encode-rdata.ts';
import { type Name, parseName } from '../wire/name.ts';
import { RecordType } from '../wire/types.ts';

export interface Host {
  readonly type: typeof RecordType.A | typeof RecordType.AAAA | typeof RecordType.CNAME;
  readonly rdata: Uint8Array;
  /** Of a host name; empty for an address. */
  readonly name: Name;
}

/** Undefined for no text, and for text that is neither an address nor a domain name. */
export function parseHost(text: string): Host | undefined {
  if (text === '') return undefined;
  const address = encodeAddress(text);
  if (address !== undefined) return { type: address.type, rdata: address.rdata, name: '' };
  const name = parseName(text);
  if (name === undefined || name.length === 1) return undefined;
  return { type: RecordType.CNAME, rdata: encodeNameRdata(name), name };
}

/** One thing's addresses: the plain one, those of the families, and one that stands for the plain one elsewhere. */
export class Addresses {
  readonly plain: Host | undefined;
  /** What goes for the plain address where nothing fits better. */
  readonly #otherwise: Host | undefined;
  readonly #ipv4: Host | undefined;
  readonly #ipv6: Host | undefined;

  constructor(plain: string, ipv4?: string, ipv6?: string, instead?: string) {
    this.plain = parseHost(plain);
    this.#otherwise = tagged(instead, plain, this.plain) ?? this.plain;
    this.#ipv4 = tagged(ipv4, plain, this.plain);
    this.#ipv6 = tagged(ipv6, plain, this.plain);
  }

  /**
   * The one that a question of `type` gets, whatever its family: for A the IPv4 tag goes first, for AAAA the IPv6
   * tag, for all others (SRV, ANY, …) IPv6, then IPv4, then the plain address, as Consul chooses.
   */
  choose(type: number): Host | undefined {
    switch (type) {
      case RecordType.A:
        return this.#ipv4 ?? this.#otherwise;
      case RecordType.AAAA:
        return this.#ipv6 ?? this.#otherwise;
      default:
        return this.#ipv6 ?? this.#ipv4 ?? this.#otherwise;
    }
  }
}

/** Agents tag a node with the address it has anyway: then it is the same Host, not a second one. */
function tagged(text: string | undefined, plainText: string, plain: Host | undefined) {
  if (text === undefined || text === '') return undefined;
  return text === plainText ? plain : parseHost(text);
}
