/**
 * What one datacenter has: its services by name, their mesh-capable instances, and ways to its nodes. The view keeps one
 * for each datacenter that it has rows of.
 */
import { catalogLabel } from '../names.ts';
import type { InstanceEntry } from './entries.ts';
import { NodeIndex } from './node-index.ts';
import { ServiceEntry } from './service-entry.ts';

export class Place {
  /** Another datacenter than that of the agent. */
  readonly isRemote: boolean;
  readonly #services = new Map<string, ServiceEntry>();
  readonly #connect = new Map<string, ServiceEntry>();
  readonly #nodes = new NodeIndex();

  constructor(isRemote: boolean) {
    this.isRemote = isRemote;
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
  get nodes(): NodeIndex {
    return this.#nodes;
  }

  add(entry: InstanceEntry): void {
    this.#join(this.#services, entry.service, entry);
    if (entry.connectService !== '') this.#join(this.#connect, entry.connectService, entry);
  }

  remove(entry: InstanceEntry): void {
    leave(this.#services, entry.service, entry);
    if (entry.connectService !== '') leave(this.#connect, entry.connectService, entry);
  }

  /** Drops what was made of this instance and others. */
  dropSelections(entry: InstanceEntry): void {
    this.#services.get(catalogLabel(entry.service))?.dropSelections();
    if (entry.connectService === '') return;
    this.#connect.get(catalogLabel(entry.connectService))?.dropSelections();
  }

  dropAllSelections(): void {
    for (const entries of [this.#services, this.#connect]) {
      for (const entry of entries.values()) {
        entry.dropSelections();
        for (const instance of entry.instances) instance.dropEncoded();
      }
    }
  }

  #join(services: Map<string, ServiceEntry>, name: string, entry: InstanceEntry): void {
    const key = catalogLabel(name);
    let service = services.get(key);
    if (service === undefined) {
      service = new ServiceEntry(key, this.isRemote);
      services.set(key, service);
    }
    service.add(entry);
  }
}

function leave(services: Map<string, ServiceEntry>, name: string, entry: InstanceEntry): void {
  const key = catalogLabel(name);
  if (services.get(key)?.remove(entry) === true) services.delete(key);
}
