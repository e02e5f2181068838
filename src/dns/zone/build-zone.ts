/**
 * Makes a zone of the records of one master file, or says what keeps them from being one (RFC 1035 §5.2):
 * one SOA, name servers at the apex, nothing outside, aliases that stand alone, cuts with nothing but glue below.
 */
import { isAtOrBelow, lowerName, type Name, parentOf } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { formatType, RecordType } from '../wire/types.ts';
import type { ParsedFile, PlacedRecord } from './master-file/parse-master-file.ts';
import { forEach, runAtOnce, type Steps } from './steps.ts';
import { type RRset, targetOf, type Zone, type ZoneNode } from './zone.ts';
import type { Origin, ZoneFault } from './zone-error.ts';
import {
  AT_CUT,
  BESIDE_CNAME,
  dsWithoutNs,
  faultOfAlias,
  faultOfOwner,
  GLUE,
  NO_ALIAS,
  quoted,
} from './zone-rules.ts';

export interface ZoneFile {
  readonly file: string;
  /** What the file's name stands for: the apex unless the SOA says otherwise. */
  readonly origin: Name;
  /** The apex has to be `origin`: the file of the configured domain. */
  readonly apexIsOrigin: boolean;
}

/** A zone, or undefined and at least one fault. */
export interface BuiltZone {
  readonly zone: Zone | undefined;
  readonly faults: readonly ZoneFault[];
}

/** Records of one owner, by type. */
type DraftNode = Map<number, PlacedRecord[]>;
type Draft = Map<Name, DraftNode>;

/** All of it at once. */
export function buildZone(zoneFile: ZoneFile, parsed: ParsedFile): BuiltZone {
  return runAtOnce(buildZoneInSteps(zoneFile, parsed), () => '');
}

export function* buildZoneInSteps(zoneFile: ZoneFile, parsed: ParsedFile): Steps<BuiltZone> {
  const faults: ZoneFault[] = [...parsed.faults];
  const report = (at: Origin, reason: string): void => {
    faults.push({ file: at.file, line: at.line, reason });
  };
  const soa = findSoa(zoneFile, parsed, report);
  const apex = soa === undefined ? zoneFile.origin : lowerName(soa.owner);
  const draft = yield* gather(apex, parsed.records, report);
  yield* forEach(draft, ([name, node]) => {
    checkAliases(name, node, report);
    checkOwner({ apex, draft, name, node }, report);
  });
  const hasCuts = yield* findAnyCut(apex, draft);
  if (hasCuts) {
    yield* forEach(draft, ([name, node]) => checkCuts({ apex, draft, name, node }, report));
    yield* forEach(draft, ([name, node]) => checkDnames({ apex, draft, name, node }, report));
  }
  const hosts = new Set<Name>();
  yield* forEach(draft.values(), (node) => {
    for (const host of checkTargets(apex, draft, node, report)) hosts.add(host);
  });
  const nodes = yield* finish(apex, draft);
  const ns = nodes.get(apex)?.get(RecordType.NS);
  // A line that could not be read may have been the one that is missed.
  if (ns === undefined && parsed.faults.length === 0 && soa !== undefined) {
    const at = { file: zoneFile.file, line: 0 };
    report(at, `no NS record at the apex ${quoted(apex)} (RFC 1034 §4.2.1)`);
  }
  if (soa === undefined || ns === undefined || faults.length > 0)
    return { zone: undefined, faults };
  return { zone: { apex, file: zoneFile.file, nodes, soa, ns, hasCuts, hosts }, faults };
}

type Report = (at: Origin, reason: string) => void;

const placeOf = (at: Origin): string => `${at.file}:${at.line}`;

