/**
 * Makes a zone of the records of one master file, or says what keeps them from being one (RFC 1035 §5.2):
 * one SOA, name servers at the apex, nothing outside, aliases that stand alone, cuts with nothing but glue below.
 */
import { formatName, isAtOrBelow, lowerName, type Name, parentOf } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { formatType, RecordType } from '../wire/types.ts';
import type { ParsedFile, PlacedRecord } from './master-file/parse-master-file.ts';
import { targetOf, type Zone, type ZoneNode } from './zone.ts';
import type { Origin, ZoneFault } from './zone-error.ts';

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
type Draft = Map<Name, Map<number, PlacedRecord[]>>;

export function buildZone(zoneFile: ZoneFile, parsed: ParsedFile): BuiltZone {
  const faults: ZoneFault[] = [...parsed.faults];
  const report = (at: Origin, reason: string): void => {
    faults.push({ file: at.file, line: at.line, reason });
  };
  const soa = findSoa(zoneFile, parsed, report);
  const apex = soa === undefined ? zoneFile.origin : lowerName(soa.owner);
  const draft = gather(apex, parsed.records, report);
  checkAliases(draft, report);
  checkCuts(apex, draft, report);
  checkTargets(apex, draft, report);
  const nodes = finish(apex, draft);
  const ns = nodes.get(apex)?.get(RecordType.NS);
  // A line that could not be read may have been the one that is missed.
  if (ns === undefined && parsed.faults.length === 0 && soa !== undefined) {
    const at = { file: zoneFile.file, line: 0 };
    report(at, `no NS record at the apex ${quote(apex)} (RFC 1034 §4.2.1)`);
  }
  if (soa === undefined || ns === undefined || faults.length > 0)
    return { zone: undefined, faults };
  const hasCuts = [...nodes].some(
    ([name, node]) => node.has(RecordType.DNAME) || (name !== apex && node.has(RecordType.NS)),
  );
  return { zone: { apex, file: zoneFile.file, nodes, soa, ns, hasCuts }, faults };
}

type Report = (at: Origin, reason: string) => void;

const quote = (name: Name): string => `"${formatName(name)}"`;
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
    report(first, `the SOA is at ${quote(owner)}, the zone is ${quote(zoneFile.origin)}`);
  }
  return first.record;
}

function gather(apex: Name, records: readonly PlacedRecord[], report: Report): Draft {
  const draft: Draft = new Map();
  for (const placed of records) {
    const { owner, type, rdata } = placed.record;
    const name = lowerName(owner);
    if (!isAtOrBelow(name, apex)) {
      report(placed, `${quote(owner)} is outside the zone ${quote(apex)}`);
      continue;
    }
    const byType = draft.get(name) ?? new Map<number, PlacedRecord[]>();
    draft.set(name, byType);
    const rrset = byType.get(type) ?? [];
    byType.set(type, rrset);
    // RFC 2181 §5: the same record twice is one record.
    const isRepeated = rrset.some((other) => Buffer.compare(other.record.rdata, rdata) === 0);
    if (!isRepeated) rrset.push(placed);
  }
  return draft;
}

/** What may stand beside a CNAME (RFC 2181 §10.1, RFC 4034 §2.5). */
const BESIDE_CNAME = new Set<number>([RecordType.CNAME, RecordType.RRSIG, RecordType.NSEC]);

function checkAliases(draft: Draft, report: Report): void {
  for (const [name, byType] of draft) {
    const [cname, second] = byType.get(RecordType.CNAME) ?? [];
    if (cname !== undefined) {
      if (second !== undefined)
        report(second, `${quote(name)} already has a CNAME (${placeOf(cname)})`);
      for (const [type, [other]] of byType) {
        if (BESIDE_CNAME.has(type) || other === undefined) continue;
        const reason = `has a CNAME (${placeOf(cname)}) and so no ${formatType(type)} (RFC 1034 §3.6.2)`;
        report(other, `${quote(name)} ${reason}`);
      }
    }
    const [dname, another] = byType.get(RecordType.DNAME) ?? [];
    // RFC 6672 §2.4
    if (another !== undefined && dname !== undefined) {
      report(another, `${quote(name)} already has a DNAME (${placeOf(dname)})`);
    }
    if (name.startsWith('\x01*')) checkWildcard(name, byType, report);
  }
}

