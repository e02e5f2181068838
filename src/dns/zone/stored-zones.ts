/**
 * The RRsets that were written through HTTP, as an answer thread holds them, laid over the zones of the master files.
 * A change costs what it touches: nodes are put together when somebody looks for them, and a reload lays the same
 * RRsets over other files. A stored RRset stands in for the file's of the same owner and type, a CNAME on either side
 * for all that cannot stand beside it; a zone without a file comes and goes with its stored SOA.
 *
 *   base store ──▶ over(base) ──▶ zones whose nodes are: merged (kept once made) ▸ stored ▸ file ▸ empty non-terminals
 */
import type { ViewChange, ViewDelta, ViewRRset } from '../view/delta.ts';
import { type Name, parentOf } from '../wire/name.ts';
import { RecordType } from '../wire/types.ts';
import { LayeredNodes } from './layered-nodes.ts';
import { hasName, type RRset, targetOf, type Zone } from './zone.ts';
import { NO_ALIAS } from './zone-rules.ts';
import { withSerialMoved, type ZoneStore } from './zone-store.ts';

/** RRsets of one zone. */
export class StoredZone {
  readonly apex: Name;
  readonly nodes = new Map<Name, Map<number, RRset>>();
  /** How many stored owners are below a name: it exists, if only as an empty non-terminal. */
  readonly ownersBelow = new Map<Name, number>();
  /** How many stored records name a host. */
  readonly hosts = new Map<Name, number>();
  /** RRsets that make `Zone.hasCuts` true. */
  cuts = 0;
  /** Of the last write. */
  index = 0;

  constructor(apex: Name) {
    this.apex = apex;
  }

  get isEmpty(): boolean {
    return this.index === 0 && this.nodes.size === 0;
  }

  get soa(): RRset | undefined {
    return this.nodes.get(this.apex)?.get(RecordType.SOA);
  }

  put({ owner, type, records }: ViewRRset): void {
    let node = this.nodes.get(owner);
    if (node === undefined) {
      node = new Map();
      this.nodes.set(owner, node);
      this.#countOwner(owner, 1);
    }
    const before = node.get(type);
    if (before === undefined) this.cuts += this.#isCut(owner, type) ? 1 : 0;
    else this.#countHosts(type, before, -1);
    node.set(type, records);
    this.#countHosts(type, records, 1);
  }

  delete(owner: Name, type: number): void {
    const node = this.nodes.get(owner);
    const before = node?.get(type);
    if (node === undefined || before === undefined) return;
    node.delete(type);
    this.#countHosts(type, before, -1);
    this.cuts -= this.#isCut(owner, type) ? 1 : 0;
    if (node.size > 0) return;
    this.nodes.delete(owner);
    this.#countOwner(owner, -1);
  }

  #isCut(owner: Name, type: number): boolean {
    return type === RecordType.DNAME || (type === RecordType.NS && owner !== this.apex);
  }

  #countOwner(owner: Name, step: 1 | -1): void {
    for (let above = owner; above !== this.apex; ) {
      above = parentOf(above);
      count(this.ownersBelow, above, step);
    }
  }

  #countHosts(type: number, records: RRset, step: 1 | -1): void {
    if (!NO_ALIAS.has(type)) return;
    for (const record of records) {
      const host = targetOf(record);
      if (host !== undefined) count(this.hosts, host, step);
    }
  }
}

function count(counts: Map<Name, number>, name: Name, step: 1 | -1): void {
  const counted = (counts.get(name) ?? 0) + step;
  if (counted === 0) counts.delete(name);
  else counts.set(name, counted);
}

export class StoredZones {
  readonly #zones = new Map<Name, StoredZone>();
  #overlaid: OverlaidStore | undefined;

  /** Takes the changes that are about zones, and leaves the others alone. */
  apply({ changes }: ViewDelta): void {
    const touched = new Set<Name>();
    for (const change of changes) {
      const apex = this.#take(change);
      if (apex !== undefined) touched.add(apex);
    }
    for (const apex of touched) {
      const zone = this.#zones.get(apex);
      this.#overlaid?.refresh(apex, zone);
      if (zone?.isEmpty === true) this.#zones.delete(apex);
    }
  }

