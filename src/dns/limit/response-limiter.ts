/**
 * Response-rate limiting: how many replies of one kind a client network gets in a second. It is for forged queries,
 * whose replies hit somebody else; so what counts is the reply, and not the name in the query, which the forger varies.
 * Knows neither messages nor what kinds of reply there are.
 */
import { randomBytes } from 'node:crypto';
import { limits } from '../../runtime/index.ts';
import { AddressReader } from '../address-reader.ts';
import type { RateLimitOptions } from '../options.ts';
import { KEY_BYTES, SipHash } from '../sip-hash.ts';
import { isInSubnet, isLoopback, parseSubnet, type Subnet } from '../subnet.ts';
import { NAME_BYTES_MAX, type Name } from '../wire/name.ts';
import { FlowTable } from './flow-table.ts';

/** `slip`: send it empty and truncated, so that a client that is real comes back over TCP. */
export type Verdict = 'send' | 'slip' | 'drop';

/** A client network: /24, or /56 of IPv6. A forger can use the neighbours of the address that it aims at. */
const IPV4_NETWORK_BYTES = 3;
const IPV6_NETWORK_BYTES = 7;

export class ResponseLimiter {
  readonly #addresses = new AddressReader();
  readonly #table = new FlowTable(limits.rateLimitSlots.default);
  readonly #key = new Uint8Array(IPV6_NETWORK_BYTES + 4 + NAME_BYTES_MAX);
  readonly #hash: SipHash;
  #perSecond = 0;
  #slip = 0;
  #exempt: readonly Subnet[] = [];

  /** Nobody can aim at the slot of somebody else without knowing `seed`, KEY_BYTES of them. */
  constructor(options: RateLimitOptions, seed: Uint8Array = randomBytes(KEY_BYTES)) {
    this.#hash = new SipHash(seed);
    this.setOptions(options);
  }

  setOptions({ responsesPerSecond, slip, exempt }: RateLimitOptions): void {
    this.#perSecond = responsesPerSecond;
    this.#slip = slip;
    this.#exempt = exempt.map(parseSubnet).filter((subnet) => subnet !== undefined);
  }

  /** What it holds, in octets; the same at any time. */
  get bytes(): number {
    return this.#table.bytes;
  }

  /** What becomes of a reply to `address` that is one of the group `kind`, `type` and `name`. */
  judge(address: string, kind: number, type: number, name: Name, nowMs: number): Verdict {
    const octets = this.#addresses.read(address);
    if (isLoopback(octets) || this.#isExempt(octets)) return 'send';
    this.#hash.digest(this.#key, this.#writeKey(octets, kind, type, name));
    const { low, high } = this.#hash;
    const slot = this.#table.slotOf(low, high, Math.floor(nowMs), this.#perSecond);
    if (this.#table.take(slot)) return 'send';
    return this.#table.countLimited(slot, this.#slip) ? 'slip' : 'drop';
  }

  #isExempt(octets: Uint8Array): boolean {
    for (const subnet of this.#exempt) if (isInSubnet(octets, subnet)) return true;
    return false;
  }

  /** kind (8) | type (16) | octets of the network (8) | network | name in lower case. @returns its length */
  #writeKey(address: Uint8Array, kind: number, type: number, name: Name): number {
    const key = this.#key;
    const networkBytes = address.length === 4 ? IPV4_NETWORK_BYTES : IPV6_NETWORK_BYTES;
    key[0] = kind;
    key[1] = type >>> 8;
    key[2] = type & 0xff;
    key[3] = networkBytes;
    let length = 4;
    for (let at = 0; at < networkBytes; at++) key[length++] = address[at] as number;
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at);
      key[length++] = code >= 65 && code <= 90 ? code + 32 : code;
    }
    return length;
  }
}
