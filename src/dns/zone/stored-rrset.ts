/**
 * RRsets that are written through HTTP: from what a request says to the canonical text that the catalog keeps, and
 * from that to records. Read by the parser of master files, so that a record is right here when it is right there.
 * Looks at one RRset alone; whether it fits into its zone, `stored-verdict.ts` and the catalog decide.
 *
 *   example.org · WWW · a · ["192.0.2.1"]  ⇄  { zone: "example.org.", name: "www", type: "A", records: ["192.0.2.1"] }
 */
import { domainToASCII } from 'node:url';
import { limits } from '../../runtime/index.ts';
import type { ViewRRset } from '../view/delta.ts';
import { formatRdata } from '../wire/format-record.ts';
import { formatName, isAtOrBelow, lowerName, type Name, parseName, ROOT } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { formatType, parseType, RecordClass, RecordType } from '../wire/types.ts';
import { resolveName, TokenCursor, TTL_SECONDS_MAX } from './master-file/token-cursor.ts';
import { readEntries, type Token } from './master-file/tokens.ts';
import { parseRdata } from './rdata/formats.ts';
import { FieldFault } from './zone-error.ts';
import { faultOfAlias, faultOfOwner } from './zone-rules.ts';

/** The parts of a path: names in presentation form, `name` relative to the zone or absolute, `@` the apex. */
export interface RRsetPath {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
}

/** As the catalog keys it: everything canonical, and names in lower case. */
export interface RRsetText extends RRsetPath {
  readonly ttlSeconds: number;
  readonly records: readonly string[];
}

export type RecordField = 'zone' | 'name' | 'type' | 'TTL' | 'Records' | `Records[${number}]`;

/** What is wrong with a record that came through HTTP; `field` names the part of the request. */
export class RecordError extends Error {
  readonly code: 'dns_record_invalid' | 'dns_record_conflict';
  readonly field: RecordField;

  constructor(
    field: RecordField,
    reason: string,
    code: RecordError['code'] = 'dns_record_invalid',
  ) {
    super(reason);
    this.code = code;
    this.name = 'RecordError';
    this.field = field;
  }
}

const quoted = (text: string): string => JSON.stringify(text);

/**
 * `@` is the root: the segment `.` that a path would need is taken out of it on the way (RFC 3986 §6.2.2.3).
 * @throws RecordError
 */
export function canonicalZone(text: string): string {
  if (text === '@') return formatName(ROOT);
  checkAscii('zone', text);
  const zone = text === '' ? undefined : parseName(text);
  if (zone === undefined) throw new RecordError('zone', `${quoted(text)} is not a domain name`);
  return formatName(lowerName(zone));
}

/** @throws RecordError */
export function canonicalName(zoneText: string, text: string): string {
  checkAscii('name', text);
  const zone = lowerName(parseName(zoneText) ?? ROOT);
  const token = { text, quoted: false, line: 1 };
  const resolved = resolveName(token, zone);
  if (resolved === undefined) {
    throw new RecordError('name', `${quoted(text)} is not a domain name in "${zoneText}"`);
  }
  const owner = lowerName(resolved);
  if (!isAtOrBelow(owner, zone)) {
    throw new RecordError('name', `${quoted(text)} is outside the zone "${zoneText}"`);
  }
  if (owner === zone) return '@';
  return formatName(`${owner.slice(0, owner.length - zone.length)}\0`).slice(0, -1);
}

function checkAscii(field: RecordField, text: string): void {
  const problem = notAscii(text);
  if (problem !== undefined) throw new RecordError(field, `${quoted(text)} ${problem}`);
}

/** RFC 5890 §2.3.2: what a name beyond ASCII is in DNS. As UTF-8 it would be another name, which nobody asks for. */
function notAscii(text: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(text)) return undefined;
  const ascii = domainToASCII(text);
  const label = ascii === '' ? 'its A-labels' : quoted(ascii);
  return `is not ASCII; write ${label} (RFC 5890), or its octets as \\DDD`;
}

/** Those of DNSSEC that are made when a zone is signed, never by hand. */
const SIGNED = new Set<number>([
  RecordType.SIG,
  RecordType.NXT,
  RecordType.RRSIG,
  RecordType.NSEC,
  RecordType.NSEC3,
  RecordType.NSEC3PARAM,
]);

/** @throws RecordError */
export function canonicalType(text: string): string {
  const type = parseType(text);
  if (type === undefined) throw new RecordError('type', `${quoted(text)} is not a record type`);
  // RFC 6895 §3.1: 0 is reserved, 128 to 255 and OPT ask or carry something, they are never data.
  if (type === 0 || type === RecordType.OPT || (type >= 128 && type <= 255)) {
    throw new RecordError('type', `${formatType(type)} is not a type of data`);
  }
  if (SIGNED.has(type)) {
    throw new RecordError('type', `${formatType(type)} records are made by signing a zone`);
  }
  return formatType(type);
}

