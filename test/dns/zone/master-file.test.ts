import { describe, expect, it } from 'vitest';
import { parseMasterFileInSteps } from '../../../src/dns/zone/master-file/parse-master-file.ts';
import { formatFault } from '../../../src/dns/zone/zone-error.ts';
import { name, parse, show } from './zone-text.ts';

const FILE = 'zones/example.zone';

function records(text: string, others: Record<string, string> = {}): string[] {
  const { records: placed, faults } = parse({ ...others, [FILE]: text });
  expect(faults.map(formatFault)).toEqual([]);
  return placed.map(({ record }) => show(record));
}

function faults(text: string, others: Record<string, string> = {}): string[] {
  return parse({ ...others, [FILE]: text }).faults.map(formatFault);
}

const A1 = 'c0000201';

describe('entries of a master file (RFC 1035 §5.1)', () => {
  const cases: [string, string, string[]][] = [
    ['a plain record', 'www 60 IN A 192.0.2.1', [`www.example. 60 A ${A1}`]],
    ['class before the TTL', 'www IN 60 A 192.0.2.1', [`www.example. 60 A ${A1}`]],
    ['no class', 'www 60 A 192.0.2.1', [`www.example. 60 A ${A1}`]],
    ['CLASS1 and TYPE1', 'www 60 CLASS1 TYPE1 192.0.2.1', [`www.example. 60 A ${A1}`]],
    ['lower-case keywords', 'www 60 in a 192.0.2.1', [`www.example. 60 A ${A1}`]],
    ['an absolute owner', 'www.other. 60 A 192.0.2.1', [`www.other. 60 A ${A1}`]],
    ['@ for the origin', '@ 60 A 192.0.2.1', [`example. 60 A ${A1}`]],
    ['an escaped @', '\\@ 60 A 192.0.2.1', [`\\@.example. 60 A ${A1}`]],
    [
      'the owner before',
      'www 60 A 192.0.2.1\n 60 A 192.0.2.1',
      Array(2).fill(`www.example. 60 A ${A1}`),
    ],
    [
      'a tab for the owner before',
      'w 60 A 192.0.2.1\n\t7 A 192.0.2.1',
      [`w.example. 60 A ${A1}`, `w.example. 7 A ${A1}`],
    ],
    ['BIND units', 'www 1h30m A 192.0.2.1', [`www.example. 5400 A ${A1}`]],
    ['all units, any case', 'www 1W2d3H4m5S A 192.0.2.1', [`www.example. 788645 A ${A1}`]],
    ['comments', '; one\nwww 60 A 192.0.2.1;two\n   ; three', [`www.example. 60 A ${A1}`]],
    ['parentheses over lines', 'www ( 60 ; why\n IN\n A ) 192.0.2.1', [`www.example. 60 A ${A1}`]],
    [
      'CRLF line ends',
      'www 60 A 192.0.2.1\r\n 60 A 192.0.2.1\r\n',
      Array(2).fill(`www.example. 60 A ${A1}`),
    ],
    ['a byte order mark', '\ufeffwww 60 A 192.0.2.1', [`www.example. 60 A ${A1}`]],
    [
      'no final newline',
      'a 60 A 192.0.2.1\nb 60 A 192.0.2.1',
      [`a.example. 60 A ${A1}`, `b.example. 60 A ${A1}`],
    ],
    ['case of names kept', 'WWW 60 A 192.0.2.1', [`WWW.example. 60 A ${A1}`]],
    ['a dot inside a label', 'a\\.b 60 A 192.0.2.1', [`a\\.b.example. 60 A ${A1}`]],
    ['an escaped final dot is no root', 'a\\. 60 A 192.0.2.1', [`a\\..example. 60 A ${A1}`]],
    ['an escaped backslash before the root', 'a\\\\. 60 A 192.0.2.1', [`a\\\\. 60 A ${A1}`]],
    ['any octet by number', '\\000\\255 60 A 192.0.2.1', [`\\000\\255.example. 60 A ${A1}`]],
    [
      'an escaped blank and semicolon',
      'a\\ b\\;c 60 A 192.0.2.1',
      [`a\\032b\\;c.example. 60 A ${A1}`],
    ],
    ['names beyond ASCII as UTF-8', 'é 60 A 192.0.2.1', [`\\195\\169.example. 60 A ${A1}`]],
    ['an owner that looks like a type', 'A 60 A 192.0.2.1', [`A.example. 60 A ${A1}`]],
    ['an owner that looks like a TTL', '60 60 A 192.0.2.1', [`60.example. 60 A ${A1}`]],
    ['$TTL', '$TTL 5m\nwww A 192.0.2.1', [`www.example. 300 A ${A1}`]],
    [
      '$TTL over the TTL before',
      'a 9 A 192.0.2.1\n$TTL 5\nb A 192.0.2.1',
      [`a.example. 9 A ${A1}`, `b.example. 5 A ${A1}`],
    ],
    [
      'the TTL before, without $TTL',
      'a 9 A 192.0.2.1\nb A 192.0.2.1',
      [`a.example. 9 A ${A1}`, `b.example. 9 A ${A1}`],
    ],
    [
      '$ORIGIN, relative and absolute',
      '$ORIGIN sub\nw 1 A 192.0.2.1\n$ORIGIN x.\nw 1 A 192.0.2.1',
      [`w.sub.example. 1 A ${A1}`, `w.x. 1 A ${A1}`],
    ],
    ['$origin in lower case', '$origin x.\n@ 1 A 192.0.2.1', [`x. 1 A ${A1}`]],
    [
      'quotes keep blanks, semicolons and parentheses',
      't 1 TXT "a ;(b" c',
      ['t.example. 1 TXT 0561203b28620163'],
    ],
    ['escapes in a string', 't 1 TXT "\\"\\065\\\\"', ['t.example. 1 TXT 0322415c']],
    ['an empty string', 't 1 TXT ""', ['t.example. 1 TXT 00']],
    ['adjacent strings', 't 1 TXT "a""b"', ['t.example. 1 TXT 01610162']],
    ['an unknown type', 't 1 TYPE65400 \\# 2 beef', ['t.example. 1 TYPE65400 beef']],
    ['an unknown type without data', 't 1 TYPE65400 \\# 0', ['t.example. 1 TYPE65400 ']],
    ['a known type in generic form', 't 1 A \\# 4 c000 0201', [`t.example. 1 A ${A1}`]],
  ];
  it.each(cases)('reads %s', (_, text, expected) => {
    expect(records(text)).toEqual(expected);
  });

  it('gives the SOA its own minimum when nothing else says a TTL, and keeps it for what follows', () => {
    const text = '@ IN SOA ns host 1 2 3 4 77\n@ NS ns';
    expect(records(text).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'example. 77 SOA',
      'example. 77 NS',
    ]);
  });
});

