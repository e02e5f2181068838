/** `/v1/config` where there are no entries: what Consul answers before any was written, and that none can be. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';
import { shown } from './replies.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

it.each([
  ['service-intentions/fake', 200, '{}'],
  ['service-intentions/a/b', 200, '{}'],
  ['service-defaults/web?cas=7', 200, 'false'],
  ['service-defaults/web?cas=x', 500, 'strconv.ParseUint: parsing "x": invalid syntax'],
  ['service-defaults/web?dc=x', 500, 'No path to datacenter'],
  ['service-defaults', 404, 'Must provide both a kind and name to delete'],
  ['nope/web', 400, 'invalid config entry kind: nope'],
])('deleting %s is %i %s', async (path, status, body) => {
  expect(shown(await api.delete(`/v1/config/${path}`))).toEqual([status, body]);
});

it.each([
  ['service-defaults', 200, '[]'],
  ['', 200, '[]'],
  ['service-defaults/nope', 404, 'Config entry not found for "service-defaults" / "nope"'],
  ['nope', 400, 'invalid config entry kind: nope'],
  ['mesh?index=x', 400, 'Invalid index'],
])('reading %s is %i %s', async (path, status, body) => {
  expect(shown(await api.get(`/v1/config/${path}`))).toEqual([status, body]);
});

it('a list has an index', async () => {
  expect((await api.get('/v1/config/mesh')).headers['x-consul-index']).toBe('1');
});

it('writing one is refused', async () => {
  const reply = await api.put('/v1/config', { Kind: 'service-defaults', Name: 'web' });
  expect(shown(reply)).toEqual([501, 'configuration entries are not supported']);
});
