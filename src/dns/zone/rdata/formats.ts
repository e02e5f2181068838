/**
 * The record types that can be written in a master file: one row a type, its RDATA as a row of fields.
 * A type that is not here can still be written as `TYPE65400 \# 2 beef` (RFC 3597 §5). Names in RDATA are
 * kept octet by octet, which dns-packet's text form cannot do; the tests read our octets back with it.
 */
import { formatType, RecordType } from '../../wire/types.ts';
import type { TokenCursor } from '../master-file/token-cursor.ts';
import { FieldFault } from '../zone-error.ts';
import { addressPrefixes } from './address-prefixes.ts';
import { algorithm, hashedOwner, salt, signatureTime, typeBitmap } from './dnssec-fields.ts';
import {
  certificateType,
  characterString,
  type Field,
  hyphenatedHex,
  integer,
  ipv4,
  ipv6,
  name,
  recordType,
  remainingBase64,
  remainingBase64OrNone,
  remainingHex,
  remainingText,
  repeated,
  seconds,
} from './fields.ts';
import { ipsecGateway } from './ipsec-gateway.ts';
import { location } from './location.ts';
import { serviceParameters } from './service-parameters.ts';

export interface Format {
  readonly fields: readonly Field[];
  /** What is still wrong with RDATA whose fields are well formed; undefined when nothing is. */
  readonly refuse?: (rdata: string) => string | undefined;
  /** Offset of a host name whose addresses belong in the additional section. */
  readonly targetAt?: number;
}

const text: Format = { fields: [repeated(characterString('text'))] };

const serviceBinding: Format = {
  fields: [integer('priority', 2), name('target'), serviceParameters],
  refuse: refuseAliasWithParameters,
  targetAt: 2,
};

/** DS, and CDS that asks for one (RFC 7344 §3.1). */
const delegationSigner: Format = {
  fields: [integer('key tag', 2), algorithm, integer('digest type', 1), remainingHex('digest')],
  // RFC 4509, RFC 5933, RFC 6605
  refuse: (rdata) => refuseLength(rdata, 3, 4, { 1: 20, 2: 32, 3: 32, 4: 48 }),
};

/** DNSKEY, and CDNSKEY that asks for a DS of it (RFC 7344 §3.2). */
const key: Format = {
  fields: [integer('flags', 2), integer('protocol', 1), algorithm, remainingBase64('public key')],
  // RFC 4034 §2.1.2
  refuse: (rdata) => (rdata.charCodeAt(2) === 3 ? undefined : 'the protocol of a DNSKEY is 3'),
};

/** TLSA, and SMIMEA (RFC 8162 §2). */
const association: Format = {
  fields: [
    integer('usage', 1),
    integer('selector', 1),
    integer('matching type', 1),
    remainingHex('certificate data'),
  ],
  // RFC 6698 §2.1.3: SHA-256, SHA-512
  refuse: (rdata) => refuseLength(rdata, 2, 3, { 1: 32, 2: 64 }),
};

