/**
 * Whether an RRset may be stored, or deleted, in its zone as it is answered now, by the rules that a master file is
 * held to (`zone-rules.ts`), and whether its zone is the one that answers its owner. Two RRsets that are judged at the
 * same time do not see each other: HTTP has those that could be about each other judged in turn.
 */
import { isAtOrBelow, type Name, parentOf, ROOT } from '../wire/name.ts';
import { formatType, RecordType } from '../wire/types.ts';
import { isPlaceToStop, runAtOnce, type Steps } from './steps.ts';
import { targetOf, type Zone, type ZoneNode } from './zone.ts';
import { AT_CUT, BESIDE_CNAME, dsWithoutNs, GLUE, NO_ALIAS, quoted } from './zone-rules.ts';
import type { ZoneStore } from './zone-store.ts';

export interface RRsetToJudge {
  readonly change: 'put' | 'delete';
  readonly zone: Name;
  readonly owner: Name;
  readonly type: number;
  /** Hosts that its records name, in lower case. */
  readonly targets: readonly Name[];
}

export interface RecordVerdict {
  /** A master file has the zone. */
  readonly hasFile: boolean;
  /** Why not; undefined when nothing is against it. */
  readonly conflict: RecordConflict | undefined;
}

export interface RecordConflict {
  /** The part of the path that it is about. */
  readonly field: 'zone' | 'type';
  readonly reason: string;
}

export interface JudgedStores {
  readonly files: ZoneStore;
  readonly served: ZoneStore;
}

/** All of it at once. */
export function judgeRRset(stores: JudgedStores, rrset: RRsetToJudge): RecordVerdict {
  return runAtOnce(judgeInSteps(stores, rrset), () => '');
}

/** Some go through the names of a zone: not between two queries. */
export function* judgeInSteps(
  { files, served }: JudgedStores,
  rrset: RRsetToJudge,
): Steps<RecordVerdict> {
  const file = zoneAt(files, rrset.zone);
  const hasFile = file !== undefined;
  const zone = zoneAt(served, rrset.zone);
  if (rrset.change === 'delete') {
    return { hasFile, conflict: about('type', zone && stillNeeded(zone, file, rrset)) };
  }
  if (zone === undefined) {
    const begins = rrset.type === RecordType.SOA && rrset.owner === rrset.zone;
    // An RRset of a zone that nobody serves the catalog refuses.
    const taken = begins ? yield* takenFromAbove(served, rrset.zone) : undefined;
    return { hasFile, conflict: about('zone', taken) };
  }
  const elsewhere = answeredElsewhere(served, zone, rrset);
  if (elsewhere !== undefined) return { hasFile, conflict: about('zone', elsewhere) };
  const reason =
    ofTheFile(zone, file, rrset) ??
    besideOthers(zone, rrset) ??
    belowOthers(zone, rrset) ??
    withoutDelegation(zone, rrset) ??
    (yield* aboveOthers(zone, rrset)) ??
    namingAlias(zone, rrset) ??
    (yield* namedByOthers(zone, rrset));
  return { hasFile, conflict: about('type', reason) };
}

function about(
  field: RecordConflict['field'],
  reason: string | undefined,
): RecordConflict | undefined {
  return reason === undefined ? undefined : { field, reason };
}

/** The zone of this very apex. */
function zoneAt(store: ZoneStore, apex: Name): Zone | undefined {
  const zone = store.find(apex);
  return zone?.apex === apex ? zone : undefined;
}

/** RFC 4035 §2.4: the NS of a delegation stays as long as it has a DS. */
function stillNeeded(
  zone: Zone,
  file: Zone | undefined,
  { owner, type }: RRsetToJudge,
): string | undefined {
  if (type !== RecordType.NS || owner === zone.apex) return undefined;
  if (!zone.nodes.get(owner)?.has(RecordType.DS)) return undefined;
  return file?.nodes.get(owner)?.has(RecordType.NS) ? undefined : dsWithoutNs(owner);
}

/** RFC 1034 §4.2: names go over to a zone of their own when nothing but its delegation is there. */
function* takenFromAbove(served: ZoneStore, apex: Name): Steps<string | undefined> {
  const above = apex === ROOT ? undefined : served.find(parentOf(apex));
  if (above === undefined) return undefined;
  for (let at = apex; at !== above.apex; at = parentOf(at)) {
    // The rules of the zone above leave nothing but the delegation and its glue there.
    if (above.nodes.get(at)?.has(RecordType.NS)) return undefined;
    const dname = parentOf(at);
    if (above.nodes.get(dname)?.has(RecordType.DNAME)) {
      return `${quoted(apex)} is below the DNAME of ${quoted(dname)} (RFC 6672 §2.4)`;
    }
  }
  if (!above.nodes.has(apex)) return undefined;
  let count = 0;
  for (const name of above.nodes.keys()) {
    count += 1;
    if (isPlaceToStop(count)) yield undefined;
    if (name !== apex && !isBelow(name, apex)) continue;
    const [type] = above.nodes.get(name)?.keys() ?? [];
    if (type === undefined) continue;
    const has = `${quoted(above.apex)} has ${formatType(type)} records of ${quoted(name)}`;
    return `${has}, which a zone ${quoted(apex)} would hide`;
  }
  return undefined;
}

