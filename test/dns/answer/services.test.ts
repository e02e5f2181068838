/**
 * Names of services: the rows of Consul's observed behaviour, by number. A row marked "ours" is answered
 * differently on purpose, for the reason that its clause gives.
 */
import { describe, expect, it } from 'vitest';
import type { ViewChange } from '../../../src/dns/index.ts';
import { ask, type Seen, type Server, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../options.ts';

const SOA = 'consul 0 SOA ns.consul hostmaster.consul 7 3600 600 86400 0';
const NXDOMAIN = { rcode: 3, aa: true, answer: [], authority: [SOA], additional: [] };
const NODATA = { rcode: 0, aa: true, answer: [], authority: [SOA], additional: [] };

type Row = [number: string, question: string, expected: Partial<Seen>];

async function check(server: Server, question: string, expected: Partial<Seen>): Promise<void> {
  expect(await ask(server, question)).toMatchObject(expected);
}

const foo = node('foo', '10.0.0.1', { meta: { key: 'value' } });
const A = (owner: string, address = '10.0.0.1') => ({
  rcode: 0,
  answer: [`${owner} 0 A ${address}`],
});

describe('a service by name and tag', () => {
  const server = serve({
    rows: [
      foo,
      instance('db', 'foo', { port: 5432, tags: ['Primary', 'v1.primary'] }),
      instance('Wëb', 'foo', { id: 'w', port: 80 }),
      instance('a.b', 'foo', { id: 'dotted', port: 80 }),
    ],
  });
  const srv = (owner: string) => ({
    rcode: 0,
    aa: true,
    answer: [`${owner} 0 SRV 1 1 5432 foo.node.dc1.consul`],
    authority: [],
    additional: ['foo.node.dc1.consul 0 A 10.0.0.1', 'foo.node.dc1.consul 0 TXT "key=value"'],
  });
  const rows: Row[] = [
    ['32', 'A db.service.consul', { ...A('db.service.consul'), aa: true, authority: [] }],
    ['32, letters', 'A DB.serVICE.consul', A('DB.serVICE.consul')],
    ['33', 'AAAA db.service.consul', NODATA],
    ['34, ours: an address is no TXT', 'TXT db.service.consul', NODATA],
    ['35', 'MX db.service.consul', NODATA],
    ['35, CNAME', 'CNAME db.service.consul', NODATA],
    ['6.1, ANY', 'ANY db.service.consul', A('db.service.consul')],
    ['36', 'SRV db.service.consul', srv('db.service.consul')],
    ['37', 'SRV primary.db.service.consul', srv('primary.db.service.consul')],
    ['37, letters', 'SRV PRIMARY.dB.service.consul', srv('PRIMARY.dB.service.consul')],
    ['38', 'SRV other.db.service.consul', NXDOMAIN],
    ['39', 'A v1.primary.db.service.consul', A('v1.primary.db.service.consul')],
    ['39, no such tag', 'A v1.primary2.db.service.consul', NXDOMAIN],
    ['40', 'SRV _db._primary.consul', srv('_db._primary.consul')],
    ['40, service', 'SRV _db._primary.service.consul', srv('_db._primary.service.consul')],
    ['40, dc', 'SRV _db._primary.dc1.consul', srv('_db._primary.dc1.consul')],
    ['40, both', 'SRV _db._primary.service.dc1.consul', srv('_db._primary.service.dc1.consul')],
    ['41', 'A _db._primary.service.consul', A('_db._primary.service.consul')],
    ['42, ours: it has SRV records (RFC 8020 §2)', 'A _db._primary.consul', NODATA],
    ['42, no such service', 'A _no._primary.consul', NXDOMAIN],
    ['43', 'SRV _db._tcp.consul', srv('_db._tcp.consul')],
    ['44', 'SRV _db._udp.service.consul', NXDOMAIN],
    ['45', 'A db.service.dc1.dc.consul', A('db.service.dc1.dc.consul')],
    ['46', 'A db.service.a.dc.dc1.dc.consul', A('db.service.a.dc.dc1.dc.consul')],
    ['47', 'A db.service.default.ns.consul', NXDOMAIN],
    ['48', 'A db.service.dc1.dc.p.peer.consul', NXDOMAIN],
    ['4.1, dc that is not ours', 'A db.service.dc2.consul', NXDOMAIN],
    ['4.1, three labels', 'A db.service.a.b.c.consul', NXDOMAIN],
    ['12, unknown', 'A nope.service.consul', NXDOMAIN],
    ['ours: NODATA for DS (RFC 4035 §3.1.4.1)', 'DS db.service.consul', NODATA],
    ['ours: NS and SOA are at the apex only', 'NS db.service.consul', NODATA],
    ['ours: and not below it', 'SOA nope.service.consul', NXDOMAIN],
    [
      'ours: any octets (RFC 2181 §11)',
      'A w\\195\\171b.service.consul',
      { rcode: 0, answer: ['wëb.service.consul 0 A 10.0.0.1'] },
    ],
    ['ours: a dot within a label', 'A a\\.b.service.consul', { rcode: 0, authority: [] }],
  ];
  it.each(rows)('row %s: %s', (_, question, expected) => check(server, question, expected));
});

describe('health', () => {
  const three = [
    node('a', '10.0.0.1'),
    node('b', '10.0.0.2'),
    node('c', '10.0.0.3'),
    instance('db', 'a'),
    instance('db', 'b', { status: 'warning', weights: [7, 3] }),
    instance('db', 'c', { status: 'critical' }),
  ];
  it('answers passing and warning instances, never critical ones (row 50)', async () => {
    const { answer } = await ask(serve({ rows: three }), 'A db.service.consul');
    expect([...answer].sort()).toEqual([
      'db.service.consul 0 A 10.0.0.1',
      'db.service.consul 0 A 10.0.0.2',
    ]);
  });

  it('leaves out warning ones when told to, and takes them back after a reload (row 50)', async () => {
    const server = serve({ rows: three, answer: { onlyPassing: true } });
    await check(server, 'A db.service.consul', A('db.service.consul'));
    server.responder.setOptions({
      answer: ANSWER_OPTIONS,
      protocol: PROTOCOL_OPTIONS,
      recursionAvailable: false,
    });
    expect((await ask(server, 'A db.service.consul')).answer).toHaveLength(2);
  });

  const gone: [title: string, rows: ViewChange[]][] = [
    ['every instance is critical (row 49)', [foo, instance('db', 'foo', { status: 'critical' })]],
    [
      'the node is critical (row 51)',
      [node('foo', '10.0.0.1', { status: 'critical' }), instance('db', 'foo')],
    ],
    [
      'the service is in maintenance (row 52)',
      [foo, instance('db', 'foo', { status: 'critical', checkId: '_service_maintenance:db' })],
    ],
    ['its node is not there', [instance('db', 'foo')]],
  ];
  it.each(gone)('denies the name when %s', async (_, rows) => {
    await check(serve({ rows }), 'ANY db.service.consul', NXDOMAIN);
    await check(serve({ rows }), 'SRV db.service.consul', NXDOMAIN);
  });

  it('follows the checks of the node and of the instance', async () => {
    const server = serve({ rows: [foo, instance('db', 'foo')] });
    await check(server, 'A db.service.consul', { rcode: 0 });
    const sick = node('foo', '10.0.0.1', { status: 'critical' });
    server.view.apply({ index: 8, changes: [sick] });
    await check(server, 'A db.service.consul', { rcode: 3 });
    server.view.apply({ index: 9, changes: [foo] });
    await check(server, 'A db.service.consul', { rcode: 0 });
    server.view.apply({ index: 10, changes: [{ kind: 'delete-instance', key: 'foo\0db' }] });
    await check(server, 'A db.service.consul', { rcode: 3 });
  });

  it.each([
    ['passing', undefined, 7],
    ['warning (row 53)', 'warning', 3],
    ['a status of nobody', 'odd', 1],
  ] as const)('gives SRV the weight for %s', async (_, status, weight) => {
    const db = instance('db', 'foo', { weights: [7, 3], ...(status && { status }) });
    const { answer } = await ask(serve({ rows: [foo, db] }), 'SRV db.service.consul');
    expect(answer).toEqual([`db.service.consul 0 SRV 1 ${weight} 0 foo.node.dc1.consul`]);
  });
});

describe('SRV targets', () => {
  const table: [title: string, rows: ViewChange[], answer: string, additional: string[]][] = [
    [
      'an address of its own (row 54)',
      [foo, instance('db', 'foo', { address: '10.1.0.2', port: 1 })],
      '1 1 1 0a010002.addr.dc1.consul',
      ['0a010002.addr.dc1.consul 0 A 10.1.0.2', 'foo.node.dc1.consul 0 TXT "key=value"'],
    ],
    [
      'an IPv6 address (row 55)',
      [node('foo', '10.0.0.1'), instance('db', 'foo', { address: '2607:20:4005:808::200e' })],
      '1 1 0 2607002040050808000000000000200e.addr.dc1.consul',
      ['2607002040050808000000000000200e.addr.dc1.consul 0 AAAA 2607:20:4005:808::200e'],
    ],
    [
      'the node’s case is kept (row 28)',
      [node('UPPER', '10.0.0.1'), instance('db', 'UPPER')],
      '1 1 0 UPPER.node.dc1.consul',
      ['UPPER.node.dc1.consul 0 A 10.0.0.1'],
    ],
    [
      'a node with an IPv6 tag (row 57)',
      [node('foo', '10.0.0.1', { tagged: { lan_ipv6: '2001:db8::1' } }), instance('db', 'foo')],
      '1 1 0 20010db8000000000000000000000001.addr.dc1.consul',
      ['20010db8000000000000000000000001.addr.dc1.consul 0 AAAA 2001:db8::1'],
    ],
    [
      'a host name (row 74)',
      [foo, instance('db', 'foo', { address: 'Db.example.com' })],
      '1 1 0 Db.example.com',
      ['foo.node.dc1.consul 0 TXT "key=value"'],
    ],
    [
      'its own name (row 82)',
      [node('foo', '10.0.0.1'), instance('db', 'foo', { address: 'db.service.consul' })],
      '1 1 0 foo.node.dc1.consul',
      ['foo.node.dc1.consul 0 A 10.0.0.1'],
    ],
    [
      'ours: a node whose name is no domain name (row 119) is found by address',
      [node('n'.repeat(74), '10.0.0.1'), instance('db', 'n'.repeat(74))],
      '1 1 0 0a000001.addr.dc1.consul',
      ['0a000001.addr.dc1.consul 0 A 10.0.0.1'],
    ],
    [
      'a port out of range (§7)',
      [node('foo', '10.0.0.1'), instance('db', 'foo', { port: 70000 })],
      '1 1 4464 foo.node.dc1.consul',
      ['foo.node.dc1.consul 0 A 10.0.0.1'],
    ],
  ];
  it.each(table)('%s', async (_, rows, data, additional) => {
    await check(serve({ rows }), 'SRV db.service.consul', {
      answer: [`db.service.consul 0 SRV ${data}`],
      additional,
    });
  });

  it('are its own name when that is asked for in another form', async () => {
    const self = instance('db', 'foo', { address: 'db.service.consul' });
    const server = serve({ rows: [node('foo', '10.0.0.1'), self] });
    const target = async (question: string) =>
      (await ask(server, question)).answer[0]?.split(' ').at(-1);
    expect(await target('SRV db.service.consul')).toBe('foo.node.dc1.consul');
    expect(await target('SRV db.service.dc1.consul')).toBe('db.service.consul');
    expect(await target('SRV db.service.consul')).toBe('foo.node.dc1.consul');
  });

  it('are in the domain that was asked (row 56)', async () => {
    const server = serve({
      rows: [foo, instance('db', 'foo')],
      identity: { altDomain: 'test-domain.' },
    });
    await check(server, 'SRV db.service.test-domain', {
      answer: ['db.service.test-domain 0 SRV 1 1 0 foo.node.dc1.test-domain'],
      additional: [
        'foo.node.dc1.test-domain 0 A 10.0.0.1',
        'foo.node.dc1.test-domain 0 TXT "key=value"',
      ],
    });
    await check(server, 'SRV db.service.consul', {
      answer: ['db.service.consul 0 SRV 1 1 0 foo.node.dc1.consul'],
    });
  });

  it('bring along what stands at a name of ours (row 84)', async () => {
    const server = serve({
      rows: [
        node('n', '10.0.0.1'),
        instance('alias2', 'n', { address: 'alias.service.consul' }),
        instance('alias', 'n', { address: 'web.service.consul' }),
        instance('web', 'n'),
      ],
    });
    await check(server, 'SRV alias2.service.consul', {
      answer: ['alias2.service.consul 0 SRV 1 1 0 alias.service.consul'],
      additional: [
        'alias.service.consul 0 CNAME web.service.consul',
        'web.service.consul 0 A 10.0.0.1',
      ],
    });
  });
});

describe('what counts as one answer', () => {
  it('is an address for A, and a node with address and port for SRV (row 60)', async () => {
    const on = (id: string, port: number) => instance('db', 'foo', { id, port });
    const server = serve({ rows: [foo, on('1', 80), on('2', 80), on('3', 81)] });
    expect((await ask(server, 'ANY db.service.consul')).answer).toHaveLength(1);
    expect((await ask(server, 'SRV db.service.consul')).answer).toHaveLength(2);
  });

  it('is two SRV records for two nodes with one address (row 61)', async () => {
    const rows = [foo, node('bar', '10.0.0.1'), instance('db', 'foo'), instance('db', 'bar')];
    const server = serve({ rows });
    expect((await ask(server, 'A db.service.consul')).answer).toHaveLength(1);
    const seen = await ask(server, 'SRV db.service.consul');
    expect(seen.answer).toHaveLength(2);
    expect(new Set(seen.additional).size).toBe(seen.additional.length);
  });

  it('is one SRV record for two nodes with one address of their own or one host name (RFC 2181 §5)', async () => {
    const twice = (address: string) => {
      const on = (node: string) => instance('db', node, { address, port: 80 });
      return serve({ rows: [foo, node('bar', '10.0.0.2'), on('foo'), on('bar')] });
    };
    for (const address of ['10.0.0.9', 'Db.example.com']) {
      expect((await ask(twice(address), 'SRV db.service.consul')).answer).toHaveLength(1);
    }
    // A service at its own name is at its node, and these are two.
    const self = await ask(twice('db.service.consul'), 'SRV db.service.consul');
    expect(new Set(self.answer).size).toBe(2);
  });

  it('is an address once, also beside host names (RFC 2181 §5)', async () => {
    const at = (id: string, address: string) => instance('db', 'foo', { id, address });
    const rows = [foo, at('1', '10.0.0.7'), at('2', '10.0.0.7'), at('3', 'www.example.com')];
    const server = serve({ rows });
    await check(server, 'A db.service.consul', A('db.service.consul', '10.0.0.7'));
    await check(server, 'ANY db.service.consul', A('db.service.consul', '10.0.0.7'));
  });

  it('is limited by a_record_limit for addresses only, without TC (row 68)', async () => {
    const server = serve({ rows: fleet('db', 5), answer: { aRecordLimit: 2 } });
    const a = await ask(server, 'A db.service.consul', { transport: 'tcp' });
    expect(a).toMatchObject({ tc: false, answer: { length: 2 } });
    expect((await ask(server, 'SRV db.service.consul', { transport: 'tcp' })).answer).toHaveLength(
      5,
    );
  });
});

describe('services at host names', () => {
  const chain: Row[] = [
    ['74', 'A ext.service.consul', { answer: ['ext.service.consul 0 CNAME www.example.com'] }],
    [
      'any type',
      'TXT ext.service.consul',
      { answer: ['ext.service.consul 0 CNAME www.example.com'] },
    ],
    ['80', 'ANY mixed.service.consul', A('mixed.service.consul', '10.0.0.7')],
    ['80, ours: no CNAME beside addresses (RFC 1034 §3.6.2)', 'AAAA mixed.service.consul', NODATA],
    ['81', 'A two.service.consul', { rcode: 0, answer: { length: 1 } as unknown as string[] }],
    ['82', 'A self.service.consul', A('self.service.consul')],
    [
      '84',
      'A alias2.service.consul',
      {
        answer: [
          'alias2.service.consul 0 CNAME alias.service.consul',
          'alias.service.consul 0 CNAME web.service.consul',
          'web.service.consul 0 A 10.0.0.1',
        ],
      },
    ],
    [
      '85, ours: of the type asked for',
      'AAAA alias.service.consul',
      { ...NODATA, answer: ['alias.service.consul 0 CNAME web.service.consul'] },
    ],
  ];
  const server = serve({
    rows: [
      foo,
      instance('ext', 'foo', { address: 'www.example.com' }),
      instance('mixed', 'foo', { id: 'm1', address: 'www.example.com' }),
      instance('mixed', 'foo', { id: 'm2', address: '10.0.0.7' }),
      instance('two', 'foo', { id: 't1', address: 'one.example.com' }),
      instance('two', 'foo', { id: 't2', address: 'two.example.com' }),
      instance('self', 'foo', { address: 'SELF.service.consul' }),
      instance('alias2', 'foo', { address: 'alias.service.consul' }),
      instance('alias', 'foo', { address: 'web.service.consul' }),
      instance('web', 'foo'),
    ],
  });
  it.each(chain)('row %s: %s', (_, question, expected) => check(server, question, expected));

  it('are found by type: an IPv6 tag leaves A the host name', async () => {
    const tagged = { lan_ipv6: { address: '2001:db8::1', port: 0 } };
    const rows = [foo, instance('db', 'foo', { address: 'www.example.com', tagged })];
    const server = serve({ rows });
    for (const [question, answer] of [
      ['A db.service.consul', 'db.service.consul 0 CNAME www.example.com'],
      ['AAAA db.service.consul', 'db.service.consul 0 AAAA 2001:db8::1'],
      ['ANY db.service.consul', 'db.service.consul 0 AAAA 2001:db8::1'],
    ] as const) {
      await check(server, question, { rcode: 0, answer: [answer] });
    }
  });

  it('are asked of the forwarder, whose TTLs are kept (row 75, ours)', async () => {
    const { rr } = await import('../records.ts');
    const forward = {
      name: 'forward',
      answer: async () =>
        ({
          kind: 'relayed',
          rcode: 0,
          answers: [rr('www.example.com. 300 IN A 192.0.2.9')],
          authority: [],
          additional: [],
          truncated: false,
          authenticData: false,
        }) as const,
    };
    const asking = serve({
      rows: [foo, instance('ext', 'foo', { address: 'www.example.com' })],
      forward: [forward],
      recursionAvailable: true,
    });
    await check(asking, 'A ext.service.consul', {
      aa: true,
      ra: true,
      answer: ['ext.service.consul 0 CNAME www.example.com', 'www.example.com 300 A 192.0.2.9'],
    });
  });
});

describe('other forms', () => {
  it('finds mesh-capable instances by what they stand for (row 109)', async () => {
    const proxy = instance('db-proxy', 'foo', { port: 7777, connect: 'db' });
    const server = serve({ rows: [foo, proxy] });
    const expected = '0 SRV 1 1 7777 foo.node.dc1.consul';
    await check(server, 'SRV db.connect.consul', { answer: [`db.connect.consul ${expected}`] });
    await check(server, 'SRV x.db.connect.consul', { answer: [`x.db.connect.consul ${expected}`] });
    await check(server, 'SRV db-proxy.connect.consul', NXDOMAIN);
  });

  const rows: Row[] = [
    ['107', 'A nope.query.consul', NXDOMAIN],
    ['112, ours: with the SOA', 'A nope.virtual.consul', NODATA],
    ['ingress', 'A nope.ingress.consul', NXDOMAIN],
  ];
  it.each(rows)('row %s: %s', (_, question, expected) => check(serve(), question, expected));
});

describe('TTLs of services', () => {
  const ttls = { 'd*': 42, db: 10, 'db*': 66, '*': 5, API: 9 };
  const names = ['db', 'dblb', 'dk', 'api'];
  const server = serve({
    rows: [foo, ...names.map((name) => instance(name, 'foo'))],
    answer: { serviceTtlSeconds: ttls },
  });
  it.each([
    ['db', 10],
    ['dblb', 66],
    ['dk', 42],
    ['api', 5],
  ])('%s has %d', async (name, ttl) => {
    const { answer, additional } = await ask(server, `SRV ${name}.service.consul`);
    expect(answer).toEqual([`${name}.service.consul ${ttl} SRV 1 1 0 foo.node.dc1.consul`]);
    expect(additional[0]).toBe(`foo.node.dc1.consul ${ttl} A 10.0.0.1`);
  });
});

it('an answer says when the store fails that it comes from', async () => {
  const server = serve({ rows: [foo, instance('db', 'foo')] });
  const explained = async () =>
    (await ask(server, 'A db.service.consul', { edns: 1232 })).opt?.options;
  expect(await explained()).toEqual([]);
  server.view.hasUnsaved = true;
  expect(await explained()).toMatchObject([{ code: 15, type: expect.anything() }]);
  server.view.hasUnsaved = false;
  expect(await explained()).toEqual([]);
});
