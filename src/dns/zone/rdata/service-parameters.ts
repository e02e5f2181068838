/**
 * The parameters of SVCB and HTTPS (RFC 9460 §2.1, §2.2, §7): `alpn="h2,h3" port=8443 key65400=raw`, written
 * in any order and sent in ascending order of their keys.
 *
 *   +---------+------------+--------------------+
 *   | key, 2  | length, 2  | value, length octets|   each key at most once
 *   +---------+------------+--------------------+
 */

import { encodeIpv4, encodeIpv6 } from '../../wire/address-text.ts';
import { isDohPath } from '../../wire/doh-path.ts';
import { type TokenCursor, unescapeOctets } from '../master-file/token-cursor.ts';
import type { Token } from '../master-file/tokens.ts';
import { encodeInteger, type Field, isBase64 } from './fields.ts';

/** What a value becomes on the wire; undefined when the text does not fit the key. */
type EncodeValue = (value: string) => string | undefined;

interface Parameter {
  readonly key: number;
  readonly encode: EncodeValue;
}

const PARAMETERS: Readonly<Record<string, Parameter>> = {
  mandatory: { key: 0, encode: encodeMandatory },
  alpn: { key: 1, encode: encodeProtocols },
  'no-default-alpn': { key: 2, encode: (value) => (value === '' ? '' : undefined) },
  port: { key: 3, encode: encodePort },
  ipv4hint: { key: 4, encode: (value) => encodeEach(value, encodeIpv4) },
  ech: { key: 5, encode: encodeBase64 },
  ipv6hint: { key: 6, encode: (value) => encodeEach(value, encodeIpv6) },
  dohpath: { key: 7, encode: (value) => (isDohPath(value) ? value : undefined) },
};

/** RFC 9460 §2.1: `key65400` for what has no name. 65535 is the reserved "invalid key". */
function findParameter(name: string): Parameter | undefined {
  const known = PARAMETERS[name];
  if (known !== undefined) return known;
  const key = /^key(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  if (key === undefined || Number(key) >= 65535) return undefined;
  return { key: Number(key), encode: (value) => value };
}

/** A parameter on its own, its value as in a file without quotes and escapes; undefined when that does not fit. */
export function encodeParameter(
  name: string,
  text: string,
): { readonly key: number; readonly value: string } | undefined {
  const parameter = findParameter(name);
  const value = parameter?.encode(text);
  return parameter === undefined || value === undefined ? undefined : { key: parameter.key, value };
}

/** Encoded values by key, as they stand at the end of SVCB RDATA. */
export function joinParameters(values: ReadonlyMap<number, string>): string {
  return [...values]
    .sort(([one], [other]) => one - other)
    .map(([key, value]) => encodeInteger(key, 2) + encodeInteger(value.length, 2) + value)
    .join('');
}

export const serviceParameters: Field = {
  parse(cursor) {
    const values = new Map<number, string>();
    while (cursor.peek() !== undefined) {
      const token = cursor.next('parameter');
      const { key, value } = readParameter(cursor, token);
      if (values.has(key)) throw cursor.fault(token, 'sets a parameter for the second time');
      values.set(key, value);
    }
    refuseInconsistent(cursor, values);
    return joinParameters(values);
  },
  measure(rdata, at) {
    let before = -1;
    let next = at;
    while (next < rdata.length) {
      const key = readInteger(rdata, next);
      if (!(key > before)) return -1;
      before = key;
      next += 4 + readInteger(rdata, next + 2);
    }
    return next === rdata.length ? next : -1;
  },
};

function readInteger(rdata: string, at: number): number {
  return at + 2 <= rdata.length
    ? (rdata.charCodeAt(at) << 8) | rdata.charCodeAt(at + 1)
    : Number.NaN;
}

function readParameter(cursor: TokenCursor, token: Token): { key: number; value: string } {
  const cut = token.text.indexOf('=');
  const name = cut === -1 ? token.text : token.text.slice(0, cut);
  const parameter = findParameter(name.toLowerCase());
  if (parameter === undefined) throw cursor.fault(token, 'is no SVCB parameter');
  const octets = unescapeOctets(cut === -1 ? '' : token.text.slice(cut + 1));
  const value = octets === undefined ? undefined : parameter.encode(octets);
  if (value === undefined || value.length > 65535) {
    throw cursor.fault(token, `has no value that fits ${name.toLowerCase()}`);
  }
  return { key: parameter.key, value };
}

function refuseInconsistent(cursor: TokenCursor, values: ReadonlyMap<number, string>): void {
  const here = (text: string): Token => ({ text, quoted: false, line: cursor.line });
  // RFC 9460 §8: every mandatory key must be there.
  const mandatory = values.get(0) ?? '';
  for (let at = 0; at < mandatory.length; at += 2) {
    const key = readInteger(mandatory, at);
    if (!values.has(key)) {
      throw cursor.fault(here('mandatory'), `names ${parameterName(key)}, which is not set`);
    }
  }
  // RFC 9460 §7.1.1: without alpn there would be no protocol left.
  if (values.has(2) && !values.has(1)) throw cursor.fault(here('no-default-alpn'), 'needs alpn');
}

function parameterName(key: number): string {
  const known = Object.entries(PARAMETERS).find(([, parameter]) => parameter.key === key);
  return known === undefined ? `key${key}` : known[0];
}

/** RFC 9460 §8: keys in ascending order, each once, `mandatory` not among them. */
function encodeMandatory(value: string): string | undefined {
  const keys = value.split(',').map((name) => findParameter(name.toLowerCase())?.key ?? 0);
  if (keys.includes(0) || new Set(keys).size !== keys.length) return undefined;
  return keys
    .sort((one, other) => one - other)
    .map((key) => encodeInteger(key, 2))
    .join('');
}

/** RFC 9460 §7.1.1 and Appendix A.1: a comma in a protocol's own name is written `\\,` in the file. */
function encodeProtocols(value: string): string | undefined {
  const protocols = splitList(value);
  if (protocols.some((protocol) => protocol.length < 1 || protocol.length > 255)) return undefined;
  return protocols.map((protocol) => String.fromCharCode(protocol.length) + protocol).join('');
}

function splitList(value: string): string[] {
  const items = [''];
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === ',') items.push('');
    else items.push((items.pop() ?? '') + (char === '\\' ? value.charAt(++at) : char));
  }
  return items;
}

function encodePort(value: string): string | undefined {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65535
    ? encodeInteger(Number(value), 2)
    : undefined;
}

function encodeEach(value: string, encode: EncodeValue): string | undefined {
  const items = value.split(',').map(encode);
  return items.includes(undefined) ? undefined : items.join('');
}

function encodeBase64(value: string): string | undefined {
  if (value === '' || !isBase64(value)) return undefined;
  return Buffer.from(value, 'base64').toString('latin1');
}