/** A zone below answers its names; the zone above has its delegation and nothing else (RFC 1034 §4.2.1). */
function answeredElsewhere(
  served: ZoneStore,
  zone: Zone,
  { owner, type }: RRsetToJudge,
): string | undefined {
  let below: Zone | undefined;
  let isDelegated = false;
  for (let at = owner; at !== zone.apex; at = parentOf(at)) {
    below = zoneAt(served, at) ?? below;
    isDelegated ||= zone.nodes.get(at)?.has(RecordType.NS) ?? false;
  }
  if (below === undefined) return undefined;
  const delegates = type === RecordType.NS || type === RecordType.DS;
  if ((delegates && owner === below.apex) || (GLUE.has(type) && isDelegated)) return undefined;
  const home = served.find(owner)?.apex ?? below.apex;
  return `${quoted(owner)} is in the zone ${quoted(home)}, not in ${quoted(zone.apex)}`;
}

function ofTheFile(zone: Zone, file: Zone | undefined, { type }: RRsetToJudge): string | undefined {
  const isIts = type === RecordType.SOA && file !== undefined;
  return isIts ? `the SOA of ${quoted(zone.apex)} is in ${file.file}` : undefined;
}

function besideOthers(zone: Zone, { owner, type }: RRsetToJudge): string | undefined {
  for (const other of zone.nodes.get(owner)?.keys() ?? []) {
    if (type === RecordType.CNAME ? BESIDE_CNAME.has(other) : other !== RecordType.CNAME) continue;
    return `${quoted(owner)} has ${formatType(other)} records and so no ${formatType(type)} (RFC 2181 §10.1)`;
  }
  return undefined;
}

function belowOthers(zone: Zone, { owner, type }: RRsetToJudge): string | undefined {
  for (let at = owner; at !== zone.apex; at = parentOf(at)) {
    const isItself = at === owner;
    if (zone.nodes.get(at)?.has(RecordType.NS) && !(isItself ? AT_CUT : GLUE).has(type)) {
      return `${formatType(type)} ${isItself ? 'at' : 'below'} the delegation ${quoted(at)} is not this zone's`;
    }
    const above = parentOf(at);
    if (zone.nodes.get(above)?.has(RecordType.DNAME)) {
      return `${quoted(owner)} is below the DNAME of ${quoted(above)} (RFC 6672 §2.4)`;
    }
  }
  return undefined;
}

function withoutDelegation(zone: Zone, { owner, type }: RRsetToJudge): string | undefined {
  if (type !== RecordType.DS || zone.nodes.get(owner)?.has(RecordType.NS)) return undefined;
  return dsWithoutNs(owner);
}

/** What a delegation or a DNAME would hide. */
function* aboveOthers(zone: Zone, { owner, type }: RRsetToJudge): Steps<string | undefined> {
  const isCut = type === RecordType.NS && owner !== zone.apex;
  if (!isCut && type !== RecordType.DNAME) return undefined;
  const node = zone.nodes.get(owner);
  if (node === undefined) return undefined;
  const beside = isCut ? otherThan(node, AT_CUT) : undefined;
  if (beside !== undefined) {
    return `${quoted(owner)} has ${formatType(beside)} records, which a delegation would hide`;
  }
  let count = 0;
  for (const name of zone.nodes.keys()) {
    count += 1;
    if (isPlaceToStop(count)) yield undefined;
    const conflict = isBelow(name, owner) ? hiddenBy(zone, name, isCut) : undefined;
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

/** The octets first, which is all that most names are looked at for. */
function isBelow(name: Name, owner: Name): boolean {
  return name.length > owner.length && name.endsWith(owner) && isAtOrBelow(name, owner);
}

function hiddenBy(zone: Zone, name: Name, isCut: boolean): string | undefined {
  const hidden = otherThan(zone.nodes.get(name), isCut ? GLUE : NOTHING);
  if (hidden === undefined) return undefined;
  return isCut
    ? `${quoted(name)} has ${formatType(hidden)} records, which a delegation would hide`
    : `${quoted(name)} would be below the DNAME (RFC 6672 §2.4)`;
}

const NOTHING: ReadonlySet<number> = new Set();

function otherThan(node: ZoneNode | undefined, types: ReadonlySet<number>): number | undefined {
  for (const type of node?.keys() ?? []) if (!types.has(type)) return type;
  return undefined;
}

function namingAlias(zone: Zone, { type, targets }: RRsetToJudge): string | undefined {
  if (!NO_ALIAS.has(type)) return undefined;
  const alias = targets.find((target) => zone.nodes.get(target)?.has(RecordType.CNAME));
  return alias && `the ${formatType(type)} names ${quoted(alias)}, which is an alias`;
}

/** The other way round: a host that is named becomes no alias. */
function* namedByOthers(zone: Zone, { owner, type }: RRsetToJudge): Steps<string | undefined> {
  // Few names are hosts that others name, and only for those the zone is searched.
  if (type !== RecordType.CNAME || !zone.hosts.has(owner)) return undefined;
  let count = 0;
  for (const [name, node] of zone.nodes) {
    count += 1;
    if (isPlaceToStop(count)) yield undefined;
    const naming = [...NO_ALIAS].find((other) =>
      node.get(other)?.some((record) => targetOf(record) === owner),
    );
    if (naming === undefined) continue;
    return `the ${formatType(naming)} of ${quoted(name)} names ${quoted(owner)}, which is then no alias (RFC 2181 §10.3)`;
  }
  return undefined;
}
