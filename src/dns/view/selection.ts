/**
 * The instances that a question may be answered with, and what is derived from them: distinct addresses by family, SRV
 * instances, host names, each to be drawn from. Made of instances that do not change; thrown away when one does.
 */
import { lowerName } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import { RecordType } from '../wire/types.ts';
import { AddressPool } from './address-pool.ts';
import type { InstanceEntry } from './entries.ts';
import type { Addresses, Host } from './host.ts';
import type { Path } from './locations.ts';
import { Pool, type PoolParts } from './pool.ts';
import type { SelectionRules } from './selection-rules.ts';

export interface SelectionParts {
  readonly instances: readonly InstanceEntry[];
  readonly rules: SelectionRules;
  /** They are in another datacenter. */
  readonly isRemote: boolean;
  /** Set when these are all there are, because too few are healthy. */
  readonly failOpen: { readonly healthy: number; readonly total: number } | undefined;
}

/** An instance that is found at a host name. */
export interface NamedInstance {
  readonly instance: InstanceEntry;
  readonly host: Host;
}

interface Named {
  readonly pool: Pool<NamedInstance>;
  readonly isAlias: boolean;
}

export class Selection {
  readonly instances: readonly InstanceEntry[];
  readonly rules: SelectionRules;
  readonly failOpen: SelectionParts['failOpen'];
  /** Addresses are those that another datacenter sees. */
  readonly #wan: boolean;
  #ipv4: AddressPool | undefined;
  #ipv6: AddressPool | undefined;
  #mixed: Pool<Host> | undefined;
  #distinct: Pool<InstanceEntry> | undefined;
  /** What else is made of the instances, by whoever needs it. */
  #derived: Map<string, unknown> | undefined;
  /** By type, of which there are three: A, AAAA, and ANY for all others. */
  readonly #named = new Map<number, Named>();

  constructor({ instances, rules, isRemote, failOpen }: SelectionParts) {
    this.instances = instances;
    this.rules = rules;
    this.failOpen = failOpen;
    this.#wan = isRemote && rules.translateWan;
  }

  /** Distinct IPv4 addresses, as a question for A is answered. */
  get ipv4(): AddressPool {
    this.#ipv4 ??= new AddressPool(RecordType.A, this.#distinctHosts(RecordType.A));
    return this.#ipv4;
  }

  /** Distinct IPv6 addresses, as a question for AAAA is answered. */
  get ipv6(): AddressPool {
    this.#ipv6 ??= new AddressPool(RecordType.AAAA, this.#distinctHosts(RecordType.AAAA));
    return this.#ipv6;
  }

  /** Distinct addresses of either family, one an instance, host names not among them. */
  get mixed(): Pool<Host> {
    this.#mixed ??= new Pool(this.#distinctHosts(RecordType.ANY));
    return this.#mixed;
  }

  /** Instances that a question of `type` finds at a host name. */
  named(type: number): Pool<NamedInstance> {
    return this.#namedBy(type).pool;
  }

  /**
   * RFC 1034 §3.6.2: a name that has a CNAME has nothing else, so addresses go first, whatever their family, and only
   * a service that has none for a question of `type` is an alias.
   */
  isAlias(type: number): boolean {
    return this.#namedBy(type).isAlias;
  }

