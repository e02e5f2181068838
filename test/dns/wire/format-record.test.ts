/**
 * Goal: every type of a master file is written in presentation form, and what is written is read back octet by octet.
 * Method: tables of records as dig writes them, and the zone parser as the other direction, over damaged RDATA too.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRdata, parseClass } from '../../../src/dns/wire/format-record.ts';
import { parseType } from '../../../src/dns/wire/types.ts';
import { parse } from '../zone/zone-text.ts';
import { RECORDS } from './record-texts.ts';

/** The RDATA of `TYPE RDATA`, or why there is none. */
function parseRecord(text: string): Buffer | string {
  const { records, faults } = parse({ 'zones/example.zone': `x 60 IN ${text}` });
  const [record] = records;
  return record === undefined ? (faults[0]?.reason ?? '') : Buffer.from(record.record.rdata);
}

const typeOf = (text: string): number => parseType(text.split(' ')[0] ?? '') ?? -1;
const rdataOf = (text: string): Buffer => {
  const rdata = parseRecord(text);
  if (typeof rdata === 'string') throw new Error(rdata);
  return rdata;
};
const formatted = (text: string, rdata: Uint8Array): string =>
  `${text.split(' ')[0]} ${formatRdata(typeOf(text), rdata)}`;

describe('presentation form', () => {
  it.each(RECORDS)('%s', (text) => expect(formatted(text, rdataOf(text))).toBe(text));

  const odd: [title: string, text: string][] = [
    ['a CAA whose tag is none', 'CAA \\# 5 00032d2d2d'],
    ['a HINFO of one string', 'HINFO \\# 2 0161'],
    ['a LOC of another version', 'LOC \\# 16 01121613800000008000000000989680'],
    ['a LOC north of the pole', 'LOC \\# 16 00121613ffffffff8000000000989680'],
    ['a LOC whose size is zero twice', 'LOC \\# 16 00011613800000008000000000989680'],
    ['an APL of nothing', 'APL \\# 0'],
    ['an APL of another family', 'APL \\# 4 00030000'],
    ['an APL that ends in a zero', 'APL \\# 6 00010802c000'],
    ['an APL past its addresses', 'APL \\# 4 00012100'],
    ['a bitmap that ends in zeros', 'NSEC \\# 5 0000024000'],
    ['a bitmap without octets', 'NSEC \\# 3 000000'],
    ['windows out of order', 'NSEC \\# 7 00010140000140'],
    ['an alias with parameters', 'SVCB \\# 9 000000000300020035'],
    ['parameters out of order', 'SVCB \\# 15 0001000003000200350001000268'],
    ['mandatory without its key', 'SVCB \\# 9 000100000000020003'],
    ['a parameter past the end', 'SVCB \\# 7 00010000030002'],
    ['no protocol', 'SVCB \\# 7 00010000010000'],
    ['half an address', 'SVCB \\# 9 00010000040002c000'],
    ['the reserved key', 'SVCB \\# 7 000100ffff0000'],
    ['a key without octets', 'DNSKEY \\# 4 0101030d'],
  ];
  it.each(odd)('shows the octets of %s', (_, text) => {
    const rdata = Buffer.from(text.split(' ')[3] ?? '', 'hex');
    expect(formatRdata(typeOf(text), rdata)).toMatch(/^\\# \d+( [0-9a-f]+)?$/);
  });
});

describe('what is written', () => {
  /** One octet changed, one left out, or one more. */
  const damaged = fc
    .tuple(fc.constantFrom(...RECORDS), fc.nat(), fc.nat(255), fc.constantFrom(0, 1, 2))
    .map(([text, at, octet, kind]) => {
      const rdata = rdataOf(text);
      const index = at % rdata.length;
      const put = kind === 1 ? [] : [octet];
      const after = rdata.subarray(index + (kind === 2 ? 0 : 1));
      return { text, rdata: Buffer.concat([rdata.subarray(0, index), Buffer.from(put), after]) };
    });

  it('reads back as the same octets, unless no text could', () => {
    fc.assert(
      fc.property(damaged, ({ text, rdata }) => {
        const shown = formatted(text, rdata);
        expect(shown).toMatch(/^[ -~]+$/);
        const read = parseRecord(shown);
        const octets = `${text.split(' ')[0]} \\# ${rdata.length} ${rdata.toString('hex')}`;
        // A time of more than 2^31 seconds is shown and not read.
        const isShownOnly = typeof read === 'string' && read.includes('is not a time');
        if (!isShownOnly) expect([shown, read]).toEqual([shown, parseRecord(octets)]);
      }),
      { numRuns: 3000 },
    );
  });

  it('is text, whatever the octets', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RECORDS.map(typeOf)),
        fc.uint8Array({ maxLength: 60 }),
        (type, rdata) => {
          expect(formatRdata(type, rdata)).toMatch(/^[ -~]+$/);
        },
      ),
    );
  });
});

it.each([
  ['in', 1],
  ['CH', 3],
  ['class65280', 65280],
  ['CLASS65536', undefined],
  ['constructor', undefined],
])('class %s is %s', (text, expected) => expect(parseClass(text)).toBe(expected));
