/** `/v1/operator`: what one server that leads by itself can say truthfully. */
import { beforeEach, describe, expect, it } from 'vitest';
import { IDENTITY, MEASURED, openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const ID = IDENTITY.nodeId;
const ADDRESS = '127.0.0.1:8300';

describe('raft', () => {
  it('has this server as its only voter', async () => {
    expect((await api.get('/v1/operator/raft/configuration')).json()).toEqual({
      Servers: [
        {
          ID,
          Node: 'n1',
          Address: ADDRESS,
          Leader: true,
          ProtocolVersion: '3',
          Voter: true,
          LastIndex: api.state.index,
        },
      ],
      Index: 0,
    });
  });

  it.each([
    [
      '',
      400,
      "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove",
    ],
    ['?id=a&address=b', 400, 'Must specify only one of ?id or ?address'],
    [
      '?address=10.0.0.1:8300',
      500,
      'address "10.0.0.1:8300" was not found in the Raft configuration',
    ],
    ['?id=zz', 500, 'id "zz" was not found in the Raft configuration'],
    [`?id=${ID}`, 500, 'need at least one voter in configuration'],
    [`?address=${ADDRESS}`, 500, 'need at least one voter in configuration'],
  ])('refuses to remove the peer "%s" with %i', async (query, status, body) => {
    const reply = await api.delete(`/v1/operator/raft/peer${query}`);
    expect([reply.statusCode, reply.body]).toEqual([status, body]);
  });

  it('has nobody to hand over to', async () => {
    const reply = await api.app.fastify.inject({
      method: 'POST',
      url: '/v1/operator/raft/transfer-leader',
    });
    expect([reply.statusCode, reply.body]).toEqual([500, 'cannot find peer']);
  });
});

describe('autopilot', () => {
  const CONFIGURATION = '/v1/operator/autopilot/configuration';
  const DEFAULTS = {
    CleanupDeadServers: true,
    LastContactThreshold: '200ms',
    MaxTrailingLogs: 250,
    MinQuorum: 0,
    ServerStabilizationTime: '10s',
    RedundancyZoneTag: '',
    DisableUpgradeMigration: false,
    UpgradeVersionTag: '',
  };

  it('has defaults, keeps what is set, and what is left out has its default again', async () => {
    const never = { ...DEFAULTS, CreateIndex: 1, ModifyIndex: 1 };
    expect((await api.get(CONFIGURATION)).json()).toEqual(never);
    expect((await api.put(CONFIGURATION, { CleanupDeadServers: false })).body).toBe('true');
    expect((await api.put(CONFIGURATION, { LastContactThreshold: '1s' })).body).toBe('true');
    expect((await api.get(CONFIGURATION)).json()).toMatchObject({
      ...DEFAULTS,
      LastContactThreshold: '1s',
      CreateIndex: 1,
    });
  });

  it('is changed at the index that was read, and at no other', async () => {
    for (const cas of ['0', '18446744073709551615']) {
      const before = `{"CreateIndex":${cas},"ModifyIndex":${cas}}`;
      expect((await api.put(`${CONFIGURATION}?cas=${cas}`, before)).body).toBe('false');
    }
    expect((await api.put(`${CONFIGURATION}?cas=1`, { MinQuorum: 3 })).body).toBe('true');
    const { ModifyIndex } = (await api.get(CONFIGURATION)).json();
    expect((await api.put(`${CONFIGURATION}?cas=${ModifyIndex - 1}`, {})).body).toBe('false');
    expect((await api.get(CONFIGURATION)).json().MinQuorum).toBe(3);
    expect((await api.put(`${CONFIGURATION}?cas=${ModifyIndex}`, {})).body).toBe('true');
  });

  it.each([
    ['{"MinQuorum":"x"}', '', /^Error parsing autopilot config: json: cannot unmarshal string/],
    ['{', '', /^Error parsing autopilot config: /],
    ['{}', '?cas=x', /^Error parsing cas value: strconv.ParseUint: parsing "x": invalid syntax$/],
  ])('refuses %s%s', async (body, query, text) => {
    const reply = await api.put(`${CONFIGURATION}${query}`, body);
    expect(reply.statusCode).toBe(400);
    expect(reply.body).toMatch(text);
  });

  it('is healthy while everything is on disk, and 429 while not', async () => {
    const own = await openApi({ deps: { measure: async () => ({ ...MEASURED, unsavedRows: 1 }) } });
    for (const [from, healthy, status] of [
      [api, true, 200],
      [own, false, 429],
    ] as const) {
      const health = await from.get('/v1/operator/autopilot/health');
      expect(health.statusCode).toBe(status);
      expect(health.json()).toMatchObject({
        Healthy: healthy,
        FailureTolerance: 0,
        Servers: [{ ID, Name: 'n1', Leader: true, Voter: true, Healthy: healthy }],
      });
      expect((await from.get('/v1/operator/autopilot/state')).json()).toMatchObject({
        Healthy: healthy,
        Servers: { [ID]: { Status: 'leader', NodeType: 'voter', Healthy: healthy } },
        Leader: ID,
        Voters: [ID],
      });
    }
    await own.close();
  });
});

it('usage counts names, instances and their kinds', async () => {
  const register = (id: string, service: object) =>
    api.put('/v1/catalog/register', {
      Node: 'far',
      Address: '10.0.0.1',
      Service: { ID: id, ...service },
    });
  await register('redis-1', { Service: 'redis' });
  await register('redis-2', { Service: 'redis' });
  await register('proxy', {
    Service: 'proxy',
    Kind: 'connect-proxy',
    Proxy: { DestinationServiceName: 'redis' },
  });
  await register('native', { Service: 'native', Connect: { Native: true } });
  const reply = await api.get('/v1/operator/usage');
  expect(reply.headers['x-consul-index']).toBe(`${api.state.index}`);
  expect(reply.json()).toMatchObject({
    Usage: {
      dc1: {
        Nodes: 2,
        Services: 4,
        ServiceInstances: 5,
        ConnectServiceInstances: {
          'api-gateway': 0,
          'connect-native': 1,
          'connect-proxy': 1,
          'ingress-gateway': 0,
          'mesh-gateway': 0,
          'terminating-gateway': 0,
        },
        BillableServiceInstances: 3,
      },
    },
    Index: api.state.index,
    KnownLeader: true,
  });
});

describe('the keyring', () => {
  it.each(['GET', 'POST', 'PUT', 'DELETE'] as const)('is empty for %s', async (method) => {
    const reply = await api.app.fastify.inject({
      method,
      url: '/v1/operator/keyring',
      ...(method === 'GET' ? {} : { payload: '{"Key":"x"}' }),
    });
    expect([reply.statusCode, reply.body]).toEqual([
      500,
      '4 errors occurred:\n\t* WAN error: 1/1 nodes reported failure\n' +
        '\t* n1.dc1: Keyring is empty (encryption not enabled)\n' +
        '\t* dc1 (LAN) error: 1/1 nodes reported failure\n' +
        '\t* n1: Keyring is empty (encryption not enabled)\n\n',
    ]);
  });

  it('is relayed by up to five', async () => {
    const reply = await api.get('/v1/operator/keyring?relay-factor=6');
    expect(reply.statusCode).toBe(400);
  });
});

describe.each([
  '/v1/operator/raft/configuration',
  '/v1/operator/usage',
  '/v1/operator/autopilot/configuration',
  '/v1/operator/autopilot/health',
  '/v1/operator/autopilot/state',
  '/v1/status/leader',
  '/v1/status/peers',
])('%s', (path) => {
  it.each([
    ['dc=elsewhere', 500, 'No path to datacenter'],
    ['index=zz', 400, 'Invalid index'],
    ['wait=1', 400, 'Invalid wait time'],
    ['stale&consistent', 400, 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
  ])('refuses %s, as every read', async (query, status, text) => {
    const reply = await api.get(`${path}?${query}`);
    expect([reply.statusCode, reply.body]).toEqual([status, text]);
  });
});
