import { describe, expect, it } from 'vitest';
import { faultsOf } from './zone-text.ts';

const HEAD = '$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns.other.\n';

describe('what keeps records from being a zone (RFC 1035 §5.2)', () => {
  // Line 4 is the first after the head.
  const cases: [string, string, string[]][] = [
    ['a sound zone', `${HEAD}ns A 192.0.2.1\nwww CNAME ns\nns A 192.0.2.1`, []],
    ['an empty file', '', [': no SOA record: a zone begins with one']],
    [
      'no name servers',
      '@ 60 SOA ns host 1 2 3 4 5',
      [': no NS record at the apex "example." (RFC 1034 §4.2.1)'],
    ],
    [
      'a second SOA',
      `${HEAD}@ SOA ns host 1 2 3 4 6`,
      [':4: a second SOA record; the first is at zones/example.zone:2'],
    ],
    [
      'an SOA below the apex',
      `${HEAD}sub SOA ns host 1 2 3 4 6`,
      [':4: a second SOA record; the first is at zones/example.zone:2'],
    ],
    [
      'data outside',
      `${HEAD}a.other. A 192.0.2.1`,
      [':4: "a.other." is outside the zone "example."'],
    ],
    [
      'a name that only ends alike',
      `${HEAD}a.notexample. A 192.0.2.1`,
      [':4: "a.notexample." is outside the zone "example."'],
    ],
    [
      'data beside a CNAME',
      `${HEAD}a CNAME b\na A 192.0.2.1`,
      [':5: "a.example." has a CNAME (zones/example.zone:4) and so no A (RFC 1034 §3.6.2)'],
    ],
    [
      'data before a CNAME, in other case',
      `${HEAD}A A 192.0.2.1\na CNAME b`,
      [':4: "a.example." has a CNAME (zones/example.zone:5) and so no A (RFC 1034 §3.6.2)'],
    ],
    [
      'two CNAMEs',
      `${HEAD}a CNAME b\na CNAME c`,
      [':5: "a.example." already has a CNAME (zones/example.zone:4)'],
    ],
    ['the same CNAME twice', `${HEAD}a CNAME b\na CNAME b`, []],
    [
      'two DNAMEs',
      `${HEAD}a DNAME b\na DNAME c`,
      [':5: "a.example." already has a DNAME (zones/example.zone:4)'],
    ],
    [
      'data below a DNAME',
      `${HEAD}a DNAME b\nx.y.a A 192.0.2.1`,
      [':5: "x.y.a.example." is below the DNAME at zones/example.zone:4 (RFC 6672 §2.4)'],
    ],
    [
      'a wildcard delegation',
      `${HEAD}* NS ns.other.`,
      [':4: the wildcard "*.example." cannot own NS (RFC 4592 §4)'],
    ],
    [
      'a wildcard DNAME',
      `${HEAD}* DNAME other.`,
      [':4: the wildcard "*.example." cannot own DNAME (RFC 4592 §4)'],
    ],
    ['glue below a cut', `${HEAD}sub NS ns.sub\nns.sub AAAA ::1`, []],
    [
      'missing glue',
      `${HEAD}sub NS ns.sub`,
      [':4: the name server "ns.sub.example." of the delegation "sub.example." needs an address'],
    ],
    [
      'data below a cut',
      `${HEAD}sub NS ns.other.\nw.sub TXT x`,
      [':5: TXT below the delegation "sub.example." is not this zone\'s'],
    ],
    [
      'data at a cut',
      `${HEAD}sub NS ns.other.\nsub MX 1 m.other.`,
      [':5: MX at the delegation "sub.example." is not this zone\'s'],
    ],
    ['a CNAME to itself', `${HEAD}a CNAME A`, [':4: the CNAME of "a.example." names itself']],
    [
      'DS at the apex',
      `${HEAD}@ DS 1 1 9 00`,
      [':4: a DS at the apex "example." belongs to the zone above (RFC 4035 §2.4)'],
    ],
    [
      'DS without a delegation',
      `${HEAD}a DS 1 1 9 00`,
      [':4: the DS at "a.example." needs the NS of a delegation there (RFC 4035 §2.4)'],
    ],
    ['DS at a cut', `${HEAD}sub NS ns.other.\nsub DS 1 1 1 ${'ab'.repeat(20)}`, []],
    [
      'an MX to an alias',
      `${HEAD}a CNAME b\n@ MX 1 a`,
      [':5: the MX names "a.example.", which is an alias'],
    ],
    [
      'an SRV to an alias',
      `${HEAD}a CNAME b\ns SRV 1 1 1 A`,
      [':5: the SRV names "a.example.", which is an alias'],
    ],
    [
      'several faults',
      `${HEAD}a A 1\nx. A 192.0.2.1`,
      [':4: "1" is not an IPv4 address', ':5: "x." is outside the zone "example."'],
    ],
    ['a line that may have been the SOA', '@ 60 SOA ns', [':1: the mailbox is missing']],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    expect(faultsOf(text)).toEqual(expected.map((fault) => `zones/example.zone${fault}`));
  });
});
