/** RFC 4592 §3.3 and §4: the closest encloser, and what types mean at a wildcard. */
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../dns/zone/zone-text.ts';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const ZONE = `$TTL 3600
@             SOA   ns host 1 3600 600 86400 300
@             NS    ns
ns            A     192.0.2.53
*             TXT   "outer"
*.in          TXT   "inner"
a.b.in        TXT   "exact"
host          A     192.0.2.1
*.alias       CNAME host
*.away        CNAME www.elsewhere.invalid.
*.live        CNAME web.service.consul.
*.self        CNAME x.self
*.srv         SRV   0 5 389 host
*.mixed       A     192.0.2.2
*.mixed       AAAA  2001:db8::2
old           DNAME new
*.new         A     192.0.2.3
*.deep.empty  A     192.0.2.4
cut           NS    ns.cut
ns.cut        A     192.0.2.54
*.two         TXT   "one level"
*.*.two       TXT   "below an asterisk"
`;

const agent = referenceAgent({ zones: { 'w.test.zone': ZONE } });
const soa = /^w\.test\. 300 IN SOA /;
const noData = { has: 'aa', answers: [], authority: [soa] };
const nameError = { status: 'NXDOMAIN', ...noData };
const text = (name: string, said: string) => ({
  has: 'aa',
  answers: [`${name}. 3600 IN TXT "${said}"`],
});

describe('RFC 4592 §3.3.1, the closest encloser and the source of synthesis', () => {
  digTable(agent, [
    ['the apex, when nothing nearer exists', 'x.w.test TXT', text('x.w.test', 'outer')],
    ['any number of labels', 'x.y.z.w.test TXT', text('x.y.z.w.test', 'outer')],
    ['in.w.test, by the wildcard below it', 'x.in.w.test TXT', text('x.in.w.test', 'inner')],
    ['the nearer wildcard, and only that', 'x.in.w.test MX', noData],
    ['b.in.w.test is nearer and has no wildcard', 'x.b.in.w.test TXT', nameError],
    ['b.in.w.test itself is an empty non-terminal', 'b.in.w.test TXT', noData],
    ['in.w.test itself as well', 'in.w.test TXT', noData],
    ['a name that exists is itself', 'a.b.in.w.test TXT', text('a.b.in.w.test', 'exact')],
    ['nothing stands for names below a host', 'x.host.w.test TXT', nameError],
    ['§3.3.1: below an existing wildcard it is the encloser', 'x.*.w.test TXT', nameError],
    ['*.*: one label is for the outer one', 'x.two.w.test TXT', text('x.two.w.test', 'one level')],
    ['two labels too', 'y.x.two.w.test TXT', text('y.x.two.w.test', 'one level')],
    [
      'and below the asterisk by name, for the inner one',
      'y.*.two.w.test TXT',
      text('y.*.two.w.test', 'below an asterisk'),
    ],
    ['an empty non-terminal below the parent of a wildcard', 'empty.w.test A', noData],
    ['which has no wildcard of its own', 'x.empty.w.test A', nameError],
    [
      'and the wildcard two below it',
      'x.deep.empty.w.test A',
      { answers: ['x.deep.empty.w.test. 3600 IN A 192.0.2.4'] },
    ],
  ]);
});

describe('RFC 4592 §3.3.3, type matching', () => {
  digTable(agent, [
    [
      'the RRset of the type and no other',
      'x.mixed.w.test AAAA',
      { has: 'aa', answers: ['x.mixed.w.test. 3600 IN AAAA 2001:db8::2'] },
    ],
    ['a type that the wildcard does not have is NODATA', 'x.mixed.w.test TXT', noData],
    [
      'an SRV brings its addresses along',
      '_ldap._tcp.x.srv.w.test SRV',
      {
        answers: ['_ldap._tcp.x.srv.w.test. 3600 IN SRV 0 5 389 host.w.test.'],
        additional: ['host.w.test. 3600 IN A 192.0.2.1'],
      },
    ],
  ]);
});

describe('RFC 4592 §4, types at a wildcard', () => {
  const aliasOf = (name: string, target: string): string => `${name}. 3600 IN CNAME ${target}.`;
  digTable(agent, [
    [
      '§4.3 CNAME: the alias is the name asked for, and is followed',
      'x.alias.w.test A',
      {
        has: 'aa',
        answers: [aliasOf('x.alias.w.test', 'host.w.test'), 'host.w.test. 3600 IN A 192.0.2.1'],
      },
    ],
    [
      '§4.3 CNAME: asked for by its type',
      'x.alias.w.test CNAME',
      { has: 'aa', answers: [aliasOf('x.alias.w.test', 'host.w.test')] },
    ],
    [
      '§4.3 CNAME: the target has no such type',
      'x.alias.w.test MX',
      { answers: [aliasOf('x.alias.w.test', 'host.w.test')], authority: [soa] },
    ],
    [
      '§4.3 CNAME: to a name that is not ours',
      'x.away.w.test A',
      { answers: [aliasOf('x.away.w.test', 'www.elsewhere.invalid')] },
    ],
    [
      '§4.3 CNAME: to a live service',
      'x.live.w.test A',
      {
        answers: [
          aliasOf('x.live.w.test', 'web.service.consul'),
          'web.service.consul. 0 IN A 127.0.0.1',
        ],
      },
    ],
    [
      '§4.3 CNAME: one that leads back below the wildcard ends',
      'y.self.w.test A',
      {
        has: 'aa',
        answers: [
          aliasOf('y.self.w.test', 'x.self.w.test'),
          aliasOf('x.self.w.test', 'x.self.w.test'),
        ],
      },
    ],
    [
      '§4.4 DNAME: what it leads to may be a wildcard',
      'x.old.w.test A',
      {
        answers: [
          'old.w.test. 3600 IN DNAME new.w.test.',
          aliasOf('x.old.w.test', 'x.new.w.test'),
          'x.new.w.test. 3600 IN A 192.0.2.3',
        ],
      },
    ],
    [
      'a cut is nearer than the wildcard at the apex',
      'x.cut.w.test TXT',
      { lacks: 'aa', answers: [], authority: ['cut.w.test. 3600 IN NS ns.cut.w.test.'] },
    ],
  ]);

  it.each([
    ['§4.2 NS', '* 60 NS ns.x.', 'NS'],
    ['§4.4 DNAME', '* 60 DNAME x.', 'DNAME'],
  ])('%s at a wildcard is refused: its meaning is undefined', (_, record, type) => {
    expect(faultsOf(`$TTL 1\n@ SOA ns.x. host.x. 1 2 3 4 5\n@ NS ns.x.\n${record}`)).toEqual([
      `zones/example.zone:4: the wildcard "*.example." cannot own ${type} (RFC 4592 §4)`,
    ]);
  });

  it('§4.1 SOA at a wildcard makes it an apex, whose NS is refused', () => {
    expect(faultsOf('$TTL 1\n* SOA ns.x. host.x. 1 2 3 4 5\n* NS ns.x.\n')).toEqual([
      'zones/example.zone:3: the wildcard "*.example." cannot own NS (RFC 4592 §4)',
    ]);
  });
});
