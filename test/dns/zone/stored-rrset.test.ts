/** RRsets as they come through HTTP: what they are read as, and why they are refused. */
import { describe, expect, it } from 'vitest';
import { formatName } from '../../../src/dns/wire/name.ts';
import {
  canonicalName,
  canonicalRRset,
  canonicalType,
  canonicalZone,
  RecordError,
  storedRRset,
} from '../../../src/dns/zone/stored-rrset.ts';
import { show } from './zone-text.ts';

/** The value, or `field: reason`. */
function tried(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof RecordError) return `${error.field}: ${error.message}`;
    throw error;
  }
}

const LONG = 'a'.repeat(64);

describe('a zone', () => {
  const zones: [text: string, canonical: string][] = [
    ['example.org', 'example.org.'],
    ['Example.ORG.', 'example.org.'],
    ['.', '.'],
    ['a\\.b.example', 'a\\.b.example.'],
    ['', 'zone: "" is not a domain name'],
    ['a..b', 'zone: "a..b" is not a domain name'],
    [LONG, `zone: "${LONG}" is not a domain name`],
  ];
  it.each(zones)('%s is %s', (text, canonical) => {
    expect(tried(() => canonicalZone(text))).toBe(canonical);
  });
});

describe('a name', () => {
  const names: [text: string, canonical: string][] = [
    ['www', 'www'],
    ['WWW.Lab', 'www.lab'],
    ['@', '@'],
    ['example.org.', '@'],
    ['www.EXAMPLE.org.', 'www'],
    ['www.example.org', 'www.example.org'],
    ['*', '*'],
    ['_443._tcp', '_443._tcp'],
    ['a\\.b', 'a\\.b'],
    ['\\@', '\\@'],
    ['0/25', '0/25'],
    ['\\000', '\\000'],
    ['', 'name: "" is not a domain name in "example.org."'],
    ['a..b', 'name: "a..b" is not a domain name in "example.org."'],
    ['www.example.com.', 'name: "www.example.com." is outside the zone "example.org."'],
    ['.', 'name: "." is outside the zone "example.org."'],
    ['xexample.org.', 'name: "xexample.org." is outside the zone "example.org."'],
  ];
  it.each(names)('%s is %s', (text, canonical) => {
    expect(tried(() => canonicalName('example.org.', text))).toBe(canonical);
  });

  it('of the root is relative to nothing', () => {
    expect(canonicalName('.', 'example')).toBe('example');
    expect(canonicalName('.', '.')).toBe('@');
  });
});

describe('a type', () => {
  const types: [text: string, canonical: string][] = [
    ['a', 'A'],
    ['TYPE1', 'A'],
    ['type65400', 'TYPE65400'],
    ['x', 'type: "x" is not a record type'],
    ['TYPE0', 'type: TYPE0 is not a type of data'],
    ['ANY', 'type: ANY is not a type of data'],
    ['OPT', 'type: OPT is not a type of data'],
    ['AXFR', 'type: AXFR is not a type of data'],
    ['TYPE250', 'type: TYPE250 is not a type of data'],
    ['RRSIG', 'type: RRSIG records are made by signing a zone'],
    ['NSEC', 'type: NSEC records are made by signing a zone'],
    ['TYPE50', 'type: NSEC3 records are made by signing a zone'],
  ];
  it.each(types)('%s is %s', (text, canonical) => {
    expect(tried(() => canonicalType(text))).toBe(canonical);
  });
});

