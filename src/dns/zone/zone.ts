/**
 * A zone as a value, and the look-up of RFC 1034 §4.3.2 in it: exact names, aliases, wildcards (RFC 4592),
 * zone cuts with glue, empty non-terminals. Pure: knows neither other zones nor the catalog, so an alias is
 * returned as one, with its target, for `zone-source.ts` to follow.
 */
import type { Answer, NameError, NoData, Overflow, Referral } from '../answer/outcome.ts';
import { isAtOrBelow, lowerName, type Name, parentOf } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { ExtendedError, RecordClass, RecordType } from '../wire/types.ts';
import { targetOffset } from './rdata/formats.ts';

/** All records of one owner and type; never empty. */
export type RRset = readonly ResourceRecord[];

/** RRsets by type; an empty node is an empty non-terminal: nothing is there, but names below it are. */
export type ZoneNode = ReadonlyMap<number, RRset>;

export interface Zone {
  /** Lower case. */
  readonly apex: Name;
  /** The file it came from. */
  readonly file: string;
  /** By lower-cased name. */
  readonly nodes: ReadonlyMap<Name, ZoneNode>;
  readonly soa: ResourceRecord;
  readonly ns: RRset;
  /** Whether anything but the apex owns NS or DNAME: most zones spare themselves the search. */
  readonly hasCuts: boolean;
  /** The hosts in this zone that its NS, MX and SRV name; what was replaced since may be among them. */
  readonly hosts: Pick<ReadonlySet<Name>, 'has'>;
}

/** The name asked for stands for another. */
export interface Alias {
  readonly kind: 'alias';
  /** The CNAME, after the DNAME that it was made from if there was one. */
  readonly answers: readonly ResourceRecord[];
  readonly target: Name;
  /** As in an answer: the wildcard that it was made from. */
  readonly origin?: Name;
}

export type LookUp = Answer | NoData | NameError | Referral | Overflow | Alias;

export interface Sought {
  /** At or below the apex. As asked: the owner of the answers. */
  readonly name: Name;
  readonly lowerName: Name;
  readonly type: number;
}

export function lookUp(zone: Zone, sought: Sought): LookUp {
  const cut = zone.hasCuts ? findCut(zone, sought) : undefined;
  if (cut !== undefined) return cut;
  const node = zone.nodes.get(sought.lowerName);
  if (node !== undefined) return answerFrom(zone, node, sought);
  const origin = wildcardFor(zone, sought.lowerName);
  const wildcard = zone.nodes.get(origin);
  if (wildcard !== undefined) {
    const found = answerFrom(zone, wildcard, sought);
    return found.kind === 'answer' || found.kind === 'alias' ? { ...found, origin } : found;
  }
  return { kind: 'name-error', zone: zone.apex };
}

/** Whether lower-cased `name` is written in the zone, or delegated or redirected by it; a wildcard does not count. */
export function hasName(zone: Zone, name: Name): boolean {
  if (zone.nodes.has(name)) return true;
  if (!zone.hasCuts) return false;
  return findCut(zone, { name, lowerName: name, type: RecordType.A }) !== undefined;
}

/** RFC 1034 §4.3.2 step 3: the cut nearest to the apex decides, be it a delegation (b) or a DNAME (c). */
function findCut(zone: Zone, sought: Sought): LookUp | undefined {
  let found: LookUp | undefined;
  for (let at = sought.lowerName; at.length > zone.apex.length; at = parentOf(at)) {
    const node = zone.nodes.get(at);
    if (node === undefined) continue;
    const isItself = at === sought.lowerName;
    const ns = node.get(RecordType.NS);
    const dname = node.get(RecordType.DNAME)?.[0];
    // RFC 4035 §3.1.4.1: the DS at a cut belongs to the zone above it.
    if (ns !== undefined && !(isItself && sought.type === RecordType.DS)) {
      found = { kind: 'referral', authority: ns, additional: addressesOf(zone, ns) };
    } else if (dname !== undefined && !isItself) {
      found = redirect(dname, sought);
    }
  }
  const dname = zone.nodes.get(zone.apex)?.get(RecordType.DNAME)?.[0];
  return dname !== undefined && sought.lowerName !== zone.apex ? redirect(dname, sought) : found;
}