/** RFC 4592 §4.2, §4.4: what these would mean is not defined. */
function checkWildcard(name: Name, byType: Map<number, PlacedRecord[]>, report: Report): void {
  for (const type of [RecordType.NS, RecordType.DNAME]) {
    const placed = byType.get(type)?.[0];
    if (placed !== undefined) {
      report(placed, `the wildcard ${quote(name)} cannot own ${formatType(type)} (RFC 4592 §4)`);
    }
  }
}

const AT_CUT = new Set<number>([
  RecordType.NS,
  RecordType.DS,
  RecordType.A,
  RecordType.AAAA,
  RecordType.RRSIG,
  RecordType.NSEC,
]);
const GLUE = new Set<number>([RecordType.A, RecordType.AAAA]);

/** Nothing could ever be answered from below a cut but glue, nor from below a DNAME (RFC 6672 §2.4). */
function checkCuts(apex: Name, draft: Draft, report: Report): void {
  for (const [name, byType] of draft) {
    const cut = cutAbove(apex, draft, name);
    if (cut === undefined) continue;
    const allowed = cut === name ? AT_CUT : GLUE;
    for (const [type, [placed]] of byType) {
      if (placed === undefined || allowed.has(type)) continue;
      const where = cut === name ? 'at' : 'below';
      const reason = `${formatType(type)} ${where} the delegation ${quote(cut)} is not this zone's`;
      report(placed, reason);
    }
    for (const ns of cut === name ? (byType.get(RecordType.NS) ?? []) : []) {
      const host = targetOf(ns.record);
      if (host === undefined || !isAtOrBelow(host, cut)) continue;
      const addresses = draft.get(host);
      if (addresses?.has(RecordType.A) || addresses?.has(RecordType.AAAA)) continue;
      report(ns, `the name server ${quote(host)} of the delegation ${quote(cut)} needs an address`);
    }
  }
  for (const [name, byType] of draft) {
    for (let above = name; above !== apex; ) {
      above = parentOf(above);
      const dname = draft.get(above)?.get(RecordType.DNAME)?.[0];
      const placed = [...byType.values()][0]?.[0];
      if (dname === undefined || placed === undefined) continue;
      report(placed, `${quote(name)} is below the DNAME at ${placeOf(dname)} (RFC 6672 §2.4)`);
    }
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

/** RFC 2181 §10.3, RFC 2782: a host that a record names is no alias. */
function checkTargets(apex: Name, draft: Draft, report: Report): void {
  for (const byType of draft.values()) {
    for (const type of [RecordType.NS, RecordType.MX, RecordType.SRV]) {
      for (const placed of byType.get(type) ?? []) {
        const target = targetOf(placed.record);
        if (target === undefined || !isAtOrBelow(target, apex)) continue;
        if (!draft.get(target)?.has(RecordType.CNAME)) continue;
        report(placed, `the ${formatType(type)} names ${quote(target)}, which is an alias`);
      }
    }
  }
}

/** Adds the empty non-terminals (RFC 4592 §2.2.2) and gives every RRset one TTL. */
function finish(apex: Name, draft: Draft): ReadonlyMap<Name, ZoneNode> {
  const nodes = new Map<Name, ZoneNode>();
  for (const [name, byType] of draft) {
    const node = new Map<number, readonly ResourceRecord[]>();
    for (const [type, placed] of byType) node.set(type, withOneTtl(placed));
    nodes.set(name, node);
    for (let above = name; above !== apex; ) {
      above = parentOf(above);
      if (!draft.has(above)) nodes.set(above, nodes.get(above) ?? new Map());
    }
  }
  return nodes;
}

/** RFC 2181 §5.2: the TTLs of an RRset are equal; the lowest is the safe one. */
function withOneTtl(placed: readonly PlacedRecord[]): readonly ResourceRecord[] {
  const ttl = Math.min(...placed.map(({ record }) => record.ttl));
  return placed.map(({ record }) => (record.ttl === ttl ? record : { ...record, ttl }));
}
