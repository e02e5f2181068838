/**
 * The catalog as an answer thread sees it: nodes and instances by every way that a question finds them. Changed
 * only by deltas, in commit order, and read only by the look-ups of `src/dns/answer`. A node and its instances may
 * arrive in any order; an instance whose node is not there is never answered.
 */
import { catalogLabel } from '../names.ts';
import type { ViewChange, ViewDelta, ViewInstance, ViewNode, ViewQuery } from './delta.ts';
import { InstanceEntry, NodeEntry } from './entries.ts';
import { MultiMap } from './multi-map.ts';
import { addressKey } from './node-index.ts';
import { Place } from './place.ts';
import { QueryIndex } from './query-index.ts';

export class View {
  #index = 0;
  readonly #datacenter: string;
  readonly #nodes = new Map<string, NodeEntry>();
  readonly #instances = new Map<string, InstanceEntry>();
  readonly #instancesByAddress = new MultiMap<InstanceEntry>();
  readonly #queries = new QueryIndex();
  readonly #elsewhere = new Map<string, Place>();
  /** Results of checks are in it that a crash could take back, because the store does not take them. */
  hasUnsaved = false;
  /** The agent's own datacenter. */
  readonly here = new Place(false);
  /** Keys that a view which replaces this one has spoken of; undefined: none does. */
  #whole:
    | {
        readonly nodes: Set<string>;
        readonly instances: Set<string>;
        readonly queries: Set<string>;
      }
    | undefined;

  /** `datacenter` is the agent's, in lower case. */
  constructor(datacenter: string) {
    this.#datacenter = datacenter;
  }

  /** The catalog index that the view has reached. */
  get index(): number {
    return this.#index;
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  get instanceCount(): number {
    return this.#instances.size;
  }

  apply(delta: ViewDelta): void {
    for (const change of delta.changes) this.#change(change);
    this.#index = Math.max(this.#index, delta.index);
  }

  /** What is applied from here to `endWhole` is all there is; until then nothing goes, so no answer is too small. */
  beginWhole(): void {
    this.#whole = { nodes: new Set(), instances: new Set(), queries: new Set() };
  }

  /** Drops what was not spoken of since `beginWhole`. */
  endWhole(): void {
    const whole = this.#whole;
    this.#whole = undefined;
    if (whole === undefined) return;
    for (const key of [...this.#instances.keys()]) {
      if (!whole.instances.has(key)) this.#deleteInstance(key);
    }
    for (const [key, { row }] of [...this.#nodes]) {
      if (row !== undefined && !whole.nodes.has(key)) this.#deleteNode(key);
    }
    for (const key of this.#queries.keys()) {
      if (!whole.queries.has(key)) this.#queries.delete(key);
    }
  }

  /** Another datacenter, by its name in lower case; undefined when nothing is known of it. */
  elsewhere(datacenter: string): Place | undefined {
    return this.#elsewhere.get(datacenter);
  }

  /** The prepared query with this name or id, octets in lower case. */
  query(text: string): ViewQuery | undefined {
    return this.#queries.find(text);
  }

  /** The node of this datacenter with this very address; the key is the address's octets, one char each. */
  nodeAt(address: string): NodeEntry | undefined {
    return this.here.nodes.byAddress(address);
  }

  /** An instance of this datacenter registered with this very address. */
  instanceAt(address: string): InstanceEntry | undefined {
    return this.#instancesByAddress.first(address);
  }

  /** Drops all that was selected by old rules, which would otherwise live as long as nobody asks again. */
  dropSelections(): void {
    this.here.dropAllSelections();
    for (const place of this.#elsewhere.values()) place.dropAllSelections();
  }

  #change(change: ViewChange): void {
    switch (change.kind) {
      case 'put-node':
        this.#whole?.nodes.add(change.node.key);
        this.#putNode(change.node);
        return;
      case 'delete-node':
        this.#whole?.nodes.delete(change.key);
        this.#deleteNode(change.key);
        return;
      case 'put-instance':
        this.#whole?.instances.add(change.instance.key);
        this.#putInstance(change.instance);
        return;
      case 'delete-instance':
        this.#whole?.instances.delete(change.key);
        this.#deleteInstance(change.key);
        return;
      case 'put-query':
        this.#whole?.queries.add(change.query.key);
        this.#queries.put(change.query);
        return;
      case 'delete-query':
        this.#queries.delete(change.key);
        return;
      case 'put-rrset':
      case 'delete-rrset':
      case 'move-zone':
        // Of the zones, not of the catalog: `StoredZones` takes them.
        return;
    }
  }

  #putNode(row: ViewNode): void {
    const entry = this.#nodeEntry(row.key);
    this.#unfile(entry);
    entry.row = row;
    this.#placeFor(row.datacenter).nodes.add(entry);
    dropMadeFrom(entry);
  }

  #deleteNode(key: string): void {
    const entry = this.#nodes.get(key);
    if (entry === undefined) return;
    this.#unfile(entry);
    entry.row = undefined;
    dropMadeFrom(entry);
    this.#forgetNodeIfUnused(entry);
  }

  /** Takes a node out of the ways to it, under its old row. */
  #unfile(entry: NodeEntry): void {
    if (entry.row !== undefined) this.#placeFor(entry.row.datacenter).nodes.remove(entry);
  }

  #putInstance(row: ViewInstance): void {
    this.#deleteInstance(row.key);
    const node = this.#nodeEntry(row.nodeKey);
    const place = this.#placeFor(row.datacenter);
    const like = place.service(catalogLabel(row.service))?.first;
    const entry = new InstanceEntry(row, { node, place, like });
    node.instances.add(entry);
    this.#instances.set(row.key, entry);
    place.add(entry);
    const address = place.isRemote ? undefined : addressKey(entry.address);
    if (address !== undefined) this.#instancesByAddress.add(address, entry);
  }

  #deleteInstance(key: string): void {
    const entry = this.#instances.get(key);
    if (entry === undefined) return;
    this.#instances.delete(key);
    entry.place.remove(entry);
    const address = addressKey(entry.address);
    if (address !== undefined) this.#instancesByAddress.remove(address, entry);
    entry.node.instances.delete(entry);
    this.#forgetNodeIfUnused(entry.node);
  }

  #placeFor(datacenter: string): Place {
    if (datacenter === this.#datacenter || datacenter === '') return this.here;
    let place = this.#elsewhere.get(datacenter);
    if (place === undefined) {
      place = new Place(true);
      this.#elsewhere.set(datacenter, place);
    }
    return place;
  }

  #nodeEntry(key: string): NodeEntry {
    const existing = this.#nodes.get(key);
    if (existing !== undefined) return existing;
    const entry = new NodeEntry(key);
    this.#nodes.set(key, entry);
    return entry;
  }

  #forgetNodeIfUnused(entry: NodeEntry): void {
    if (entry.row === undefined && entry.instances.size === 0) this.#nodes.delete(entry.key);
  }
}

/** Health, addresses and names of a node are part of what is kept for every instance on it. */
function dropMadeFrom(node: NodeEntry): void {
  for (const instance of node.instances) {
    instance.dropEncoded();
    instance.place.dropSelections(instance);
  }
}
