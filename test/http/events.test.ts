/** `/v1/event`: fired, filtered, listed and waited for. */
import { beforeEach, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';
import { shown, waitingFor } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const fire = async (path: string, payload?: string) =>
  (await api.put(`/v1/event/fire/${path}`, payload)).json();
const names = async (parameters = '') =>
  (await api.get(`/v1/event/list?${parameters}`)).json().map((one: { Name: string }) => one.Name);
const indexOf = (reply: { headers: Record<string, unknown> }) =>
  `${reply.headers['x-consul-index']}`;

/** As Consul's clients make an index of an event's id. */
function indexOfId(id: string): string {
  const digits = id.replaceAll('-', '');
  const [high, low] = [digits.slice(0, 16), digits.slice(16)].map((half) => BigInt(`0x${half}`));
  return `${(high ?? 0n) ^ (low ?? 0n)}`;
}

describe('an event', () => {
  it('is answered as it was fired, and listed with its time', async () => {
    const fired = await fire('deploy?node=n.&service=&tag=', 'a payload');
    expect(fired).toEqual({
      ID: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      Name: 'deploy',
      Payload: Buffer.from('a payload').toString('base64'),
      NodeFilter: 'n.',
      ServiceFilter: '',
      TagFilter: '',
      Version: 1,
      LTime: 0,
    });
    const next = await fire('next');
    expect(next.Payload).toBeNull();
    const listed = await api.get('/v1/event/list');
    expect(listed.json()).toEqual([
      { ...fired, LTime: 1 },
      { ...next, LTime: 2 },
    ]);
    expect(indexOf(listed)).toBe(indexOfId(next.ID));
  });

  it('carries any octets', async () => {
    const payload = Buffer.from([0, 255, 128, 10]);
    const reply = await api.app.fastify.inject({ method: 'PUT', url: '/v1/event/fire/x', payload });
    expect(reply.json().Payload).toBe(payload.toString('base64'));
  });

  it('is one of the last 256', async () => {
    for (let at = 0; at < 258; at++) await fire(`e${at}`);
    const listed = (await api.get('/v1/event/list')).json();
    expect([listed.length, listed[0].Name, listed[0].LTime]).toEqual([256, 'e2', 3]);
  });

  it.each<[string, boolean]>([
    ['node=^n1$', true],
    ['node=n2', false],
    ['service=^web$', true],
    ['service=^web-1$', true],
    ['service=db', false],
    ['service=web&tag=^v1', true],
    ['service=web&tag=^v2', false],
    ['node=n1&service=web&tag=', true],
    ['node=n2&service=web', false],
  ])('with %s reaches this node: %s', async (filters, reaches) => {
    await api.put('/v1/agent/service/register', { Name: 'web', ID: 'web-1', Tags: ['v1.0'] });
    await fire(`x?${filters}`);
    expect(await names()).toEqual(reaches ? ['x'] : []);
  });

  it.each<[string, string, number, string]>([
    ['no name', '', 400, 'Missing name'],
    ['a tag without a service', 'x?tag=a', 500, 'Cannot provide tag filter without service filter'],
    [
      'a filter of nodes',
      'x?node=(',
      500,
      'Invalid node filter: error parsing regexp: missing closing ): `(`',
    ],
    [
      'a filter of services',
      'x?service=(',
      500,
      'Invalid service filter: error parsing regexp: missing closing ): `(`',
    ],
    [
      'a filter of tags',
      'x?service=a&tag=(',
      500,
      'Invalid tag filter: error parsing regexp: missing closing ): `(`',
    ],
    ['another datacenter', 'x?dc=dc2', 500, 'No path to datacenter'],
  ])('with %s is refused', async (_title, path, status, text) => {
    const reply = await api.put(`/v1/event/fire/${path}`);
    expect(shown(reply)).toEqual([status, text]);
    expect(await names()).toEqual([]);
  });

  it('with a pattern that takes too much work for so many services is refused', async () => {
    for (const at of [0, 1]) {
      const Tags = Array.from({ length: 70 }, (_, tag) => `${tag}`.padEnd(512, 'x'));
      await api.put('/v1/agent/service/register', { Name: `web-${at}`, Tags });
    }
    const pattern = encodeURIComponent('(xx?){330}$y');
    const reply = await api.put(`/v1/event/fire/x?service=.&tag=${pattern}`);
    expect(shown(reply)).toEqual([
      400,
      'the filter takes too much work for so many rows: select by name, tag or node-meta first',
    ]);
    expect(await names()).toEqual([]);
  });

  it('is as large as gossip would take it, and no larger', async () => {
    const url = '/v1/event/fire/x?node=n';
    expect((await api.put(url, 'p'.repeat(510))).statusCode).toBe(200);
    const reply = await api.put(url, 'p'.repeat(511));
    expect(shown(reply)).toEqual([
      413,
      'user event exceeds configured limit of 512 bytes before encoding',
    ]);
  });
});

describe('the list', () => {
  it('of no events has the index 1', async () => {
    const reply = await api.get('/v1/event/list');
    expect([reply.body, indexOf(reply)]).toEqual(['[]', '1']);
    await fire('x');
    expect(indexOf(await api.get('/v1/event/list?name=y'))).toBe('1');
  });

  it('is of one name where one is given', async () => {
    const a = await fire('a');
    await fire('b');
    expect(await names('name=a')).toEqual(['a']);
    expect(indexOf(await api.get('/v1/event/list?name=a'))).toBe(indexOfId(a.ID));
  });

  it('waits while its index is the one that is given, whatever else is fired', async () => {
    const a = await fire('a');
    const waiting = names(`name=a&index=${indexOfId(a.ID)}`);
    await fire('b');
    await fire('a');
    expect(await waiting).toEqual(['a', 'a']);
    const any = names(`index=${(await api.get('/v1/event/list')).headers['x-consul-index']}`);
    await fire('c');
    expect(await any).toEqual(['a', 'b', 'a', 'c']);
  });

  it.each([
    ['index=12345', 'another'],
    ['index=0', 'zero'],
    ['', 'no'],
  ])('with %s is answered at once: %s index', async (parameters) => {
    await fire('a');
    expect(await names(parameters)).toEqual(['a']);
  });

  it.each([
    ['wait=5s', 5000],
    ['', 600_000],
    ['wait=20m', 600_000],
  ])('with %s waits %i ms without jitter', async (parameters, ms) => {
    const waiting = waitingFor(names(`index=1&${parameters}`));
    await api.get('/v1/event/list');
    await api.clock.advance(ms - 1);
    await api.get('/v1/event/list');
    expect(waiting.isAnswered).toBe(false);
    await api.clock.advance(1);
    expect(await waiting.reply).toEqual([]);
  });

  it.each([
    ['index=-1', 'Invalid index'],
    ['index=18446744073709551616', 'Invalid index'],
    ['wait=1', 'Invalid wait time'],
  ])('with %s is refused', async (parameters, text) => {
    const reply = await api.get(`/v1/event/list?${parameters}`);
    expect(shown(reply)).toEqual([400, text]);
  });

  it('ends when the interface closes', async () => {
    const waiting = names('index=1');
    await api.get('/v1/event/list');
    await api.app.close();
    expect(await waiting).toEqual([]);
  });
});
