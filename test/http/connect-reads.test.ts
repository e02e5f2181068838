/** `connect`: the proxies of a service, and those of its instances that need none. */
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';
import { indexOf, shown, waitingFor } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  await register({ Name: 'web', Port: 80 });
  await register({ Name: 'db', Port: 1, Connect: { Native: true }, Meta: { native: 'yes' } });
  await register(proxy('web-proxy', 'web', 2100));
  return () => api.close();
});

const proxy = (Name: string, destination: string, Port: number) => ({
  Name,
  Kind: 'connect-proxy',
  Port,
  Proxy: { DestinationServiceName: destination },
  Check: { CheckID: `check-${Name}`, TTL: '1h', Status: 'passing' },
});

async function register(service: unknown): Promise<void> {
  expect((await api.put('/v1/agent/service/register', service)).statusCode).toBe(200);
}

async function catalogIds(rest: string): Promise<string[]> {
  const reply = await api.get(`/v1/catalog/connect/${rest}`);
  return reply.json().map(({ ServiceID }: { ServiceID: string }) => ServiceID);
}

async function healthIds(rest: string): Promise<string[]> {
  const reply = await api.get(`/v1/health/connect/${rest}`);
  return reply.json().map(({ Service }: { Service: { ID: string } }) => Service.ID);
}

describe('a read of connect', () => {
  it.each<[string, string[]]>([
    ['web', ['web-proxy']],
    ['WEB', ['web-proxy']],
    ['db', ['db']],
    ['web-proxy', []],
    ['none', []],
    ['web?filter=ServicePort+%3D%3D+2100', ['web-proxy']],
    ['web?filter=ServicePort+%3D%3D+80', []],
    ['web?tag=x', []],
  ])('of the catalog: %s', async (rest, ids) => {
    expect(await catalogIds(rest)).toEqual(ids);
  });

  it('of health shows only what passes, when asked', async () => {
    expect(await healthIds('web?passing')).toEqual(['web-proxy']);
    await api.put('/v1/agent/check/fail/check-web-proxy');
    expect(await healthIds('web')).toEqual(['web-proxy']);
    expect(await healthIds('web?passing')).toEqual([]);
    expect(await healthIds('web?filter=Checks.Status+%3D%3D+critical')).toEqual(['web-proxy']);
  });

  it.each(['/v1/catalog/connect/', '/v1/health/connect/'])('needs a name: %s', async (url) => {
    const reply = await api.get(url);
    expect(shown(reply)).toEqual([400, 'Missing service name']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['fails', () => api.put('/v1/agent/check/fail/check-web-proxy')],
    ['is joined by another', () => register(proxy('other-proxy', 'web', 2101))],
    ['goes', () => api.put('/v1/agent/service/deregister/web-proxy')],
    ['is for another service', () => register(proxy('web-proxy', 'db', 2100))],
  ])('is woken when a proxy %s', async (_, change) => {
    const url = '/v1/health/connect/web';
    const before = await api.get(url);
    const waiting = waitingFor(api.get(`${url}?index=${indexOf(before)}`));
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(waiting.isAnswered).toBe(false);
    await change();
    expect((await waiting.reply).body).not.toBe(before.body);
  });
});
