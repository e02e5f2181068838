/** `/v1/agent`: exact texts, codes and shapes, over a real agent. */
import { beforeEach, describe, expect, it } from 'vitest';
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
        Config: { b: 1, a: [0], c: { d: '' } },
        Upstreams: [{ DestinationName: 'x', LocalBindPort: 5 }],
      },
    });
    expect((await api.get('/v1/agent/services')).body).toBe(
      '{"web-1":{"Kind":"connect-proxy","ID":"web-1","Service":"web","Tags":["b","a"],"Meta":{"a":"\\u003c2\\u003e","b":"1"},' +
        '"Port":8080,"Address":"10.0.0.5","SocketPath":"/run/x","TaggedAddresses":{' +
        '"lan_ipv4":{"Address":"10.0.0.5","Port":8080},"wan":{"Address":"1.2.3.4","Port":9},' +
        '"wan_ipv4":{"Address":"10.0.0.5","Port":8080}},"Weights":{"Passing":3,"Warning":2},"EnableTagOverride":true,' +
        '"Proxy":{"DestinationServiceName":"db","Config":{"a":[0],"b":1,"c":{"d":""}},"Upstreams":[{"DestinationName":"x","LocalBindPort":5}],' +
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
    expect((await api.put(REGISTER, { Name: 'a', Check: {} })).statusCode).toBe(200);
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

  it('shows durations that are not set as 0s, but for one that came with its service', async () => {
    await api.put(REGISTER, { Name: 'web', Check: { TTL: '10s' } });
    await api.put(CHECK, { Name: 'own', TTL: '10s', ServiceID: 'web' });
    expect((await api.get('/v1/agent/checks')).json()).toMatchObject({
      'service:web': { Interval: '', Timeout: '' },
      own: { Interval: '0s', Timeout: '0s' },
    });
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
