/** Goal: every list that Consul filters is filtered, by every field that it gives, in the order of its selections. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from '../api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
  await api.put('/v1/agent/service/register', {
    Name: 'local',
    Tags: ['own'],
    Check: { CheckID: 'beat', TTL: '10s', Notes: 'beats' },
  });
  expect((await api.put('/v1/catalog/register', REGISTRATION)).statusCode).toBe(200);
  const bare = { Node: 'n3', Address: '10.0.0.3', Service: { Service: 'web', ID: 'web-3' } };
  await api.put('/v1/catalog/register', bare);
});
afterAll(() => api.close());

const REGISTRATION = {
  ID: '00000000-0000-4000-8000-000000000002',
  Node: 'n2',
  Address: '10.0.0.2',
  TaggedAddresses: { lan: '10.0.0.2' },
  NodeMeta: { rack: 'r 1' },
  Service: {
    ID: 'web-2',
    Service: 'web',
    Kind: 'connect-proxy',
    Tags: ['v1', 'eu'],
    Address: '10.1.0.2',
    TaggedAddresses: { wan: { Address: '192.0.2.2', Port: 8080 } },
    Meta: { env: 'prod' },
    Port: 80,
    SocketPath: '/run/web',
    Weights: { Passing: 3, Warning: 2 },
    EnableTagOverride: true,
    Proxy: {
      DestinationServiceName: 'db',
      DestinationServiceID: 'db-1',
      LocalServiceAddress: '127.0.0.1',
      LocalServicePort: 5432,
      LocalServiceSocketPath: '/run/db',
      Mode: 'direct',
      MeshGateway: { Mode: 'local' },
      Upstreams: [
        { DestinationName: 'cache', LocalBindPort: 9 },
        {
          DestinationType: 'prepared_query',
          DestinationName: 'mq',
          DestinationPeer: 'p',
          DestinationNamespace: 'ns',
          DestinationPartition: 'pt',
          Datacenter: 'dc2',
          LocalBindAddress: '127.0.0.9',
          LocalBindPort: 10,
          LocalBindSocketPath: '/run/mq',
          LocalBindSocketMode: '0600',
          MeshGateway: { Mode: 'remote' },
        },
      ],
      Expose: {
        Checks: true,
        Paths: [
          {
            ListenerPort: 1,
            Path: '/h',
            LocalPathPort: 2,
            Protocol: 'http2',
            ParsedFromCheck: true,
          },
        ],
      },
      TransparentProxy: { OutboundListenerPort: 15001, DialedDirectly: true },
    },
    Connect: { Native: true },
  },
  Check: {
    CheckID: 'up',
    Name: 'is up',
    Status: 'warning',
    Notes: 'a note',
    Output: 'slow: 3s',
    ServiceID: 'web-2',
    Type: 'http',
    Interval: '10s',
    Timeout: '2s',
    ExposedPort: 21500,
  },
} as const;

/** Each is true of what REGISTRATION made, and of nothing else that is registered. */
const OF_NODE = [
  'ID == `00000000-0000-4000-8000-000000000002`',
  'Node == n2',
  'Address == "10.0.0.2"',
  'Datacenter == dc1 and Node != n1 and Node != n3',
  'PeerName == "" and Partition == "" and Node == n2',
  'TaggedAddresses.lan == "10.0.0.2"',
  'Meta.rack == "r 1"',
];

const OF_PROXY = [
  'DestinationServiceName == db',
  'DestinationServiceID == "db-1"',
  'LocalServiceAddress contains "127"',
  'LocalServicePort == 5432',
  'LocalServiceSocketPath == "/run/db"',
  'Mode == direct',
  'MeshGateway.Mode == local',
  'Upstreams is not empty',
  'Upstreams.DestinationName == cache',
  'Upstreams.DestinationType == prepared_query',
  'Upstreams.DestinationPeer == p',
  'Upstreams.DestinationNamespace == ns',
  'Upstreams.DestinationPartition == pt',
  'Upstreams.Datacenter == dc2',
  'Upstreams.LocalBindAddress == "127.0.0.9"',
  'Upstreams.LocalBindPort == 10',
  'Upstreams.LocalBindSocketPath == "/run/mq"',
  'Upstreams.LocalBindSocketMode == "0600"',
  'Upstreams.MeshGateway.Mode == remote',
  'Expose.Checks == true',
  'Expose.Paths is not empty',
  'Expose.Paths.ListenerPort == 1',
  'Expose.Paths.Path == "/h"',
  'Expose.Paths.LocalPathPort == 2',
  'Expose.Paths.Protocol == http2',
  'Expose.Paths.ParsedFromCheck == true',
  'TransparentProxy.OutboundListenerPort == 15001',
  'TransparentProxy.DialedDirectly == true',
];

