/**
 * The instances that a question may be answered with, and what is derived from them: distinct addresses by family, SRV
 * instances, host names, each to be drawn from. Made of instances that do not change; thrown away when one does.
 */
import { lowerName, type Name } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import { RecordType } from '../wire/types.ts';
import { AddressPool } from './address-pool.ts';
import type { InstanceEntry } from './entries.ts';
import type { Addresses, Host } from './host.ts';
import type { Path } from './locations.ts';
import { MultiMap } from './multi-map.ts';
import type { PoolParts } from './ordered-pool.ts';
import { Pool } from './pool.ts';
import type { SelectionRules } from './selection-rules.ts';

export interface SelectionParts {
  readonly instances: readonly InstanceEntry[];
  readonly rules: SelectionRules;
  /** They are in another datacenter. */
  readonly isRemote: boolean;
  /** Set when these are all there are, because too few are healthy. */
  readonly failOpen: { readonly healthy: number; readonly total: number } | undefined;
  /** How near each is, where that does not go by its address; of equal records the first counts. */
  readonly pathOf?: (instance: InstanceEntry) => Path;
}

/** An instance that is found at a host name. */
export interface NamedInstance {
  readonly instance: InstanceEntry;
  readonly host: Host;
}

/** Instances that SRV records can tell apart. */
export interface Distinct {
  readonly pool: Pool<InstanceEntry>;
  /** Of those that stand for others as well, the greatest weight among them; undefined when there are none. */
  readonly weights: ReadonlyMap<InstanceEntry, number> | undefined;
}

const NONE: readonly NamedInstance[] = [];
/** What a single one weighs means nothing. */
const SINGLE_WEIGHT: readonly number[] = [1];
/** What addresses are chosen by: all other types are as ANY. */
const FAMILIES: readonly number[] = [RecordType.A, RecordType.AAAA, RecordType.ANY];

interface Named {
  readonly pool: Pool<NamedInstance>;
  readonly isAlias: boolean;
  /** By host name in lower case. */
  readonly byName: MultiMap<NamedInstance>;
}

export class Selection {
  readonly instances: readonly InstanceEntry[];
  readonly rules: SelectionRules;
  readonly failOpen: SelectionParts['failOpen'];
  #isStale = false;
  /** Addresses are those that another datacenter sees. */
  readonly #wan: boolean;
  readonly #ownPathOf: SelectionParts['pathOf'];
  #ipv4: AddressPool | undefined;
  #ipv6: AddressPool | undefined;
  #mixed: Pool<Host> | undefined;
  #distinct: Distinct | undefined;
  /** What else is made of the instances, by whoever needs it. */
  #derived: Map<string, unknown> | undefined;
  /** By type, of which there are three: A, AAAA, and ANY for all others. */
  #named: Map<number, Named> | undefined;
  /** Whether any instance is at a host name, for any type; most services have none, and spare the rest of it. */
  #hasNames: boolean | undefined;

  constructor({ instances, rules, isRemote, failOpen, pathOf }: SelectionParts) {
    this.instances = instances;
    this.rules = rules;
    this.failOpen = failOpen;
    this.#wan = isRemote && rules.translateWan;
    this.#ownPathOf = pathOf;
  }

