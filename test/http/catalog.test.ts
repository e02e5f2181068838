/** `/v1/catalog` and `/v1/health`: exact texts, codes and shapes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../../src/runtime/index.ts';
import { openApi, type TestApi } from './api.ts';

const REGISTER = '/v1/catalog/register';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const UNKNOWN_PEER = 'peer "east" is unknown: there are no peers of this cluster';

describe('a refused registration', () => {
  const node = { Node: 'n2', Address: '10.0.0.2' };
  it.each<readonly [unknown, number, string]>([
    ['', 400, 'Request decode failed: EOF'],
    [{ Nope: 1 }, 400, 'Request decode failed: json: unknown field "Nope"'],
    [{ ...node, Service: { Nope: 1 } }, 400, 'Request decode failed: json: unknown field "Nope"'],
    [{ ...node, Check: { Nope: 1 } }, 400, 'Request decode failed: json: unknown field "Nope"'],
    [{ Address: '10.0.0.2' }, 500, 'Must provide node'],
    [{ Node: 'n2' }, 500, 'Must provide address if SkipNodeUpdate is not set'],
    [{ ...node, ID: 'x' }, 500, 'Bad node ID: invalid UUID: x'],
    [{ ...node, Datacenter: 'dc2' }, 500, 'No path to datacenter'],
    [
      { ...node, Service: { ID: 's' } },
      500,
      'Must provide service name (Service.Service) when service ID is provided',
    ],
    [{ ...node, Service: { Service: 's', Address: '0.0.0.0' } }, 500, 'Invalid service address'],
    [
      { ...node, Service: { Service: 's', Port: -5 } },
      400,
      'Invalid service port: Port must be between 0 and 65535, received -5',
    ],
    [
      { ...node, Service: { Service: 's', TaggedAddresses: { lan: { Port: 65_536 } } } },
      400,
      'Invalid service port: TaggedAddresses.lan.Port must be between 0 and 65535, received 65536',
    ],
    [
      { ...node, Check: { Name: 'c', ServiceID: 's' } },
      500,
      "Unknown service ID 's' for check ID 'c'",
    ],
    [
      { ...node, Check: { Name: 'c', Node: 'n3' } },
      500,
      "Node 'n3' for check 'c' doesn't match register request node 'n2'",
    ],
    [{ ...node, Node: 'x'.repeat(513) }, 400, 'Node is too long (513 > 512 bytes)'],
    [{ ...node, PeerName: 'east' }, 400, UNKNOWN_PEER],
    [{ ...node, Service: { Service: 's', PeerName: 'east' } }, 400, UNKNOWN_PEER],
    [{ ...node, Check: { Name: 'c', PeerName: 'east' } }, 400, UNKNOWN_PEER],
  ])('%j: %i %s', async (body, status, text) => {
    const before = api.state.index;
    const reply = await api.put(REGISTER, body);
    expect([reply.statusCode, reply.body]).toEqual([status, text]);
    expect(api.state.index).toBe(before);
  });

  it('for a name that another living node holds says whose it is', async () => {
    const reply = await api.put(REGISTER, {
      ID: '00000000-0000-4000-8000-000000000009',
      Node: 'n1',
      Address: '10.0.0.9',
    });
    expect(reply.statusCode).toBe(500);
    expect(reply.body).toContain(
      'Node name n1 is reserved by node 00000000-0000-4000-8000-000000000001',
    );
  });
});

it("a deregistration of a peer's node leaves ours alone", async () => {
  const reply = await api.put('/v1/catalog/deregister', { Node: 'n1', PeerName: 'east' });
  expect([reply.statusCode, reply.body]).toEqual([400, UNKNOWN_PEER]);
  expect((await api.get('/v1/catalog/nodes')).json()).toMatchObject([{ Node: 'n1' }]);
});

describe('a registration', () => {
  it('takes node, service and checks at one index, and again without any', async () => {
    const body = {
      Node: 'n2',
      Address: '10.0.0.2',
      NodeMeta: { rack: '1' },
      Service: { Service: 'db', Port: 5432, Weights: { Passing: 0, Warning: -1 } },
      Check: { Name: 'alive', Status: 'passing' },
      Checks: [{ CheckID: 'c', Name: 'db', ServiceID: 'db' }],
    };
    const before = api.state.index;
    const reply = await api.put(REGISTER, body);
    expect([reply.statusCode, reply.body]).toEqual([200, 'true']);
    expect(api.state.index).toBe(before + 1);
    expect((await api.put(REGISTER, body)).body).toBe('true');
    expect(api.state.index).toBe(before + 1);
    const [instance] = (await api.get('/v1/health/service/db')).json();
    expect(instance.Service).toMatchObject({ ID: 'db', Weights: { Passing: 1, Warning: 1 } });
    expect(
      instance.Checks.map((check: { CheckID: string; Status: string }) => [
        check.CheckID,
        check.Status,
      ]),
    ).toEqual([
      ['alive', 'passing'],
      ['c', 'critical'],
    ]);
  });

  it('keeps the definition of a check and derives its type', async () => {
    await api.put(REGISTER, {
      Node: 'n2',
      Address: '10.0.0.2',
      Check: {
        Name: 'c',
        Definition: {
          TCP: '1.2.3.4:5',
          Interval: '5s',
          Timeout: 1_000_000_000,
          Header: { b: ['1'], a: ['2'] },
          Odd: 1,
        },
      },
    });
    const [check] = (await api.get('/v1/health/node/n2')).json();
    expect(check.Type).toBe('tcp');
    expect(check.Definition).toEqual({
      Interval: '5s',
      Timeout: '1s',
      TCP: '1.2.3.4:5',
      Header: { a: ['2'], b: ['1'] },
    });
  });

  it('is taken back: a service, a check, or the node with everything', async () => {
    const check = { Name: 'c', ServiceID: 'a' };
    const services = [{ Service: 'a' }, { Service: 'b' }];
    for (const Service of services)
      await api.put(REGISTER, { Node: 'n2', Address: '10.0.0.2', Service });
    await api.put(REGISTER, { Node: 'n2', SkipNodeUpdate: true, Check: check });
    const deregister = async (what: object) => {
      const reply = await api.put('/v1/catalog/deregister', { Node: 'n2', ...what });
      expect([reply.statusCode, reply.body]).toEqual([200, 'true']);
    };
    await deregister({ CheckID: 'c' });
    expect((await api.get('/v1/health/node/n2')).json()).toEqual([]);
    await deregister({ ServiceID: 'a' });
    expect(Object.keys((await api.get('/v1/catalog/node/n2')).json().Services)).toEqual(['b']);
    await deregister({});
    expect((await api.get('/v1/catalog/node/n2')).body).toBe('null');
    await deregister({ ServiceID: 'nope' });
  });

  it('cannot be taken back without a node', async () => {
    const reply = await api.put('/v1/catalog/deregister', { ServiceID: 'a' });
    expect([reply.statusCode, reply.body]).toEqual([500, 'Must provide node']);
  });
});

describe('the log of the catalog', () => {
  it('has one line for each write that changed something, and none for the others', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger: Logger = {
      ...silentLogger,
      info: (fields, message) => lines.push({ ...fields, message }),
    };
    const logged = await openApi({ logger });
    const put = async (what: 'register' | 'deregister', id: string, body: object) => {
      const reply = await logged.put(`/v1/catalog/${what}`, body, { 'x-request-id': id });
      expect(reply.body).toBe('true');
    };
    const node = { Node: 'n2', Address: '10.0.0.2' };
    const db = { ...node, Service: { ID: 'db-1', Service: 'db', Port: 5432 } };
    await put('register', 'r-1', db);
    await put('register', 'r-2', db);
    await put('register', 'r-3', { ...node, Check: { Name: 'alive' } });
    await put('deregister', 'r-4', { Node: 'n2', ServiceID: 'db-1' });
    await put('deregister', 'r-5', { Node: 'n2', ServiceID: 'db-1' });
    await put('deregister', 'r-6', { Node: 'n2', CheckID: 'alive' });
    await put('deregister', 'r-7', { Node: 'n2' });
    const message = 'catalog registration changed';
    const removed = 'catalog registration removed';
    expect(lines).toEqual([
      { requestId: 'r-1', node: 'n2', service: 'db', id: 'db-1', message },
      { requestId: 'r-3', node: 'n2', message },
      { requestId: 'r-4', node: 'n2', service: 'db', id: 'db-1', message: removed },
      { requestId: 'r-6', node: 'n2', check: 'alive', message: removed },
      { requestId: 'r-7', node: 'n2', message: removed },
    ]);
    await logged.close();
  });
});

describe('a read', () => {
  let filled: TestApi;
  beforeAll(async () => {
    filled = await openApi();
    const register = async (body: object) => {
      expect((await filled.put(REGISTER, body)).body).toBe('true');
    };
    await register({
      ID: '40e4a748-2192-161a-0510-9bf59fe950b5',
      Node: 'n3',
      Address: '10.0.0.3',
      TaggedAddresses: { lan: '10.0.0.3' },
      NodeMeta: { rack: '1', os: 'linux' },
      Service: { ID: 'web-3', Service: 'web', Port: 80, Tags: ['V1', 'main'], Meta: { a: 'b' } },
      Check: { CheckID: 'web-3', Name: 'w', ServiceID: 'web-3', Status: 'warning' },
    });
    await register({
      Node: 'n2',
      Address: '10.0.0.2',
      NodeMeta: { rack: '2', os: 'linux' },
      Service: { ID: 'web-2', Service: 'web', Port: 80, Tags: ['v2'] },
      Check: { CheckID: 'web-2', Name: 'w', ServiceID: 'web-2', Status: 'passing' },
    });
  });
  afterAll(() => filled.close());
  const json = async (url: string) => {
    const reply = await filled.get(url);
    expect(reply.statusCode).toBe(200);
    return reply.json();
  };

  it.each([
    ['/v1/catalog/datacenters', '["dc1"]'],
    ['/v1/catalog/services', '{"consul":[],"web":["V1","main","v2"]}'],
    ['/v1/catalog/services?node-meta=rack:2', '{"web":["v2"]}'],
    ['/v1/catalog/services?node-meta=rack:9', '{}'],
    ['/v1/catalog/service/nope', '[]'],
    ['/v1/catalog/node/nope', 'null'],
    ['/v1/catalog/node-services/nope', '{"Node":null,"Services":null}'],
    ['/v1/health/service/nope', '[]'],
    ['/v1/health/service/web?peer=east', '[]'],
    ['/v1/catalog/service/web?peer=east', '[]'],
    ['/v1/health/checks/nope', '[]'],
    ['/v1/health/node/nope', '[]'],
    ['/v1/health/state/nope', '[]'],
  ])('of %s is %s', async (url, body) => {
    const reply = await filled.get(url);
    expect([reply.statusCode, reply.body]).toEqual([200, body]);
    expect(reply.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['/v1/catalog/service/', 'Missing service name'],
    ['/v1/catalog/node/', 'Missing node name'],
    ['/v1/catalog/node-services/', 'Missing node name'],
    ['/v1/health/node/', 'Missing node name'],
    ['/v1/health/checks/', 'Missing service name'],
    ['/v1/health/service/', 'Missing service name'],
    ['/v1/health/state/', 'Missing check state'],
  ])('of %s is refused: %s', async (url, text) => {
    const reply = await filled.get(url);
    expect([reply.statusCode, reply.body]).toEqual([400, text]);
  });

  it('shows a node in full', async () => {
    const [, n2, n3] = await json('/v1/catalog/nodes');
    expect(n2).toEqual({
      ID: '',
      Node: 'n2',
      Address: '10.0.0.2',
      Datacenter: 'dc1',
      TaggedAddresses: null,
      Meta: { os: 'linux', rack: '2' },
      CreateIndex: 3,
      ModifyIndex: 3,
    });
    expect(n3).toMatchObject({ TaggedAddresses: { lan: '10.0.0.3' } });
  });

  it('shows a service of the catalog in full', async () => {
    const reply = await filled.get('/v1/catalog/service/web?tag=v1');
    expect(reply.body).toBe(
      '[{"ID":"40e4a748-2192-161a-0510-9bf59fe950b5","Node":"n3","Address":"10.0.0.3","Datacenter":"dc1",' +
        '"TaggedAddresses":{"lan":"10.0.0.3"},"NodeMeta":{"os":"linux","rack":"1"},"ServiceKind":"","ServiceID":"web-3",' +
        '"ServiceName":"web","ServiceTags":["V1","main"],"ServiceAddress":"","ServiceWeights":{"Passing":1,"Warning":1},' +
        '"ServiceMeta":{"a":"b"},"ServicePort":80,"ServiceSocketPath":"","ServiceEnableTagOverride":false,' +
        '"ServiceProxy":{"Mode":"","MeshGateway":{},"Expose":{}},"ServiceConnect":{},"ServiceLocality":null,' +
        '"CreateIndex":2,"ModifyIndex":2}]',
    );
  });

  it('shows the services of a node as a map or as a list', async () => {
    const service = {
      ID: 'web-2',
      Service: 'web',
      Tags: ['v2'],
      Address: '',
      Meta: null,
      Port: 80,
      Weights: { Passing: 1, Warning: 1 },
      EnableTagOverride: false,
      Proxy: { Mode: '', MeshGateway: {}, Expose: {} },
      Connect: {},
      PeerName: '',
      CreateIndex: 3,
      ModifyIndex: 3,
    };
    expect((await json('/v1/catalog/node/n2')).Services).toEqual({ 'web-2': service });
    expect((await json('/v1/catalog/node-services/n2')).Services).toEqual([service]);
    expect((await json('/v1/catalog/node/40e4a748')).Node.Node).toBe('n3');
  });

  it.each([
    ['', ['web-2', 'web-3']],
    ['?passing', ['web-2']],
    ['?passing=1', ['web-2']],
    ['?passing=false', ['web-2', 'web-3']],
    ['?tag=v1', ['web-3']],
    ['?tag=v1&tag=MAIN', ['web-3']],
    ['?tag=v1&tag=v2', []],
    ['?node-meta=os:linux', ['web-2', 'web-3']],
    ['?node-meta=os:linux&node-meta=rack:1', ['web-3']],
    ['?node-meta=os', []],
    ['?tag=v1&passing', []],
  ])('of instances with %j has %j', async (query, ids) => {
    const instances = await json(`/v1/health/service/web${query}`);
    expect(instances.map((instance: { Service: { ID: string } }) => instance.Service.ID)).toEqual(
      ids,
    );
  });

  it.each([
    ['/v1/health/checks/web', ['web-2', 'web-3']],
    ['/v1/health/checks/web?node-meta=rack:2', ['web-2']],
    ['/v1/health/node/n3', ['web-3']],
    ['/v1/health/state/passing', ['serfHealth', 'web-2']],
    ['/v1/health/state/warning', ['web-3']],
    ['/v1/health/state/critical', []],
    ['/v1/health/state/any', ['serfHealth', 'web-2', 'web-3']],
    ['/v1/health/state/any?node-meta=rack:1', ['web-3']],
  ])('of %s has the checks %j', async (url, ids) => {
    expect((await json(url)).map((check: { CheckID: string }) => check.CheckID)).toEqual(ids);
  });

  it('shows the checks of an instance, those of its node first', async () => {
    await filled.put('/v1/agent/service/register', {
      Name: 'own',
      Check: { TTL: '1h', CheckID: 'a' },
    });
    const [instance] = await json('/v1/health/service/own');
    expect(instance.Checks.map((check: { CheckID: string }) => check.CheckID)).toEqual([
      'serfHealth',
      'a',
    ]);
  });
});
