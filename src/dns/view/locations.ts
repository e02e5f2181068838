/**
 * Where an address is: the named locations (zones, racks) whose subnets it lies in, found in a trie of the subnets'
 * bits. Nested subnets make nested locations. Pure; who goes first because of it is `pool.ts`'s matter.
 */
import { parseSubnet, type Subnet } from '../subnet.ts';

/** Names of the locations around an address, the narrowest first. The same one is always the same object. */
export type Path = readonly string[];

export interface Located {
  readonly path: Path;
  /** How many bits of the address this depends on: RFC 7871's scope prefix-length. */
  readonly scopeBits: number;
}

interface TrieNode {
  zero: TrieNode | undefined;
  one: TrieNode | undefined;
  name: string | undefined;
  path: Path;
}

const NOWHERE: Path = [];
const ELSEWHERE: Located = { path: NOWHERE, scopeBits: 0 };

const newNode = (): TrieNode => ({
  zero: undefined,
  one: undefined,
  name: undefined,
  path: NOWHERE,
});

export class Locations {
  readonly #ipv4 = newNode();
  readonly #ipv6 = newNode();

  /** @throws TypeError for text that is no subnet; the configuration has checked that */
  constructor(subnetsByName: Readonly<Record<string, readonly string[]>>) {
    for (const [name, texts] of Object.entries(subnetsByName)) {
      for (const text of texts) {
        const subnet = parseSubnet(text);
        if (subnet === undefined) throw new TypeError(`"${text}" is not a subnet`);
        this.#add(name, subnet);
      }
    }
    const paths = new Map<string, Path>();
    setPaths(this.#ipv4, NOWHERE, paths);
    setPaths(this.#ipv6, NOWHERE, paths);
  }

  /** Only the first `bitsKnown` bits of the address are known: narrower subnets may have it or not. */
  locate(address: Uint8Array, bitsKnown = address.length * 8): Located {
    let node = address.length === 4 ? this.#ipv4 : this.#ipv6;
    let path = node.path;
    for (let bit = 0; bit < address.length * 8; bit++) {
      if (node.zero === undefined && node.one === undefined) {
        return bit === 0 && path === NOWHERE ? ELSEWHERE : { path, scopeBits: bit };
      }
      const next = bitOf(address, bit) === 0 ? node.zero : node.one;
      // The bit was looked at: with the other value it would have gone on.
      if (next === undefined) return { path, scopeBits: bit + 1 };
      node = next;
      if (bit < bitsKnown) path = node.path;
    }
    return { path, scopeBits: address.length * 8 };
  }

  #add(name: string, { octets, bits }: Subnet): void {
    let node = octets.length === 4 ? this.#ipv4 : this.#ipv6;
    for (let bit = 0; bit < bits; bit++) {
      if (bitOf(octets, bit) === 0) {
        node.zero ??= newNode();
        node = node.zero;
      } else {
        node.one ??= newNode();
        node = node.one;
      }
    }
    node.name = name;
  }
}

/** How near `other` is to `own`: 0 is the same narrowest location, `own.length` none in common. */
export function distance(own: Path, other: Path): number {
  const shared = own.findIndex((name) => other.includes(name));
  return shared < 0 ? own.length : shared;
}

/** `paths` holds each path once: several subnets of a location have the same. */
function setPaths(node: TrieNode, around: Path, paths: Map<string, Path>): void {
  node.path = around;
  if (node.name !== undefined && !around.includes(node.name)) {
    const path = [node.name, ...around];
    const key = JSON.stringify(path);
    node.path = paths.get(key) ?? path;
    paths.set(key, node.path);
  }
  if (node.zero !== undefined) setPaths(node.zero, node.path, paths);
  if (node.one !== undefined) setPaths(node.one, node.path, paths);
}

function bitOf(octets: Uint8Array, bit: number): number {
  return ((octets[bit >>> 3] as number) >>> (7 - (bit & 7))) & 1;
}
