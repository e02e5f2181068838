/**
 * Names of nodes and addresses, and reverse names: the rows of Consul's observed behaviour, by number. A row marked
 * "ours" is answered differently on purpose, for the reason that its clause gives.
 */
import { describe, expect, it } from 'vitest';
import { ask, type Seen, type Server, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';
import { name, rr } from '../records.ts';

const SOA = 'consul 0 SOA ns.consul hostmaster.consul 7 3600 600 86400 0';
const NXDOMAIN = { rcode: 3, aa: true, answer: [], authority: [SOA] };
const NODATA = { rcode: 0, aa: true, answer: [], authority: [SOA] };
const META = { key: 'value' };

type Row = [number: string, question: string, expected: Partial<Seen>];

async function check(server: Server, question: string, expected: Partial<Seen>): Promise<void> {
  expect(await ask(server, question)).toMatchObject(expected);
}

it('ANY of a node is all of it when minimal answers are off (row 17)', async () => {
  const rows = [node('foo', '10.0.0.1', { meta: META })];
  await check(serve({ rows, answer: { minimalAny: false } }), 'ANY foo.node.consul', {
    answer: ['foo.node.consul 0 A 10.0.0.1', 'foo.node.consul 0 TXT "key=value"'],
    additional: [],
  });
});

describe('a node by name', () => {
  const server = serve({
    rows: [
      node('foo', '10.0.0.1', { meta: META }),
      node('UPPER', '10.0.0.2'),
      node('foo.bar', '10.0.0.3'),
      node('crit', '10.0.0.4', { status: 'critical' }),
      node('six', '2001:db8::6'),
      node('mapped', '::ffff:10.0.0.9'),
      node('dual', '10.0.0.7', { tagged: { lan_ipv4: '10.0.0.7', lan_ipv6: '2001:db8::7' } }),
      node('be', '10.0.0.8'),
      node('id1', '10.0.1.1', { id: 'be0a0cfe-0000-4000-8000-000000000001' }),
      node('id2', '10.0.1.2', { id: 'cc0a0cfe-0000-4000-8000-000000000002' }),
      node('id3', '10.0.1.3', { id: 'cc0a0cff-0000-4000-8000-000000000003' }),
      node('spä ce@', '10.0.2.1'),
      node('plain', '10.0.2.2', { meta: { 'rfc1035-x': 'plain' } }),
      node('quoted', '10.0.2.3', { meta: { 'a=a': 'true' } }),
      node('long', '10.0.2.4', { meta: { k: 'v'.repeat(300) } }),
      node(`${'n'.repeat(74)}`, '10.0.2.5'),
    ],
  });
  const rows: Row[] = [
    [
      '16',
      'A foo.node.consul',
      {
        rcode: 0,
        aa: true,
        answer: ['foo.node.consul 0 A 10.0.0.1'],
        authority: [],
        additional: ['foo.node.consul 0 TXT "key=value"'],
      },
    ],
    [
      '17, ours: one RRset (RFC 8482 §4.1)',
      'ANY foo.node.consul',
      { answer: ['foo.node.consul 0 A 10.0.0.1'], additional: [] },
    ],
    ['18', 'TXT foo.node.consul', { answer: ['foo.node.consul 0 TXT "key=value"'] }],
    ['18, no metadata', 'TXT upper.node.consul', NODATA],
    ['20', 'TXT plain.node.consul', { answer: ['plain.node.consul 0 TXT "plain"'] }],
    ['21', 'TXT quoted.node.consul', { answer: ['quoted.node.consul 0 TXT "a`=a=true"'] }],
    [
      '22, ours: with the SOA (RFC 2308 §2.2)',
      'AAAA foo.node.consul',
      { ...NODATA, additional: ['foo.node.consul 0 TXT "key=value"'] },
    ],
    ['23, ours: a name is there or not, whatever the type', 'SRV nofoo.node.consul', NXDOMAIN],
    ['24', 'A nofoo.node.consul', NXDOMAIN],
    ['25', 'A uPPer.node.dc1.consul', { answer: ['uPPer.node.dc1.consul 0 A 10.0.0.2'] }],
    ['26', 'A foo.bar.node.consul', { answer: ['foo.bar.node.consul 0 A 10.0.0.3'] }],
    ['26, ours: a name above others (RFC 8020 §2)', 'A bar.node.consul', NODATA],
    [
      '27, a name goes before an id',
      'A be.node.consul',
      { answer: ['be.node.consul 0 A 10.0.0.8'] },
    ],
    ['27', 'A be0a.node.consul', { answer: ['be0a.node.consul 0 A 10.0.1.1'] }],
    ['27, odd length', 'A be0.node.consul', { answer: ['be0.node.consul 0 A 10.0.1.1'] }],
    [
      '27, whole id',
      'A be0a0cfe-0000-4000-8000-000000000001.node.consul',
      { answer: ['be0a0cfe-0000-4000-8000-000000000001.node.consul 0 A 10.0.1.1'] },
    ],
    ['27, two nodes', 'A cc0a0c.node.consul', NXDOMAIN],
    ['27, no hex', 'A xx.node.consul', NXDOMAIN],
    ['29', 'A crit.node.consul', { answer: ['crit.node.consul 0 A 10.0.0.4'] }],
    ['30', 'A foo.node.dc2.consul', NXDOMAIN],
    ['31', 'A foo.node.dc1.extra.more.consul', NXDOMAIN],
    ['45', 'A upper.node.dc1.dc.consul', { answer: ['upper.node.dc1.dc.consul 0 A 10.0.0.2'] }],
    ['peer', 'A upper.node.p.peer.consul', NXDOMAIN],
    ['57, A', 'A dual.node.consul', { answer: ['dual.node.consul 0 A 10.0.0.7'] }],
    ['57, AAAA', 'AAAA dual.node.consul', { answer: ['dual.node.consul 0 AAAA 2001:db8::7'] }],
    ['57, ANY', 'ANY dual.node.consul', { answer: ['dual.node.consul 0 AAAA 2001:db8::7'] }],
    ['9', 'AAAA six.node.consul', { answer: ['six.node.consul 0 AAAA 2001:db8::6'] }],
    ['§7, mapped', 'A mapped.node.consul', { answer: ['mapped.node.consul 0 A 10.0.0.9'] }],
    ['MX of a node, ours', 'MX foo.node.consul', NODATA],
    [
      'ours: any octets (RFC 2181 §11)',
      'A spä\\032ce@.node.consul',
      { answer: ['spä ce@.node.consul 0 A 10.0.2.1'] },
    ],
    [
      '120, ours: in several strings',
      'TXT long.node.consul',
      {
        answer: [`long.node.consul 0 TXT "${`k=${'v'.repeat(253)}`}" "${'v'.repeat(47)}"`],
      },
    ],
  ];
  it.each(rows)('row %s: %s', (_, question, expected) => check(server, question, expected));

  it('leaves metadata out of the additional section when told to (row 19)', async () => {
    const quiet = serve({
      rows: [node('foo', '10.0.0.1', { meta: META })],
      answer: { additionalNodeMetaTxt: false },
    });
    await check(quiet, 'A foo.node.consul', { additional: [] });
    await check(quiet, 'TXT foo.node.consul', { answer: ['foo.node.consul 0 TXT "key=value"'] });
  });

  it('takes the TTL from node_ttl', async () => {
    const slow = serve({ rows: [node('foo', '10.0.0.1')], answer: { nodeTtlSeconds: 90 } });
    await check(slow, 'A foo.node.consul', { answer: ['foo.node.consul 90 A 10.0.0.1'] });
  });
});

describe('a node at a host name', () => {
  const rows = [
    node('ext', 'www.example.com'),
    node('alias', 'real.node.consul'),
    node('real', '10.0.0.5', { meta: META }),
    node('lost', 'gone.node.consul'),
    node('loop', 'pool.node.consul'),
    node('pool', 'loop.node.consul'),
  ];
  const table: Row[] = [
    ['74', 'A ext.node.consul', { rcode: 0, answer: ['ext.node.consul 0 CNAME www.example.com'] }],
    [
      'within',
      'A alias.node.consul',
      {
        answer: ['alias.node.consul 0 CNAME real.node.consul', 'real.node.consul 0 A 10.0.0.5'],
      },
    ],
    [
      'ours: of the type asked for (RFC 1034 §4.3.2)',
      'AAAA alias.node.consul',
      { ...NODATA, answer: ['alias.node.consul 0 CNAME real.node.consul'] },
    ],
    [
      'ours: NXDOMAIN at the end (RFC 6604 §3)',
      'A lost.node.consul',
      { ...NXDOMAIN, answer: ['lost.node.consul 0 CNAME gone.node.consul'] },
    ],
    [
      'the CNAME itself',
      'CNAME alias.node.consul',
      { answer: ['alias.node.consul 0 CNAME real.node.consul'] },
    ],
  ];
  it.each(table)('row %s: %s', (_, question, expected) =>
    check(serve({ rows }), question, expected),
  );

  it('ends a loop', async () => {
    const { rcode, answer } = await ask(serve({ rows }), 'A loop.node.consul');
    expect(rcode).toBe(0);
    expect(answer.length).toBeLessThan(12);
    expect(answer[0]).toBe('loop.node.consul 0 CNAME pool.node.consul');
  });
});

describe('an address as a name', () => {
  const server = serve();
  const rows: Row[] = [
    ['86', 'A 7f000001.addr.dc1.consul', { answer: ['7f000001.addr.dc1.consul 0 A 127.0.0.1'] }],
    ['ANY', 'ANY 7F000001.addr.consul', { answer: ['7F000001.addr.consul 0 A 127.0.0.1'] }],
    [
      'IPv6',
      'AAAA 2607002040050808000000000000200e.addr.consul',
      { answer: ['2607002040050808000000000000200e.addr.consul 0 AAAA 2607:20:4005:808::200e'] },
    ],
    [
      '87, ours: with the SOA',
      'SRV 7f000001.addr.consul',
      { ...NODATA, additional: ['7f000001.addr.consul 0 A 127.0.0.1'] },
    ],
    [
      '88',
      'A 7f000001.addr.x.y.z.consul',
      { answer: ['7f000001.addr.x.y.z.consul 0 A 127.0.0.1'] },
    ],
    ['89, ours: with the SOA', 'A 7f0001.addr.consul', NODATA],
    ['89', 'A zz000001.addr.consul', NXDOMAIN],
    ['nine digits', 'A 7f0000011.addr.consul', NXDOMAIN],
    ['two parts', 'A x.7f000001.addr.consul', NXDOMAIN],
  ];
  it.each(rows)('row %s: %s', (_, question, expected) => check(server, question, expected));
});

describe('a reverse name', () => {
  const rows = [
    node('Foo', '10.0.0.1'),
    node('six', '2001:db8::1'),
    instance('db', 'Foo', { address: '127.0.0.2' }),
    instance('same', 'Foo', { address: '10.0.0.1' }),
    node('zeta', '10.0.0.9'),
    node('beta', '10.0.0.9'),
  ];
  const server = serve({ rows, answer: { nodeTtlSeconds: 30 } });
  const six = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;
  const REFUSED = { rcode: 5, aa: false, answer: [], authority: [] };
  const EMPTY = { rcode: 0, aa: true, answer: [], authority: [] };
  const table: Row[] = [
    [
      '90, ours: TTL of nodes',
      'PTR 1.0.0.10.in-addr.arpa',
      { aa: true, answer: ['1.0.0.10.in-addr.arpa 30 PTR Foo.node.dc1.consul'] },
    ],
    [
      '91',
      'ANY 1.0.0.10.in-addr.arpa',
      { answer: ['1.0.0.10.in-addr.arpa 30 PTR Foo.node.dc1.consul'] },
    ],
    ['91, ours: a PTR is no answer to A (RFC 2308 §2.2)', 'A 1.0.0.10.in-addr.arpa', EMPTY],
    ['91, an address nobody has', 'A 7.0.0.10.in-addr.arpa', REFUSED],
    [
      '92',
      'PTR 2.0.0.127.IN-ADDR.arpa',
      { answer: ['2.0.0.127.IN-ADDR.arpa 30 PTR db.service.dc1.consul'] },
    ],
    ['IPv6', `PTR ${six}`, { answer: [`${six} 30 PTR six.node.dc1.consul`] }],
    [
      'first by name',
      'PTR 9.0.0.10.in-addr.arpa',
      { answer: ['9.0.0.10.in-addr.arpa 30 PTR beta.node.dc1.consul'] },
    ],
    ['95, ours: not ours to answer', 'PTR 7.0.0.10.in-addr.arpa', REFUSED],
    ['no address', 'PTR 0.0.10.in-addr.arpa', REFUSED],
    ['no octet', 'PTR 256.0.0.10.in-addr.arpa', REFUSED],
    ['leading zero', 'PTR 01.0.0.10.in-addr.arpa', REFUSED],
  ];
  it.each(table)('row %s: %s', (_, question, expected) => check(server, question, expected));

  it('has its other types in the master file of its zone, which does not deny it', async () => {
    const zone = name('10.in-addr.arpa');
    const soa = '10.in-addr.arpa. 60 IN SOA ns1.example. admin.example. 1 2 3 4 60';
    const apex = { soaOf: () => rr(soa), hasName: () => false };
    const zones = [{ name: 'zone', answer: () => ({ kind: 'name-error', zone }) as const }];
    const { rcode, aa, authority } = await ask(
      serve({ rows, apex, zones }),
      'A 1.0.0.10.in-addr.arpa',
    );
    expect([rcode, aa, authority.length]).toEqual([0, true, 1]);
  });

  it('has its target in the primary domain (row 94)', async () => {
    const custom = serve({ rows, identity: { domain: 'custom.', altDomain: 'alt.custom.' } });
    await check(custom, 'PTR 1.0.0.10.in-addr.arpa', {
      answer: ['1.0.0.10.in-addr.arpa 0 PTR Foo.node.dc1.custom'],
    });
  });

  it('is the forwarder’s when no address matches (row 96)', async () => {
    const forward = {
      name: 'forward',
      answer: () => ({ kind: 'failure' }) as const,
    };
    await check(serve({ rows, forward: [forward] }), 'PTR 7.0.0.10.in-addr.arpa', { rcode: 2 });
  });
});
