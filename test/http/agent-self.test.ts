/** `/v1/agent`: maintenance, local health, what the agent says of itself, and orders to it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/runtime/index.ts';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const REGISTER = '/v1/agent/service/register';

describe('maintenance', () => {
  it('of a service is a critical check, with the reason kept when enabled twice', async () => {
    await api.put(REGISTER, { Name: 'web' });
    for (const reason of ['first', 'second']) {
      const reply = await api.put(`/v1/agent/service/maintenance/web?enable=true&reason=${reason}`);
      expect([reply.statusCode, reply.body]).toEqual([200, '']);
    }
    expect((await api.get('/v1/agent/checks')).json()['_service_maintenance:web']).toMatchObject({
      Status: 'critical',
      Notes: 'first',
      Type: 'maintenance',
    });
    for (let again = 0; again < 2; again++) {
      expect((await api.put('/v1/agent/service/maintenance/web?enable=false')).statusCode).toBe(
        200,
      );
    }
    expect((await api.get('/v1/agent/checks')).body).toBe('{}');
  });

  it('of the node has a default reason', async () => {
    await api.put('/v1/agent/maintenance?enable=1');
    expect((await api.get('/v1/agent/checks')).json()._node_maintenance).toMatchObject({
      Name: 'Node Maintenance Mode',
      Notes:
        'Maintenance mode is enabled for this node, but no reason was provided. This is a default message.',
    });
  });
});

describe('health of a local service', () => {
  const ID = '/v1/agent/health/service/id/web';
  const NAME = '/v1/agent/health/service/name/web';
  beforeEach(async () => {
    await api.put(REGISTER, { Name: 'web', Check: { TTL: '1h' } });
  });

  it.each([
    ['pass/service:web', 200, 'passing'],
    ['warn/service:web', 429, 'warning'],
    ['fail/service:web', 503, 'critical'],
  ])('after %s is %i %s', async (verb, code, status) => {
    await api.put(`/v1/agent/check/${verb}`);
    for (const url of [ID, NAME]) {
      const reply = await api.get(url);
      expect([reply.statusCode, reply.headers['x-consul-reason']]).toEqual([code, status]);
      expect([reply.json()].flat()[0]).toMatchObject({
        AggregatedStatus: status,
        Service: { ID: 'web' },
      });
      const asText = await api.get(`${url}?format=text`);
      expect([asText.statusCode, asText.body]).toEqual([code, status]);
    }
  });

  it('is that of its worst instance, and maintenance is worst', async () => {
    await api.put('/v1/agent/check/pass/service:web');
    await api.put(REGISTER, { Name: 'web', ID: 'web-2' });
    await api.put('/v1/agent/service/maintenance/web-2?enable=true');
    const reply = await api.get(NAME, { accept: 'text/plain' });
    expect([reply.statusCode, reply.body]).toEqual([503, 'maintenance']);
    expect((await api.get(ID)).statusCode).toBe(200);
  });

  it("shows checks with its client's structs", async () => {
    const { Checks } = (await api.get(ID)).json();
    expect(Checks[0]).toMatchObject({
      CheckID: 'service:web',
      Type: '',
      Definition: { Interval: '0s', Header: null },
    });
    expect(Checks[0]).not.toHaveProperty('Interval');
  });

  it.each([
    [
      '/v1/agent/health/service/id/x',
      404,
      '{"AggregatedStatus":"critical","Service":null,"Checks":null}',
      'ServiceId x not found',
    ],
    [
      '/v1/agent/health/service/id/x?format=text',
      404,
      'ServiceId x not found',
      'ServiceId x not found',
    ],
    ['/v1/agent/health/service/name/x', 404, '[]', 'ServiceName x Not Found'],
    [
      '/v1/agent/health/service/id/gr%C3%BC',
      404,
      '{"AggregatedStatus":"critical","Service":null,"Checks":null}',
      'ServiceId gr? not found',
    ],
    ['/v1/agent/health/service/id/', 500, 'Missing serviceID', undefined],
    ['/v1/agent/health/service/name/', 500, 'Missing service Name', undefined],
  ])('%s is %i %s', async (url, code, body, reason) => {
    const reply = await api.get(url);
    expect([reply.statusCode, reply.body, reply.headers['x-consul-reason']]).toEqual([
      code,
      body,
      reason,
    ]);
  });
});

describe('the agent itself', () => {
  it('is a member', async () => {
    const [member, ...others] = (await api.get('/v1/agent/members')).json();
    expect(others).toEqual([]);
    expect(member).toEqual({
      Name: 'n1',
      Addr: '127.0.0.1',
      Port: 8301,
      Tags: {
        acls: '0',
        bootstrap: '1',
        build: '1.16.4:',
        dc: 'dc1',
        ft_fs: '1',
        ft_si: '1',
        id: '00000000-0000-4000-8000-000000000001',
        port: '8300',
        raft_vsn: '3',
        role: 'consul',
        segment: '',
        vsn: '2',
        vsn_max: '3',
        vsn_min: '2',
        wan_join_port: '8302',
      },
      Status: 1,
      ProtocolMin: 1,
      ProtocolMax: 5,
      ProtocolCur: 2,
      DelegateMin: 2,
      DelegateMax: 5,
      DelegateCur: 4,
    });
    const [wan] = (await api.get('/v1/agent/members?wan=1')).json();
    expect(wan).toMatchObject({ Name: 'n1.dc1', Port: 8302 });
    expect(wan.Tags).not.toHaveProperty('wan_join_port');
  });

  it('describes itself', async () => {
    const self = (await api.get('/v1/agent/self')).json();
    expect(self.Config).toEqual({
      Datacenter: 'dc1',
      PrimaryDatacenter: 'dc1',
      NodeName: 'n1',
      NodeID: '00000000-0000-4000-8000-000000000001',
      Revision: 'abc123',
      Server: true,
      Version: '1.16.4',
      BuildDate: '2026-01-01T00:00:00Z',
    });
    expect(self.DebugConfig).toMatchObject({
      SerfAdvertiseAddrLAN: 'tcp://127.0.0.1:8301',
      HTTPPort: 8500,
      DNSPort: 8600,
      GRPCPort: -1,
      DataDir: '/data',
    });
    expect(self.Coord.Vec).toHaveLength(8);
    expect(self.Member.Name).toBe('n1');
    expect(self.Stats).toEqual({
      agent: { check_ttls: '0' },
      dns: {
        applied_index: '11',
        dropped: '2',
        instances: '3',
        nodes: '2',
        queries: '18',
        replies: '15',
        thread_restarts: '1',
        threads: '2',
      },
    });
    expect(self.Meta['consul-version']).toBe('1.16.4');
  });

  it('tells its version, its leader and its peers', async () => {
    expect((await api.get('/v1/agent/version')).body).toBe(
      '{"SHA":"abc123","BuildDate":"2026-01-01T00:00:00Z","HumanVersion":"0.1.0","FIPS":""}',
    );
    expect((await api.get('/v1/status/leader')).body).toBe('"127.0.0.1:8300"');
    expect((await api.get('/v1/status/peers')).body).toBe('["127.0.0.1:8300"]');
  });
});

describe('an order to the agent', () => {
  it('to leave is answered first', async () => {
    const events: string[] = [];
    const note = (event: string): void => void events.push(event);
    const own = await openApi({
      logger: { ...silentLogger, debug: (_, message) => note(message) },
      deps: { leave: async () => note('leave') },
    });
    const reply = await own.put('/v1/agent/leave');
    expect([reply.statusCode, reply.body]).toEqual([200, '']);
    while (events.length < 2) await settle();
    expect(events).toEqual(['request', 'leave']);
    await own.close();
  });

  it('to leave that cannot be followed is logged', async () => {
    const lines: unknown[] = [];
    const own = await openApi({
      logger: { ...silentLogger, error: (fields, message) => void lines.push([message, fields]) },
      deps: { leave: () => Promise.reject(new Error('no')) },
    });
    await own.put('/v1/agent/leave', undefined, { 'x-request-id': 'r-1' });
    while (lines.length === 0) await settle();
    expect(lines).toMatchObject([['the agent could not leave', { requestId: 'r-1' }]]);
    await own.close();
  });

  it('to reload is answered with what came of it', async () => {
    let reason: Error | undefined;
    const reload = async (): Promise<void> => {
      if (reason !== undefined) throw reason;
    };
    const own = await openApi({ deps: { reload } });
    const good = await own.put('/v1/agent/reload');
    expect([good.statusCode, good.body]).toEqual([200, '']);
    reason = new Error('config: "x" is unknown');
    const bad = await own.put('/v1/agent/reload');
    expect([bad.statusCode, bad.body]).toEqual([500, 'config: "x" is unknown']);
    await own.close();
  });
});
