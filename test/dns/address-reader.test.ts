/** The quick reader of addresses against the careful one. */
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressReader } from '../../src/dns/address-reader.ts';
import { parseAddress } from '../../src/dns/subnet.ts';

const reader = new AddressReader();
const hex = (octets: Uint8Array | undefined) => Buffer.from(octets ?? []).toString('hex');

/** As RFC 5952 and the system write it. */
const canonical = (text: string) => new URL(`http://[${text}]`).hostname.slice(1, -1);

describe('an address', () => {
  const table: [text: string, expected: string][] = [
    ['127.0.0.1', '7f000001'],
    ['255.1.20.3', 'ff011403'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['1::', `0001${'0'.repeat(28)}`],
    ['2001:db8::7', '20010db8000000000000000000000007'],
    ['2001:db8:220:1:59de:d0f4:8769:82b8', '20010db80220000159ded0f4876982b8'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['fe80::%lo', 'fe800000000000000000000000000000'],
    ['::ffff:192.0.2.1', 'c0000201'],
    ['::ffff:c000:201', 'c0000201'],
    ['::ffff:1.2.3.4%eth0', '01020304'],
    ['::192.0.2.1%7', '000000000000000000000000c0000201'],
    ['::192.0.2.1', '000000000000000000000000c0000201'],
  ];
  it.each(table)('%s', (text, expected) => expect(hex(reader.read(text))).toBe(expected));

  it('is read like parseAddress reads it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (any) => {
        const text = isIPv6(any) ? canonical(any) : any;
        expect(hex(reader.read(text))).toBe(hex(parseAddress(text)));
      }),
      { numRuns: 1000 },
    );
  });
});