describe('$INCLUDE', () => {
  it('reads a file beside this one under the given origin and gives origin and owner back', () => {
    const text = '$TTL 1\nwww A 192.0.2.1\n$INCLUDE more.inc sub\n  A 192.0.2.1\nlast A 192.0.2.1';
    const included = '$ORIGIN deep\nin A 192.0.2.1\n';
    expect(records(text, { 'zones/more.inc': included })).toEqual([
      `www.example. 1 A ${A1}`,
      `in.deep.sub.example. 1 A ${A1}`,
      `www.example. 1 A ${A1}`,
      `last.example. 1 A ${A1}`,
    ]);
  });

  it('reports the line of the included file', () => {
    expect(faults('$TTL 1\n$INCLUDE more.inc', { 'zones/more.inc': '\nx A 1.2.3' })).toEqual([
      'zones/more.inc:2: "1.2.3" is not an IPv4 address',
    ]);
  });

  it('reports the line of the directive when the file is missing', () => {
    expect(faults('\n$INCLUDE gone.inc')).toEqual([
      'zones/example.zone:2: cannot include "zones/gone.inc": no such file or folder',
    ]);
  });

  it('refuses files that include each other', () => {
    expect(faults('$INCLUDE a.inc', { 'zones/a.inc': '\n$INCLUDE ./example.zone' })).toEqual([
      'zones/a.inc:2: "./example.zone" includes itself',
    ]);
  });

  it('refuses a chain that is too deep', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`zones/${at}.inc`, `$INCLUDE ${at + 1}.inc`]),
    );
    expect(faults('$INCLUDE 0.inc', chain)).toEqual([
      'zones/7.inc:1: "8.inc" is included more than 8 deep',
    ]);
  });
});

