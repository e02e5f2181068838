/** What every endpoint does with paths, methods, parameters and headers, before it does anything of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_HTTP_OPTIONS } from '../../src/http/index.ts';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
  await api.put('/v1/agent/service/register', { Name: 'web', Port: 80 });
});
afterAll(() => api.close());

const NOT_RECOGNIZED = 'Invalid URL path: not a recognized HTTP API endpoint\n';
const NO_V1 =
  "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n";

const NO_UI =
  'Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.';

describe('a path', () => {
  it.each([
    ['/v1/nope', 404, NOT_RECOGNIZED],
    ['/v1/agent/services/', 404, NOT_RECOGNIZED],
    ['/v1', 404, NO_V1],
    ['/', 200, NO_UI],
    ['/?x=1', 200, NO_UI],
    ['/ui/', 404, NO_V1],
    ['/index.html', 404, NO_V1],
    ['/v1/agent/service/%zz', 400, '400 Bad Request'],
    ['/v1/agent/service/a%00b', 400, ''],
    ['/v1/agent/service/a%0Ab', 400, ''],
    ['/v1/agent/service/a%E2%80%8Bb', 400, ''],
    ['/v1/agent/service/gr%C3%BCn', 404, 'unknown service ID: grün'],
    ['/v1/agent/service/a%2Fb', 404, 'unknown service ID: a/b'],
    ['/v1/agent/service/a/b', 404, 'unknown service ID: a/b'],
    ['/v1/agent/service/a%20b', 404, 'unknown service ID: a b'],
    ['/v1/agent/service/100%25', 404, 'unknown service ID: 100%'],
    ['/v1/agent/service/...', 404, 'unknown service ID: ...'],
  ])('%s is %s', async (url, status, body) => {
    const reply = await api.get(url);
    expect([reply.statusCode, reply.body]).toEqual([status, body]);
  });

  it.each([
    ['/v1//agent/services', '/v1/agent/services'],
    ['/v1/kv//x', '/v1/kv/x'],
    ['/v1/kv/a%2F%2Fb', '/v1/kv/a/b'],
    ['//evil.example/v1', '/evil.example/v1'],
    ['/v1/health/service', '/v1/health/service/'],
    ['/v1/catalog/node?dc=dc1', '/v1/catalog/node/?dc=dc1'],
  ])('%s leads to %s', async (url, location) => {
    const reply = await api.get(url);
    expect([reply.statusCode, reply.headers.location]).toEqual([301, location]);
  });

  it('may have a long name', async () => {
    const name = 'x'.repeat(600);
    expect((await api.get(`/v1/agent/service/${name}`)).body).toBe(`unknown service ID: ${name}`);
  });
});

describe('a method', () => {
  it.each([
    ['POST', '/v1/agent/services', 'OPTIONS,GET'],
    ['GET', '/v1/agent/service/register', 'OPTIONS,PUT'],
    ['DELETE', '/v1/agent/service/deregister/web', 'OPTIONS,PUT'],
    ['PATCH', '/v1/health/service/web', 'OPTIONS,GET'],
  ] as const)('%s %s is not allowed', async (method, url, allow) => {
    const reply = await api.app.fastify.inject({ method, url, payload: '{"Name":' });
    expect(reply.statusCode).toBe(405);
    expect(reply.body).toBe(`method ${method} not allowed`);
    expect(reply.headers.allow).toBe(allow);
  });

  it('HEAD is allowed nowhere', async () => {
    expect(
      (await api.app.fastify.inject({ method: 'HEAD', url: '/v1/agent/services' })).statusCode,
    ).toBe(405);
  });

  it('OPTIONS tells what is', async () => {
    const reply = await api.app.fastify.inject({ method: 'OPTIONS', url: '/v1/health/service/x' });
    expect([reply.statusCode, reply.body, reply.headers.allow]).toEqual([200, '', 'OPTIONS,GET']);
  });

  it.each([
    ['/v1/query', 'OPTIONS,GET,POST', ''],
    ['/v1/query/x', 'OPTIONS,GET,PUT,DELETE', '{}'],
    ['/v1/query/a/b/execute', 'OPTIONS,GET', '{}'],
    ['/v1/query/x/explain', 'OPTIONS,GET', '{}'],
    ['/v1/query/x?pretty', 'OPTIONS,GET,PUT,DELETE', '{}\n'],
  ])('OPTIONS of %s tells what a prepared query takes', async (url, allow, body) => {
    const reply = await api.app.fastify.inject({ method: 'OPTIONS', url });
    expect([reply.statusCode, reply.headers.allow, reply.body]).toEqual([200, allow, body]);
    expect(reply.headers['content-type']).toBe(body === '' ? undefined : 'application/json');
  });

  it.each([
    ['POST', '/v1/query/x', 'GET,PUT,DELETE'],
    ['DELETE', '/v1/query/x/execute', 'GET'],
    ['PATCH', '/v1/query/x/explain', 'GET'],
    ['PUT', '/v1/query', 'OPTIONS,GET,POST'],
  ] as const)('%s %s is refused with what is left', async (method, url, allow) => {
    const reply = await api.app.fastify.inject({ method, url, payload: '{' });
    expect([reply.statusCode, reply.headers.allow, reply.body]).toEqual([
      405,
      allow,
      `method ${method} not allowed`,
    ]);
  });
});

describe('a parameter', () => {
  it.each([
    ['/v1/catalog/nodes?index=x', 400, 'Invalid index'],
    ['/v1/catalog/nodes?index=-1', 400, 'Invalid index'],
    ['/v1/catalog/nodes?index=18446744073709551616', 400, 'Invalid index'],
    ['/v1/catalog/nodes?index=1&wait=1', 400, 'Invalid wait time'],
    ['/v1/catalog/nodes?wait=x', 400, 'Invalid wait time'],
    ['/v1/agent/service/web?hash=x&wait=x', 400, 'Invalid wait time'],
    [
      '/v1/catalog/nodes?stale&consistent',
      400,
      'Cannot specify ?stale with ?consistent, conflicting semantics.',
    ],
    [
      '/v1/catalog/services?cached&consistent',
      400,
      'Cannot specify ?cached with ?consistent, conflicting semantics.',
    ],
    ['/v1/catalog/nodes?max_stale=zz', 400, 'Invalid max_stale value "zz"'],
    ['/v1/catalog/nodes?dc=dc2', 500, 'No path to datacenter'],
    ['/v1/catalog/nodes?datacenter=dc2&dc=dc1', 500, 'No path to datacenter'],
    ['/v1/status/leader?dc=nope', 500, 'No path to datacenter'],
    ['/v1/status/peers?dc=nope', 500, 'No path to datacenter'],
    ['/v1/health/service/web?passing=maybe', 400, 'Invalid value for ?passing'],
    [
      '/v1/agent/services?ns=default',
      400,
      'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature',
    ],
    [
      '/v1/agent/services?partition=x',
      400,
      'Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature',
    ],
    ['/v1/agent/services?a=%zz', 500, ''],
    ['/v1/agent/services?a=%ff%', 500, ''],
    ['/v1/agent/services?a=1;b=2', 500, ''],
    ['/v1/agent/members?wan=1&segment=x', 400, 'Cannot provide a segment with wan=true'],
  ])('%s is refused', async (url, status, body) => {
    const reply = await api.get(url);
    expect([reply.statusCode, reply.body]).toEqual([status, body]);
  });

  it.each([
    '/v1/catalog/nodes?datacenter=dc1&dc=dc2',
    '/v1/catalog/nodes?dc=DC1',
    '/v1/catalog/nodes?ns=x',
    '/v1/agent/services?ns=',
    '/v1/agent/services?dc=dc2',
    '/v1/health/service/web?near=_agent',
    '/v1/catalog/nodes?filter=',
    '/v1/catalog/nodes?wait=0',
    '/v1/catalog/nodes?index=0',
  ])('%s is fine', async (url) => {
    expect((await api.get(url)).statusCode).toBe(200);
  });

  it('in a header is looked for too', async () => {
    const reply = await api.get('/v1/agent/services', { 'x-consul-namespace': 'x' });
    expect(reply.statusCode).toBe(400);
    expect(reply.body).toBe(
      'Invalid header: "X-Consul-Namespace" - Namespaces are a Consul Enterprise feature',
    );
  });
});

describe('the headers', () => {
  it('of a read tell how fresh it is', async () => {
    const { headers } = await api.get('/v1/health/service/web');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-consul-index': '2',
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
      'x-consul-effective-consistency': 'leader',
      'x-consul-query-backend': 'blocking-query',
      'x-consul-default-acl-policy': 'allow',
      vary: 'Accept-Encoding',
    });
  });

  it.each([
    ['/v1/health/service/web?stale', 'stale', 'blocking-query'],
    ['/v1/health/service/web?max_stale=10s', 'stale', 'blocking-query'],
    ['/v1/health/service/web?consistent', 'consistent', 'blocking-query'],
    ['/v1/health/service/web?index=1', 'leader', 'streaming'],
    ['/v1/health/service/web?cached', 'leader', 'streaming'],
    ['/v1/health/service/web?index=1&near=_agent', 'leader', 'blocking-query'],
    ['/v1/catalog/service/web?index=1', 'leader', 'blocking-query'],
  ])('of %s are %s and %s', async (url, consistency, backend) => {
    const { headers } = await api.get(url);
    expect(headers['x-consul-effective-consistency']).toBe(consistency);
    expect(headers['x-consul-query-backend']).toBe(backend);
  });

  it('of the agent, of datacenters and of status have no index', async () => {
    for (const url of ['/v1/agent/services', '/v1/catalog/datacenters', '/v1/status/leader']) {
      const { headers } = await api.get(url);
      expect(headers['x-consul-index']).toBeUndefined();
      expect(headers['x-consul-default-acl-policy']).toBe('allow');
    }
  });

  it('of an unknown path lack the policy', async () => {
    expect((await api.get('/v1/nope')).headers['x-consul-default-acl-policy']).toBeUndefined();
  });

  it('have an index of at least 1', async () => {
    expect((await api.get('/v1/catalog/node/nope')).headers['x-consul-index']).toBe('1');
  });

  it('that are configured are added', async () => {
    const own = await openApi({
      deps: {
        options: {
          ...DEFAULT_HTTP_OPTIONS,
          pretty: true,
          responseHeaders: { 'Access-Control-Allow-Origin': '*' },
        },
      },
    });
    const reply = await own.get('/v1/agent/services');
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(reply.body).toBe('{}\n');
    await own.close();
  });
});

describe('a consistent read', () => {
  it('waits until earlier writes can be seen', async () => {
    let asked = 0;
    const own = await openApi({
      deps: {
        barrier: async () => {
          asked++;
        },
      },
    });
    await own.get('/v1/catalog/nodes?consistent');
    await own.get('/v1/catalog/nodes');
    expect(asked).toBe(1);
    await own.close();
  });
});

describe('pretty', () => {
  it('indents by four and ends with a newline', async () => {
    expect((await api.get('/v1/catalog/datacenters?pretty')).body).toBe('[\n    "dc1"\n]\n');
    expect((await api.get('/v1/catalog/datacenters')).body).toBe('["dc1"]');
  });
});

describe('a body', () => {
  it('may have any content type', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'no type at all',
      'a/b; c=]',
    ]) {
      const body = JSON.stringify({ Name: 'web', Port: 80 });
      const reply = await api.put('/v1/agent/service/register', body, { 'content-type': type });
      expect(reply.statusCode).toBe(200);
    }
  });

  it('that is too large is 413, and the connection ends', async () => {
    const reply = await api.put('/v1/agent/service/register', `"${'x'.repeat(1 << 20)}"`);
    expect(reply.statusCode).toBe(413);
    expect(reply.body).toBe('Request body(1048578 bytes) too large, max size: 1048576 bytes.');
    expect(reply.headers.connection).toBe('close');
  });
});
