/**
 * Presentation form of records (RFC 1035 §5.1) for people and logs: every type that a master file may hold, one row
 * a type. RDATA of another type, or that is not what its type says, is written as `\# length hex` (RFC 3597 §5), so
 * nothing is ever refused, and what is written reads back as the same octets.
 */
import { addressPrefixes, ipsecGateway } from './format-addresses.ts';
import {
  characterString,
  eui48,
  eui64,
  type FormatField,
  hashedOwner,
  ipv4,
  ipv6,
  long,
  name,
  octet,
  recordType,
  remainingBase64,
  remainingBase64OrNone,
  remainingHex,
  remainingText,
  remainingTextOrNone,
  salt,
  signatureTime,
  strings,
  tag,
  typeBitmap,
  word,
} from './format-fields.ts';
import { location } from './format-location.ts';
import { serviceParameters } from './format-service-parameters.ts';
import { formatName } from './name.ts';
import { octetText } from './octet-text.ts';
import type { ResourceRecord } from './record.ts';
import { formatType, RecordClass, RecordType } from './types.ts';

/** `web.example.org. 60 IN A 192.0.2.1` */
export function formatRecord(record: ResourceRecord): string {
  const { owner, ttl, type } = record;
  const rdata = formatRdata(type, record.rdata);
  return `${formatName(owner)} ${ttl} ${formatClass(record.class)} ${formatType(type)} ${rdata}`;
}

/** `IN`, `CH`, …, or `CLASS123` (RFC 3597 §5). */
export function formatClass(recordClass: number): string {
  for (const [name, number] of Object.entries(RecordClass)) {
    if (number === recordClass) return name;
  }
  return `CLASS${recordClass}`;
}

/** `in` → 1, `CLASS65280` → 65280, anything else → undefined. */
export function parseClass(text: string): number | undefined {
  const upper = text.toUpperCase();
  const known = (RecordClass as Readonly<Record<string, number>>)[upper];
  if (known !== undefined) return known;
  const generic = /^CLASS(\d{1,5})$/.exec(upper)?.[1];
  return generic !== undefined && Number(generic) <= 65_535 ? Number(generic) : undefined;
}

const text: readonly FormatField[] = [strings];
const serviceBinding: readonly FormatField[] = [word, name, serviceParameters];

const delegationSigner: readonly FormatField[] = [word, octet, octet, remainingHex];
const key: readonly FormatField[] = [word, octet, octet, remainingBase64];
const association: readonly FormatField[] = [octet, octet, octet, remainingHex];

const formats: Readonly<Record<number, readonly FormatField[]>> = {
  [RecordType.A]: [ipv4],
  [RecordType.NS]: [name],
  [RecordType.CNAME]: [name],
  [RecordType.SOA]: [name, name, long, long, long, long, long],
  [RecordType.MB]: [name],
  [RecordType.MG]: [name],
  [RecordType.MR]: [name],
  [RecordType.PTR]: [name],
  [RecordType.HINFO]: [characterString, characterString],
  [RecordType.MINFO]: [name, name],
  [RecordType.MX]: [word, name],
  [RecordType.TXT]: text,
  [RecordType.RP]: [name, name],
  [RecordType.AFSDB]: [word, name],
  [RecordType.RT]: [word, name],
  [RecordType.PX]: [word, name, name],
  [RecordType.AAAA]: [ipv6],
  [RecordType.LOC]: [location],
  [RecordType.SRV]: [word, word, word, name],
  [RecordType.NAPTR]: [word, word, characterString, characterString, characterString, name],
  [RecordType.KX]: [word, name],
  [RecordType.CERT]: [word, word, octet, remainingBase64],
  [RecordType.DNAME]: [name],
  [RecordType.APL]: [addressPrefixes],
  [RecordType.DS]: delegationSigner,
  [RecordType.CDS]: delegationSigner,
  [RecordType.SSHFP]: [octet, octet, remainingHex],
  [RecordType.RRSIG]: [
    recordType,
    octet,
    octet,
    long,
    signatureTime,
    signatureTime,
    word,
    name,
    remainingBase64,
  ],
  [RecordType.NSEC]: [name, typeBitmap],
  [RecordType.DNSKEY]: key,
  [RecordType.CDNSKEY]: key,
  [RecordType.IPSECKEY]: [octet, ipsecGateway, remainingBase64OrNone],
  [RecordType.DHCID]: [remainingBase64],
  [RecordType.NSEC3]: [octet, octet, word, salt, hashedOwner, typeBitmap],
  [RecordType.NSEC3PARAM]: [octet, octet, word, salt],
  [RecordType.TLSA]: association,
  [RecordType.SMIMEA]: association,
  [RecordType.OPENPGPKEY]: [remainingBase64],
  [RecordType.CSYNC]: [long, word, typeBitmap],
  [RecordType.ZONEMD]: [long, octet, octet, remainingHex],
  [RecordType.EUI48]: [eui48],
  [RecordType.EUI64]: [eui64],
  [RecordType.SVCB]: serviceBinding,
  [RecordType.HTTPS]: serviceBinding,
  [RecordType.SPF]: text,
  [RecordType.URI]: [word, word, remainingText],
  [RecordType.CAA]: [octet, tag, remainingTextOrNone],
};

/** The RDATA alone. */
export function formatRdata(type: number, rdata: Uint8Array): string {
  const fields = formats[type];
  return (fields && formatFields(fields, rdata)) ?? formatUnknown(rdata);
}

function formatUnknown(rdata: Uint8Array): string {
  const hex = Buffer.from(rdata).toString('hex');
  return hex === '' ? '\\# 0' : `\\# ${rdata.length} ${hex}`;
}

/** Undefined when the fields do not fill the RDATA exactly. */
function formatFields(fields: readonly FormatField[], rdata: Uint8Array): string | undefined {
  const octets = octetText(rdata, 0, rdata.length);
  const texts: string[] = [];
  let at = 0;
  for (const field of fields) {
    const formatted = field(octets, at);
    if (formatted === undefined) return undefined;
    if (formatted.text !== '') texts.push(formatted.text);
    at = formatted.end;
  }
  return at === octets.length ? texts.join(' ') : undefined;
}
