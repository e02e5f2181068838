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
import { isLoopback } from '../subnet.ts';
import { NAME_BYTES_MAX, type Name } from '../wire/name.ts';
import { FlowTable } from './flow-table.ts';
import { SubnetSet } from './subnet-set.ts';

/** `slip`: send it empty and truncated, so that a client that is real comes back over TCP. */
export type Verdict = 'send' | 'slip' | 'drop';

/** A client network: /24, or /56 of IPv6. A forger can use the neighbours of the address that it aims at. */
const IPV4_NETWORK_BYTES = 3;
const IPV6_NETWORK_BYTES = 7;

/** `RateLimitOptions`, made quick to read. */
export interface RateLimit {
  readonly responsesPerSecond: number;
  readonly slip: number;
  readonly exempt: SubnetSet;
}

/** @throws TypeError when an exempt subnet is none; the configuration has checked that */
export function compileRateLimit(options: RateLimitOptions): RateLimit {
  const { responsesPerSecond, slip, exempt } = options;
  return { responsesPerSecond, slip, exempt: new SubnetSet(exempt) };
}

export class ResponseLimiter {
  readonly #addresses = new AddressReader();
  readonly #table = new FlowTable(limits.rateLimitSlots.default);
  readonly #key = new Uint8Array(IPV6_NETWORK_BYTES + 4 + NAME_BYTES_MAX);
  readonly #hash: SipHash;
  #limit: RateLimit;

  /** Nobody can aim at the slot of somebody else without knowing `seed`, KEY_BYTES of them. */
  constructor(limit: RateLimit, seed: Uint8Array = randomBytes(KEY_BYTES)) {
    this.#hash = new SipHash(seed);
    this.#limit = limit;
  }

  /** Who is over the old limit stays there until time makes up for it. */
  setLimit(limit: RateLimit): void {
    this.#limit = limit;
  }

  /** What it holds, in octets; the same at any time. */
  get bytes(): number {
    return this.#table.bytes;
  }

  /** What becomes of a reply to `address` that is one of the group `kind`, `type` and `name`. */
  judge(address: string, kind: number, type: number, name: Name, nowMs: number): Verdict {
    const octets = this.#addresses.read(address);
    const { responsesPerSecond, slip, exempt } = this.#limit;
    if (isLoopback(octets) || exempt.has(octets)) return 'send';
    this.#hash.digest(this.#key, this.#writeKey(octets, kind, type, name));
    const { low, high } = this.#hash;
    const slot = this.#table.slotOf(low, high, Math.floor(nowMs), responsesPerSecond);
    if (this.#table.take(slot)) return 'send';
    return this.#table.countLimited(slot, slip) ? 'slip' : 'drop';
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