  /** It was thrown away: another one stands for these instances now, or none. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Tells whoever keeps something that is made of it; the pools say so too, for those who look at nothing else. */
  throwAway(): void {
    this.#isStale = true;
    if (this.#ipv4 !== undefined) this.#ipv4.isStale = true;
    if (this.#ipv6 !== undefined) this.#ipv6.isStale = true;
    if (this.#distinct !== undefined) this.#distinct.pool.isStale = true;
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

  /** Those at one host name, in lower case. */
  namedAs(type: number, name: Name): readonly NamedInstance[] {
    if (!this.hasNames) return NONE;
    return this.#namedBy(type).byName.get(name);
  }

  /**
   * RFC 1034 §3.6.2: a name that has a CNAME has nothing else, so addresses go first, whatever their family, and only
   * a service that has none for a question of `type` is an alias.
   */
  isAlias(type: number): boolean {
    return this.hasNames && this.#namedBy(type).isAlias;
  }

  /** Whether a question of some type finds some instance at a host name. */
  get hasNames(): boolean {
    this.#hasNames ??= this.#findsNames();
    return this.#hasNames;
  }

  #findsNames(): boolean {
    for (const instance of this.instances) {
      for (const family of FAMILIES) {
        if (this.hostOf(instance, family)?.type === RecordType.CNAME) return true;
      }
    }
    return false;
  }

  #namedBy(type: number): Named {
    const family = type === RecordType.A || type === RecordType.AAAA ? type : RecordType.ANY;
    this.#named ??= new Map();
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
    const weights = this.#ofUneven(items.map(({ instance }) => instance.weight()));
    const byName = new MultiMap<NamedInstance>();
    for (const one of items) byName.add(lowerName(one.host.name), one);
    return {
      pool: new Pool({ items, weights, pathOf: undefined }),
      byName,
      isAlias: items.length > 0 && items.length === found.length,
    };
  }

  /**
   * The instances without those that an SRV record could not tell apart; the greatest of their weights counts. An
   * instance at the host name `asked` is at its node, for a name cannot stand for itself.
   */
  distinctFor(asked: Name): Distinct {
    if (this.namedAs(RecordType.SRV, asked).length > 0) {
      return this.derive(`distinct at ${asked}`, () => this.#findDistinct(asked));
    }
    this.#distinct ??= this.#findDistinct(undefined);
    return this.#distinct;
  }

  /** Where an instance listens, as a question of `type` wants it; the node's address when it has none itself. */
  hostOf(instance: InstanceEntry, type: number): Host | undefined {
    const own = this.ownHostOf(instance, type);
    if (own !== undefined || instance.hasBrokenAddress) return own;
    return this.nodeHostOf(instance, type);
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
  #ofUneven(weights: readonly number[]): readonly number[] | undefined {
    const isEven = !this.rules.weighted || weights.every((weight) => weight === weights[0]);
    return isEven ? undefined : weights;
  }

  /** A pool of what is made of instances, which go by place. */
  poolOf<Item>(
    items: readonly Item[],
    instances: readonly InstanceEntry[],
    weights: readonly number[] = instances.map((instance) => instance.weight()),
  ): Pool<Item> {
    return new Pool({
      items,
      weights: this.#ofUneven(weights),
      pathOf: this.#pathOf(instances, (one) => this.hostOf(one, RecordType.SRV)),
    });
  }

  #pathOf(
    instances: readonly InstanceEntry[],
    hostOf: (instance: InstanceEntry, at: number) => Host | undefined,
  ): PoolParts<unknown>['pathOf'] {
    const ownPathOf = this.#ownPathOf;
    const { locations } = this.rules;
    if (ownPathOf !== undefined) {
      const paths = instances.map(ownPathOf);
      return (at) => paths[at] ?? [];
    }
    if (locations === undefined) return undefined;
    const paths = instances.map((instance, at): Path => {
      const host = hostOf(instance, at);
      const isAddress = host !== undefined && host.type !== RecordType.CNAME;
      return isAddress ? locations.locate(host.rdata).path : [];
    });
    return (at) => paths[at] ?? [];
  }

  #findDistinct(asked: Name | undefined): Distinct {
    const { instances } = this;
    if (instances.length === 1) {
      return { pool: this.poolOf(instances, instances, SINGLE_WEIGHT), weights: undefined };
    }
    const byKey = new Map<string | number, InstanceEntry>();
    let weights: Map<InstanceEntry, number> | undefined;
    for (const instance of instances) {
      const key = this.#srvKey(instance, asked);
      const known = byKey.get(key);
      if (known === undefined) {
        byKey.set(key, instance);
        continue;
      }
      weights ??= new Map();
      weights.set(known, Math.max(weights.get(known) ?? known.weight(), instance.weight()));
    }
    const items = [...byKey.values()];
    const ofItems = items.map((one) => weights?.get(one) ?? one.weight());
    return { pool: this.poolOf(items, items, ofItems), weights };
  }

  /**
   * What an SRV record shows of an instance: the port, and the host name, or the address that its target is named
   * after, or else the node. Numbers are quicker to tell apart than texts, and most addresses are IPv4.
   */
  #srvKey(instance: InstanceEntry, asked: Name | undefined): string | number {
    const { node } = instance;
    const port = this.portOf(instance);
    const host = this.hostOf(instance, RecordType.SRV);
    const name = lowerName(host?.name ?? '');
    const isAtNode = host === undefined || host === node.addresses.plain || name === asked;
    if (isAtNode) return `${node.key}\0${port}`;
    if (host.type === RecordType.CNAME) return `\0${name}\0${port}`;
    const address = addressKey(host);
    return typeof address === 'number' ? address * 65_536 + port : `${address}\0${port}`;
  }

  /** One of each record (RFC 2181 §5), with the weights of all instances that have it. */
  #distinctHosts(family: number): PoolParts<Host> {
    const [only] = this.instances;
    if (only !== undefined && this.instances.length === 1) {
      const host = this.#addressOf(only, family);
      return { items: host === undefined ? [] : [host], weights: undefined, pathOf: undefined };
    }
    const byRdata = new Map<
      number | string,
      { readonly host: Host; readonly instance: InstanceEntry; weight: number }
    >();
    for (const instance of this.instances) {
      const host = this.#addressOf(instance, family);
      if (host === undefined) continue;
      const weight = instance.weight();
      const key = addressKey(host);
      const known = byRdata.get(key);
      if (known === undefined) byRdata.set(key, { host, instance, weight });
      else known.weight += weight;
    }
    const all = [...byRdata.values()];
    const items = all.map(({ host }) => host);
    const weights = this.#ofUneven(all.map(({ weight }) => weight));
    const instances = all.map(({ instance }) => instance);
    return { items, weights, pathOf: this.#pathOf(instances, (_, at) => items[at]) };
  }

  /** The address of an instance in a family, or with ANY in either; undefined when it has none there. */
  #addressOf(instance: InstanceEntry, family: number): Host | undefined {
    const host = this.hostOf(instance, family);
    if (host === undefined || host.type === RecordType.CNAME) return undefined;
    return family === RecordType.ANY || host.type === family ? host : undefined;
  }
}

/** One of each record (RFC 2181 §5). */
export function distinctHosts(hosts: readonly Host[]): Host[] {
  return [...new Map(hosts.map((host) => [addressKey(host), host])).values()];
}

/** An IPv4 address as its number, any other RDATA as text. */
function addressKey({ type, rdata }: Host): number | string {
  if (type !== RecordType.A) return octetText(rdata, 0, rdata.length);
  const [one = 0, two = 0, three = 0, four = 0] = rdata;
  return ((one << 24) | (two << 16) | (three << 8) | four) >>> 0;
}
