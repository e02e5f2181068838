/** Long polls: who is woken by what, when they end by themselves, and that none is left behind. */
import type { LightMyRequestResponse } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { blockingQueries } from '../../src/http/reads.ts';
import { limits } from '../../src/runtime/index.ts';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  await api.put(REGISTER, web);
  await api.put(REGISTER, { Name: 'db', Port: 5432 });
  return () => api.close();
});

const REGISTER = '/v1/agent/service/register';
const web = { Name: 'web', Port: 80, Check: { TTL: '1h', Status: 'passing' } };

interface Poll {
  reply: LightMyRequestResponse | undefined;
}

/** Sends a request that blocks, and returns once it does. */
async function poll(url: string): Promise<Poll> {
  const timers = api.clock.pending;
  const sent: Poll = { reply: undefined };
  void api.get(url).then((reply) => {
    sent.reply = reply;
  });
  while (api.clock.pending === timers && sent.reply === undefined) await settle();
  return sent;
}

/** Time for a woken poll to reply, and for one that is not woken to show that it is not. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await settle();
}

async function indexOf(url: string): Promise<string> {
  return String((await api.get(url)).headers['x-consul-index']);
}

/** Polls `url` from its current index on. */
async function pollNow(url: string): Promise<Poll> {
  const index = await indexOf(url);
  return poll(`${url}${url.includes('?') ? '&' : '?'}index=${index}`);
}

describe('a poll', () => {
  it.each<readonly [string, string, unknown]>([
    ['/v1/health/service/web', REGISTER, { ...web, Port: 81 }],
    ['/v1/health/service/web', '/v1/agent/check/fail/service:web', undefined],
    ['/v1/health/service/web', '/v1/agent/maintenance?enable=true', undefined],
    ['/v1/health/service/web', '/v1/agent/service/deregister/web', undefined],
    ['/v1/health/service/nope', REGISTER, { Name: 'nope' }],
    ['/v1/catalog/service/web', REGISTER, { ...web, ID: 'web-2' }],
    ['/v1/catalog/services', REGISTER, { Name: 'new' }],
    ['/v1/catalog/nodes', '/v1/catalog/register', { Node: 'n2', Address: '10.0.0.2' }],
    ['/v1/catalog/node/n1', REGISTER, { Name: 'new' }],
    ['/v1/catalog/node-services/n1', REGISTER, { Name: 'new' }],
    ['/v1/health/node/n1', '/v1/agent/check/fail/service:web', undefined],
    ['/v1/health/checks/web', '/v1/agent/check/fail/service:web', undefined],
    [
      '/v1/health/checks/web?node-meta=consul-version:1.16.4',
      '/v1/catalog/register',
      { Node: 'n1', Address: '127.0.0.1', NodeMeta: { 'consul-version': '1.16.3' } },
    ],
    ['/v1/health/state/critical', '/v1/agent/check/fail/service:web', undefined],
    ['/v1/health/state/any', '/v1/agent/check/fail/service:web', undefined],
  ])('of %s is woken by %s %j', async (url, write, body) => {
    const waiting = await pollNow(url);
    const before = Number(await indexOf(url));
    await turns();
    expect(waiting.reply).toBeUndefined();
    expect((await api.put(write, body)).statusCode).toBe(200);
    await turns();
    expect(waiting.reply?.statusCode).toBe(200);
    expect(Number(waiting.reply?.headers['x-consul-index'])).toBeGreaterThan(before);
    expect(waiting.reply?.body).toBe((await api.get(url)).body);
  });

  it.each<readonly [string, string, unknown]>([
    ['/v1/health/service/web', REGISTER, { Name: 'db', Port: 5433 }],
    ['/v1/health/service/web', REGISTER, { Name: 'new', Check: { TTL: '1h' } }],
    ['/v1/health/service/web', REGISTER, web],
    ['/v1/health/service/web', '/v1/agent/check/pass/service:web', undefined],
    ['/v1/health/service/nope', '/v1/agent/service/deregister/db', undefined],
    ['/v1/catalog/services', '/v1/agent/check/fail/service:web', undefined],
    ['/v1/catalog/nodes', REGISTER, { Name: 'new' }],
    ['/v1/catalog/node/n1', '/v1/catalog/register', { Node: 'n2', Address: '10.0.0.2' }],
    ['/v1/health/checks/db', '/v1/agent/check/fail/service:web', undefined],
    ['/v1/health/checks/db?node-meta=a:b', '/v1/agent/check/fail/service:web', undefined],
  ])('of %s sleeps through %s %j', async (url, write, body) => {
    const waiting = await pollNow(url);
    expect((await api.put(write, body)).statusCode).toBe(200);
    await turns();
    expect(waiting.reply).toBeUndefined();
  });

  it('without an index, or with one that is passed, returns at once', async () => {
    for (const query of ['', '?index=0', '?index=1', '?wait=10s']) {
      expect((await api.get(`/v1/health/service/web${query}`)).statusCode).toBe(200);
    }
  });

  it('with an index of the future waits, and then tells the lower one', async () => {
    const waiting = await poll('/v1/health/service/web?index=18446744073709551615&wait=10s');
    await turns();
    expect(waiting.reply).toBeUndefined();
    api.clock.advance(11_000);
    await turns();
    expect(waiting.reply?.headers['x-consul-index']).toBe(await indexOf('/v1/health/service/web'));
  });

  it.each([
    ['10s', 10_000],
    ['5m', 300_000],
    ['', 300_000],
    ['0', 300_000],
    ['-1s', 300_000],
    ['1h', 600_000],
  ])('with wait=%j ends after %i ms and up to a sixteenth more', async (wait, ms) => {
    const waiting = await pollNow(`/v1/health/service/web?wait=${wait}`);
    api.clock.advance(ms - 1);
    await turns();
    expect(waiting.reply).toBeUndefined();
    // Clients that asked together do not return together.
    api.clock.advance(1);
    await turns();
    expect(waiting.reply).toBeUndefined();
    api.clock.advance(ms / 16);
    await turns();
    expect(waiting.reply?.statusCode).toBe(200);
  });

  it('that is consistent blocks too', async () => {
    const waiting = await pollNow('/v1/health/service/web?consistent');
    await api.put(REGISTER, { ...web, Port: 81 });
    await turns();
    expect(waiting.reply?.headers['x-consul-effective-consistency']).toBe('consistent');
  });

  it('leaves nothing behind', async () => {
    const timers = api.clock.pending;
    const waiting: Poll[] = [];
    for (let at = 0; at < 3; at++) waiting.push(await pollNow('/v1/health/service/web'));
    expect(api.clock.pending).toBe(timers + 3);
    await api.put(REGISTER, { ...web, Port: 81 });
    await turns();
    expect(waiting.map(({ reply }) => reply?.statusCode)).toEqual([200, 200, 200]);
    expect(api.clock.pending).toBe(timers);
    expect(api.state.watches.size).toBe(0);
  });

  it('ends with what there is when the agent stops', async () => {
    const waiting = await pollNow('/v1/health/service/web');
    await api.app.close();
    await turns();
    expect(waiting.reply?.statusCode).toBe(200);
    expect(waiting.reply?.json()).toHaveLength(1);
    expect(api.state.watches.size).toBe(0);
  });
});

