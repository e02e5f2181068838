/** What the configuration closes to clients, and the limits that it sets for their data. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_HTTP_OPTIONS, type HttpOptions } from '../../src/http/index.ts';
import { sendAlone } from '../support/http-socket.ts';
import { openApi, type TestApi } from './api.ts';

async function openWith(options: Partial<HttpOptions>): Promise<TestApi> {
  const api = await openApi({ deps: { options: { ...DEFAULT_HTTP_OPTIONS, ...options } } });
  onTestFinished(() => api.close());
  return api;
}

/** Not `inject`, which would read the URL by its own rules. */
async function sent(api: TestApi, requestLine: string, headers = '', body = ''): Promise<string> {
  const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
  return sendAlone(port, requestLine, headers, body);
}

describe('a blocked endpoint', () => {
  const blockedEndpoints = ['/v1/kv/secret', '/v1/agent/service', '/v1/catalog/nodes'];

  it.each([
    ['GET', '/v1/kv/secret'],
    ['GET', '/v1/kv/secrets/x?raw'],
    ['PUT', '/v1/kv/secret'],
    ['OPTIONS', '/v1/kv/secret/x'],
    ['POST', '/v1/catalog/nodes'],
    ['GET', '/v1/%6bv/%73ecret'],
    ['GET', '/v1/kv/%73ecret%2Fx'],
    ['GET', 'http://x/v1/kv/secret'],
    ['GET', '/v1/agent/services'],
    ['PUT', '/v1/agent/service/register'],
  ] as const)('%s %s is refused', async (method, url) => {
    const api = await openWith({ blockedEndpoints });
    const reply = await sent(api, `${method} ${url}`);
    expect(reply).toMatch(/^HTTP\/1\.1 403 /);
    expect(reply).toMatch(/\r\n\r\nEndpoint is blocked by agent configuration$/);
  });

  it.each(['/v1/kv/secre?keys', '/v1/kv/a/secret?keys', '/v1/agent/self', '/v1/catalog/node/x'])(
    'is not %s',
    async (url) => {
      const api = await openWith({ blockedEndpoints });
      expect((await api.get(url)).statusCode).not.toBe(403);
    },
  );

  it('that is none stays unknown', async () => {
    const api = await openWith({ blockedEndpoints: ['/'] });
    expect((await api.get('/v1/nope')).statusCode).toBe(404);
    expect((await api.get('/v1/status/leader')).statusCode).toBe(403);
  });

  it('has a code of its own', async () => {
    const api = await openWith({ blockedEndpoints });
    const reply = await api.get('/v1/kv/secret', { accept: 'application/problem+json' });
    expect(reply.json()).toMatchObject({ status: 403, code: 'endpoint_blocked' });
  });
});

