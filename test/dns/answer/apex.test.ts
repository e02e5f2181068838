/** The apex of a domain: SOA, NS, the host that the SOA names, and what the master file adds. */
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../src/dns/answer/outcome.ts';
import { ask, type Seen, type Server, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';
import { name, rr } from '../records.ts';

type Row = [title: string, question: string, expected: Partial<Seen>];

async function check(server: Server, question: string, expected: Partial<Seen>): Promise<void> {
  expect(await ask(server, question)).toMatchObject(expected);
}

const SOA = 'consul 0 SOA ns.consul hostmaster.consul 7 3600 600 86400 0';
const servers = (count: number, prefix = 'S') =>
  Array.from({ length: count }, (_, at) => [
    node(`${prefix}${at}`, `10.0.0.${at + 1}`),
    instance('consul', `${prefix}${at}`, { port: 8300 }),
  ]).flat();

describe('the apex', () => {
  const one = serve({ rows: servers(1), answer: { nodeTtlSeconds: 5 } });
  const ns = ['consul 5 NS s0.node.dc1.consul'];
  const glue = ['s0.node.dc1.consul 5 A 10.0.0.1'];
  const NODATA = { rcode: 0, aa: true, answer: [], authority: [SOA] };
  const NXDOMAIN = { rcode: 3, aa: true, answer: [], authority: [SOA] };
  const rows: Row[] = [
    ['1', 'SOA consul', { rcode: 0, aa: true, answer: [SOA], authority: ns, additional: glue }],
    ['NS', 'NS consul', { rcode: 0, aa: true, answer: ns, authority: [], additional: glue }],
    ['2, ours: the name exists (RFC 2308 §2.2)', 'A consul', NODATA],
    ['3, ours: ANY gives one RRset of it', 'ANY consul', { rcode: 0, answer: [SOA] }],
    ['4, ours: NS is at the apex only (RFC 2308 §2.1)', 'NS nope.consul', NXDOMAIN],
    ['5, ours', 'SOA foo.bar.consul', NXDOMAIN],
    ['6, ours: the SOA names it', 'A ns.consul', { answer: ['ns.consul 5 A 10.0.0.1'] }],
    ['6, no IPv6', 'AAAA ns.consul', NODATA],
  ];
  it.each(rows)('row %s: %s', (_, question, expected) => check(one, question, expected));

  it('has all there is for ANY when that is wanted', async () => {
    const all = serve({ rows: servers(1), answer: { nodeTtlSeconds: 5, minimalAny: false } });
    await check(all, 'ANY consul', { rcode: 0, answer: [SOA, ...ns] });
  });

  it('has three of five live servers, not always the same (row 7)', async () => {
    const five = serve({ rows: servers(5) });
    const seen = new Set<string>();
    for (let round = 0; round < 40; round++) {
      const { answer, additional } = await ask(five, 'NS consul');
      expect([answer.length, additional.length]).toEqual([3, 3]);
      for (const record of answer) seen.add(record);
    }
    expect(seen.size).toBe(5);
  });

  it('leaves out servers whose name is no host name (row 8)', async () => {
    const dotted = serve({ rows: servers(1, 'a.') });
    await check(dotted, 'NS consul', { rcode: 0, answer: [] });
    await check(dotted, 'A ns.consul', { rcode: 0, answer: ['ns.consul 0 A 10.0.0.1'] });
  });

  it('leaves out servers that are not healthy', async () => {
    const rows = [node('s', '10.0.0.1', { status: 'critical' }), instance('consul', 's')];
    await check(serve({ rows }), 'NS consul', { rcode: 0, answer: [], authority: [SOA] });
    await check(serve({ rows }), 'A ns.consul', { rcode: 0, answer: [], authority: [SOA] });
  });

  it('names each server once, however often it is registered', async () => {
    const again = instance('consul', 'S0', { id: 'again', port: 8301 });
    await check(serve({ rows: [...servers(1), again] }), 'NS consul', {
      answer: ['consul 0 NS s0.node.dc1.consul'],
    });
  });

  it('gives the agent itself as the host of the SOA while no server is live', async () => {
    const tagged = { lan_ipv6: '2001:db8::5' };
    const server = serve({
      rows: [node('my_Agent', '10.0.0.5', { tagged })],
      identity: { nodeName: 'my_Agent' },
    });
    await check(server, 'A ns.consul', { aa: true, answer: ['ns.consul 0 A 10.0.0.5'] });
    await check(server, 'AAAA ns.consul', { aa: true, answer: ['ns.consul 0 AAAA 2001:db8::5'] });
    await check(server, 'MX ns.consul', { rcode: 0, answer: [], authority: [SOA] });
    await check(serve(), 'A ns.consul', { rcode: 0, answer: [], authority: [SOA] });
  });

  it('has IPv6 glue for an IPv6 server (row 9)', async () => {
    const rows = [node('six', '2001:db8::1'), instance('consul', 'six')];
    await check(serve({ rows }), 'NS consul', {
      additional: ['six.node.dc1.consul 0 AAAA 2001:db8::1'],
    });
  });
});

describe('a second domain', () => {
  const server = serve({
    rows: [...servers(1), node('n', '10.0.0.9')],
    identity: { altDomain: 'test.consul.' },
  });
  const SOA_TEST = 'test.consul 0 SOA ns.test.consul hostmaster.test.consul 7 3600 600 86400 0';
  const rows: Row[] = [
    ['10', 'NS test.consul', { answer: ['test.consul 0 NS s0.node.dc1.test.consul'] }],
    ['12, ours: its own SOA', 'SOA test.consul', { answer: [SOA_TEST] }],
    ['13, ours: its own SOA', 'A nope.node.test.consul', { rcode: 3, authority: [SOA_TEST] }],
    ['14', 'A n.node.test.consul', { answer: ['n.node.test.consul 0 A 10.0.0.9'] }],
    ['14, dc', 'A n.node.dc1.test.consul', { answer: ['n.node.dc1.test.consul 0 A 10.0.0.9'] }],
    ['14, primary', 'A n.node.consul', { answer: ['n.node.consul 0 A 10.0.0.9'] }],
    ['§4.2', 'A n.node.best.consul', { rcode: 3, authority: [SOA] }],
  ];
  it.each(rows)('row %s: %s', (_, question, expected) => check(server, question, expected));
});

describe('the SOA', () => {
  it('takes timers and the negative TTL from the configuration (row 15)', async () => {
    const server = serve({ answer: { soa: { minTtlSeconds: 60, retrySeconds: 5 } } });
    await check(server, 'A nope.service.consul', {
      authority: ['consul 60 SOA ns.consul hostmaster.consul 7 3600 5 86400 60'],
    });
  });

  it('moves its serial with the catalog', async () => {
    const server = serve();
    await check(server, 'A nope.service.consul', { authority: [SOA] });
    server.view.apply({ index: 4_294_967_298, changes: [] });
    await check(server, 'A nope.service.consul', {
      authority: ['consul 0 SOA ns.consul hostmaster.consul 2 3600 600 86400 0'],
    });
  });

  const file = 'consul. 900 IN SOA ns1.example. admin.example. 1 2 3 4 300';
  it('comes from the master file, with the lesser of its TTLs (RFC 2308 §3)', async () => {
    const server = serve({ apex: { soaOf: () => rr(file), hasName: () => false } });
    await check(server, 'A nope.service.consul', {
      authority: ['consul 300 SOA ns1.example admin.example 1 2 3 4 300'],
    });
  });

  it('of the file yields to the configuration', async () => {
    const server = serve({
      apex: { soaOf: () => rr(file), hasName: () => false },
      answer: { soa: { minTtlSeconds: 1200 } },
    });
    await check(server, 'A nope.service.consul', {
      authority: ['consul 1200 SOA ns1.example admin.example 1 2 3 4 1200'],
    });
  });
});

describe('the master file', () => {
  const zone = (answered: Record<string, Awaited<ReturnType<Source['answer']>>>): Source => ({
    name: 'zone',
    answer: ({ question }) => answered[question.lowerName] ?? { kind: 'skip' },
  });
  const found = (text: string) =>
    ({
      kind: 'answer',
      answers: [rr(text)],
      authority: [],
      additional: [],
      authoritative: true,
    }) as const;

  it('is asked for what the grammar has no form for, and denied after it', async () => {
    const www = zone({ [name('www.consul')]: found('www.consul. 60 IN A 192.0.2.80') });
    const server = serve({ zones: [www], recursionAvailable: true, forward: [refusing] });
    await check(server, 'A www.consul', { answer: ['www.consul 60 A 192.0.2.80'] });
    await check(server, 'A wwx.consul', { rcode: 3, authority: [SOA] });
  });

  it('is not asked for a service, which only the catalog knows', async () => {
    const lying = zone({
      [name('web.service.consul')]: found('web.service.consul. 60 IN A 192.0.2.1'),
    });
    await check(serve({ zones: [lying] }), 'A web.service.consul', { rcode: 3 });
  });

  it('has the NS set while no server is live', async () => {
    const apex = zone({ [name('consul')]: found('consul. 60 IN NS ns1.example.') });
    await check(serve({ zones: [apex] }), 'NS consul', { answer: ['consul 60 NS ns1.example'] });
    await check(serve({ zones: [apex], rows: servers(1) }), 'NS consul', {
      answer: ['consul 0 NS s0.node.dc1.consul'],
    });
  });

  it('says who the host of the SOA is while no server is live', async () => {
    const ns = zone({ [name('ns.consul')]: found('ns.consul. 60 IN A 192.0.2.53') });
    const apex = { soaOf: () => undefined, hasName: (one: string) => one === name('ns.consul') };
    const server = serve({ zones: [ns], apex, rows: [node('agent', '10.0.0.5')] });
    await check(server, 'A ns.consul', { answer: ['ns.consul 60 A 192.0.2.53'] });
  });

  const refusing: Source = {
    name: 'forward',
    answer: () => {
      throw new Error('a name of ours reached the forwarder');
    },
  };
});

describe('DS', () => {
  const asked: string[] = [];
  const forward: Source = {
    name: 'forward',
    answer: ({ question }) => {
      asked.push(question.name);
      return { kind: 'failure' };
    },
  };
  it('of the apex is the parent’s, when there is someone to ask (RFC 4035 §3.1.4.1)', async () => {
    await check(serve({ forward: [forward], recursionAvailable: true }), 'DS consul', { rcode: 2 });
    expect(asked).toEqual([name('consul')]);
  });
  it('of the apex is NODATA otherwise', async () => {
    await check(serve(), 'DS consul', { rcode: 0, authority: [SOA] });
  });
});

describe('the DS of an apex', () => {
  const asked = { name: 'forward', answer: async () => ({ kind: 'failure' }) as const };
  it.each<[string, boolean, number]>([
    ['is asked of an upstream that the name is forwarded to', true, 2],
    ['is ours to deny where no upstream is for that name', false, 0],
  ])('%s', async (_title, forwards, rcode) => {
    const server = serve({
      rows: servers(1),
      forward: [asked],
      recursionAvailable: true,
      forwards: () => forwards,
    });
    expect((await ask(server, 'DS consul')).rcode).toBe(rcode);
  });
});
