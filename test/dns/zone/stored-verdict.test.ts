/** What a zone says to an RRset that is to be stored, in words; `stored-zones.test.ts` compares it with the build of a file. */
import { describe, expect, it } from 'vitest';
import { lowerName } from '../../../src/dns/wire/name.ts';
import { parseType } from '../../../src/dns/wire/types.ts';
import { judgeRRset } from '../../../src/dns/zone/stored-verdict.ts';
import { createZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { name, zone } from './zone-text.ts';

const HEAD = `
@ 60 IN SOA ns host 1 1 1 1 1
@ 60 IN NS ns
ns 60 IN A 192.0.2.53
`;

const files = createZoneStore({
  zones: [
    zone(`${HEAD}
www 60 IN A 192.0.2.1
alias 60 IN CNAME www
lab 60 IN NS ns.lab
ns.lab 60 IN A 192.0.2.54
moved 60 IN DNAME example.org.
a.deep 60 IN TXT "x"
g.glue 60 IN A 192.0.2.55
mail 60 IN MX 10 www
`),
  ],
  catalogApexes: [],
});

/** `www A` is about `example.`; a third word is a host that the record names. */
function judge(text: string, stores = { files, served: files }, change: 'put' | 'delete' = 'put') {
  const [owner = '', type = '', target] = text.split(' ');
  const at = owner === '@' ? 'example.' : `${owner}.example.`;
  return judgeRRset(stores, {
    change,
    zone: name('example.'),
    owner: lowerName(name(at)),
    type: parseType(type) ?? 0,
    targets: target === undefined ? [] : [name(target)],
  });
}

describe('an RRset', () => {
  const fits = [
    'www A',
    'www MX www.example.',
    'alias CNAME',
    'lab NS',
    'lab DS',
    'x.lab A',
    'glue NS ns.elsewhere.test.',
    'moved A',
    '@ NS ns.elsewhere.test.',
    'new DNAME',
    '*.new TXT',
  ];
  it.each(fits)('%s fits', (text) => {
    expect(judge(text)).toEqual({ hasFile: true, conflict: undefined });
  });

  const conflicts: [text: string, conflict: string][] = [
    ['@ SOA', 'the SOA of "example." is in zones/example.zone'],
    ['www CNAME', '"www.example." has A records and so no CNAME (RFC 2181 §10.1)'],
    ['alias A', '"alias.example." has CNAME records and so no A (RFC 2181 §10.1)'],
    ['@ CNAME', '"example." has SOA records and so no CNAME (RFC 2181 §10.1)'],
    ['x.moved A', '"x.moved.example." is below the DNAME of "moved.example." (RFC 6672 §2.4)'],
    ['deep DNAME', '"a.deep.example." would be below the DNAME (RFC 6672 §2.4)'],
    ['lab TXT', 'TXT at the delegation "lab.example." is not this zone\'s'],
    ['x.lab TXT', 'TXT below the delegation "lab.example." is not this zone\'s'],
    ['a.deep NS', '"a.deep.example." has TXT records, which a delegation would hide'],
    ['new DS', 'the DS at "new.example." needs the NS of a delegation there (RFC 4035 §2.4)'],
    ['deep NS', '"a.deep.example." has TXT records, which a delegation would hide'],
    ['mx MX alias.example.', 'the MX names "alias.example.", which is an alias'],
  ];
  it.each(conflicts)('%s does not fit', (text, conflict) => {
    expect(judge(text)).toEqual({ hasFile: true, conflict: { field: 'type', reason: conflict } });
  });

  it('may replace its like where the like is named, and be an alias where nothing is named', () => {
    const unused = createZoneStore({
      zones: [zone(`${HEAD}mail 60 IN MX 10 gone\nb 60 IN SRV 1 1 1 gone`)],
      catalogApexes: [],
    });
    const stores = { files: unused, served: unused };
    expect(judge('gone A', stores).conflict).toBeUndefined();
    expect(judge('other CNAME', stores).conflict).toBeUndefined();
    expect(judge('gone CNAME', stores).conflict?.reason).toBe(
      'the MX of "mail.example." names "gone.example.", which is then no alias (RFC 2181 §10.3)',
    );
  });

  it('of a zone that is not served is left to the catalog', () => {
    const none = createZoneStore({ zones: [], catalogApexes: [] });
    expect(judge('www A', { files: none, served: none })).toEqual({
      hasFile: false,
      conflict: undefined,
    });
  });
});

describe('a zone that is to begin', () => {
  const begin = (apex: string, served = files) =>
    judgeRRset(
      { files, served },
      { change: 'put', zone: name(apex), owner: name(apex), type: 6, targets: [] },
    );

  it.each(['new.example.', 'lab.example.', 'deeper.lab.example.', 'org.', '.'])(
    'at %s takes no name from another',
    (apex) => {
      expect(begin(apex)).toEqual({ hasFile: false, conflict: undefined });
    },
  );

  const taken: [apex: string, reason: string][] = [
    [
      'www.example.',
      '"example." has A records of "www.example.", which a zone "www.example." would hide',
    ],
    [
      'deep.example.',
      '"example." has TXT records of "a.deep.example.", which a zone "deep.example." would hide',
    ],
    [
      'x.moved.example.',
      '"x.moved.example." is below the DNAME of "moved.example." (RFC 6672 §2.4)',
    ],
  ];
  it.each(taken)('at %s is refused', (apex, reason) => {
    expect(begin(apex).conflict).toEqual({ field: 'zone', reason });
  });
});

describe('a name in a zone below', () => {
  const below = createZoneStore({
    zones: [...files.zones, zone(HEAD, 'lab.example.'), zone(HEAD, 'x.lab.example.')],
    catalogApexes: [],
  });
  const stores = { files: below, served: below };

  it.each(['lab NS', 'lab DS', 'ns.lab A', 'x.lab AAAA', 'labs TXT'])(
    'may have %s above',
    (text) => {
      expect(judge(text, stores).conflict).toBeUndefined();
    },
  );

  const elsewhere: [text: string, reason: string][] = [
    ['lab TXT', '"lab.example." is in the zone "lab.example.", not in "example."'],
    ['www.lab MX', '"www.lab.example." is in the zone "lab.example.", not in "example."'],
    ['x.lab NS', '"x.lab.example." is in the zone "x.lab.example.", not in "example."'],
  ];
  it.each(elsewhere)('has no %s above, which nobody would be answered', (text, reason) => {
    expect(judge(text, stores).conflict).toEqual({ field: 'zone', reason });
  });

  it('has no glue above without a delegation', () => {
    const undelegated = createZoneStore({
      zones: [zone(HEAD), zone(HEAD, 'lab.example.')],
      catalogApexes: [],
    });
    const reply = judge('www.lab A', { files: undelegated, served: undelegated });
    expect(reply.conflict?.field).toBe('zone');
  });
});

describe('an RRset that is deleted', () => {
  it('may be anything but the NS that a DS needs', () => {
    const signed = createZoneStore({
      zones: [zone(`${HEAD}lab 60 IN NS ns.test.\nlab 60 IN DS 1 8 1 ${'00'.repeat(20)}`)],
      catalogApexes: [],
    });
    const plain = createZoneStore({ zones: [zone(HEAD)], catalogApexes: [] });
    const stored = { files: plain, served: signed };
    expect(judge('lab NS', stored, 'delete').conflict).toEqual({
      field: 'type',
      reason: 'the DS at "lab.example." needs the NS of a delegation there (RFC 4035 §2.4)',
    });
    for (const text of ['lab DS', '@ NS', 'www A']) {
      expect(judge(text, stored, 'delete').conflict).toBeUndefined();
    }
    // The NS of the file is back then.
    expect(judge('lab NS', { files: signed, served: signed }, 'delete').conflict).toBeUndefined();
  });
});