describe('a client that may not write', () => {
  const from = (api: TestApi, remoteAddress: string, method: 'GET' | 'PUT' | 'POST' | 'OPTIONS') =>
    api.app.fastify.inject({ method, url: '/v1/kv/k?recurse', payload: 'x', remoteAddress });

  it.each<[subnet: string, address: string, mayWrite: boolean]>([
    ['10.1.2.3/8', '10.9.9.9', true],
    ['10.1.2.3/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['10.0.0.0/8', '::ffff:11.0.0.1', false],
    ['::/0', '10.0.0.1', false],
    ['::/0', '::ffff:10.0.0.1', false],
    ['::/0', '2001:db8::1', true],
    ['0.0.0.0/0', '::1', false],
  ])('from %s: %s is %s', async (subnet, address, mayWrite) => {
    const api = await openWith({ allowWritesFrom: ['192.0.2.0/24', subnet] });
    const reply = await from(api, address, 'PUT');
    expect(reply.statusCode).toBe(mayWrite ? 200 : 403);
    if (!mayWrite) expect(reply.body).toBe('Access is restricted');
    expect(api.state.tables.kv.size).toBe(mayWrite ? 1 : 0);
  });

  it('may read, ask for the methods, and is told of those that there are not', async () => {
    const api = await openWith({ allowWritesFrom: ['10.0.0.0/8'] });
    expect((await from(api, '192.0.2.1', 'GET')).statusCode).toBe(404);
    expect((await from(api, '192.0.2.1', 'OPTIONS')).statusCode).toBe(200);
    expect((await from(api, '192.0.2.1', 'POST')).statusCode).toBe(405);
  });
});

describe('a limit of the configuration', () => {
  it('bounds a value, however it is sent', async () => {
    const api = await openWith({ kvValueBytesMax: 2000, txnBytesMax: 3000 });
    expect((await api.put('/v1/kv/k', 'x'.repeat(2000))).statusCode).toBe(200);
    const reply = await api.put('/v1/kv/k', 'x'.repeat(2001));
    expect([reply.statusCode, reply.body]).toEqual([
      413,
      'Request body(2001 bytes) too large, max size: 2000 bytes. ' +
        'See https://www.consul.io/docs/agent/config/config-files#kv_max_value_size.',
    ]);
    const chunked = await sent(
      api,
      'PUT /v1/kv/k',
      'Transfer-Encoding: chunked\r\n',
      `7d1\r\n${'x'.repeat(2001)}\r\n0\r\n\r\n`,
    );
    expect(chunked).toMatch(
      /^HTTP\/1\.1 413 .*Request body too large, max size: 2000 bytes\. See /s,
    );
  });

  it('may let larger values in than other bodies are', async () => {
    const api = await openWith({ kvValueBytesMax: 2 << 20 });
    const value = 'x'.repeat(2 << 20);
    expect((await api.put('/v1/kv/k', value)).statusCode).toBe(200);
    expect((await api.get('/v1/kv/k?raw')).body).toBe(value);
  });

  it('bounds a transaction, and each value in it', async () => {
    const api = await openWith({ kvValueBytesMax: 1024, txnBytesMax: 3000 });
    const set = (bytes: number) => [
      { KV: { Verb: 'set', Key: 'k', Value: Buffer.alloc(bytes).toString('base64') } },
    ];
    expect((await api.put('/v1/txn', set(1024))).statusCode).toBe(200);
    const value = await api.put('/v1/txn', set(1025));
    expect([value.statusCode, value.body]).toEqual([
      413,
      'Value for key "k" is too large (1025 > 1024 bytes)',
    ]);
    const whole = await api.put('/v1/txn', set(3000));
    expect([whole.statusCode, whole.body]).toEqual([
      413,
      'Request body(4044 bytes) too large, max size: 3000 bytes. ' +
        'See https://www.consul.io/docs/agent/config/config-files#txn_max_req_len.',
    ]);
  });

  it('says how short the TTL of a session may be', async () => {
    const api = await openWith({ sessionTtlMinMs: 1500 });
    await api.put('/v1/catalog/register', { Node: 'n1', Address: '127.0.0.1' });
    const create = (TTL: string) => api.put('/v1/session/create', { TTL, NodeChecks: [] });
    expect((await create('1.5s')).statusCode).toBe(200);
    const reply = await create('1.4s');
    expect([reply.statusCode, reply.body]).toEqual([
      500,
      "Invalid Session TTL '1400000000', must be between [1.5s=24h0m0s]",
    ]);
  });

  it('can leave `cached` without effect', async () => {
    const api = await openWith({ useCache: false });
    const { headers } = await api.get('/v1/health/service/web?cached');
    expect(headers['x-cache']).toBeUndefined();
    expect(headers['x-consul-query-backend']).toBe('blocking-query');
    expect((await api.get('/v1/catalog/services?cached&consistent')).statusCode).toBe(200);
    const fine = await openWith({});
    expect((await fine.get('/v1/health/service/web?cached')).headers['x-cache']).toBe('HIT');
  });
});