/** RFC 6672 §3.1: the suffix is replaced, and a CNAME made for those who do not know DNAME. */
function redirect(dname: ResourceRecord, sought: Sought): LookUp {
  const target = rdataText(dname);
  const substituted = sought.name.slice(0, sought.name.length - dname.owner.length) + target;
  if (substituted.length > 255) {
    const text = 'the name that the DNAME leads to is too long';
    return { kind: 'overflow', answers: [dname], explanation: { code: ExtendedError.OTHER, text } };
  }
  const cname: ResourceRecord = {
    owner: sought.name,
    type: RecordType.CNAME,
    class: RecordClass.IN,
    ttl: dname.ttl,
    rdata: new Uint8Array(Buffer.from(substituted, 'latin1')),
  };
  return { kind: 'alias', answers: [dname, cname], target: substituted };
}

/** RFC 4592 §3.3.1: the name of the wildcard below the closest encloser, and no other. */
function wildcardFor(zone: Zone, name: Name): Name {
  let encloser = parentOf(name);
  while (encloser.length > zone.apex.length && !zone.nodes.has(encloser)) {
    encloser = parentOf(encloser);
  }
  return `\x01*${encloser}`;
}

function answerFrom(zone: Zone, node: ZoneNode, sought: Sought): LookUp {
  // RFC 8482 §4.1: ANY gets one RRset, whichever.
  const type = sought.type === RecordType.ANY ? node.keys().next().value : sought.type;
  const rrset = type === undefined ? undefined : node.get(type);
  if (rrset !== undefined) {
    const isApexSoa = rrset[0] === zone.soa;
    const authority = isApexSoa ? zone.ns : [];
    return {
      kind: 'answer',
      answers: rrset.map((record) => withOwner(record, sought.name)),
      authority,
      additional: addressesOf(zone, isApexSoa ? zone.ns : rrset),
      authoritative: true,
    };
  }
  const cname = node.get(RecordType.CNAME)?.[0];
  if (cname === undefined) return { kind: 'no-data', zone: zone.apex };
  const answers = [withOwner(cname, sought.name)];
  return { kind: 'alias', answers, target: rdataText(cname) };
}

/** The name as it was asked: what a wildcard stands for, in the client's own spelling. */
function withOwner(record: ResourceRecord, owner: Name): ResourceRecord {
  return record.owner === owner ? record : { ...record, owner };
}

/** Addresses in this zone, glue included, of the hosts that `records` name. */
export function addressesOf(zone: Zone, records: RRset): ResourceRecord[] {
  const additional: ResourceRecord[] = [];
  const seen = new Set<Name>();
  for (const record of records) {
    const target = targetOf(record);
    if (target === undefined || seen.has(target) || !isAtOrBelow(target, zone.apex)) continue;
    seen.add(target);
    const node = zone.nodes.get(target);
    additional.push(...(node?.get(RecordType.A) ?? []), ...(node?.get(RecordType.AAAA) ?? []));
  }
  return additional;
}

/** The host that a record names (NS, MX, SRV, …) in lower case; undefined when it names none. */
export function targetOf(record: ResourceRecord): Name | undefined {
  const offset = targetOffset(record.type);
  if (offset === undefined) return undefined;
  const text = rdataText(record);
  let end = offset;
  while (text.charCodeAt(end) > 0) end += 1 + text.charCodeAt(end);
  const target = lowerName(text.slice(offset, end + 1));
  // RFC 9460 §2.5.2: the root means the owner itself.
  const meansOwner = record.type === RecordType.SVCB || record.type === RecordType.HTTPS;
  return target === '\0' && meansOwner ? lowerName(record.owner) : target;
}

function rdataText(record: ResourceRecord): string {
  return octetText(record.rdata, 0, record.rdata.length);
}