describe('faults of a master file', () => {
  const cases: [string, string][] = [
    ['www 60 A 300.1.1.1', '1: "300.1.1.1" is not an IPv4 address'],
    ['\n\nwww 60 AAAA fe80::1%eth0', '3: "fe80::1%eth0" is not an IPv6 address'],
    ['www 60 A', '1: the address is missing'],
    ['www 60', '1: the type is missing'],
    ['www', '1: the type is missing'],
    ['www 60 A 192.0.2.1 192.0.2.2', '1: unexpected "192.0.2.2" after the data of A'],
    ['www 60 B 192.0.2.1', '1: "B" is not a record type'],
    ['www 60 1x A 192.0.2.1', '1: "1x" is neither a TTL nor a type'],
    ['www 2147483648 A 192.0.2.1', '1: "2147483648" is neither a TTL nor a type'],
    ['www 60 CH A 192.0.2.1', '1: class "CH" is not served; zones are of class IN'],
    ['www 60 CLASS4 A 192.0.2.1', '1: class "CLASS4" is not served; zones are of class IN'],
    ['www 60 ANY x', '1: "ANY" cannot be in a zone: ANY is not a type of data'],
    ['www 60 TYPE251 \\# 0', '1: "TYPE251" cannot be in a zone: IXFR is not a type of data'],
    ['www 60 OPT \\# 0', '1: "OPT" cannot be in a zone: OPT is not a type of data'],
    ['www 60 TYPE65400 x', '1: TYPE65400 has no text form here; write its data as \\# length hex'],
    ['www 60 TYPE65400 \\# 3 beef', '1: \\# says 3 octets, 2 are written'],
    ['www 60 TYPE65400 \\# 2 beeg', '1: "beeg" is not hexadecimal in pairs of digits'],
    ['www 60 A \\# 3 c00002', '1: the octets do not form data of A'],
    ['www 60 MX \\# 4 000ac00c', '1: the octets do not form data of MX'],
    ['www A 192.0.2.1', '1: the record has no TTL, and no $TTL comes before it'],
    [' 60 A 192.0.2.1', '1: the first record of a file begins with its owner'],
    ['a..b 60 A 192.0.2.1', '1: "a..b" is not a domain name'],
    [`${'a'.repeat(64)} 60 A 192.0.2.1`, `1: "${'a'.repeat(64)}" is not a domain name`],
    ['x 60 CNAME \\300.', '1: "\\300." is not a domain name'],
    ['x 60 TXT "\\300"', '1: "\\300" has an escape above \\255'],
    ['x 60 TXT "open', '1: the quoted string "open" is not closed on its line'],
    ['x 60 TXT ab"cd"', '1: a quote inside the word "ab"; write \\" for it'],
    ['x 60 TXT a\\', '1: "\\" at the end of the line escapes nothing'],
    [
      `x 60 TXT ${'y'.repeat(256)}`,
      `1: "${'y'.repeat(256)}" has 256 octets; a string holds 255, so split it`,
    ],
    ['x 60 ( A\n192.0.2.1', '1: the parenthesis "(" is never closed'],
    ['x 60 A 192.0.2.1 )', '1: ")" closes no parenthesis'],
    ['x 60 MX 70000 mail', '1: "70000" is not a number from 0 to 65535'],
    [
      'x 60 SOA ns host (\n 1\n 2 3 4y 5 )',
      '3: "4y" is not a time such as 3600 or 1h30m, up to 2147483647 seconds',
    ],
    ['$TTL soon', '1: "soon" is not a time such as 3600 or 1h30m, up to 2147483647 seconds'],
    ['$TTL 1 2', '1: unexpected "2" after the $TTL'],
    [
      '$GENERATE 1-2 a$ A 192.0.2.$',
      '1: "$GENERATE" is BIND\'s own and not read; write the records out',
    ],
    ['$DATE', '1: "$DATE" is not a directive; there are $ORIGIN, $TTL and $INCLUDE'],
    ['$ORIGIN', '1: the origin is missing'],
  ];
  it.each(cases)('refuses %j', (text, expected) => {
    expect(faults(text)).toEqual([`zones/example.zone:${expected}`]);
  });

  it('reports every fault, not only the first, and goes on with the next entry', () => {
    const text = '$TTL 1\na A 1\nb A (\n  2\n  )\n  A 3\nc A "x\nd A 192.0.2.1\ne AAAA 4';
    expect(faults(text)).toEqual([
      'zones/example.zone:2: "1" is not an IPv4 address',
      'zones/example.zone:4: "2" is not an IPv4 address',
      'zones/example.zone:6: "3" is not an IPv4 address',
      'zones/example.zone:7: the quoted string "x" is not closed on its line',
      'zones/example.zone:9: "4" is not an IPv6 address',
    ]);
  });

  it('does not give a record with a bad owner to the owner before', () => {
    const { records: placed } = parse({
      [FILE]: 'a 1 A 192.0.2.1\nb..c 1 A 192.0.2.1\n 1 A 192.0.2.1',
    });
    expect(placed).toHaveLength(1);
  });

  const endless: [what: string, text: string][] = [
    ['word', `x 60 TXT ${'y'.repeat(400_000)}`],
    ['quoted string', `x 60 TXT "${'y'.repeat(400_000)}"`],
    ['run of escapes', `x 60 TXT ${'\\y'.repeat(200_000)}`],
    ['list of words', `x 60 TXT ${'y '.repeat(200_000)}`],
  ];
  it.each(endless)('refuses a %s that never ends, and goes on with the next entry', (_, text) => {
    expect(faults(`${text}\nx 60 A 1`)).toEqual([
      'zones/example.zone:1: the entry has more than 300000 characters',
      'zones/example.zone:2: "1" is not an IPv4 address',
    ]);
  });

  it.each(['\n y', '\n ; y'])('looks for a parenthesis that is left open over many %j', (line) => {
    expect(faults(`x 60 TXT (${line.repeat(100_000)}\nx 60 A 1`)).toEqual([
      'zones/example.zone:1: the entry has more than 300000 characters; is its parenthesis closed?',
      'zones/example.zone:100002: "1" is not an IPv4 address',
    ]);
  });

  it('can be put aside after each long entry, and within the lines that follow a fault', () => {
    const stops = (text: string): number => {
      const steps = parseMasterFileInSteps({ file: FILE, origin: name('example.') });
      steps.next();
      let count = 0;
      while (steps.next(text).done !== true) count += 1;
      return count;
    };
    const long = `x 60 TXT ${Array.from({ length: 100 }, () => 'y'.repeat(20)).join(' ')}\n`;
    expect(stops(long.repeat(10))).toBe(10);
    expect(stops('x 60 TXT y\n'.repeat(10))).toBe(0);
    expect(stops(`x 60 TXT ( a"b${'\n y'.repeat(3200)}`)).toBeGreaterThan(90);
  });

  it('quotes the two ends of a long token', () => {
    const [fault = ''] = faults(`x 60 TXT ${'y'.repeat(2000)}`);
    expect(fault).toContain(`1: "${'y'.repeat(100)}`);
    expect(fault).toMatch(/y…y+" has 2000 octets; a string holds 255, so split it$/);
    expect(fault.length).toBeLessThan(600);
  });

  it('stops after fifty faults', () => {
    expect(faults('x\n'.repeat(1000))).toHaveLength(50);
  });
});