const formats: Readonly<Record<number, Format>> = {
  [RecordType.A]: { fields: [ipv4('address')] },
  [RecordType.NS]: { fields: [name('name server')], targetAt: 0 },
  [RecordType.CNAME]: { fields: [name('canonical name')] },
  [RecordType.SOA]: {
    fields: [
      name('primary name server'),
      name('mailbox'),
      integer('serial', 4),
      seconds('refresh'),
      seconds('retry'),
      seconds('expire'),
      seconds('minimum'),
    ],
  },
  // RFC 1035 §3.3.3 to §3.3.8: experimental then, and still written.
  [RecordType.MB]: { fields: [name('mail host')], targetAt: 0 },
  [RecordType.MG]: { fields: [name('mailbox')] },
  [RecordType.MR]: { fields: [name('mailbox')] },
  [RecordType.PTR]: { fields: [name('name')] },
  [RecordType.HINFO]: { fields: [characterString('CPU'), characterString('system')] },
  [RecordType.MINFO]: { fields: [name('responsible mailbox'), name('mailbox for errors')] },
  [RecordType.MX]: { fields: [integer('preference', 2), name('exchange')], targetAt: 2 },
  [RecordType.TXT]: text,
  [RecordType.RP]: { fields: [name('mailbox'), name('TXT name')] },
  [RecordType.AFSDB]: { fields: [integer('subtype', 2), name('host')], targetAt: 2 },
  [RecordType.RT]: { fields: [integer('preference', 2), name('intermediate host')], targetAt: 2 },
  [RecordType.PX]: { fields: [integer('preference', 2), name('MAP822'), name('MAPX400')] },
  [RecordType.AAAA]: { fields: [ipv6('address')] },
  [RecordType.LOC]: { fields: [location] },
  [RecordType.SRV]: {
    fields: [integer('priority', 2), integer('weight', 2), integer('port', 2), name('target')],
    targetAt: 6,
  },
  [RecordType.NAPTR]: {
    fields: [
      integer('order', 2),
      integer('preference', 2),
      characterString('flags'),
      characterString('services'),
      characterString('regular expression'),
      name('replacement'),
    ],
  },
  [RecordType.KX]: { fields: [integer('preference', 2), name('exchanger')], targetAt: 2 },
  [RecordType.DNAME]: { fields: [name('target')] },
  [RecordType.CERT]: {
    fields: [certificateType, integer('key tag', 2), algorithm, remainingBase64('certificate')],
  },
  [RecordType.APL]: { fields: [addressPrefixes] },
  [RecordType.DS]: delegationSigner,
  [RecordType.CDS]: delegationSigner,
  [RecordType.SSHFP]: {
    fields: [integer('algorithm', 1), integer('type', 1), remainingHex('fingerprint')],
    // RFC 4255 §3.1.2, RFC 6594
    refuse: (rdata) => refuseLength(rdata, 1, 2, { 1: 20, 2: 32 }),
  },
  [RecordType.RRSIG]: {
    fields: [
      recordType('type covered'),
      algorithm,
      integer('labels', 1),
      seconds('original TTL'),
      signatureTime('expiration'),
      signatureTime('inception'),
      integer('key tag', 2),
      name('signer'),
      remainingBase64('signature'),
    ],
  },
  [RecordType.NSEC]: { fields: [name('next owner'), typeBitmap] },
  [RecordType.DNSKEY]: key,
  [RecordType.CDNSKEY]: key,
  [RecordType.DHCID]: { fields: [remainingBase64('identifier')] },
  [RecordType.IPSECKEY]: {
    fields: [integer('precedence', 1), ipsecGateway, remainingBase64OrNone('public key')],
  },
  [RecordType.NSEC3]: {
    fields: [
      integer('hash algorithm', 1),
      integer('flags', 1),
      integer('iterations', 2),
      salt,
      hashedOwner,
      typeBitmap,
    ],
  },
  [RecordType.NSEC3PARAM]: {
    fields: [integer('hash algorithm', 1), integer('flags', 1), integer('iterations', 2), salt],
  },
  [RecordType.TLSA]: association,
  [RecordType.SMIMEA]: association,
  [RecordType.OPENPGPKEY]: { fields: [remainingBase64('key')] },
  [RecordType.CSYNC]: { fields: [integer('serial', 4), integer('flags', 2), typeBitmap] },
  [RecordType.ZONEMD]: {
    fields: [
      integer('serial', 4),
      integer('scheme', 1),
      integer('hash algorithm', 1),
      remainingHex('digest'),
    ],
    // RFC 8976 §2.2.3: SHA-384, SHA-512
    refuse: (rdata) => refuseLength(rdata, 5, 6, { 1: 48, 2: 64 }),
  },
  [RecordType.EUI48]: { fields: [hyphenatedHex('address', 6)] },
  [RecordType.EUI64]: { fields: [hyphenatedHex('address', 8)] },
  [RecordType.SVCB]: serviceBinding,
  [RecordType.HTTPS]: serviceBinding,
  [RecordType.SPF]: text,
  [RecordType.URI]: {
    fields: [integer('priority', 2), integer('weight', 2), remainingText('target')],
    // RFC 7553 §4.4
    refuse: (rdata) => (rdata.length > 4 ? undefined : 'the target of a URI record is not empty'),
  },
  [RecordType.CAA]: {
    fields: [integer('flags', 1), characterString('tag'), remainingText('value')],
    refuse: refuseTag,
  },
};

