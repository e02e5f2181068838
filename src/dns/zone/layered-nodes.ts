/**
 * The nodes of a zone as two layers: what is stored over what the file has. Reads as the one map that it stands for;
 * a node that both layers have a part in is put together at its first look-up and kept until it is forgotten.
 */
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordType } from '../wire/types.ts';
import type { RRset, ZoneNode } from './zone.ts';
import { BESIDE_CNAME } from './zone-rules.ts';

/** What is laid over the file; changed by its owner, who then calls `forget`. */
export interface UpperNodes {
  readonly apex: Name;
  readonly nodes: ReadonlyMap<Name, ZoneNode>;
  /** Names that exist because of stored owners below them. */
  readonly ownersBelow: ReadonlyMap<Name, unknown>;
}

type Nodes = ReadonlyMap<Name, ZoneNode>;

const EMPTY: ZoneNode = new Map();

export class LayeredNodes implements Nodes {
  readonly #upper: UpperNodes;
  readonly #lower: Nodes;
  readonly #merged = new Map<Name, ZoneNode>();
  #soa: RRset = [];

  constructor(upper: UpperNodes, lower: Nodes = new Map()) {
    this.#upper = upper;
    this.#lower = lower;
  }

  /** The SOA of the apex, whatever the layers have. */
  setSoa(soa: ResourceRecord): void {
    this.#soa = [soa];
    this.#merged.delete(this.#upper.apex);
  }

  forget(name: Name): void {
    this.#merged.delete(name);
  }

  get(name: Name): ZoneNode | undefined {
    const merged = this.#merged.get(name);
    if (merged !== undefined) return merged;
    const upper = this.#upper.nodes.get(name);
    const lower = this.#lower.get(name);
    if (name === this.#upper.apex) return this.#keep(name, this.#apex(upper, lower));
    if (upper === undefined)
      return lower ?? (this.#upper.ownersBelow.has(name) ? EMPTY : undefined);
    return lower === undefined ? upper : this.#keep(name, merge(upper, lower));
  }

  has(name: Name): boolean {
    const { nodes, ownersBelow, apex } = this.#upper;
    return nodes.has(name) || this.#lower.has(name) || ownersBelow.has(name) || name === apex;
  }

  get size(): number {
    let size = 0;
    for (const _ of this.keys()) size += 1;
    return size;
  }

  *keys(): MapIterator<Name> {
    const { nodes, ownersBelow, apex } = this.#upper;
    yield* this.#lower.keys();
    for (const name of nodes.keys()) if (!this.#lower.has(name)) yield name;
    for (const name of ownersBelow.keys()) {
      if (!this.#lower.has(name) && !nodes.has(name)) yield name;
    }
    if (!this.#lower.has(apex) && !nodes.has(apex) && !ownersBelow.has(apex)) yield apex;
  }

  *values(): MapIterator<ZoneNode> {
    for (const [, node] of this.entries()) yield node;
  }

  *entries(): MapIterator<[Name, ZoneNode]> {
    for (const name of this.keys()) yield [name, this.get(name) ?? EMPTY];
  }

  [Symbol.iterator](): MapIterator<[Name, ZoneNode]> {
    return this.entries();
  }

  forEach(visit: (node: ZoneNode, name: Name, nodes: Nodes) => void): void {
    for (const [name, node] of this.entries()) visit(node, name, this);
  }

  #keep(name: Name, node: ZoneNode): ZoneNode {
    this.#merged.set(name, node);
    return node;
  }

  #apex(upper: ZoneNode = EMPTY, lower: ZoneNode = EMPTY): ZoneNode {
    const node = merge(upper, lower);
    node.set(RecordType.SOA, this.#soa);
    // A file that came later may bring an apex to a name that had an alias.
    node.delete(RecordType.CNAME);
    return node;
  }
}

function merge(upper: ZoneNode, lower: ZoneNode): Map<number, RRset> {
  const node = new Map(lower);
  if (upper.has(RecordType.CNAME)) {
    for (const type of lower.keys()) if (!BESIDE_CNAME.has(type)) node.delete(type);
  } else if (upper.size > 0) {
    node.delete(RecordType.CNAME);
  }
  for (const [type, rrset] of upper) node.set(type, rrset);
  return node;
}
