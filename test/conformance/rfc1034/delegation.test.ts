/**
 * RFC 1034 §4.2.1 and §4.3.2 step 3b: zone cuts. At one and below it the answer is a referral, with the addresses of
 * the servers that are below it; beside it nothing changes. With RFC 2181 §6 and, for DS, RFC 4035 §3.1.4.1.
 */
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../dns/zone/zone-text.ts';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const DIGEST = '0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF';
const ZONE = `$TTL 600
@            SOA   ns host 1 3600 600 86400 300
@            NS    ns
ns           A     192.0.2.53
child        NS    ns1.child
child        NS    ns2.child
child        NS    ns
child        NS    ns.other.invalid.
child        DS    1 13 2 ${DIGEST}
ns1.child    A     192.0.2.1
ns1.child    AAAA  2001:db8::1
ns2.child    A     192.0.2.2
deep.er      NS    ns.elsewhere.invalid.
achild       A     192.0.2.3
childs       A     192.0.2.4
plain        NS    ns.elsewhere.invalid.
into         CNAME www.child
srv          SRV   0 0 80 www.child
mx           MX    10 ns1.child
*            TXT   "wildcard"
`;

/** Served beside its parent: then the cut is not a referral but the zone below. */
const OWN_CHILD = `$TTL 600
@   SOA ns host 1 3600 600 86400 300
@   NS  ns
ns  A   192.0.2.60
www A   192.0.2.61
`;
const PARENT = `$TTL 600
@      SOA ns host 1 3600 600 86400 300
@      NS  ns.x.
own    NS  ns.own
own    DS  1 13 2 ${DIGEST}
ns.own A   192.0.2.60
`;

const zones = { 'd.test.zone': ZONE, 'p.test.zone': PARENT, 'own.p.test.zone': OWN_CHILD };
const agent = referenceAgent({ zones });
const soa = /^d\.test\. 300 IN SOA /;
const glue = [
  'ns1.child.d.test. 600 IN A 192.0.2.1',
  'ns1.child.d.test. 600 IN AAAA 2001:db8::1',
  'ns2.child.d.test. 600 IN A 192.0.2.2',
];
const referral = {
  lacks: 'aa',
  answers: [],
  authority: ['ns1.child.d.test.', 'ns2.child.d.test.', 'ns.d.test.', 'ns.other.invalid.'].map(
    (server) => `child.d.test. 600 IN NS ${server}`,
  ),
  additional: [...glue, 'ns.d.test. 600 IN A 192.0.2.53'],
};

describe('RFC 1034 §4.3.2 step 3b, at and below a cut', () => {
  digTable(agent, [
    ['below it', 'www.child.d.test A', referral],
    ['far below it', 'a.b.c.child.d.test A', referral],
    ['in any case of letters', 'WWW.Child.D.test A', { lacks: 'aa', answers: [] }],
    ['at it', 'child.d.test A', referral],
    ['at it, for its NS, which the child owns', 'child.d.test NS', referral],
    ['at it, for the SOA', 'child.d.test SOA', referral],
    ['at it, for ANY', 'child.d.test ANY', referral],
    ['glue asked for by its name', 'ns1.child.d.test A', referral],
    ['glue asked for with another type', 'ns2.child.d.test AAAA', referral],
    ['without RD just the same', 'www.child.d.test A +norec', referral],
    ['an asterisk below it', '*.child.d.test TXT', referral],
    ['service labels below it', '_sip._tcp.child.d.test SRV', referral],
    [
      'a server elsewhere has no address here',
      'www.plain.d.test A',
      {
        lacks: 'aa',
        authority: ['plain.d.test. 600 IN NS ns.elsewhere.invalid.'],
        additional: [],
      },
    ],
    [
      'a cut below an empty non-terminal',
      'x.deep.er.d.test A',
      { lacks: 'aa', authority: ['deep.er.d.test. 600 IN NS ns.elsewhere.invalid.'] },
    ],
  ]);
});

