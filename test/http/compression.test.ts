/** Goal: what is large goes out in gzip to those who take it, and is the same when unpacked. */
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
let plain: string;
beforeAll(async () => {
  api = await openApi();
  for (const name of ['a', 'b', 'c', 'd']) {
    await api.put('/v1/agent/service/register', { Name: name, Meta: { text: 'ä'.repeat(200) } });
  }
  plain = (await api.get('/v1/agent/services')).body;
  expect(plain.length).toBeGreaterThan(1400);
});
afterAll(() => api.close());

describe('an answer', () => {
  it.each(['gzip', 'deflate, gzip', 'GZIP;q=0.5, *;q=0', 'gzip;q=1.0, identity; q=0.5'])(
    'is packed for %s',
    async (accepted) => {
      const reply = await api.get('/v1/agent/services', { 'accept-encoding': accepted });
      expect(reply.headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-type': 'application/json',
        'content-length': String(reply.rawPayload.length),
        vary: 'Accept-Encoding',
      });
      expect(reply.rawPayload.length).toBeLessThan(plain.length / 2);
      expect(gunzipSync(reply.rawPayload).toString()).toBe(plain);
    },
  );

  it.each(['', 'identity', 'deflate, br', 'gzip;q=0', 'gzip; q=0.00', '*', 'xgzip'])(
    'is not packed for %j',
    async (accepted) => {
      const reply = await api.get('/v1/agent/services', { 'accept-encoding': accepted });
      expect(reply.headers['content-encoding']).toBeUndefined();
      expect(reply.body).toBe(plain);
    },
  );

  it('that is small is not packed', async () => {
    const reply = await api.get('/v1/agent/checks', { 'accept-encoding': 'gzip' });
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(reply.body).toBe('{}');
  });

  it('is measured in octets', async () => {
    // 1401 octets in 1400 characters, and 1399 of both.
    for (const [letters, packed] of [
      [1, true],
      [0, false],
    ] as const) {
      const id = `${'x'.repeat(1399 - 'unknown service ID: '.length)}${'ä'.repeat(letters)}`;
      const reply = await api.get(`/v1/agent/service/${encodeURIComponent(id)}`, {
        'accept-encoding': 'gzip',
      });
      expect(reply.statusCode).toBe(404);
      expect(reply.headers['content-encoding'] === 'gzip').toBe(packed);
    }
  });

  it('arrives whole over a socket, next to others', async () => {
    const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${port}/v1/agent/services`;
    const replies = await Promise.all(Array.from({ length: 20 }, () => fetch(url)));
    for (const reply of replies) {
      expect(reply.headers.get('content-encoding')).toBe('gzip');
      expect(await reply.text()).toBe(plain);
    }
  });
});