  /** `base` with the stored RRsets; the same store, which follows every change, for the same base. */
  over(base: ZoneStore): ZoneStore {
    if (this.#overlaid?.base !== base) this.#overlaid = new OverlaidStore(base, this.#zones);
    return this.#overlaid;
  }

  /** Whether the RRset was written through HTTP. */
  has(zone: Name, owner: Name, type: number): boolean {
    return this.#zones.get(zone)?.nodes.get(owner)?.has(type) ?? false;
  }

  /** @returns the zone that is touched */
  #take(change: ViewChange): Name | undefined {
    switch (change.kind) {
      case 'put-rrset': {
        const { zone, owner } = change.rrset;
        this.#zone(zone).put(change.rrset);
        this.#overlaid?.forget(zone, owner);
        return zone;
      }
      case 'delete-rrset': {
        const { zone, owner, type } = change;
        this.#zone(zone).delete(owner, type);
        this.#overlaid?.forget(zone, owner);
        return zone;
      }
      case 'move-zone':
        this.#zone(change.zone).index = change.index;
        return change.zone;
      default:
        return undefined;
    }
  }

  #zone(apex: Name): StoredZone {
    let zone = this.#zones.get(apex);
    if (zone === undefined) {
      zone = new StoredZone(apex);
      this.#zones.set(apex, zone);
    }
    return zone;
  }
}

/** A zone as it is answered from, and what it is made of. */
interface Overlaid {
  readonly zone: Zone;
  readonly nodes: LayeredNodes;
}

class OverlaidStore implements ZoneStore {
  readonly base: ZoneStore;
  readonly #files: ReadonlyMap<Name, Zone>;
  readonly #overlaid = new Map<Name, Overlaid>();

  constructor(base: ZoneStore, stored: ReadonlyMap<Name, StoredZone>) {
    this.base = base;
    this.#files = new Map(base.zones.map((zone) => [zone.apex, zone]));
    for (const [apex, zone] of stored) this.refresh(apex, zone);
  }

  get zones(): readonly Zone[] {
    const untouched = this.base.zones.filter(({ apex }) => !this.#overlaid.has(apex));
    return [...untouched, ...Array.from(this.#overlaid.values(), ({ zone }) => zone)];
  }

  find(name: Name): Zone | undefined {
    const file = this.base.find(name);
    if (this.#overlaid.size === 0) return file;
    for (let at = name; ; at = parentOf(at)) {
      const overlaid = this.#overlaid.get(at);
      if (overlaid !== undefined) return overlaid.zone;
      if (at === file?.apex || at.length <= 1) return file;
    }
  }

  isShared(zone: Zone): boolean {
    return this.base.isShared(zone);
  }

  hasName(name: Name): boolean {
    const zone = this.find(name);
    return zone !== undefined && (!this.isShared(zone) || hasName(zone, name));
  }

  soaOf(apex: Name, catalogIndex: number): Zone['soa'] | undefined {
    const zone = this.#overlaid.get(apex)?.zone;
    if (zone === undefined) return this.base.soaOf(apex, catalogIndex);
    return this.isShared(zone) ? withSerialMoved(zone.soa, catalogIndex) : zone.soa;
  }

  /** What was put together for `owner` is so no longer. */
  forget(apex: Name, owner: Name): void {
    this.#overlaid.get(apex)?.nodes.forget(owner);
  }

  /** Makes the zone anew of its file and of what is stored now. */
  refresh(apex: Name, stored: StoredZone | undefined): void {
    const file = this.#files.get(apex);
    const unmoved = file?.soa ?? stored?.soa?.[0];
    if (stored === undefined || stored.isEmpty || unmoved === undefined) {
      this.#overlaid.delete(apex);
      return;
    }
    const nodes = this.#overlaid.get(apex)?.nodes ?? new LayeredNodes(stored, file?.nodes);
    // A shared zone moves with the whole catalog, and so with every question (`soaOf`).
    const isShared = file !== undefined && this.isShared(file);
    const soa = isShared ? unmoved : withSerialMoved(unmoved, stored.index);
    nodes.setSoa(soa);
    const ns = nodes.get(apex)?.get(RecordType.NS) ?? [];
    const hasCuts = (file?.hasCuts ?? false) || stored.cuts > 0;
    const hosts = {
      has: (host: Name) => stored.hosts.has(host) || (file?.hosts.has(host) ?? false),
    };
    const zone = { apex, file: file?.file ?? '', nodes, soa, ns, hasCuts, hosts };
    this.#overlaid.set(apex, { zone, nodes });
  }
}