const OF_SERVICE = [
  'Kind == "connect-proxy"',
  'ID == "web-2"',
  'Service == web and Port != 0',
  'Tags contains eu',
  'Address == "10.1.0.2"',
  'TaggedAddresses.wan.Address == "192.0.2.2"',
  'TaggedAddresses.wan.Port == 8080',
  'Meta.env == prod',
  'Port == 80',
  'SocketPath == "/run/web"',
  'Weights.Passing == 3',
  'Weights.Warning == 2',
  'EnableTagOverride == true',
  'Connect.Native == true',
  'PeerName == "" and Port == 80',
  ...OF_PROXY.map((filter) => `Proxy.${filter}`),
];

const OF_CHECK = [
  'Node == n2',
  'CheckID == up',
  'Name == "is up"',
  'Status == warning',
  'Notes contains note',
  'Output matches "[0-9]+s$"',
  'ServiceID == "web-2"',
  'ServiceName == web',
  'ServiceTags contains v1',
  'Type == http',
  'Interval == "10s"',
  'Timeout == "2s"',
  'ExposedPort == 21500',
  'PeerName == "" and Node == n2',
];

/** The names that `/v1/catalog/service` gives to what is of the node, and of the service. */
const OF_PLACED_SERVICE = [
  ...OF_NODE.filter((filter) => !filter.includes('Partition')).map((filter) =>
    filter.replace(/^Meta/, 'NodeMeta'),
  ),
  ...OF_SERVICE.filter((filter) => !filter.startsWith('PeerName')).map((filter) =>
    filter
      .replaceAll('Port != 0', 'ServicePort != 0')
      .replace(/^(?!Service == )/, 'Service')
      .replace(/^Service == /, 'ServiceName == '),
  ),
  'PeerName == "" and ServicePort == 80',
];

async function filtered(path: string, filter: string): Promise<unknown> {
  const reply = await api.get(`${path}?filter=${encodeURIComponent(filter)}`);
  expect([reply.statusCode, reply.body]).toEqual([200, reply.body]);
  return reply.json();
}

const names = (found: unknown, key: string): unknown[] =>
  (found as Record<string, unknown>[]).map((item) => item[key]);

describe('a filter on', () => {
  it.each(OF_NODE)('/v1/catalog/nodes: %s', async (filter) => {
    expect(names(await filtered('/v1/catalog/nodes', filter), 'Node')).toEqual(['n2']);
    const others = names(await filtered('/v1/catalog/nodes', `not (${filter})`), 'Node');
    expect(others).toEqual(['n1', 'n3']);
  });

  it.each(OF_PLACED_SERVICE)('/v1/catalog/service and services: %s', async (filter) => {
    expect(names(await filtered('/v1/catalog/service/web', filter), 'ServiceID')).toEqual([
      'web-2',
    ]);
    expect(await filtered('/v1/catalog/services', filter)).toEqual({ web: ['v1', 'eu'] });
    expect(await filtered('/v1/catalog/services', `not (${filter})`)).toEqual({
      consul: [],
      local: ['own'],
      web: [],
    });
  });

  it.each(OF_SERVICE)('/v1/catalog/node and node-services: %s', async (filter) => {
    const asMap = (found: unknown) => Object.keys((found as { Services: object }).Services);
    const asList = (found: unknown) => names((found as { Services: unknown }).Services, 'ID');
    expect(asMap(await filtered('/v1/catalog/node/n2', filter))).toEqual(['web-2']);
    expect(asMap(await filtered('/v1/catalog/node/n3', filter))).toEqual([]);
    expect(asList(await filtered('/v1/catalog/node-services/n2', filter))).toEqual(['web-2']);
    expect(asList(await filtered('/v1/catalog/node-services/n3', filter))).toEqual([]);
  });

  it.each(OF_CHECK)('the checks of /v1/health: %s', async (filter) => {
    for (const path of ['/v1/health/node/n2', '/v1/health/checks/web', '/v1/health/state/any']) {
      expect(names(await filtered(path, filter), 'CheckID')).toEqual(['up']);
    }
    expect(names(await filtered('/v1/health/state/any', `not (${filter})`), 'CheckID')).toEqual([
      'beat',
      'serfHealth',
    ]);
  });

  it.each([
    ...OF_NODE.map((filter) =>
      filter.replaceAll(
        /\b(?=(ID|Node|Address|Datacenter|PeerName|Partition|TaggedAddresses|Meta)\b)/g,
        'Node.',
      ),
    ),
    ...OF_SERVICE.map((filter) => filter.replace(/^| and /g, '$&Service.')),
    ...OF_CHECK.map((filter) => filter.replace(/^| and /g, '$&Checks.')),
    'Checks is not empty',
  ])('/v1/health/service: %s', async (filter) => {
    const found = await filtered('/v1/health/service/web', filter);
    expect((found as { Service: { ID: string } }[]).map(({ Service }) => Service.ID)).toEqual([
      'web-2',
    ]);
  });

  it('/v1/agent/services and checks', async () => {
    const paths = ['/v1/agent/services', '/v1/agent/checks'];
    for (const [path = '', filter] of [
      [paths[0], 'Service == local'],
      [paths[0], 'Tags contains own and Kind == ""'],
      [paths[1], 'Notes == beats and CheckID == beat'],
    ]) {
      expect(Object.keys((await filtered(path, `${filter}`)) as object)).toHaveLength(1);
      expect(await filtered(path, `not (${filter})`)).toEqual({});
    }
  });

  it.each([
    'Name == n1',
    'Addr == "127.0.0.1"',
    'Port == 8301',
    'Tags["dc"] == dc1',
    'Tags.role == consul',
    'Status == 1',
    'ProtocolMin == 1 and ProtocolMax == 5 and ProtocolCur == 2',
    'DelegateMin == 2 and DelegateMax == 5 and DelegateCur == 4',
  ])('/v1/agent/members: %s', async (filter) => {
    expect(names(await filtered('/v1/agent/members', filter), 'Name')).toEqual(['n1']);
    expect(await filtered('/v1/agent/members', `not (${filter})`)).toEqual([]);
  });
});

