/** `/v1/agent`: exact texts, codes and shapes, over a real agent. */
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const REGISTER = '/v1/agent/service/register';
const CHECK = '/v1/agent/check/register';
const UNKNOWN_SERVICE =
  'Unknown service ID "x". Ensure that the service ID is passed, not the service name.';
const UNKNOWN_CHECK =
  'Unknown check ID "x". Ensure that the check ID is passed, not the check name.';

describe('a refused write', () => {
  it.each<readonly [string, unknown, number, string]>([
    [REGISTER, '', 400, 'Request decode failed: EOF'],
    [REGISTER, '{"Name":"web"', 400, 'Request decode failed: unexpected EOF'],
    [REGISTER, { Nmae: 'web' }, 400, 'Request decode failed: json: unknown field "Nmae"'],
    [
      REGISTER,
      { Namespace: 'x' },
      400,
      'Request decode failed: json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    [REGISTER, {}, 400, 'Missing service name'],
    [REGISTER, 'null', 400, 'Missing service name'],
    [REGISTER, { Name: 'web', Address: '0.0.0.0' }, 400, 'Invalid service address'],
    [REGISTER, { Name: 'web', Address: '::' }, 400, 'Invalid service address'],
    [
      REGISTER,
      { Name: 'web', Weights: { Warning: 1 } },
      400,
      'Invalid Weights: Passing must be greater than 0',
    ],
    [
      REGISTER,
      { Name: 'web', Meta: { 'a b': '' } },
      400,
      "Invalid Service Meta: Couldn't load metadata pair ('a b', ''): Key contains invalid characters",
    ],
    [
      REGISTER,
      { Name: 'web', Meta: { 'consul-x': 'v' } },
      400,
      "Invalid Service Meta: Couldn't load metadata pair ('consul-x', 'v'): Key prefix 'consul-' is reserved for internal use",
    ],
    [
      REGISTER,
      { Name: 'web', Kind: 'connect-proxy', Proxy: {} },
      400,
      'Validation failed: 2 errors occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect proxy services\n\t* Port or SocketPath must be set for a Connect proxy\n\n',
    ],
    [REGISTER, { Name: 'web', Checks: [{}] }, 400, 'Invalid check: TTL must be > 0 for TTL checks'],
    [
      REGISTER,
      { Name: 'web', Check: { TTL: '1s', Interval: '1s' } },
      400,
      'Invalid check: Interval and TTL cannot both be specified',
    ],
    [
      REGISTER,
      { Name: 'web', Check: { HTTP: 'http://x' } },
      400,
      'Invalid check: Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks',
    ],
    [
      REGISTER,
      { Name: 'web', Check: { TTL: '1s', Status: 'fine' } },
      400,
      "Status for checks must 'passing', 'warning', 'critical'",
    ],
    [
      REGISTER,
      { Name: 'web', TaggedAddresses: { lan_ipv4: { Address: '::1' } } },
      500,
      'Service tagged address "lan_ipv4" must be a valid ipv4 address',
    ],
    [REGISTER, { Name: 'x'.repeat(513) }, 400, 'Service.Service is too long (513 > 512 bytes)'],
    ['/v1/agent/service/deregister/x', undefined, 404, UNKNOWN_SERVICE],
    ['/v1/agent/service/maintenance/', undefined, 400, 'Missing service ID'],
    ['/v1/agent/service/maintenance/x', undefined, 400, 'Missing value for enable'],
    ['/v1/agent/service/maintenance/x?enable=zz', undefined, 400, 'Invalid value for enable: "zz"'],
    ['/v1/agent/service/maintenance/x?enable=true', undefined, 404, UNKNOWN_SERVICE],
    ['/v1/agent/maintenance', undefined, 400, 'Missing value for enable'],
    ['/v1/agent/maintenance?enable=2', undefined, 400, 'Invalid value for enable: "2"'],
    [CHECK, '{', 400, 'Request decode failed: unexpected EOF'],
    [CHECK, { CheckID: 'c' }, 400, 'Request decode failed: json: unknown field "CheckID"'],
    [CHECK, { ID: 'c' }, 400, 'Missing check name'],
    [CHECK, { Name: 'c', TTL: '1s', Status: 'fine' }, 400, 'Bad check status'],
    [CHECK, { Name: 'c' }, 400, 'Invalid check: TTL must be > 0 for TTL checks'],
    [CHECK, { Name: 'c', TTL: '1s', ServiceID: 'nope' }, 404, 'ServiceID "nope" does not exist'],
    ['/v1/agent/check/deregister/x', undefined, 404, UNKNOWN_CHECK],
    ['/v1/agent/check/pass/x', undefined, 404, UNKNOWN_CHECK],
    ['/v1/agent/check/warn/x', undefined, 404, UNKNOWN_CHECK],
    ['/v1/agent/check/fail/x', undefined, 404, UNKNOWN_CHECK],
    ['/v1/agent/check/update/x', { Status: 'passing' }, 404, UNKNOWN_CHECK],
    ['/v1/agent/check/update/x', { Status: 'fine' }, 400, "Invalid check status: 'fine'"],
    ['/v1/agent/check/update/x', {}, 400, "Invalid check status: ''"],
    [
      '/v1/agent/check/update/x',
      { Stat: 1 },
      400,
      'Request decode failed: json: unknown field "Stat"',
    ],
  ])('%s %j: %i %s', async (url, body, status, text) => {
    const before = api.state.index;
    const reply = await api.put(url, body);
    expect([reply.statusCode, reply.body]).toEqual([status, text]);
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(api.state.index).toBe(before);
  });
});

describe('a registered service', () => {
  it('is shown by its agent, its defaults filled in', async () => {
    const reply = await api.put(REGISTER, { name: 'web', PORT: 80 });
    expect([reply.statusCode, reply.body]).toEqual([200, '']);
    expect(reply.headers['content-type']).toBeUndefined();
    expect((await api.get('/v1/agent/services')).body).toBe(
      '{"web":{"ID":"web","Service":"web","Tags":[],"Meta":{},"Port":80,"Address":"",' +
        '"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Datacenter":"dc1"}}',
    );
    expect((await api.get('/v1/agent/service/web')).body).toBe(
      '{"ID":"web","Service":"web","Tags":[],"Meta":{},"Port":80,"Address":"",' +
        '"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,' +
        '"ContentHash":"1789671c1fa7e574","Datacenter":"dc1"}',
    );
  });

  it('keeps everything that it was given', async () => {
    await api.put(REGISTER, {
      ID: 'web-1',
      Name: 'web',
      Kind: 'connect-proxy',
      Tags: ['b', 'a'],
      Address: '10.0.0.5',
      TaggedAddresses: { wan: { Address: '1.2.3.4', Port: 9 } },
      Meta: { b: '1', a: '<2>' },
      Port: 8080,
      SocketPath: '/run/x',
      Weights: { Passing: 3, Warning: 2 },
      EnableTagOverride: true,
      Locality: { Region: 'eu', Zone: 'a' },
      Connect: { Native: true },
      Proxy: {
        DestinationServiceName: 'db',
        Config: { b: 1, a: [0] },
        Upstreams: [{ DestinationName: 'x', LocalBindPort: 5 }],
      },
    });
    expect((await api.get('/v1/agent/services')).body).toBe(
      '{"web-1":{"Kind":"connect-proxy","ID":"web-1","Service":"web","Tags":["b","a"],"Meta":{"a":"\\u003c2\\u003e","b":"1"},' +
        '"Port":8080,"Address":"10.0.0.5","SocketPath":"/run/x","TaggedAddresses":{' +
        '"lan_ipv4":{"Address":"10.0.0.5","Port":8080},"wan":{"Address":"1.2.3.4","Port":9},' +
        '"wan_ipv4":{"Address":"10.0.0.5","Port":8080}},"Weights":{"Passing":3,"Warning":2},"EnableTagOverride":true,' +
        '"Proxy":{"DestinationServiceName":"db","Config":{"a":[0],"b":1},"Upstreams":[{"DestinationName":"x","LocalBindPort":5}],' +
        '"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{"Native":true},"Datacenter":"dc1","Locality":{"Region":"eu","Zone":"a"}}}',
    );
  });

  it('is gone once deregistered', async () => {
    await api.put(REGISTER, { Name: 'web' });
    const reply = await api.put('/v1/agent/service/deregister/web');
    expect([reply.statusCode, reply.body]).toEqual([200, '']);
    expect((await api.get('/v1/agent/services')).body).toBe('{}');
    const unknown = await api.get('/v1/agent/service/web');
    expect([unknown.statusCode, unknown.body]).toEqual([404, 'unknown service ID: web']);
  });

  it('may be registered again: nothing changes, and its check keeps its status', async () => {
    const web = { Name: 'web', Port: 80, Check: { TTL: '10s', Status: 'warning' } };
    await api.put(REGISTER, web);
    await api.put('/v1/agent/check/pass/service:web?note=fine');
    const { index } = api.state;
    expect((await api.put(REGISTER, web)).statusCode).toBe(200);
    expect(api.state.index).toBe(index);
    expect((await api.get('/v1/agent/checks')).json()['service:web']).toMatchObject({
      Status: 'passing',
      Output: 'fine',
    });
  });

  it('keeps checks that it no longer names, unless they are to be replaced', async () => {
    await api.put(REGISTER, {
      Name: 'web',
      Checks: [
        { TTL: '1h', CheckID: 'a' },
        { TTL: '1h', CheckID: 'b' },
      ],
    });
    const again = { Name: 'web', Check: { TTL: '1h', CheckID: 'a' } };
    const ids = async () => Object.keys((await api.get('/v1/agent/checks')).json());
    await api.put(REGISTER, again);
    expect(await ids()).toEqual(['a', 'b']);
    await api.put(`${REGISTER}?replace-existing-checks=false`, again);
    expect(await ids()).toEqual(['a', 'b']);
    await api.put(`${REGISTER}?replace-existing-checks`, again);
    expect(await ids()).toEqual(['a']);
  });

  it('takes an empty Check for none, and both Check and Checks', async () => {
    await api.put(REGISTER, { Name: 'a', Check: {} });
    expect((await api.get('/v1/agent/checks')).body).toBe('{}');
    await api.put(REGISTER, { Name: 'b', Check: { TTL: '1h' }, Checks: [{ TTL: '1h' }] });
    expect(Object.keys((await api.get('/v1/agent/checks')).json())).toEqual([
      'service:b:1',
      'service:b:2',
    ]);
  });
});

describe('a check', () => {
  it('of the node is shown with its durations', async () => {
    await api.put(CHECK, { Name: 'disk', TTL: '10s', Notes: 'n' });
    expect((await api.get('/v1/agent/checks')).body).toBe(
      '{"disk":{"Node":"n1","CheckID":"disk","Name":"disk","Status":"critical","Notes":"n","Output":"",' +
        '"ServiceID":"","ServiceName":"","ServiceTags":[],"Type":"ttl","Interval":"0s","Timeout":"0s",' +
        '"ExposedPort":0,"Definition":{},"CreateIndex":0,"ModifyIndex":0}}',
    );
    expect((await api.put('/v1/agent/check/deregister/disk')).statusCode).toBe(200);
    expect((await api.get('/v1/agent/checks')).body).toBe('{}');
  });

  it.each([
    ['pass/disk', undefined, 'passing', ''],
    ['warn/disk?note=slow+disk', undefined, 'warning', 'slow disk'],
    ['fail/disk?note=a%26b', undefined, 'critical', 'a&b'],
    ['update/disk', { Status: 'warning', Output: 'o' }, 'warning', 'o'],
    ['update/disk', { status: 'passing' }, 'passing', ''],
  ])('takes %s %j', async (verb, body, status, output) => {
    await api.put(CHECK, { Name: 'disk', TTL: '10s' });
    expect((await api.put(`/v1/agent/check/${verb}`, body)).statusCode).toBe(200);
    expect((await api.get('/v1/agent/checks')).json().disk).toMatchObject({
      Status: status,
      Output: output,
    });
  });

  it('that is no TTL check takes no heartbeat', async () => {
    await api.put(CHECK, { Name: 'port', TCP: '127.0.0.1:1', Interval: '1h' });
    const reply = await api.put('/v1/agent/check/pass/port');
    expect([reply.statusCode, reply.body]).toEqual([
      500,
      'CheckID "port" does not have associated TTL',
    ]);
  });
});

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
    expect(self.Stats).toEqual({ agent: { check_ttls: '0' } });
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
    const own = await openApi({
      deps: {
        leave: async () => {
          events.push('leave');
        },
      },
    });
    const reply = await own.put('/v1/agent/leave');
    events.unshift(`${reply.statusCode}${reply.body}`);
    await settle();
    expect(events).toEqual(['200', 'leave']);
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