describe('polls', () => {
  it('of other services stay asleep, however many there are', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `s${at}`);
    for (const Name of names) await api.put(REGISTER, { Name });
    const index = await indexOf('/v1/catalog/services');
    const timers = api.clock.pending;
    const replied: string[] = [];
    const sent = names.flatMap((name) =>
      Array.from({ length: 10 }, async () => {
        await api.get(`/v1/health/service/${name}?index=${index}`);
        replied.push(name);
      }),
    );
    while (api.clock.pending < timers + sent.length) await settle();

    await api.put(REGISTER, { Name: 's7', Port: 1 });
    while (replied.length < 10) await settle();
    await turns();
    expect(replied).toEqual(new Array(10).fill('s7'));
    // Nor was the time of any other begun anew.
    expect(api.clock.pending).toBe(timers + sent.length - 10);
    await api.app.close();
    await Promise.all(sent);
  });

  it('are bounded in number', () => {
    const waits = blockingQueries();
    for (let at = 0; at < limits.blockingQueries.default; at++) waits.begin();
    expect(() => waits.begin()).toThrow('Too many blocking queries are waiting');
  });

  it('that come after the end do not wait', () => {
    const waits = blockingQueries();
    const early = waits.begin();
    waits.stop();
    expect([early.signal.aborted, waits.begin().signal.aborted]).toEqual([true, true]);
  });
});

describe('a poll by hash', () => {
  const URL = '/v1/agent/service/web';
  const hashOf = async () => String((await api.get(URL)).headers['x-consul-contenthash']);

  it('returns at once with another hash, or none', async () => {
    expect((await api.get(`${URL}?hash=`)).statusCode).toBe(200);
    expect((await api.get(`${URL}?hash=1234`)).json().ContentHash).toBe(await hashOf());
  });

  it('waits while the hash is the same, whatever else changes', async () => {
    const hash = await hashOf();
    const waiting = await poll(`${URL}?hash=${hash}`);
    await api.put(REGISTER, { Name: 'db', Port: 5433 });
    await api.put('/v1/agent/check/fail/service:web');
    await turns();
    expect(waiting.reply).toBeUndefined();
    await api.put(REGISTER, { ...web, Port: 81 });
    await turns();
    expect(waiting.reply?.json()).toMatchObject({ Port: 81 });
    expect(waiting.reply?.json().ContentHash).not.toBe(hash);
    expect(waiting.reply?.headers['x-consul-index']).toBeUndefined();
  });

  it('ends after its time with the same hash', async () => {
    const hash = await hashOf();
    const waiting = await poll(`${URL}?hash=${hash}&wait=10s`);
    api.clock.advance(10_700);
    await turns();
    expect(waiting.reply?.json().ContentHash).toBe(hash);
  });

  it('ends when the service goes away', async () => {
    const waiting = await poll(`${URL}?hash=${await hashOf()}`);
    await api.put('/v1/agent/service/deregister/web');
    await turns();
    expect(waiting.reply?.statusCode).toBe(404);
    expect(waiting.reply?.body).toBe('unknown service ID: web');
  });
});