/** RFC 1035 §5.2: exactly one, and its owner is the apex. */
function findSoa(
  zoneFile: ZoneFile,
  parsed: ParsedFile,
  report: Report,
): ResourceRecord | undefined {
  const found = parsed.records.filter(({ record }) => record.type === RecordType.SOA);
  const [first, ...others] = found;
  for (const other of others) {
    report(
      other,
      `a second SOA record; the first is at ${first === undefined ? '' : placeOf(first)}`,
    );
  }
  const file = { file: zoneFile.file, line: 0 };
  if (first === undefined) {
    if (parsed.faults.length === 0) report(file, 'no SOA record: a zone begins with one');
    return undefined;
  }
  const { owner } = first.record;
  if (zoneFile.apexIsOrigin && lowerName(owner) !== zoneFile.origin) {
    report(first, `the SOA is at ${quoted(owner)}, the zone is ${quoted(zoneFile.origin)}`);
  }
  return first.record;
}

function* gather(apex: Name, records: readonly PlacedRecord[], report: Report): Steps<Draft> {
  const draft: Draft = new Map();
  const seen: Seen = new Map();
  yield* forEach(records, (placed) => {
    const { owner, type } = placed.record;
    const name = lowerName(owner);
    if (!isAtOrBelow(name, apex)) {
      report(placed, `${quoted(owner)} is outside the zone ${quoted(apex)}`);
      return;
    }
    const node: DraftNode = draft.get(name) ?? new Map();
    draft.set(name, node);
    const rrset = node.get(type) ?? [];
    node.set(type, rrset);
    // RFC 2181 §5: the same record twice is one record.
    if (!isRepeated(rrset, placed, seen)) rrset.push(placed);
  });
  return draft;
}

/** RDATA of the RRsets that are too long to be searched record by record. */
type Seen = Map<readonly PlacedRecord[], Set<string>>;
const SEARCHED_RECORDS_MAX = 16;

function isRepeated(rrset: readonly PlacedRecord[], { record }: PlacedRecord, seen: Seen): boolean {
  if (rrset.length < SEARCHED_RECORDS_MAX) {
    return rrset.some((other) => Buffer.compare(other.record.rdata, record.rdata) === 0);
  }
  const texts = seen.get(rrset) ?? new Set(rrset.map((other) => rdataText(other.record)));
  seen.set(rrset, texts);
  const count = texts.size;
  return texts.add(rdataText(record)).size === count;
}

const rdataText = ({ rdata }: ResourceRecord): string => octetText(rdata, 0, rdata.length);

function checkAliases(name: Name, node: DraftNode, report: Report): void {
  const [cname, second] = node.get(RecordType.CNAME) ?? [];
  if (cname !== undefined) {
    if (second !== undefined)
      report(second, `${quoted(name)} already has a CNAME (${placeOf(cname)})`);
    for (const [type, [other]] of node) {
      if (BESIDE_CNAME.has(type) || other === undefined) continue;
      const reason = `has a CNAME (${placeOf(cname)}) and so no ${formatType(type)} (RFC 1034 §3.6.2)`;
      report(other, `${quoted(name)} ${reason}`);
    }
  }
  const fault = cname && faultOfAlias(cname.record);
  if (cname !== undefined && fault !== undefined) report(cname, fault);
  const [dname, another] = node.get(RecordType.DNAME) ?? [];
  // RFC 6672 §2.4
  if (another !== undefined && dname !== undefined) {
    report(another, `${quoted(name)} already has a DNAME (${placeOf(dname)})`);
  }
}

function checkOwner({ apex, name, node }: Drafted, report: Report): void {
  for (const [type, [placed]] of node) {
    const fault = faultOfOwner(apex, name, type);
    if (placed !== undefined && fault !== undefined) report(placed, fault);
  }
  const ds = node.get(RecordType.DS)?.[0];
  if (ds === undefined || name === apex || node.has(RecordType.NS)) return;
  report(ds, dsWithoutNs(name));
}

/** Most zones have none, and nobody has to look for one above each name. */
function* findAnyCut(apex: Name, draft: Draft): Steps<boolean> {
  let found = false;
  yield* forEach(draft, ([name, node]) => {
    found ||= node.has(RecordType.DNAME) || (name !== apex && node.has(RecordType.NS));
  });
  return found;
}

