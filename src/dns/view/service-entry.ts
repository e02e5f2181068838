/**
 * The instances of one service name, and the selections that questions make of them: usable ones, by tag, with
 * their distinct addresses. Selections are kept until an instance, its node or the health rule changes; only
 * for tags that some instance has, so a flood of made-up tags costs neither memory nor time.
 */
import { PackedAddresses } from '../wire/address-rrset.ts';
import { lowerName } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import { RecordType } from '../wire/types.ts';
import type { InstanceEntry } from './entries.ts';
import type { Host } from './host.ts';
import { TagIndex } from './tag-index.ts';

export class ServiceEntry {
  readonly instances = new Set<InstanceEntry>();
  #untagged: Selection | undefined;
  #tags: TagIndex | undefined;
  #tagged: Map<string, Selection> | undefined;
  /** The rule that the kept selections were made by. */
  #onlyPassing = false;

  /** What a changed instance, or its node, makes stale. */
  dropSelections(): void {
    this.#untagged = undefined;
    this.#tags = undefined;
    this.#tagged = undefined;
  }

  /** The usable instances that have `tag` (undefined: all); undefined when there are none. */
  select(tag: string | undefined, onlyPassing: boolean): Selection | undefined {
    if (tag === undefined) return nonEmpty(this.#usable(onlyPassing));
    const instances = this.#tagsOfUsable(onlyPassing).get(tag);
    if (instances.length === 0) return undefined;
    this.#tagged ??= new Map();
    let selection = this.#tagged.get(tag);
    if (selection === undefined) {
      selection = new Selection(instances);
      this.#tagged.set(tag, selection);
    }
    return selection;
  }

  /** Whether some usable instance has a tag that ends with `.tag`. */
  hasTagBelow(tag: string, onlyPassing: boolean): boolean {
    return this.#tagsOfUsable(onlyPassing).hasBelow(tag);
  }

  #usable(onlyPassing: boolean): Selection {
    if (onlyPassing !== this.#onlyPassing) {
      this.dropSelections();
      this.#onlyPassing = onlyPassing;
    }
    this.#untagged ??= new Selection(
      [...this.instances].filter((one) => isUsable(one, onlyPassing)),
    );
    return this.#untagged;
  }

  #tagsOfUsable(onlyPassing: boolean): TagIndex {
    const { instances } = this.#usable(onlyPassing);
    this.#tags ??= new TagIndex(instances);
    return this.#tags;
  }
}

function nonEmpty(selection: Selection): Selection | undefined {
  return selection.instances.length === 0 ? undefined : selection;
}

function isUsable(instance: InstanceEntry, onlyPassing: boolean): boolean {
  if (instance.node.row === undefined) return false;
  const health = instance.health;
  return onlyPassing ? health === 'passing' : health !== 'critical';
}

/**
 * Instances and what is derived from them. The order inside a list means nothing: a reader draws from it by
 * moving what it drew to the front.
 */
export class Selection {
  readonly instances: readonly InstanceEntry[];
  #ipv4: PackedAddresses | undefined;
  #ipv6: PackedAddresses | undefined;
  #mixed: Host[] | undefined;
  #distinct: InstanceEntry[] | undefined;
  /** By type, of which there are three: A, AAAA, and ANY for all others. */
  readonly #hasHostName = new Map<number, boolean>();

  constructor(instances: readonly InstanceEntry[]) {
    this.instances = instances;
  }

  /** Distinct IPv4 addresses, as a question for A is answered. */
  get ipv4(): PackedAddresses {
    this.#ipv4 ??= packed(this.instances, RecordType.A);
    return this.#ipv4;
  }

  /** Distinct IPv6 addresses, as a question for AAAA is answered. */
  get ipv6(): PackedAddresses {
    this.#ipv6 ??= packed(this.instances, RecordType.AAAA);
    return this.#ipv6;
  }

  /** Distinct addresses of either family, one an instance, host names not among them. */
  get mixed(): Host[] {
    this.#mixed ??= distinctAddresses(this.instances, RecordType.ANY);
    return this.#mixed;
  }

  /** Whether a question of `type` would find some instance at a host name. */
  hasHostName(type: number): boolean {
    const family = type === RecordType.A || type === RecordType.AAAA ? type : RecordType.ANY;
    let known = this.#hasHostName.get(family);
    if (known === undefined) {
      known = this.instances.some((one) => one.host(family)?.type === RecordType.CNAME);
      this.#hasHostName.set(family, known);
    }
    return known;
  }

  /** The instances without those that an SRV record could not tell apart. */
  get distinct(): InstanceEntry[] {
    this.#distinct ??= [...new Map(this.instances.map((one) => [srvKey(one), one])).values()];
    return this.#distinct;
  }
}

/**
 * What an SRV record shows of an instance: the port, and the address that its target is named after, or else the
 * node. A host name can lead to the node as well, which depends on the question.
 */
function srvKey(instance: InstanceEntry): string {
  const { node, port } = instance;
  const host = instance.host(RecordType.SRV);
  if (host === undefined || host.type === RecordType.CNAME || host === node.addresses.plain) {
    return `${node.key}\0${lowerName(host?.name ?? '')}\0${port}`;
  }
  return `${node.row?.datacenter}\0${Buffer.from(host.rdata).toString('hex')}\0${port}`;
}

function packed(
  instances: readonly InstanceEntry[],
  type: PackedAddresses['type'],
): PackedAddresses {
  const hosts = distinctAddresses(instances, type);
  return new PackedAddresses(
    type,
    hosts.map((host) => host.rdata),
  );
}

function distinctAddresses(instances: readonly InstanceEntry[], family: number): Host[] {
  const hosts: Host[] = [];
  for (const instance of instances) {
    const host = instance.host(family);
    if (host === undefined || host.type === RecordType.CNAME) continue;
    if (family === RecordType.ANY || host.type === family) hosts.push(host);
  }
  return distinctHosts(hosts);
}

/** One of each record (RFC 2181 §5). */
export function distinctHosts(hosts: readonly Host[]): Host[] {
  return [
    ...new Map(hosts.map((host) => [octetText(host.rdata, 0, host.rdata.length), host])).values(),
  ];
}