describe('records', () => {
  const read = (nameAndType: string, records: readonly string[], ttlSeconds = 60) => {
    const [name = '', type = ''] = nameAndType.split(' ');
    const path = { zone: 'example.org.', name, type };
    return tried(() => canonicalRRset(path, ttlSeconds, records).records);
  };

  const written: [nameAndType: string, records: string[], canonical: string[]][] = [
    ['www A', [' 192.0.2.1 ; the first', '192.0.2.2'], ['192.0.2.1', '192.0.2.2']],
    ['www A', ['192.0.2.1', '192.0.2.1'], ['192.0.2.1']],
    ['www AAAA', ['2001:DB8:0::1'], ['2001:db8::1']],
    ['@ MX', ['10 mail', '20 mail.example.com.'], ['10 mail.example.org.', '20 mail.example.com.']],
    ['www CNAME', ['@'], ['example.org.']],
    ['@ TXT', ['"a b" c'], ['"a b" "c"']],
    [
      '@ SOA',
      ['ns host 1 1h 10m 1d ( 60 )'],
      ['ns.example.org. host.example.org. 1 3600 600 86400 60'],
    ],
    ['x TYPE65400', ['\\# 2 beef'], ['\\# 2 beef']],
    ['x A', ['\\# 4 c0000201'], ['192.0.2.1']],
  ];
  it.each(written)('%s %j are kept as %j', (nameAndType, records, canonical) => {
    expect(read(nameAndType, records)).toEqual(canonical);
  });

  const refused: [nameAndType: string, records: string[], reason: string][] = [
    ['www A', [], 'Records: an RRset has at least one record'],
    ['www A', ['192.0.2.1', '300.0.0.1'], 'Records[1]: "300.0.0.1" is not an IPv4 address'],
    ['www A', [''], 'Records[0]: the address is missing'],
    ['www A', ['192.0.2.1 x'], 'Records[0]: unexpected "x" after the data of A'],
    ['www A', ['192.0.2.1\n192.0.2.2'], 'Records[0]: the text is more than one record'],
    ['www A', ['60 IN A 192.0.2.1'], 'Records[0]: "60" is not an IPv4 address'],
    ['www TXT', ['"open'], 'Records[0]: the quoted string "open" is not closed on its line'],
    ['www CNAME', ['a', 'b'], 'Records[1]: a name has one CNAME record at most'],
    ['www SOA', ['ns host 1 1 1 1 1'], 'name: an SOA record stands at the apex of its zone, "@"'],
    ['* NS', ['ns'], 'name: the wildcard "*.example.org." cannot own NS (RFC 4592 §4)'],
    ['*.a DNAME', ['ns'], 'name: the wildcard "*.a.example.org." cannot own DNAME (RFC 4592 §4)'],
    [
      'x CNAME',
      ['grün.example.'],
      'Records[0]: "grün.example." is not ASCII; write "xn--grn-ioa.example." (RFC 5890), or its octets as \\DDD',
    ],
    [
      'x TYPE65400',
      ['beef'],
      'Records[0]: TYPE65400 has no text form here; write its data as \\# length hex',
    ],
  ];
  it.each(refused)('%s %j are refused', (nameAndType, records, reason) => {
    expect(read(nameAndType, records)).toBe(reason);
  });

  const large: [what: string, type: string, records: string[], reason: string][] = [
    [
      'with a long text',
      'TXT',
      ['a'.repeat(245_761)],
      'Records[0]: the text has 245761 characters; at most 245760 are read',
    ],
    [
      'too many of them',
      'A',
      Array.from({ length: 1001 }, () => '192.0.2.1'),
      'Records: 1001 records; an RRset holds 1000',
    ],
    [
      'larger than a message',
      'TXT',
      Array.from({ length: 300 }, (_, at) => `"${'a'.repeat(200)}${at}"`),
      'Records: 64690 octets on the wire; an RRset holds 60000',
    ],
  ];
  it.each(large)('%s are refused', (_, type, records, reason) => {
    expect(read(`x ${type}`, records)).toBe(reason);
  });

  it('with as many octets as an RRset has are read, each of them escaped', () => {
    const string = `"${'\\000'.repeat(255)}"`;
    const most = Array.from({ length: 234 }, () => string).join(' ');
    const kept = canonicalRRset({ zone: 'example.org.', name: 'x', type: 'TXT' }, 60, [most]);
    expect(kept.records).toEqual([most]);
    expect(read('x TXT', [`${most} ${string}`])).toBe(
      'Records: 60172 octets on the wire; an RRset holds 60000',
    );
  });

  it.each([-1, 2 ** 31])('with a TTL of %i are refused', (ttl) => {
    expect(read('www A', ['192.0.2.1'], ttl)).toBe(
      `TTL: ${ttl} is not a number from 0 to 2147483647`,
    );
  });

  it.each(written)('%s %j are served as they were read', (nameAndType, texts) => {
    const [name = '', type = ''] = nameAndType.split(' ');
    const kept = canonicalRRset({ zone: 'example.org.', name, type }, 60, texts);
    const again = canonicalRRset(kept, 60, kept.records);
    expect(again).toEqual(kept);
    const rrset = storedRRset(kept);
    expect(formatName(rrset?.owner ?? '')).toBe(
      name === '@' ? 'example.org.' : `${name}.example.org.`,
    );
    expect(rrset?.records).toHaveLength(kept.records.length);
  });

  it('that cannot be read any more are not served', () => {
    const row = { zone: 'example.org.', name: 'www', type: 'A', ttlSeconds: 60, records: ['x'] };
    expect(storedRRset(row)).toBeUndefined();
    const fine = storedRRset({ ...row, records: ['192.0.2.1'] });
    expect(fine?.records.map(show)).toEqual(['www.example.org. 60 A c0000201']);
  });
});