/** An owner among the others of its zone. */
interface Drafted {
  readonly apex: Name;
  readonly draft: Draft;
  readonly name: Name;
  readonly node: DraftNode;
}

/** Nothing could ever be answered from below a cut but glue. */
function checkCuts({ apex, draft, name, node }: Drafted, report: Report): void {
  const cut = cutAbove(apex, draft, name);
  if (cut === undefined) return;
  const allowed = cut === name ? AT_CUT : GLUE;
  for (const [type, [placed]] of node) {
    if (placed === undefined || allowed.has(type)) continue;
    const where = cut === name ? 'at' : 'below';
    const reason = `${formatType(type)} ${where} the delegation ${quoted(cut)} is not this zone's`;
    report(placed, reason);
  }
  for (const ns of cut === name ? (node.get(RecordType.NS) ?? []) : []) {
    const host = targetOf(ns.record);
    if (host === undefined || !isAtOrBelow(host, cut)) continue;
    const addresses = draft.get(host);
    if (addresses?.has(RecordType.A) || addresses?.has(RecordType.AAAA)) continue;
    report(ns, `the name server ${quoted(host)} of the delegation ${quoted(cut)} needs an address`);
  }
}

/** RFC 6672 §2.4: nothing is below a DNAME. */
function checkDnames({ apex, draft, name, node }: Drafted, report: Report): void {
  for (let above = name; above !== apex; ) {
    above = parentOf(above);
    const dname = draft.get(above)?.get(RecordType.DNAME)?.[0];
    const placed = [...node.values()][0]?.[0];
    if (dname === undefined || placed === undefined) continue;
    report(placed, `${quoted(name)} is below the DNAME at ${placeOf(dname)} (RFC 6672 §2.4)`);
  }
}

/** The owner of NS nearest to the apex among `name` and what is above it, the apex aside. */
function cutAbove(apex: Name, draft: Draft, name: Name): Name | undefined {
  let cut: Name | undefined;
  for (let at = name; at !== apex; at = parentOf(at)) {
    if (draft.get(at)?.has(RecordType.NS)) cut = at;
  }
  return cut;
}

/** RFC 2181 §10.3, RFC 2782: a host that a record names is no alias. @returns the hosts in this zone */
function checkTargets(apex: Name, draft: Draft, node: DraftNode, report: Report): Name[] {
  const hosts: Name[] = [];
  for (const type of NO_ALIAS) {
    for (const placed of node.get(type) ?? []) {
      const target = targetOf(placed.record);
      if (target === undefined || !isAtOrBelow(target, apex)) continue;
      hosts.push(target);
      if (!draft.get(target)?.has(RecordType.CNAME)) continue;
      report(placed, `the ${formatType(type)} names ${quoted(target)}, which is an alias`);
    }
  }
  return hosts;
}

/**
 * Adds the empty non-terminals (RFC 4592 §2.2.2) and gives every RRset one TTL. In the draft itself, which nobody
 * needs any more: another map for each name would be a third of what the collector has to do.
 */
function* finish(apex: Name, draft: Draft): Steps<ReadonlyMap<Name, ZoneNode>> {
  const nodes = draft as unknown as Map<Name, Map<number, RRset>>;
  yield* forEach(draft, ([name, drafted]) => {
    const node = drafted as unknown as Map<number, RRset>;
    for (const [type, placed] of drafted) node.set(type, withOneTtl(placed));
    for (let above = name; above !== apex; ) {
      above = parentOf(above);
      // Whoever is there already has seen to what is above it, or will.
      if (nodes.has(above)) break;
      nodes.set(above, new Map());
    }
  });
  return nodes;
}

/** RFC 2181 §5.2: the TTLs of an RRset are equal; the lowest is the safe one. */
function withOneTtl(placed: readonly PlacedRecord[]): readonly ResourceRecord[] {
  const ttl = placed.reduce((lowest, { record }) => Math.min(lowest, record.ttl), Infinity);
  return placed.map(({ record }) => (record.ttl === ttl ? record : { ...record, ttl }));
}
