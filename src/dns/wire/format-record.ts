/**
 * Presentation form of records (RFC 1035 §5.1) for people and logs. RDATA of a type not known here, or that is
 * not what its type says, is written as `\# length hex` (RFC 3597 §5), so nothing is ever refused.
 */
import { formatName, NAME_BYTES_MAX } from './name.ts';
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

type Part = 'name' | 'word' | 'long' | 'strings' | 'ipv4' | 'ipv6';

const formats: Readonly<Record<number, readonly Part[]>> = {
  [RecordType.A]: ['ipv4'],
  [RecordType.AAAA]: ['ipv6'],
  [RecordType.NS]: ['name'],
  [RecordType.CNAME]: ['name'],
  [RecordType.DNAME]: ['name'],
  [RecordType.PTR]: ['name'],
  [RecordType.MX]: ['word', 'name'],
  [RecordType.SRV]: ['word', 'word', 'word', 'name'],
  [RecordType.SOA]: ['name', 'name', 'long', 'long', 'long', 'long', 'long'],
  [RecordType.RP]: ['name', 'name'],
  [RecordType.TXT]: ['strings'],
  [RecordType.SPF]: ['strings'],
  [RecordType.HINFO]: ['strings'],
};

/** The RDATA alone. */
export function formatRdata(type: number, rdata: Uint8Array): string {
  const parts = formats[type];
  return (parts && formatParts(parts, rdata)) ?? formatUnknown(rdata);
}

function formatUnknown(rdata: Uint8Array): string {
  const hex = Buffer.from(rdata).toString('hex');
  return hex === '' ? '\\# 0' : `\\# ${rdata.length} ${hex}`;
}

/** Undefined when the parts do not fill the RDATA exactly. */
function formatParts(parts: readonly Part[], rdata: Uint8Array): string | undefined {
  const octets = octetText(rdata, 0, rdata.length);
  const texts: string[] = [];
  let at = 0;
  for (const part of parts) {
    const end = partEnd(part, octets, at);
    if (end < 0 || end > octets.length) return undefined;
    texts.push(formatPart(part, octets.slice(at, end)));
    at = end;
  }
  return at === octets.length && at > 0 ? texts.join(' ') : undefined;
}

/** The offset behind the part that starts at `at`, or -1. */
function partEnd(part: Part, octets: string, at: number): number {
  switch (part) {
    case 'word':
      return at + 2;
    case 'long':
    case 'ipv4':
      return at + 4;
    case 'ipv6':
      return at + 16;
    case 'strings':
      return stringsEnd(octets, at);
    case 'name':
      return nameEnd(octets, at);
  }
}

function nameEnd(octets: string, start: number): number {
  for (let at = start; at < octets.length && at - start < NAME_BYTES_MAX; ) {
    const length = octets.charCodeAt(at);
    if (length === 0) return at + 1;
    if (length > 63) return -1;
    at += 1 + length;
  }
  return -1;
}

function stringsEnd(octets: string, start: number): number {
  let at = start;
  while (at < octets.length) at += 1 + octets.charCodeAt(at);
  return at;
}

function formatPart(part: Part, octets: string): string {
  switch (part) {
    case 'word':
    case 'long':
      return String(integerOf(octets));
    case 'ipv4':
      return Array.from(octets, (octet) => octet.charCodeAt(0)).join('.');
    case 'ipv6':
      return formatIpv6(octets);
    case 'strings':
      return stringsOf(octets).map(quote).join(' ');
    case 'name':
      return formatName(octets);
  }
}

function integerOf(octets: string): number {
  let value = 0;
  for (const octet of octets) value = value * 256 + octet.charCodeAt(0);
  return value;
}

function stringsOf(octets: string): string[] {
  const strings: string[] = [];
  for (let at = 0; at < octets.length; at += 1 + octets.charCodeAt(at)) {
    strings.push(octets.slice(at + 1, at + 1 + octets.charCodeAt(at)));
  }
  return strings;
}

function quote(string: string): string {
  const escaped = string.replace(/["\\]|[^ -~]/g, (char) => {
    const code = char.charCodeAt(0);
    if (code < 32 || code > 126) return `\\${String(code).padStart(3, '0')}`;
    return `\\${char}`;
  });
  return `"${escaped}"`;
}

/** RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
export function formatIpv6(octets: string): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) {
    groups.push(integerOf(octets.slice(at, at + 2)).toString(16));
  }
  const zeros = groups.map((group) => (group === '0' ? '0' : '1')).join('');
  const run = ['00000000', '0000000', '000000', '00000', '0000', '000', '00'].find((candidate) =>
    zeros.includes(candidate),
  );
  if (run === undefined) return groups.join(':');
  const start = zeros.indexOf(run);
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + run.length).join(':')}`;
}