  #namedBy(type: number): Named {
    const family = type === RecordType.A || type === RecordType.AAAA ? type : RecordType.ANY;
    let named = this.#named.get(family);
    if (named === undefined) {
      named = this.#findNamed(family);
      this.#named.set(family, named);
    }
    return named;
  }

  #findNamed(family: number): Named {
    const found = this.instances
      .map((instance) => ({ instance, host: this.hostOf(instance, family) }))
      .filter((one): one is NamedInstance => one.host !== undefined);
    const items = found.filter(({ host }) => host.type === RecordType.CNAME);
    const weights = this.#weights(items.map(({ instance }) => instance));
    return {
      pool: new Pool({ items, weights, pathOf: undefined }),
      isAlias: items.length > 0 && items.length === found.length,
    };
  }

  /** The instances without those that an SRV record could not tell apart. */
  get distinct(): Pool<InstanceEntry> {
    if (this.#distinct === undefined) {
      const byKey = new Map(this.instances.map((one) => [this.#srvKey(one), one]));
      const items = [...byKey.values()];
      this.#distinct = new Pool({
        items,
        weights: this.#weights(items),
        pathOf: this.#pathOf(items.map((one) => this.hostOf(one, RecordType.SRV))),
      });
    }
    return this.#distinct;
  }

  /** Where an instance listens, as a question of `type` wants it; the node's address when it has none itself. */
  hostOf(instance: InstanceEntry, type: number): Host | undefined {
    return this.ownHostOf(instance, type) ?? this.nodeHostOf(instance, type);
  }

  /** Undefined when the instance has no address of its own. */
  ownHostOf(instance: InstanceEntry, type: number): Host | undefined {
    return instance.ownHost(type, this.#wan);
  }

  nodeHostOf({ node }: InstanceEntry, type: number): Host | undefined {
    return this.#addressesOf(node).choose(type);
  }

  portOf(instance: InstanceEntry): number {
    return instance.portFor(this.#wan);
  }

  #addressesOf(node: InstanceEntry['node']): Addresses {
    return this.#wan ? node.wanAddresses : node.addresses;
  }

  /** What `make` gives, made once under this key. */
  derive<Derived>(key: string, make: () => Derived): Derived {
    this.#derived ??= new Map();
    let derived = this.#derived.get(key) as Derived | undefined;
    if (derived === undefined) {
      derived = make();
      this.#derived.set(key, derived);
    }
    return derived;
  }

  /** Undefined when all count the same. */
  #weights(instances: readonly InstanceEntry[]): readonly number[] | undefined {
    if (!this.rules.weighted) return undefined;
    const weights = instances.map((instance) => instance.weight());
    return weights.every((weight) => weight === weights[0]) ? undefined : weights;
  }

  #pathOf(hosts: readonly (Host | undefined)[]): PoolParts<unknown>['pathOf'] {
    const { locations } = this.rules;
    if (locations === undefined) return undefined;
    const paths = hosts.map((host): Path => {
      const isAddress = host !== undefined && host.type !== RecordType.CNAME;
      return isAddress ? locations.locate(host.rdata).path : [];
    });
    return (at) => paths[at] ?? [];
  }

  /**
   * What an SRV record shows of an instance: the port, and the address that its target is named after, or else the
   * node. A host name can lead to the node as well, which depends on the question.
   */
  #srvKey(instance: InstanceEntry): string {
    const { node } = instance;
    const port = this.portOf(instance);
    const host = this.hostOf(instance, RecordType.SRV);
    if (host === undefined || host.type === RecordType.CNAME || host === node.addresses.plain) {
      return `${node.key}\0${lowerName(host?.name ?? '')}\0${port}`;
    }
    return `${node.row?.datacenter}\0${Buffer.from(host.rdata).toString('hex')}\0${port}`;
  }

  /** One of each record (RFC 2181 §5), with the weights of all instances that have it. */
  #distinctHosts(family: number): PoolParts<Host> {
    const byRdata = new Map<string, { readonly host: Host; weight: number }>();
    for (const instance of this.instances) {
      const host = this.hostOf(instance, family);
      if (host === undefined || host.type === RecordType.CNAME) continue;
      if (family !== RecordType.ANY && host.type !== family) continue;
      const weight = instance.weight();
      const key = octetText(host.rdata, 0, host.rdata.length);
      const known = byRdata.get(key);
      if (known === undefined) byRdata.set(key, { host, weight });
      else known.weight += weight;
    }
    const all = [...byRdata.values()];
    const items = all.map(({ host }) => host);
    const isEven = !this.rules.weighted || all.every(({ weight }) => weight === all[0]?.weight);
    const weights = isEven ? undefined : all.map(({ weight }) => weight);
    return { items, weights, pathOf: this.#pathOf(items) };
  }
}

/** One of each record (RFC 2181 §5). */
export function distinctHosts(hosts: readonly Host[]): Host[] {
  return [
    ...new Map(hosts.map((host) => [octetText(host.rdata, 0, host.rdata.length), host])).values(),
  ];
}