/** The name at which additional addresses are looked for, e.g. the exchange of an MX; undefined if there is none. */
export function targetOffset(type: number): number | undefined {
  return formats[type]?.targetAt;
}

/** Parses the RDATA of `type` from the rest of the entry; faults are thrown as FieldFault. */
export function parseRdata(type: number, cursor: TokenCursor): Uint8Array {
  const format = formats[type];
  const first = cursor.peek();
  const generic = first !== undefined && first.text === '\\#' && !first.quoted;
  if (!generic && format === undefined) {
    throw new FieldFault(
      first?.line ?? cursor.line,
      `${formatType(type)} has no text form here; write its data as \\# length hex`,
    );
  }
  const rdata = generic
    ? parseGeneric(cursor)
    : (format?.fields ?? []).map((field) => field.parse(cursor)).join('');
  cursor.end(`data of ${formatType(type)}`);
  const problem = problemOf(type, rdata, format);
  if (problem !== undefined) throw new FieldFault(cursor.line, problem);
  // Short data shares the memory that Buffer gives out in pieces: one of its own a record is most of what a zone costs.
  const { buffer, byteOffset, length } = Buffer.from(rdata, 'latin1');
  return new Uint8Array(buffer, byteOffset, length);
}

function problemOf(type: number, rdata: string, format: Format | undefined): string | undefined {
  if (rdata.length > 65535) return `the data has ${rdata.length} octets; a record holds 65535`;
  if (format === undefined) return undefined;
  let at = 0;
  for (const field of format.fields) {
    // A field that may be empty (parameters, a bitmap) can start at the end.
    at = field.measure(rdata, at);
    if (at === -1) break;
  }
  if (at !== rdata.length) return `the octets do not form data of ${formatType(type)}`;
  return format.refuse?.(rdata);
}

/** RFC 3597 §5: `\# length hex…`. */
function parseGeneric(cursor: TokenCursor): string {
  cursor.next('\\#');
  const length = cursor.integer('data length', 65535);
  const line = cursor.line;
  const digits = cursor.peek() === undefined ? '' : remainingHex('data').parse(cursor);
  if (digits.length !== length) {
    throw new FieldFault(line, `\\# says ${length} octets, ${digits.length} are written`);
  }
  return digits;
}

/** Holds a digest, from `valueAt` on, to the length that its kind (the octet at `kindAt`) has. */
function refuseLength(
  rdata: string,
  kindAt: number,
  valueAt: number,
  lengths: Readonly<Record<number, number>>,
): string | undefined {
  const kind = rdata.charCodeAt(kindAt);
  const expected = lengths[kind];
  const found = rdata.length - valueAt;
  if (expected === undefined || expected === found) return undefined;
  return `a digest of type ${kind} has ${expected} octets, not ${found}`;
}

/** RFC 9460 §2.4.2: priority 0 only points at another name. */
function refuseAliasWithParameters(rdata: string): string | undefined {
  if (rdata.charCodeAt(0) !== 0 || rdata.charCodeAt(1) !== 0) return undefined;
  const parametersAt = name('target').measure(rdata, 2);
  return parametersAt === rdata.length
    ? undefined
    : 'priority 0 is an alias and takes no parameters';
}

/** RFC 8659 §4.1: letters and digits, at least one. */
function refuseTag(rdata: string): string | undefined {
  const tag = rdata.slice(2, 2 + rdata.charCodeAt(1));
  return /^[A-Za-z0-9]+$/.test(tag) ? undefined : `"${tag}" is not a CAA tag`;
}
