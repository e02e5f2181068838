/**
 * RDATA in wire form, made once for a record and then only copied. dns-packet's codecs write the fixed fields of what is
 * rare. Addresses (`address-text.ts`) and domain names are put in octet by octet, since its text form of names is lossy
 * and has no limits; so is all of SRV, which each instance that is asked for needs.
 */
import dnsPacket from 'dns-packet';
import { encodeIpv4, encodeIpv6 } from './address-text.ts';
import { type Name, octets } from './name.ts';
import { octetText } from './octet-text.ts';
import { RecordType } from './types.ts';

interface RdataCodec {
  /** The result begins with RDLENGTH. */
  encode(data: unknown): Buffer;
}

const codecs = dnsPacket as unknown as { record(type: string): RdataCodec };
const codec = {
  MX: codecs.record('MX'),
  SOA: codecs.record('SOA'),
  TXT: codecs.record('TXT'),
};

const RDLENGTH_BYTES = 2;
const STRING_BYTES_MAX = 255;
const RDATA_BYTES_MAX = 65_535;
const MAPPED_PREFIX = '\0\0\0\0\0\0\0\0\0\0\xff\xff';

export interface AddressData {
  readonly type: typeof RecordType.A | typeof RecordType.AAAA;
  readonly rdata: Uint8Array;
}

/** An A or AAAA of address text, or undefined when it is no IP address. An IPv4-mapped address is an A. */
export function encodeAddress(text: string): AddressData | undefined {
  const ipv4 = encodeIpv4(text);
  if (ipv4 !== undefined) return { type: RecordType.A, rdata: Buffer.from(ipv4, 'latin1') };
  const ipv6 = encodeIpv6(text);
  if (ipv6 === undefined) return undefined;
  return ipv6.startsWith(MAPPED_PREFIX)
    ? { type: RecordType.A, rdata: Buffer.from(ipv6.slice(MAPPED_PREFIX.length), 'latin1') }
    : { type: RecordType.AAAA, rdata: Buffer.from(ipv6, 'latin1') };
}

/** NS, CNAME, PTR, DNAME: a name and nothing else. */
export function encodeNameRdata(name: Name): Uint8Array {
  return Buffer.from(name, 'latin1');
}

export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}

/** RFC 2782. A port or weight is kept modulo 65,536, as Consul does. */
export function encodeSrv(data: SrvData): Uint8Array {
  const fixed = word(data.priority) + word(data.weight) + word(data.port);
  return Buffer.from(fixed + data.target, 'latin1');
}

/** Two octets of a number, modulo 65,536. */
function word(value: number): string {
  return String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
}

/** RFC 1035 §3.3.9. */
export function encodeMx(preference: number, exchange: Name): Uint8Array {
  const fixed = encodeFixed(codec.MX, { preference: preference & 0xffff, exchange: '.' });
  return withNames(fixed, 2, 1, exchange);
}

export interface SoaData {
  readonly mname: Name;
  readonly rname: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** RFC 1035 §3.3.13. The numbers are kept modulo 2^32, which is how serials count (RFC 1982). */
export function encodeSoa(data: SoaData): Uint8Array {
  const fixed = encodeFixed(codec.SOA, {
    mname: '.',
    rname: '.',
    serial: data.serial >>> 0,
    refresh: data.refresh >>> 0,
    retry: data.retry >>> 0,
    expire: data.expire >>> 0,
    minimum: data.minimum >>> 0,
  });
  return withNames(fixed, 0, 2, data.mname + data.rname);
}

/**
 * One TXT record of one text. A text of more than 255 octets becomes several strings, which readers join
 * (RFC 7208 §3.3 describes the practice). Undefined past 65,535 octets.
 */
export function encodeTxt(text: string): Uint8Array | undefined {
  const raw = Buffer.from(octets(text), 'latin1');
  const strings: Buffer[] = [];
  for (let at = 0; at < raw.length || at === 0; at += STRING_BYTES_MAX) {
    strings.push(raw.subarray(at, at + STRING_BYTES_MAX));
  }
  if (raw.length + strings.length > RDATA_BYTES_MAX) return undefined;
  return encodeFixed(codec.TXT, strings);
}

function encodeFixed(rdata: RdataCodec, data: unknown): Buffer {
  // A copy out of Buffer's shared pool: an allocation of its own would cost more than a small RDATA.
  return Buffer.from(rdata.encode(data).subarray(RDLENGTH_BYTES));
}

/** Replaces the `rootCount` root names that begin at octet `at` by the octets of real names. */
function withNames(fixed: Buffer, at: number, rootCount: number, names: string): Uint8Array {
  const head = octetText(fixed, 0, at);
  const tail = octetText(fixed, at + rootCount, fixed.length);
  return Buffer.from(head + names + tail, 'latin1');
}
