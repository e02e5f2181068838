/**
 * Whether an RRset that is to be stored fits into its zone as it is answered now, by the rules that a master file is
 * held to (`build-zone.ts`). Two RRsets that are written at the same time do not see each other here: what must never
 * stand together the catalog looks at once more, in the transaction.
 */
import { formatName, isAtOrBelow, type Name, parentOf } from '../wire/name.ts';
import { formatType, RecordType } from '../wire/types.ts';
import { isPlaceToStop, runAtOnce, type Steps } from './steps.ts';
import type { Zone, ZoneNode } from './zone.ts';
import type { ZoneStore } from './zone-store.ts';

export interface RRsetToJudge {
  readonly zone: Name;
  readonly owner: Name;
  readonly type: number;
  /** Hosts that its records name, in lower case. */
  readonly targets: readonly Name[];
}

export interface RecordVerdict {
  /** A master file has the zone. */
  readonly hasFile: boolean;
  /** Why the RRset cannot stand where it is put; undefined when it can. */
  readonly conflict: string | undefined;
}

export interface JudgedStores {
  readonly files: ZoneStore;
  readonly served: ZoneStore;
}

/** All of it at once. */
export function judgeRRset(stores: JudgedStores, rrset: RRsetToJudge): RecordVerdict {
  return runAtOnce(judgeInSteps(stores, rrset), () => '');
}

/** A delegation or a DNAME goes through the names of its zone: not between two queries. */
export function* judgeInSteps(
  { files, served }: JudgedStores,
  rrset: RRsetToJudge,
): Steps<RecordVerdict> {
  const hasFile = files.find(rrset.zone)?.apex === rrset.zone;
  const zone = served.find(rrset.zone);
  if (zone?.apex !== rrset.zone) return { hasFile, conflict: undefined };
  if (hasFile && rrset.type === RecordType.SOA) {
    return { hasFile, conflict: `the SOA of ${quoted(zone.apex)} is in ${zone.file}` };
  }
  const conflict =
    besideOthers(zone, rrset) ??
    belowOthers(zone, rrset) ??
    (yield* aboveOthers(zone, rrset)) ??
    namingAlias(zone, rrset);
  return { hasFile, conflict };
}

const quoted = (name: Name): string => `"${formatName(name)}"`;

/** RFC 2181 §10.1, RFC 4034 §2.5 */
const BESIDE_CNAME = new Set<number>([RecordType.CNAME, RecordType.RRSIG, RecordType.NSEC]);
const NOTHING = new Set<number>();
const GLUE = new Set<number>([RecordType.A, RecordType.AAAA]);
const AT_CUT = new Set<number>([
  ...GLUE,
  RecordType.NS,
  RecordType.DS,
  RecordType.RRSIG,
  RecordType.NSEC,
]);
/** RFC 2181 §10.3, RFC 2782: the host they name is no alias. */
const NO_ALIAS = new Set<number>([RecordType.NS, RecordType.MX, RecordType.SRV]);

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

function otherThan(node: ZoneNode | undefined, types: ReadonlySet<number>): number | undefined {
  for (const type of node?.keys() ?? []) if (!types.has(type)) return type;
  return undefined;
}

function namingAlias(zone: Zone, { type, targets }: RRsetToJudge): string | undefined {
  if (!NO_ALIAS.has(type)) return undefined;
  const alias = targets.find((target) => zone.nodes.get(target)?.has(RecordType.CNAME));
  return alias && `the ${formatType(type)} names ${quoted(alias)}, which is an alias`;
}