describe('a filter', () => {
  it('is applied with the other selections', async () => {
    const get = async (rest: string) => (await api.get(`/v1/health/service/web?${rest}`)).json();
    expect(await get('filter=Service.Port+%3D%3D+80')).toHaveLength(1);
    expect(await get('filter=Service.Port+%3D%3D+80&passing')).toHaveLength(0);
    expect(await get('filter=Service.Port+%3D%3D+80&tag=EU')).toHaveLength(1);
    expect(await get('filter=Service.Port+%3D%3D+80&tag=us')).toHaveLength(0);
    expect(await get('filter=Service.Port+%3D%3D+80&node-meta=rack:r%201')).toHaveLength(1);
    expect(await get('filter=Service.Port+%3D%3D+80&node-meta=rack:x')).toHaveLength(0);
  });

  it('does not change the index, nor whether the query blocks', async () => {
    const plain = await api.get('/v1/catalog/nodes');
    const none = await api.get('/v1/catalog/nodes?filter=Node+%3D%3D+none');
    expect(none.json()).toEqual([]);
    expect(none.headers['x-consul-index']).toBe(plain.headers['x-consul-index']);
  });

  it.each([
    '/v1/agent/services',
    '/v1/agent/checks',
    '/v1/agent/members',
    '/v1/catalog/nodes',
    '/v1/catalog/services',
    '/v1/catalog/service/none',
    '/v1/catalog/node/none',
    '/v1/catalog/node-services/none',
    '/v1/health/node/none',
    '/v1/health/checks/none',
    '/v1/health/state/none',
    '/v1/health/service/none',
  ])('that is wrong is refused at once, also where there is nothing: %s', async (path) => {
    const said = 'Failed to create boolean expression evaluator: ';
    for (const [filter, message] of [
      ['Foo == 1', 'Selector "Foo" is not valid'],
      [
        'Foo',
        '1:4 (3): no match found, expected: "!=", ".", "==", "[", [ \\t\\r\\n] or [a-zA-Z0-9_]',
      ],
    ] as const) {
      const url = `${path}?index=100000&filter=${encodeURIComponent(filter)}`;
      const reply = await api.get(url);
      expect([reply.statusCode, reply.body]).toEqual([500, said + message]);
      const problem = await api.get(url, { accept: 'application/problem+json' });
      expect(problem.json()).toMatchObject({ code: 'filter_invalid', field: 'filter' });
    }
  });

  it('that is too large is 400', async () => {
    const deep = `${'('.repeat(100)}Node == a${')'.repeat(100)}`;
    const reply = await api.get(`/v1/catalog/nodes?filter=${encodeURIComponent(deep)}`);
    expect([reply.statusCode, reply.body]).toEqual([
      400,
      'the filter nests more than 64 levels deep',
    ]);
  });
});