/** Takes `path` as it is canonical already. @throws RecordError */
export function canonicalRRset(
  path: RRsetPath,
  ttlSeconds: number,
  texts: readonly string[],
): RRsetText {
  if (!(ttlSeconds >= 0 && ttlSeconds <= TTL_SECONDS_MAX)) {
    // RFC 2181 §8
    throw new RecordError('TTL', `${ttlSeconds} is not a number from 0 to ${TTL_SECONDS_MAX}`);
  }
  const { zone, owner, type } = keyOf(path) ?? { zone: ROOT, owner: ROOT, type: 0 };
  checkOwner(zone, owner, type);
  const most = limits.dnsRecords.default;
  if (texts.length === 0) throw new RecordError('Records', 'an RRset has at least one record');
  if (texts.length > most) {
    throw new RecordError('Records', `${texts.length} records; an RRset holds ${most}`);
  }
  // RFC 2181 §5: the same record twice is one record.
  const records = new Set<string>();
  let bytes = 0;
  for (const [at, text] of texts.entries()) {
    checkLength(text, `Records[${at}]`);
    const rdata = readRecord(type, text, zone, `Records[${at}]`);
    const alias = faultOfAlias({ owner, type, class: RecordClass.IN, ttl: ttlSeconds, rdata });
    if (alias !== undefined) throw new RecordError(`Records[${at}]`, alias);
    const canonical = formatRdata(type, rdata);
    if (records.has(canonical)) continue;
    records.add(canonical);
    bytes += RECORD_HEAD_BYTES + rdata.length;
    if (records.size > 1 && ALONE.has(type)) {
      throw new RecordError(`Records[${at}]`, `a name has one ${path.type} record at most`);
    }
  }
  if (bytes > limits.dnsRRsetBytes.default) {
    const reason = `${bytes} octets on the wire; an RRset holds ${limits.dnsRRsetBytes.default}`;
    throw new RecordError('Records', reason);
  }
  return { ...path, ttlSeconds, records: [...records] };
}

/** Compressed owner, type, class, TTL and length of the data. */
const RECORD_HEAD_BYTES = 12;
/** RFC 2181 §10.1, RFC 6672 §2.4, RFC 1035 §5.2. */
const ALONE = new Set<number>([RecordType.CNAME, RecordType.DNAME, RecordType.SOA]);

function checkOwner(apex: Name, owner: Name, type: number): void {
  if (type === RecordType.SOA && owner !== apex) {
    throw new RecordError('name', 'an SOA record stands at the apex of its zone, "@"');
  }
  const fault = faultOfOwner(apex, owner, type);
  if (fault !== undefined) throw new RecordError('name', fault);
}

function checkLength(text: string, field: RecordField): void {
  const most = limits.dnsRecordCharacters.default;
  if (text.length <= most) return;
  throw new RecordError(field, `the text has ${text.length} characters; at most ${most} are read`);
}

/** Data as a master file has it, names relative to `zone`. */
function readRecord(type: number, text: string, zone: Name, field: RecordField): Uint8Array {
  try {
    return parseRdata(type, new TokenCursor(tokensOf(text), zone, 1, notAscii));
  } catch (error) {
    if (error instanceof FieldFault) throw new RecordError(field, error.message);
    throw error;
  }
}

/** @throws FieldFault */
function tokensOf(text: string): readonly Token[] {
  const [entry, other] = readEntries(text);
  if (entry instanceof FieldFault) throw entry;
  if (other !== undefined) throw new FieldFault(1, 'the text is more than one record');
  return entry?.tokens ?? [];
}

/** The owner of a row; undefined when the row does not name one. */
export function ownerOf({ zone, name }: Pick<RRsetPath, 'zone' | 'name'>): Name | undefined {
  const apex = parseName(zone);
  if (apex === undefined) return undefined;
  const owner = resolveName({ text: name, quoted: false, line: 1 }, apex);
  return owner === undefined ? undefined : lowerName(owner);
}

/** What a canonical path names; undefined when it names nothing. */
export function keyOf(path: RRsetPath): Omit<ViewRRset, 'records'> | undefined {
  const [zone, owner, type] = [parseName(path.zone), ownerOf(path), parseType(path.type)];
  return zone === undefined || owner === undefined || type === undefined
    ? undefined
    : { zone, owner, type };
}

/** Records of what the catalog keeps; undefined when they cannot be read. */
export function storedRRset(text: RRsetText): ViewRRset | undefined {
  const key = keyOf(text);
  if (key === undefined) return undefined;
  const { zone, owner, type } = key;
  try {
    const records = text.records.map(
      (record): ResourceRecord => ({
        owner,
        type,
        class: RecordClass.IN,
        ttl: text.ttlSeconds,
        rdata: readRecord(type, record, zone, 'Records'),
      }),
    );
    return records.length === 0 ? undefined : { ...key, records };
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}
