/** RDATA: what we encode is what dns-packet reads, what it would have got wrong is refused, and how it is shown. */
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeAddress,
  encodeSoa,
  encodeSrv,
  encodeTxt,
} from '../../../src/dns/wire/encode-rdata.ts';
import { formatRdata, formatRecord } from '../../../src/dns/wire/format-record.ts';
import { formatName, nameFromLabels, parseName } from '../../../src/dns/wire/name.ts';
import { name, rr } from '../records.ts';

interface Codec {
  decode(bytes: Buffer): unknown;
}
const codec = (type: string) =>
  (dnsPacket as unknown as { record(type: string): Codec }).record(type);
const withLength = (rdata: Uint8Array): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rdata.length);
  return Buffer.concat([length, rdata]);
};

describe('addresses', () => {
  const good: [text: string, type: number, hex: string][] = [
    ['10.0.0.1', 1, '0a000001'],
    ['::1', 28, '00000000000000000000000000000001'],
    ['2001:DB8::a', 28, '20010db800000000000000000000000a'],
    ['::ffff:10.0.0.1', 1, '0a000001'],
    ['::ffff:0a00:0001', 1, '0a000001'],
    ['::10.0.0.1', 28, '0000000000000000000000000a000001'],
  ];
  it.each(good)('%s', (text, type, hex) => {
    const data = encodeAddress(text);
    expect([data?.type, Buffer.from(data?.rdata ?? []).toString('hex')]).toEqual([type, hex]);
  });
  it.each(['', 'nope', '300.1.1.1', '1.2.3', 'zz::1', 'fe80::1%eth0', '10.0.0.1 ', '01.2.3.4'])(
    '%j is none',
    (text) => expect(encodeAddress(text)).toBeUndefined(),
  );
});

it('numbers out of range are kept modulo their size', () => {
  const srv = encodeSrv({ priority: 1, weight: 65_537, port: 70_000, target: name('a.b') });
  expect(codec('SRV').decode(withLength(srv))).toEqual({
    priority: 1,
    weight: 1,
    port: 4464,
    target: 'a.b',
  });
  const soa = { mname: name('a'), rname: name('b'), refresh: 1, retry: 2, expire: 3, minimum: 4 };
  const rdata = encodeSoa({ ...soa, serial: 2 ** 32 + 5 });
  expect(codec('SOA').decode(withLength(rdata))).toMatchObject({
    mname: 'a',
    rname: 'b',
    serial: 5,
    minimum: 4,
  });
});

it('names keep every octet', () => {
  const odd = nameFromLabels(['a.b', '\xff\0', 'x'.repeat(63)]) as string;
  const rdata = encodeSrv({ priority: 0, weight: 0, port: 0, target: odd });
  expect(Buffer.from(rdata).toString('latin1').slice(6)).toBe(odd);
});

describe('TXT', () => {
  it.each([0, 1, 255, 256, 510, 511, 2000])('of %d octets', (length) => {
    const rdata = encodeTxt('x'.repeat(length)) as Uint8Array;
    const strings = codec('TXT').decode(withLength(rdata)) as Buffer[];
    expect(Buffer.concat(strings).toString()).toBe('x'.repeat(length));
    expect(strings.length).toBe(Math.max(1, Math.ceil(length / 255)));
  });
  it('counts UTF-8 octets, and has an end', () => {
    expect(encodeTxt('é'.repeat(200))?.length).toBe(402);
    expect(encodeTxt('x'.repeat(65_300))).toBeUndefined();
  });
});

describe('presentation form', () => {
  it.each([
    'web.example. 60 IN A 192.0.2.1',
    'web.example. 60 IN AAAA 2001:db8::1',
    'web.example. 60 IN AAAA ::',
    'web.example. 60 IN AAAA ::1:0:0:0:1',
    'web.example. 60 IN AAAA 2001:0:0:1::1',
    'web.example. 60 IN AAAA 1:0:2:3:4:5:6:7',
    'web.example. 60 IN CNAME a.b.',
    'web.example. 60 IN MX 10 .',
    'web.example. 60 IN SRV 1 2 3 a.b.',
    'web.example. 60 IN SOA a. b. 1 2 3 4 4294967295',
  ])('%s', (text) => expect(formatRecord(rr(text))).toBe(text));

  const odd: [title: string, type: number, hex: string, text: string][] = [
    ['an unknown type (RFC 3597 §5)', 65400, 'beef', '\\# 2 beef'],
    ['no octets', 65400, '', '\\# 0'],
    ['an A that is none', 1, '0a00', '\\# 2 0a00'],
    ['a name that does not end', 5, '0161', '\\# 2 0161'],
    ['a name with more behind it', 5, '01610000', '\\# 4 01610000'],
    ['strings', 16, '0161026222', '"a" "b\\""'],
    ['octets in strings', 16, '0307e95c', '"\\007\\233\\\\"'],
    ['a string past the end', 16, '0561', '\\# 2 0561'],
  ];
  it.each(odd)('%s', (_, type, hex, text) => {
    expect(formatRdata(type, Buffer.from(hex, 'hex'))).toBe(text);
  });

  it('of any RDATA is text', () => {
    const types = fc.constantFrom(1, 2, 5, 6, 12, 13, 15, 16, 17, 28, 33, 39, 99, 65400);
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 60 }), (type, rdata) => {
        expect(formatRdata(type, rdata)).toMatch(/^[ -~]+$/);
      }),
    );
  });

  it('of any name reads back as that name', () => {
    const label = fc
      .uint8Array({ minLength: 1, maxLength: 63 })
      .map((octets) => Buffer.from(octets).toString('latin1'));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
        const wire = nameFromLabels(labels) as string;
        expect(parseName(formatName(wire))).toBe(wire);
        expect(formatName(wire)).toMatch(/^[!-~]+$/);
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '0a000001'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['1::', `0001${'0'.repeat(28)}`],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    // Two colons may stand for a single group of zeros (RFC 4291 §2.2).
    ['::0:0:0:0:0:0:1', `${'0'.repeat(31)}1`],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['1:2:3:4::6:7:8', '00010002000300040000000600070008'],
    ['::ffff:192.0.2.1', 'c0000201'],
    ['64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
  ])('%s is %s', (text, hex) => {
    expect(Buffer.from(encodeAddress(text)!.rdata).toString('hex')).toBe(hex);
  });

  it.each(['', '1.2.3', '1.2.3.256', '1::2::3', 'fe80::1%eth0', 'localhost'])(
    '"%s" is none',
    (text) => expect(encodeAddress(text)).toBeUndefined(),
  );
});
