/** What a zone says to an RRset that is to be stored, in words; `stored-zones.test.ts` compares it with the build of a file. */
import { describe, expect, it } from 'vitest';
import { lowerName } from '../../../src/dns/wire/name.ts';
import { parseType } from '../../../src/dns/wire/types.ts';
import { judgeRRset } from '../../../src/dns/zone/stored-verdict.ts';
import { createZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { name, zone } from './zone-text.ts';

const files = createZoneStore({
  zones: [
    zone(`
@ 60 IN SOA ns host 1 1 1 1 1
@ 60 IN NS ns
ns 60 IN A 192.0.2.53
www 60 IN A 192.0.2.1
alias 60 IN CNAME www
lab 60 IN NS ns.lab
ns.lab 60 IN A 192.0.2.54
moved 60 IN DNAME example.org.
a.deep 60 IN TXT "x"
g.glue 60 IN A 192.0.2.55
`),
  ],
  catalogApexes: [],
});

function judge(text: string) {
  const [owner = '', type = '', target] = text.split(' ');
  const at = owner === '@' ? 'example.' : `${owner}.example.`;
  return judgeRRset(
    { files, served: files },
    {
      zone: name('example.'),
      owner: lowerName(name(at)),
      type: parseType(type) ?? 0,
      targets: target === undefined ? [] : [name(target)],
    },
  );
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
    ['deep NS', '"a.deep.example." has TXT records, which a delegation would hide'],
    ['mail MX alias.example.', 'the MX names "alias.example.", which is an alias'],
  ];
  it.each(conflicts)('%s does not fit', (text, conflict) => {
    expect(judge(text)).toEqual({ hasFile: true, conflict });
  });

  it('of a zone that is not served is left to the catalog', () => {
    const none = createZoneStore({ zones: [], catalogApexes: [] });
    const rrset = { zone: name('org.'), owner: name('a.org.'), type: 1, targets: [] };
    const verdict = { hasFile: false, conflict: undefined };
    expect(judgeRRset({ files: none, served: none }, rrset)).toEqual(verdict);
    // A zone below another's apex is not that zone.
    const below = { ...rrset, zone: name('www.example.'), owner: name('www.example.') };
    expect(judgeRRset({ files, served: files }, below)).toEqual(verdict);
  });
});