describe('RFC 1034 §4.3.2, beside a cut', () => {
  const wildcard = (name: string) => ({
    has: 'aa',
    answers: [`${name}. 600 IN TXT "wildcard"`],
  });
  digTable(agent, [
    ['a name that ends like it', 'achild.d.test A', { has: 'aa', authority: [] }],
    ['a name that begins like it', 'childs.d.test A', { has: 'aa', authority: [] }],
    ["a name that does not exist is the wildcard's", 'other.d.test TXT', wildcard('other.d.test')],
    ['the wildcard does not reach below it', 'x.child.d.test TXT', referral],
    [
      'above it, an empty non-terminal',
      'er.d.test A',
      { has: 'aa', answers: [], authority: [soa] },
    ],
    [
      'beside one that is deep, a denial',
      'x.er.d.test A',
      { status: 'NXDOMAIN', has: 'aa', authority: [soa] },
    ],
    ['the apex is no cut', 'd.test NS', { has: 'aa', answers: ['d.test. 600 IN NS ns.d.test.'] }],
  ]);
});

describe('RFC 4035 §3.1.4.1, DS at a cut', () => {
  digTable(agent, [
    [
      "is the parent's, with authority",
      'child.d.test DS',
      {
        has: 'aa',
        answers: [`child.d.test. 600 IN DS 1 13 2 ${DIGEST.slice(0, 56)} ${DIGEST.slice(56)}`],
      },
    ],
    [
      'that the parent does not have is NODATA of the parent',
      'plain.d.test DS',
      { has: 'aa', answers: [], authority: [soa] },
    ],
    ["below the cut is the child's", 'www.child.d.test DS', referral],
  ]);
});

describe('RFC 1034 §4.3.2, what leads below a cut', () => {
  digTable(agent, [
    [
      'an alias: the alias with authority, then the referral',
      'into.d.test A',
      {
        has: 'aa',
        answers: ['into.d.test. 600 IN CNAME www.child.d.test.'],
        authority: referral.authority,
      },
    ],
    [
      'step 6: glue is an address that may be added',
      'mx.d.test MX',
      { additional: glue.slice(0, 2) },
    ],
    ['step 6: what is below and not glue is not known', 'srv.d.test SRV', { additional: [] }],
  ]);
});

describe('RFC 1034 §4.3.2 step 2, parent and child served by one server', () => {
  digTable(agent, [
    [
      '"the zone which is the nearest ancestor to QNAME" answers with authority',
      'www.own.p.test A',
      { has: 'aa', answers: ['www.own.p.test. 600 IN A 192.0.2.61'] },
    ],
    [
      'at the cut as well',
      'own.p.test NS',
      { has: 'aa', answers: ['own.p.test. 600 IN NS ns.own.p.test.'] },
    ],
    [
      'and denies with its own SOA',
      'no.own.p.test A',
      { status: 'NXDOMAIN', has: 'aa', authority: [/^own\.p\.test\. 300 IN SOA /] },
    ],
  ]);
});

describe('RFC 1034 §4.2.1 and RFC 2181 §6, cuts in the file', () => {
  const head = '$TTL 1\n@ SOA ns.x. host.x. 1 2 3 4 5\n@ NS ns.x.\n';
  it.each([
    [
      '"glue" that is missing',
      'a NS ns.a',
      '4: the name server "ns.a.example." of the delegation "a.example." needs an address',
    ],
    [
      'data below a cut that is not glue',
      'a NS ns.x.\nb.a TXT x',
      '5: TXT below the delegation "a.example." is not this zone\'s',
    ],
    [
      'data at a cut',
      'a NS ns.x.\na MX 1 x.',
      '5: MX at the delegation "a.example." is not this zone\'s',
    ],
    [
      'a cut below a cut',
      'a NS ns.x.\nb.a NS ns.x.',
      '5: NS below the delegation "a.example." is not this zone\'s',
    ],
    ['an apex without NS', undefined, ': no NS record at the apex "example." (RFC 1034 §4.2.1)'],
  ])('%s is refused', (_, records, reason) => {
    const text = records === undefined ? '$TTL 1\n@ SOA ns.x. host.x. 1 2 3 4 5\n' : head + records;
    const place = reason.startsWith(':') ? 'zones/example.zone' : 'zones/example.zone:';
    expect(faultsOf(text)).toEqual([place + reason]);
  });
});
