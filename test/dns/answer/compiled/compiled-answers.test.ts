/** What is kept, for how long, and how much of it: seen by the counts of hits and misses. */
import { describe, expect, it } from 'vitest';
import { type AskOptions, query, type Server, see, serve } from '../../ask.ts';
import { instance, node } from '../../catalog-rows.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../../options.ts';
import { rr } from '../../records.ts';
import { replyTo } from './pair.ts';

const ROWS = [
  node('n1', '10.0.0.1', { meta: { rack: 'r1' } }),
  node('n2', '10.0.0.2'),
  instance('web', 'n1', { port: 80, tags: ['v1'] }),
  instance('web', 'n2', { port: 80, tags: ['v1'] }),
  instance('db', 'n1', { port: 5432, connect: 'db' }),
];

/** The reply, and whether it came from what was kept. */
async function asked(server: Server, text: string, options: AskOptions = {}) {
  const before = server.responder.compiled.hits;
  const reply = await replyTo(server, query(text, options));
  if (reply === undefined) throw new Error('no reply');
  return { ...see(reply), isHit: server.responder.compiled.hits > before };
}

describe('asked again, an answer is a hit', () => {
  it.each([
    'A web.service.consul',
    'A v1.web.service.dc1.consul',
    'A db.connect.consul',
    'SRV web.service.consul',
    'SRV _web._tcp.service.consul',
    'AAAA web.service.consul',
    'HTTPS web.service.consul',
    'A n1.node.consul',
    'TXT n1.node.consul',
    'AAAA n1.node.consul',
  ])('%s', async (text) => {
    const server = serve({ rows: ROWS });
    expect((await asked(server, text)).isHit).toBe(false);
    const [type, name = ''] = text.split(' ');
    const again = await asked(server, `${type} ${name.toUpperCase()}`, { edns: 1232 });
    expect(again.isHit).toBe(true);
    expect(again.bytes.includes(name.split('.')[0]!.toUpperCase())).toBe(true);
    expect(server.responder.compiled.answers).toBe(1);
  });
});

describe('what could fill the table by itself is not kept', () => {
  it.each([
    ['a name that is not there', (at: number) => `A none${at}.service.consul`],
    ['a tag that nobody has', (at: number) => `A t${at}.web.service.consul`],
    ['labels that are passed over', (at: number) => `A web.service.x${at}.dc.dc1.dc.consul`],
    ['the same, denied', (at: number) => `AAAA web.service.x${at}.dc.dc1.dc.consul`],
    ['what stands before a mesh name', (at: number) => `A x${at}.db.connect.consul`],
    ['a type without number', (at: number) => `TYPE${300 + at} web.service.consul`],
  ])('%s', async (_title, textOf) => {
    const server = serve({ rows: ROWS });
    for (let at = 0; at < 50; at++) await asked(server, textOf(at));
    expect(server.responder.compiled).toMatchObject({ answers: 0, hits: 0 });
  });
});

describe('a change takes away what was made from its rows, and nothing else', () => {
  const texts = ['A web.service.consul', 'SRV web.service.consul', 'A v1.web.service.consul'];
  const others = ['A db.service.consul', 'SRV db.service.consul', 'A n1.node.consul'];

  it('an instance that fails', async () => {
    const server = serve({ rows: ROWS });
    for (const text of [...texts, ...others]) await asked(server, text);
    const failing = instance('web', 'n2', { port: 80, tags: ['v1'], status: 'critical' });
    server.view.apply({ index: 8, changes: [failing] });
    for (const text of others) expect((await asked(server, text)).isHit).toBe(true);
    for (const text of texts) {
      const { isHit, answer } = await asked(server, text);
      expect([isHit, answer.length]).toEqual([false, 1]);
      expect((await asked(server, text)).isHit).toBe(true);
    }
    expect(server.responder.compiled.answers).toBe(6);
  });

  it('a node that moves', async () => {
    const server = serve({ rows: ROWS });
    for (const text of [...texts, ...others]) await asked(server, text);
    server.view.apply({ index: 8, changes: [node('n2', '10.0.0.9')] });
    for (const text of others) expect((await asked(server, text)).isHit).toBe(true);
    expect((await asked(server, texts[0]!)).answer.join()).toContain('10.0.0.9');
  });

  it('a service that goes', async () => {
    const server = serve({ rows: ROWS });
    for (const text of [...texts, ...others]) await asked(server, text);
    server.view.apply({ index: 8, changes: [{ kind: 'delete-instance', key: 'n1\0db' }] });
    expect(await asked(server, 'A db.service.consul')).toMatchObject({ isHit: false, rcode: 3 });
    expect((await asked(server, 'A n1.node.consul')).isHit).toBe(true);
  });

  it('a node that is registered again', async () => {
    const server = serve({ rows: ROWS });
    await asked(server, 'A n2.node.consul');
    server.view.apply({ index: 8, changes: [{ kind: 'delete-node', key: 'n2' }] });
    expect(await asked(server, 'A n2.node.consul')).toMatchObject({ isHit: false, rcode: 3 });
    server.view.apply({ index: 9, changes: [node('n2', '10.0.0.7')] });
    expect((await asked(server, 'A n2.node.consul')).answer.join()).toContain('10.0.0.7');
  });
});

