/**
 * The instances of one service name, and the selections that questions make of them: usable ones, by tag, with
 * their distinct addresses. Selections are kept until an instance, its node or the health rule changes; only
 * for tags that some instance has, so a flood of made-up tags costs neither memory nor time.
 */
import { PackedAddresses } from '../wire/address-rrset.ts';
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
  #hasHostName: boolean | undefined;

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

  /** Whether some instance is registered under a host name. */
  get hasHostName(): boolean {
    this.#hasHostName ??= this.instances.some(
      (instance) => instance.host(RecordType.ANY)?.type === RecordType.CNAME,
    );
    return this.#hasHostName;
  }

  /** The instances without those that an SRV record could not tell apart: same node, address and port. */
  get distinct(): InstanceEntry[] {
    if (this.#distinct === undefined) {
      const byRecord = new Map<string, InstanceEntry>();
      for (const instance of this.instances) {
        byRecord.set(`${instance.node.key}\0${instance.address}\0${instance.port}`, instance);
      }
      this.#distinct = [...byRecord.values()];
    }
    return this.#distinct;
  }
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
  const byRdata = new Map<string, Host>();
  for (const instance of instances) {
    const host = instance.host(family);
    if (host === undefined || host.type === RecordType.CNAME) continue;
    if (family !== RecordType.ANY && host.type !== family) continue;
    byRdata.set(Buffer.from(host.rdata).toString('latin1'), host);
  }
  return [...byRdata.values()];
}
