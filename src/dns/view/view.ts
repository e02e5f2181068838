/**
 * The catalog as an answer thread sees it: nodes and instances by every way that a question finds them. Changed
 * only by deltas, in commit order, and read only by the look-ups of `src/dns/answer`. A node and its instances may
 * arrive in any order; an instance whose node is not there is never answered.
 */
import { catalogLabel } from '../names.ts';
import type { ViewChange, ViewDelta, ViewInstance, ViewNode } from './delta.ts';
import { InstanceEntry, NodeEntry } from './entries.ts';
import { MultiMap } from './multi-map.ts';
import { addressKey, NodeIndex } from './node-index.ts';
import { ServiceEntry } from './service-entry.ts';

export class View {
  #index = 0;
  readonly #nodes = new Map<string, NodeEntry>();
  readonly #instances = new Map<string, InstanceEntry>();
  readonly #services = new Map<string, ServiceEntry>();
  readonly #connect = new Map<string, ServiceEntry>();
  readonly #nodeIndex = new NodeIndex();
  readonly #instancesByAddress = new MultiMap<InstanceEntry>();

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

  /** Instances of the service with this name, octets in lower case. */
  service(name: string): ServiceEntry | undefined {
    return this.#services.get(name);
  }

  /** Mesh-capable instances: proxies for the service with this name, and native ones of it. */
  connect(name: string): ServiceEntry | undefined {
    return this.#connect.get(name);
  }

  /** Ways to nodes, as questions name them. */
  get nodes(): Pick<NodeIndex, 'byName' | 'byIdPrefix' | 'byAddress' | 'hasBelow'> {
    return this.#nodeIndex;
  }

  /** An instance registered with this very address; the key is the address's octets, one char each. */
  instanceAt(address: string): InstanceEntry | undefined {
    return this.#instancesByAddress.get(address)[0];
  }

  #change(change: ViewChange): void {
    switch (change.kind) {
      case 'put-node':
        this.#putNode(change.node);
        return;
      case 'delete-node':
        this.#deleteNode(change.key);
        return;
      case 'put-instance':
        this.#putInstance(change.instance);
        return;
      case 'delete-instance':
        this.#deleteInstance(change.key);
        return;
    }
  }

  #putNode(row: ViewNode): void {
    const entry = this.#nodeEntry(row.key);
    this.#nodeIndex.remove(entry);
    entry.row = row;
    this.#nodeIndex.add(entry);
    this.#dropMadeFrom(entry);
  }

  #deleteNode(key: string): void {
    const entry = this.#nodes.get(key);
    if (entry === undefined) return;
    this.#nodeIndex.remove(entry);
    entry.row = undefined;
    this.#dropMadeFrom(entry);
    this.#forgetNodeIfUnused(entry);
  }

  #putInstance(row: ViewInstance): void {
    this.#deleteInstance(row.key);
    const node = this.#nodeEntry(row.nodeKey);
    const entry = new InstanceEntry(row, node);
    node.instances.add(entry);
    this.#instances.set(row.key, entry);
    join(this.#services, entry.service, entry);
    if (entry.connectService !== '') join(this.#connect, entry.connectService, entry);
    const address = addressKey(entry.address);
    if (address !== undefined) this.#instancesByAddress.add(address, entry);
  }

  #deleteInstance(key: string): void {
    const entry = this.#instances.get(key);
    if (entry === undefined) return;
    this.#instances.delete(key);
    leave(this.#services, entry.service, entry);
    if (entry.connectService !== '') leave(this.#connect, entry.connectService, entry);
    const address = addressKey(entry.address);
    if (address !== undefined) this.#instancesByAddress.remove(address, entry);
    entry.node.instances.delete(entry);
    this.#forgetNodeIfUnused(entry.node);
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

  /** Health, addresses and names of a node are part of what is kept for every instance on it. */
  #dropMadeFrom(node: NodeEntry): void {
    for (const instance of node.instances) {
      instance.dropEncoded();
      this.#services.get(catalogLabel(instance.service))?.dropSelections();
      if (instance.connectService === '') continue;
      this.#connect.get(catalogLabel(instance.connectService))?.dropSelections();
    }
  }
}

function join(services: Map<string, ServiceEntry>, name: string, entry: InstanceEntry): void {
  const key = catalogLabel(name);
  let service = services.get(key);
  if (service === undefined) {
    service = new ServiceEntry();
    services.set(key, service);
  }
  service.instances.add(entry);
  service.dropSelections();
}

function leave(services: Map<string, ServiceEntry>, name: string, entry: InstanceEntry): void {
  const key = catalogLabel(name);
  const service = services.get(key);
  if (service === undefined) return;
  service.instances.delete(entry);
  service.dropSelections();
  if (service.instances.size === 0) services.delete(key);
}
