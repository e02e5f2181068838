/**
 * RDATA in wire form, made once for a record and then only copied. Written as text of one char an octet, as names are
 * kept (`name.ts`). The tests read it back with dns-packet, which is no part of the program.
 */
import { encodeIpv4, encodeIpv6 } from './address-text.ts';
import { type Name, octets } from './name.ts';
import { doubleWordText, wordText } from './octet-text.ts';
import { RecordType } from './types.ts';

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
  const fixed = wordText(data.priority) + wordText(data.weight) + wordText(data.port);
  return Buffer.from(fixed + data.target, 'latin1');
}

/** RFC 1035 §3.3.9. */
export function encodeMx(preference: number, exchange: Name): Uint8Array {
  return Buffer.from(wordText(preference) + exchange, 'latin1');
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
  const { mname, rname, serial, refresh, retry, expire, minimum } = data;
  const numbers = [serial, refresh, retry, expire, minimum].map(doubleWordText).join('');
  return Buffer.from(mname + rname + numbers, 'latin1');
}

/**
 * One TXT record of one text. A text of more than 255 octets becomes several strings, which readers join
 * (RFC 7208 §3.3 describes the practice). Undefined past 65,535 octets.
 */
export function encodeTxt(text: string): Uint8Array | undefined {
  const raw = octets(text);
  let strings = '';
  for (let at = 0; at < raw.length || at === 0; at += STRING_BYTES_MAX) {
    const string = raw.slice(at, at + STRING_BYTES_MAX);
    strings += String.fromCharCode(string.length) + string;
  }
  if (strings.length > RDATA_BYTES_MAX) return undefined;
  return Buffer.from(strings, 'latin1');
}
