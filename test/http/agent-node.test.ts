/** `/v1/agent/host`, `join`, `force-leave` and `token`, of a node that is alone and without ACLs. */
import { beforeEach, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

it('the host tells its memory, processors and disk', async () => {
  const ports = { http: 8500, dns: 8600, grpc: -1, serfLan: 8301, serfWan: 8302 };
  const version = { sha: '', buildDate: '', humanVersion: '' };
  for (const debugConfig of [{}, { DataDir: import.meta.dirname }]) {
    const selfDescription = () => ({ version, ports, debugConfig, stats: {} });
    const own = await openApi({ deps: { selfDescription } });
    const reply = await own.get('/v1/agent/host');
    const host = reply.json();
    expect(reply.body).toContain(`"CollectionTime":${own.clock.now()}000000,`);
    expect(host.Memory.total).toBeGreaterThan(host.Memory.available);
    expect(host.CPU.length).toBeGreaterThan(0);
    expect(host.Host.hostname).not.toBe('');
    expect(host.Disk).toMatchObject({ path: Object.values(debugConfig)[0] ?? '/' });
    expect(host.Disk.total).toBeGreaterThan(0);
    expect(host.Errors).toBeNull();
    await own.close();
  }
});

it('what the host does not tell is null, with the reason', async () => {
  const host = (await api.get('/v1/agent/host')).json();
  expect(host.Disk).toBeNull();
  expect(host.Errors).toEqual([expect.stringContaining('ENOENT')]);
});

it.each([
  ['join/127.0.0.1', 200, ''],
  ['join/127.0.0.1:8301', 200, ''],
  ['join/127.0.0.1:8302?wan=1', 200, ''],
  [
    'join/10.0.0.1',
    500,
    '1 error occurred:\n\t* Failed to join 10.0.0.1: this server forms no pool with others\n\n',
  ],
  ['force-leave/n1?prune', 200, ''],
  ['force-leave/n1.dc1?wan', 200, ''],
  ['force-leave/n2', 500, "agent: No node found with name 'n2'"],
  ['force-leave/n1?wan', 500, "agent: No node found with name 'n1'"],
  ['token/default', 401, 'ACL support disabled'],
])('%s is %i %s', async (path, status, body) => {
  const reply = await api.put(`/v1/agent/${path}`, path.startsWith('token') ? { Token: 'x' } : '');
  expect([reply.statusCode, reply.body]).toEqual([status, body]);
});
