/** What many instances, or many host names, must not cost: records left out unsaid, repeats, look-ups without end. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/dns/answer/outcome.ts';
import { limits } from '../../../src/runtime/index.ts';
import { ask, type Seen, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';
import { rr } from '../records.ts';

const owners = (records: readonly string[]) => records.map((record) => record.split(' ')[0]);
const repeated = (records: readonly string[]) =>
  records.filter((record, at) => records.indexOf(record) !== at);

describe('one host name of many nodes', () => {
  it('is one SRV record, and never crowds out another', async () => {
    const rows = [
      ...fleet('other', 100),
      ...Array.from({ length: 100 }, (_, at) =>
        instance('web', `n${at + 1}`, { port: 80, address: 'lb.example.com' }),
      ),
      instance('web', 'n1', { id: 'own', port: 80, address: '10.3.0.2' }),
    ];
    const server = serve({ rows });
    for (let round = 0; round < 50; round++) {
      expect((await ask(server, 'SRV web.service.consul')).answer).toHaveLength(2);
    }
  });

  it('that is the name of a node gives the record of that node once', async () => {
    const rows = [
      node('foo', '10.0.0.1'),
      instance('web', 'foo', { id: 'a', port: 2 }),
      instance('web', 'foo', { id: 'b', port: 2, address: 'foo.node.dc1.consul' }),
    ];
    expect((await ask(serve({ rows }), 'SRV web.service.consul')).answer).toHaveLength(1);
  });

  it('has the greater weight, whichever instance came first', async () => {
    const on = (id: string, weight: number) =>
      instance('web', 'foo', { id, port: 2, weights: [weight, 1] });
    for (const pair of [
      [on('a', 5), on('b', 3)],
      [on('a', 3), on('b', 5)],
    ]) {
      const server = serve({ rows: [node('foo', '10.0.0.1'), ...pair] });
      expect((await ask(server, 'SRV web.service.consul')).answer).toEqual([
        'web.service.consul 0 SRV 1 5 2 foo.node.dc1.consul',
      ]);
    }
  });
});

it('minimal ANY is a whole family, or says that it is not (RFC 8482 §4.1, RFC 2181 §9)', async () => {
  const rows = [
    node('n', '10.9.9.9'),
    ...Array.from({ length: 50 }, (_, at) => [
      instance('web', 'n', { id: `four-${at}`, address: `10.0.0.${at}` }),
      instance('web', 'n', { id: `six-${at}`, address: `2001:db8::${at + 1}` }),
    ]).flat(),
  ];
  const server = serve({ rows });
  const types = ({ answer }: Seen) => new Set(answer.map((record) => record.split(' ')[2]));
  const small = await ask(server, 'ANY web.service.consul');
  expect([small.tc, small.answer.length, types(small)]).toEqual([true, 29, new Set(['A'])]);
  const whole = await ask(server, 'ANY web.service.consul', { edns: 1232 });
  expect([whole.tc, whole.answer.length, types(whole)]).toEqual([false, 50, new Set(['A'])]);
});

describe('records from metadata', () => {
  const meta = (at: number) => ({ 'dns-alpn': 'h2', 'dns-txt-n': String(at) });
  const rows = [
    node('n', '10.9.9.9'),
    ...Array.from({ length: 200 }, (_, at) =>
      instance('web', 'n', { id: `i${at}`, port: at + 1, meta: meta(at) }),
    ),
  ];

  it.each(['HTTPS', 'TXT'])('%s: another part each time', async (type) => {
    const server = serve({ rows });
    const seen = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const { tc, bytes } = await ask(server, `${type} web.service.consul`, { edns: 1232 });
      expect(tc).toBe(true);
      seen.add(bytes.subarray(12).toString('latin1'));
    }
    expect(seen.size).toBeGreaterThan(290);
  });

  it.each(['HTTPS', 'TXT'])('%s: udp_answer_limit holds', async (type) => {
    const server = serve({ rows, answer: { udpAnswerLimit: 3 } });
    const { answer, tc } = await ask(server, `${type} web.service.consul`);
    expect([answer.length, tc]).toEqual([3, true]);
  });
});

describe('the additional section', () => {
  const relayed = (...records: string[]): Outcome => ({
    kind: 'relayed',
    rcode: 0,
    answers: records.map(rr),
    authority: [],
    additional: [],
    truncated: false,
    authenticData: false,
  });
  const upstream = (asked: string[] = []) => ({
    name: 'forward',
    answer: async ({ question }: { question: { lowerName: string; type: number } }) => {
      asked.push(question.lowerName);
      return question.type === 1
        ? relayed(
            'LB.example.com. 60 IN CNAME real.example.com.',
            'real.example.com. 60 IN A 192.0.2.1',
          )
        : relayed('lb.example.com. 60 IN CNAME real.example.com.');
    },
  });
  const target = (id: string, address: string) => instance('web', 'n', { id, port: 80, address });

  it('has each record once, in whatever letters its owner was written (RFC 2181 §5)', async () => {
    const rows = [
      node('n', '10.0.0.1'),
      target('a', 'lb.example.com'),
      target('b', 'LB.example.com'),
    ];
    const server = serve({ rows, forward: [upstream()], recursionAvailable: true });
    const { additional } = await ask(server, 'SRV web.service.consul', { edns: 1232 });
    expect(additional.map((record) => record.toLowerCase()).sort()).toEqual([
      'lb.example.com 60 cname real.example.com',
      'real.example.com 60 a 192.0.2.1',
    ]);
  });

  it('has one CNAME of an owner, though its service has two host names (RFC 1034 §3.6.2)', async () => {
    const rows = [
      node('n', '10.0.0.1'),
      instance('al', 'n', { id: 'x', address: 'x.example.com' }),
      instance('al', 'n', { id: 'y', address: 'y.example.com' }),
      target('a', 'al.service.consul'),
    ];
    const server = serve({ rows });
    for (let round = 0; round < 30; round++) {
      const { additional } = await ask(server, 'SRV web.service.consul', { edns: 1232 });
      expect(owners(additional)).toEqual(['al.service.consul']);
    }
  });

  it('looks up a few targets, also when names of ours lead elsewhere', async () => {
    const asked: string[] = [];
    const names = Array.from({ length: 300 }, (_, at) => `s${at}`);
    const rows = [
      node('n', '10.0.0.1'),
      ...names.flatMap((name) => [
        instance(name, 'n', { address: `${name}.example.com` }),
        target(name, `${name}.service.consul`),
      ]),
    ];
    const server = serve({ rows, forward: [upstream(asked)], recursionAvailable: true });
    await ask(server, 'SRV web.service.consul', { transport: 'tcp' });
    expect(asked.length).toBeLessThanOrEqual(2 * limits.targetsLookedUp.default);
  });

  it('keeps what it drew while it waits for somebody else', async () => {
    const pool = Array.from({ length: 100 }, (_, at) =>
      instance('pool', 'n', { id: `p${at}`, address: `10.1.0.${at}`, weights: [at + 1, 1] }),
    );
    const rows = [
      node('n', '10.0.0.1'),
      ...pool,
      target('a', 'pool.service.consul'),
      target('b', 'ext.example.com'),
    ];
    let release = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = {
      name: 'forward',
      answer: async () => {
        await waiting;
        return relayed();
      },
    };
    const server = serve({ rows, forward: [slow], recursionAvailable: true });
    const asked = ask(server, 'SRV web.service.consul', { transport: 'tcp' });
    for (let round = 0; round < 5; round++) await ask(server, 'A pool.service.consul');
    release();
    const { additional } = await asked;
    expect(additional).toHaveLength(100);
    expect(repeated(additional)).toEqual([]);
  });
});

describe('an address that no record can hold', () => {
  it.each(['a..b', '.', `${'x'.repeat(64)}.example.com`])(
    '"%s" is not the node’s',
    async (address) => {
      const rows = [
        node('n', '10.0.0.1'),
        instance('web', 'n', { id: 'broken', port: 1, address }),
        instance('web', 'n', { id: 'sound', port: 2, address: '10.0.0.9' }),
      ];
      const server = serve({ rows });
      expect((await ask(server, 'A web.service.consul')).answer).toEqual([
        'web.service.consul 0 A 10.0.0.9',
      ]);
      expect((await ask(server, 'SRV web.service.consul')).answer).toHaveLength(1);
    },
  );
});

it('a dot within a label is not a boundary of labels (RFC 1034 §3.1)', async () => {
  const rows = [
    node('foo.bar', '10.0.0.1'),
    instance('web', 'foo.bar', { tags: ['v1.primary'] }),
    instance('a.b', 'foo.bar'),
  ];
  const server = serve({ rows });
  const rcodes = async (...names: string[]) => {
    const seen: number[] = [];
    for (const name of names) seen.push((await ask(server, `A ${name}`)).rcode);
    return seen;
  };
  const apart = ['foo.bar.node.consul', 'v1.primary.web.service.consul', 'a\\.b.service.consul'];
  expect(await rcodes(...apart)).toEqual([0, 0, 0]);
  expect(await rcodes('foo\\.bar.node.consul', 'v1\\.primary.web.service.consul')).toEqual([3, 3]);
});

describe('the rate limit counts things, not the names that they have', () => {
  it.each<[string, (at: number) => string]>([
    ['a datacenter that is passed over', (at) => `A web.service.x${at}.dc.dc1.dc.consul`],
    ['labels before a mesh service', (at) => `A x${at}.web.connect.consul`],
    [
      'beginnings of an id',
      (at) => `A ${'aabbccdd11112222333344445555'.slice(0, 2 + 2 * (at % 13))}.node.consul`,
    ],
    ['parts after a prepared query', (at) => `A _q._x${at}.query.consul`],
  ])('%s', async (_title, nameOf) => {
    const rows = [
      node('n', '10.0.0.1', { id: 'aabbccdd-1111-2222-3333-444455556666' }),
      instance('web', 'n', { connect: 'web' }),
      {
        kind: 'put-query' as const,
        query: {
          key: '0a4e1c1e-1111-4222-8333-444455556666',
          name: 'q',
          service: 'web',
          tags: [],
          template: undefined,
          near: '',
          nodeMeta: {},
          serviceMeta: {},
          ignoreCheckIds: [],
          peer: '',
          onlyPassing: false,
          connect: false,
          ttlSeconds: undefined,
        },
      },
    ];
    const rateLimit = { responsesPerSecond: 1, slip: 1, exempt: [] };
    const server = serve({ rows, protocol: { rateLimit } });
    let sent = 0;
    for (let at = 0; at < 26; at++) {
      if ((await ask(server, nameOf(at))).answer.length > 0) sent += 1;
    }
    expect(sent).toBeLessThanOrEqual(2);
  });
});
