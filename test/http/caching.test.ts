/** Goal: clients that ask for cached answers learn what Consul's clients read of them: X-Cache and Age. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const CACHED = [
  '/v1/catalog/datacenters',
  '/v1/catalog/services',
  '/v1/catalog/services?node-meta=a:b',
  '/v1/catalog/service/consul',
  '/v1/catalog/connect/consul',
  '/v1/health/service/consul',
  '/v1/health/connect/consul',
];

const asking = (url: string): string => `${url}${url.includes('?') ? '&' : '?'}cached`;

describe('a read with cached', () => {
  it.each(CACHED)('is a hit without age: %s', async (url) => {
    const { headers } = await api.get(asking(url));
    expect([headers['x-cache'], headers.age]).toEqual(['HIT', '0']);
  });

  it('is a hit when it executes a prepared query', async () => {
    await api.app.fastify.inject({
      method: 'POST',
      url: '/v1/query',
      payload: { Name: 'q', Service: { Service: 'consul' } },
    });
    const { headers } = await api.get('/v1/query/q/execute?cached');
    expect([headers['x-cache'], headers.age]).toEqual(['HIT', '0']);
  });

  it.each(CACHED)('has neither without it: %s', async (url) => {
    const { headers } = await api.get(url, { 'cache-control': 'max-age=10' });
    expect([headers['x-cache'], headers.age]).toEqual([undefined, undefined]);
  });

  it.each(['/v1/catalog/nodes?cached', '/v1/health/node/n1?cached'])(
    'has neither where Consul has no cache: %s',
    async (url) => {
      const { headers } = await api.get(url);
      expect([headers['x-cache'], headers.age]).toEqual([undefined, undefined]);
    },
  );

  it.each<[string, string | undefined]>([
    ['max-age=0', undefined],
    ['Must-Revalidate', undefined],
    ['max-age=30, must-revalidate', undefined],
    ['max-age=30', '0'],
    ['stale-if-error=0, max-age=+1', '0'],
    ['no-cache', '0'],
    ['', '0'],
  ])('with Cache-Control %j has the age %s', async (control, age) => {
    const { headers } = await api.get(asking(CACHED[3]!), { 'cache-control': control });
    expect([headers['x-cache'], headers.age]).toEqual([age === undefined ? 'MISS' : 'HIT', age]);
  });
});

it.each([
  'max-age=x',
  'max-age=',
  'max-age=1.5',
  'stale-if-error="5"',
  'must-revalidate, max-age=-',
])('Cache-Control %j is refused', async (control) => {
  for (const url of [...CACHED.map(asking), '/v1/catalog/nodes']) {
    const reply = await api.get(url, { 'cache-control': control });
    expect([reply.statusCode, reply.body]).toEqual([400, 'Invalid Cache-Control header.']);
  }
});