it('a denial follows the serial of the catalog, and stays a hit', async () => {
  const server = serve({ rows: ROWS });
  await asked(server, 'AAAA web.service.consul');
  server.view.apply({ index: 99, changes: [] });
  const { isHit, authority } = await asked(server, 'AAAA web.service.consul');
  expect([isHit, authority.join().includes(' 99 3600')]).toEqual([true, true]);
});

it('a denial is made again when more of the SOA is another than its serial', async () => {
  let soa = rr('consul. 60 IN SOA ns.consul. h.consul. 1 2 3 4 30');
  const apex = { soaOf: () => soa, hasName: () => false };
  const server = serve({ rows: ROWS, apex });
  await asked(server, 'AAAA web.service.consul');
  soa = rr('consul. 60 IN SOA ns.consul. h.consul. 2 2 3 4 20');
  server.view.apply({ index: 8, changes: [] });
  const { isHit, authority } = await asked(server, 'AAAA web.service.consul');
  expect([isHit, authority]).toEqual([false, ['consul 20 SOA ns.consul h.consul 2 2 3 4 20']]);
  const again = await asked(server, 'AAAA web.service.consul');
  expect([again.isHit, again.authority]).toEqual([true, authority]);
});

it('a server cookie that was told is good at the next question, and counted', async () => {
  const server = serve({ rows: ROWS });
  const told = async (data: Uint8Array) => {
    const options = { edns: 1232, ednsOptions: [{ code: 10, data }] };
    const { opt, isHit } = await asked(server, 'A web.service.consul', options);
    return { isHit, data: (opt!.options[0] as unknown as { data: Buffer }).data };
  };
  await told(Buffer.alloc(8, 1));
  const first = await told(Buffer.alloc(8, 1));
  const second = await told(first.data);
  expect([first.isHit, second.isHit]).toEqual([true, true]);
  expect(second.data.equals(first.data)).toBe(true);
  expect(server.responder.counts).toMatchObject({ cookiesValid: 1, cookiesBad: 0 });
});

it('other settings begin anew', async () => {
  const server = serve({ rows: ROWS });
  await asked(server, 'A web.service.consul');
  const answer = { ...ANSWER_OPTIONS, aRecordLimit: 1 };
  server.responder.setOptions({ answer, protocol: PROTOCOL_OPTIONS, recursionAvailable: true });
  const { isHit, answer: records, ra } = await asked(server, 'A web.service.consul');
  expect([isHit, records.length, ra]).toEqual([false, 1, true]);
  expect(await asked(server, 'A web.service.consul')).toMatchObject({ isHit: true, ra: true });
});

it.each([
  ['while the view has what is not durable', {}, true],
  ['with a rate limit', { rateLimit: { responsesPerSecond: 1000, slip: 2, exempt: [] } }, false],
])('nothing is a hit %s', async (_title, protocol, hasUnsaved) => {
  const server = serve({ rows: ROWS, protocol });
  server.view.hasUnsaved = hasUnsaved;
  for (let round = 0; round < 3; round++) await asked(server, 'A web.service.consul');
  expect(server.responder.compiled).toMatchObject({ hits: 0, misses: 3, answers: 0 });
});
