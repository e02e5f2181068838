/**
 * APL (RFC 3123): address prefixes, `1:192.0.2.0/24 !2:2001:db8::/32`, any number of them.
 *
 *   +-----------+-----------+----------------+------------------+
 *   | family, 2 | prefix, 1 | negated 1 bit, | address, without |
 *   |           |           | length 7 bits  | zeros at its end |
 *   +-----------+-----------+----------------+------------------+
 */
import { encodeIpv4, encodeIpv6 } from '../../wire/address-text.ts';
import { encodeInteger, type Field } from './fields.ts';

/** By the numbers of the IANA address family registry. */
const FAMILIES: Readonly<
  Record<string, { readonly octets: 4 | 16; readonly encode: typeof encodeIpv4 }>
> = {
  1: { octets: 4, encode: encodeIpv4 },
  2: { octets: 16, encode: encodeIpv6 },
};

export const addressPrefixes: Field = {
  parse(cursor) {
    let octets = '';
    while (cursor.peek() !== undefined) {
      const token = cursor.next('prefix');
      const prefix = encodePrefix(token.text);
      if (prefix === undefined) {
        throw cursor.fault(token, 'is not a prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32');
      }
      octets += prefix;
    }
    return octets;
  },
  measure(rdata, at) {
    let next = at;
    while (next < rdata.length) {
      const end = next + 4 + (rdata.charCodeAt(next + 3) & 127);
      if (!(end <= rdata.length)) return -1;
      next = end;
    }
    return next;
  },
};

function encodePrefix(text: string): string | undefined {
  const [, not, number = '', address = '', bits = ''] =
    /^(!?)(\d{1,5}):([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = FAMILIES[number];
  const octets = family?.encode(address)?.replace(/\0+$/, '');
  if (family === undefined || octets === undefined) return undefined;
  if (Number(bits) > family.octets * 8) return undefined;
  const negated = not === '!' ? 0x80 : 0;
  const head = encodeInteger(Number(number), 2) + encodeInteger(Number(bits), 1);
  return head + encodeInteger(negated | octets.length, 1) + octets;
}
