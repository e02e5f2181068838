/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how templates of prepared queries are written */
/** `/v1/query`: every field and every refusal of a definition, and what an execution makes of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createSession, destroySession } from '../../src/catalog/index.ts';
import { openApi, type TestApi } from './api.ts';
import { indexOf, shown } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const post = (body: unknown) =>
  api.app.fastify.inject({
    method: 'POST',
    url: '/v1/query',
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
const create = async (definition: object): Promise<string> => {
  const reply = await post(definition);
  if (reply.statusCode !== 200) throw new Error(reply.body);
  return reply.json().ID;
};
const web = { Name: 'q', Service: { Service: 'web' } };
const NO_ID = '11111111-1111-4111-8111-111111111111';

describe('a prepared query', () => {
  it('comes back as it was written, with its id and its indexes', async () => {
    const definition = {
      Name: 'My.Query',
      Session: '',
      Token: 'secret',
      Template: { Type: 'name_prefix_match', Regexp: '^(.*)$', RemoveEmptyTags: true },
      Service: {
        Service: 'web',
        SamenessGroup: '',
        Failover: { NearestN: 2, Datacenters: ['dc2'], Targets: null },
        OnlyPassing: true,
        IgnoreCheckIDs: ['noise'],
        Near: '_agent',
        Tags: ['v1', '!old'],
        NodeMeta: { 'consul-os': 'linux' },
        ServiceMeta: { env: '${match(1)}' },
        Connect: true,
        Peer: '',
      },
      DNS: { TTL: '10s' },
    };
    const id = await create(definition);
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const reply = await api.get(`/v1/query/${id.toUpperCase()}`);
    const index = indexOf(reply);
    expect(reply.json()).toEqual([
      { ID: id, ...definition, CreateIndex: index, ModifyIndex: index },
    ]);
    expect(Object.keys(reply.json()[0])).toEqual([
      ...['ID', 'Name', 'Session', 'Token', 'Template', 'Service', 'DNS'],
      ...['CreateIndex', 'ModifyIndex'],
    ]);
    expect(reply.headers['x-consul-effective-consistency']).toBe('leader');
  });

  it('has null for what is empty, and keeps targets', async () => {
    const Failover = { Targets: [{ Datacenter: 'dc2', Partition: '' }, { Peer: 'p' }] };
    const id = await create({ ...web, Service: { Service: 'web', Failover } });
    expect((await api.get(`/v1/query/${id}`)).json()[0].Service).toEqual({
      Service: 'web',
      SamenessGroup: '',
      Failover: {
        NearestN: 0,
        Datacenters: null,
        Targets: [
          { Peer: '', Datacenter: 'dc2' },
          { Peer: 'p', Datacenter: '' },
        ],
      },
      OnlyPassing: false,
      IgnoreCheckIDs: null,
      Near: '',
      Tags: null,
      NodeMeta: null,
      ServiceMeta: null,
      Connect: false,
      Peer: '',
    });
  });

  it('is replaced as a whole by a PUT, which a GET can be put back with', async () => {
    const id = await create({ ...web, DNS: { TTL: '5s' } });
    const [before] = (await api.get(`/v1/query/${id}`)).json();
    const replaced = await api.put(`/v1/query/${id}`, { Name: 'Q', Service: { Service: 'db' } });
    expect(shown(replaced)).toEqual([200, '']);
    const [after] = (await api.get(`/v1/query/${id}`)).json();
    expect(after).toMatchObject({
      ID: id,
      Name: 'Q',
      Service: { Service: 'db' },
      DNS: { TTL: '' },
    });
    expect(after.CreateIndex).toBe(before.CreateIndex);
    expect(after.ModifyIndex).toBeGreaterThan(before.ModifyIndex);
    await api.put(`/v1/query/${id}`, after);
    expect((await api.get(`/v1/query/${id}`)).json()).toEqual([after]);
  });

  it('is gone after a DELETE, and its name is free', async () => {
    const id = await create(web);
    const deleted = await api.delete(`/v1/query/${id}`);
    expect(shown(deleted)).toEqual([200, '']);
    expect((await api.get(`/v1/query/${id}`)).statusCode).toBe(404);
    expect((await api.get('/v1/query')).json()).toEqual([]);
    await create(web);
  });

  it('wakes whoever waits for the list, and whoever waits for it', async () => {
    const before = indexOf(await api.get('/v1/query'));
    const list = api.get(`/v1/query?index=${before}`);
    const id = await create(web);
    expect((await list).json()).toHaveLength(1);
    const one = api.get(`/v1/query/${id}?index=${indexOf(await list)}`);
    await api.put(`/v1/query/${id}`, { ...web, Token: 't' });
    expect((await one).json()[0].Token).toBe('t');
    const gone = api.get(`/v1/query/${id}?index=${indexOf(await one)}`);
    await api.delete(`/v1/query/${id}`);
    expect((await gone).statusCode).toBe(404);
    const last = indexOf(await api.get('/v1/query'));
    expect((await api.get(`/v1/query/${id}?index=${last}`)).statusCode).toBe(404);
  });
});

describe('a definition is refused', () => {
  const refusals: [body: unknown, status: number, text: string][] = [
    ['', 400, 'Request decode failed: EOF'],
    [{ ...web, Nope: 1 }, 400, 'Request decode failed: json: unknown field "Nope"'],
    [
      { ...web, Namespace: 'x' },
      400,
      'Request decode failed: json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    [
      { Service: { Service: 'web', Tags: 'v1' } },
      400,
      'Request decode failed: json: cannot unmarshal string into Go struct field .Service.Tags of type []string',
    ],
    [{ ...web, ID: NO_ID }, 500, 'ID must be empty when creating a new prepared query'],
    [{ Service: { Service: 'web' } }, 500, 'Invalid prepared query: Must be bound to a session'],
    [{ Name: 'q' }, 500, 'Invalid prepared query: Must provide a Service name to query'],
    [
      { ...web, Token: '<hidden>' },
      500,
      "Invalid prepared query: Bad Token '<hidden>', it looks like a query definition with a redacted token was submitted",
    ],
    [
      { ...web, DNS: { TTL: 'zz' } },
      500,
      'Invalid prepared query: Bad DNS TTL \'zz\': time: invalid duration "zz"',
    ],
    [
      { ...web, DNS: { TTL: '-1s' } },
      500,
      "Invalid prepared query: DNS TTL '-1000000000', must be >=0",
    ],
    [
      { ...web, Service: { Service: 'web', Failover: { NearestN: -1 } } },
      500,
      "Invalid prepared query: Bad NearestN '-1', must be >= 0",
    ],
    [
      { ...web, Service: { Service: 'web', Failover: { NearestN: 1, Targets: [{ Peer: 'p' }] } } },
      500,
      'Invalid prepared query: Targets cannot be populated with NearestN or Datacenters',
    ],
    [
      { ...web, Service: { Service: 'web', Failover: { Targets: [{ Namespace: 'n' }] } } },
      500,
      'Invalid prepared query: Namespaces are a Consul Enterprise feature',
    ],
    [
      { ...web, Service: { Service: 'web', SamenessGroup: 's' } },
      500,
      'Invalid prepared query: sameness groups are a Consul Enterprise feature',
    ],
    [
      { ...web, Service: { Service: 'web', NodeMeta: { 'a b': '' } } },
      500,
      "Invalid prepared query: Invalid NodeMeta filter: Couldn't load metadata pair ('a b', ''): Key contains invalid characters",
    ],
    [
      { ...web, Service: { Service: 'web', ServiceMeta: { '': 'x' } } },
      500,
      "Invalid prepared query: Invalid ServiceMeta filter: Couldn't load metadata pair ('', 'x'): Key cannot be blank",
    ],
    [
      { ...web, Template: { Type: 'nope' } },
      500,
      "raft apply failed: failed compiling template: Bad Template.Type 'nope'",
    ],
    [
      { ...web, Template: { Type: 'name_prefix_match', Regexp: '(' } },
      500,
      'raft apply failed: failed compiling template: Bad Regexp: error parsing regexp: missing closing ): `(`',
    ],
    [{ ...web, Session: NO_ID }, 500, `raft apply failed: invalid session "${NO_ID}"`],
    [
      { ...web, Token: 'x'.repeat(16_384) },
      413,
      'Request body(16435 bytes) too large, max size: 16384 bytes.',
    ],
  ];
  it.each(refusals.map(([body, ...said]) => [...said, body] as const))(
    '%i: %s',
    async (status, text, body) => {
      const reply = await post(body);
      expect(shown(reply)).toEqual([status, text]);
      expect((await api.get('/v1/query')).json()).toEqual([]);
    },
  );

  it('when its name is that of another, in any case, or an id', async () => {
    const id = await create(web);
    expect((await post({ ...web, Name: 'Q' })).body).toBe(
      "raft apply failed: name 'Q' aliases an existing query name",
    );
    expect((await post({ ...web, Name: id.toUpperCase() })).body).toBe(
      `raft apply failed: name '${id.toUpperCase()}' aliases an existing query ID`,
    );
    const all = { Template: { Type: 'name_prefix_match' }, Service: { Service: 'web' } };
    await create(all);
    expect((await post(all)).body).toBe(
      'raft apply failed: a query template with an empty name already exists',
    );
    const other = await create({ ...web, Name: 'other' });
    const renamed = await api.put(`/v1/query/${other}`, web);
    expect(shown(renamed)).toEqual([
      500,
      "raft apply failed: name 'q' aliases an existing query name",
    ]);
  });

  const BAD_ID = 'failed prepared query lookup: index error: UUID must be 36 characters';
  it.each<['get' | 'put' | 'delete', string, number, string]>([
    ['get', NO_ID, 404, 'Query not found'],
    ['get', 'q', 500, BAD_ID],
    ['get', '', 500, BAD_ID],
    ['put', NO_ID, 500, `Cannot modify non-existent prepared query: '${NO_ID}'`],
    ['put', 'q', 500, `Prepared Query lookup failed: ${BAD_ID}`],
    ['delete', NO_ID, 500, `Cannot modify non-existent prepared query: '${NO_ID}'`],
    ['delete', 'q', 500, `Prepared Query lookup failed: ${BAD_ID}`],
    ['get', 'nope/execute', 404, 'Query not found'],
    ['get', 'nope/explain', 404, 'Query not found'],
    ['get', `${NO_ID}/execute`, 404, 'Query not found'],
    ['get', 'q/execute?limit=zz', 500, 'Bad limit: strconv.Atoi: parsing "zz": invalid syntax'],
    [
      'get',
      'q/execute?connect=zz',
      500,
      'Error parsing \'connect\' value: strconv.ParseBool: parsing "zz": invalid syntax',
    ],
    ['get', 'q/execute?dc=dc2', 500, 'No path to datacenter'],
    ['put', 'q/execute', 405, 'method PUT not allowed'],
    ['delete', 'q/explain', 405, 'method DELETE not allowed'],
  ])('%s %s: %i', async (method, path, status, text) => {
    const url = `/v1/query/${path}`;
    const reply = method === 'put' ? await api.put(url, web) : await api[method](url);
    expect(shown(reply)).toEqual([status, text]);
    if (status === 405) expect(reply.headers.allow).toBe('GET');
  });
});

/** Three nodes in a row, one second apart, with an instance of `web` on each, and a proxy for it. */
async function registerWeb(): Promise<void> {
  for (const [at, node] of ['a', 'b', 'c'].entries()) {
    await api.put('/v1/catalog/register', {
      Node: node,
      Address: `10.0.0.${at + 1}`,
      NodeMeta: { rack: `r${at}` },
      Service: {
        Service: 'web',
        Port: 80,
        Tags: ['V1', node],
        Meta: { env: node === 'c' ? 'test' : 'live' },
      },
      Checks: [
        { CheckID: `own-${node}`, Name: 'own', ServiceID: 'web', Status: STATUS[at] },
        { CheckID: 'node', Name: 'node', Status: 'passing' },
      ],
    });
    const Vec = [at, 0, 0, 0, 0, 0, 0, 0];
    await api.put('/v1/coordinate/update', { Node: node, Coord: { Vec, Error: 1, Height: 0.001 } });
  }
  await api.put('/v1/catalog/register', {
    Node: 'a',
    SkipNodeUpdate: true,
    Service: {
      Service: 'web-proxy',
      Kind: 'connect-proxy',
      Proxy: { DestinationServiceName: 'web' },
    },
  });
}
const STATUS = ['passing', 'warning', 'critical'];

describe('an execution', () => {
  beforeEach(registerWeb);

  const nodesOf = async (service: object, parameters = '', headers = {}) => {
    const Name = `q${Math.random()}`;
    await create({ Name, Service: { Service: 'web', ...service } });
    const reply = await api.get(`/v1/query/${Name}/execute?${parameters}`, headers);
    return reply.json().Nodes.map(({ Node }: { Node: { Node: string } }) => Node.Node);
  };

  it('answers the instances as /v1/health/service does, and says where from', async () => {
    await create({ ...web, DNS: { TTL: '7s' } });
    const reply = await api.get('/v1/query/Q/execute?near=a');
    const [a, b] = (await api.get('/v1/health/service/web')).json();
    expect(reply.json()).toEqual({
      Service: 'web',
      Nodes: [a, b],
      DNS: { TTL: '7s' },
      Datacenter: 'dc1',
      PeerName: '',
      Failovers: 0,
      Index: 0,
      LastContact: 0,
      KnownLeader: true,
      ConsistencyLevel: 'leader',
      NotModified: false,
      Backend: 0,
      ResultsFilteredByACLs: false,
    });
    expect(reply.headers).toMatchObject({
      'x-consul-index': '1',
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
      'x-consul-effective-consistency': 'leader',
    });
  });

  it.each<[string, object, string, string[]]>([
    ['without critical ones', {}, '', ['a', 'b']],
    ['passing ones only', { OnlyPassing: true }, '', ['a']],
    ['whatever an ignored check says', { IgnoreCheckIDs: ['own-c'] }, '', ['a', 'b', 'c']],
    [
      'passing apart from ignored checks',
      { OnlyPassing: true, IgnoreCheckIDs: ['own-b'] },
      '',
      ['a', 'b'],
    ],
    ['with a tag in any case', { Tags: ['v1', 'B'] }, '', ['b']],
    ['without a tag', { Tags: ['!A'] }, '', ['b']],
    ['with metadata of the node', { NodeMeta: { rack: 'r1' } }, '', ['b']],
    ['with other metadata of the node', { NodeMeta: { rack: 'R1' } }, '', []],
    ['with metadata of the service', { ServiceMeta: { env: 'live' } }, '', ['a', 'b']],
    ['without such metadata', { ServiceMeta: { toString: '' } }, '', []],
    ['of the mesh', { Connect: true }, '', ['a']],
    ['of the mesh, as the client wants', {}, 'connect=true', ['a']],
    ['of a peer, of which there is none', { Peer: 'p' }, '', []],
    ['and a failover that leads nowhere', { Service: 'no', Failover: { NearestN: 3 } }, '', []],
  ])('finds instances %s', async (_title, service, parameters, expected) => {
    expect((await nodesOf(service, parameters)).sort()).toEqual(expected);
  });

  const ignored = { IgnoreCheckIDs: ['own-c'] };
  it.each<[string, object, string, Record<string, string>, string[]]>([
    ['near a node', { Near: 'c' }, '', {}, ['c', 'b', 'a']],
    ['near the node that the client names', { Near: 'c' }, 'near=A', {}, ['a', 'b', 'c']],
    [
      'near its own address',
      { Near: '_ip' },
      '',
      { 'x-forwarded-for': '10.0.0.3' },
      ['c', 'b', 'a'],
    ],
    [
      'near the client, as it asks',
      {},
      'near=_ip',
      { 'x-forwarded-for': '10.0.0.3, 10.0.0.1' },
      ['c', 'b', 'a'],
    ],
    ['the nearest of them', { Near: 'c' }, 'limit=2', {}, ['c', 'b']],
    ['all for a limit of zero', { Near: 'c' }, 'limit=0', {}, ['c', 'b', 'a']],
    ['all for a limit below zero', { Near: 'c' }, 'limit=-1', {}, ['c', 'b', 'a']],
  ])('orders them %s', async (_title, service, parameters, headers, expected) => {
    expect(await nodesOf({ ...ignored, ...service }, parameters, headers)).toEqual(expected);
  });

  it('puts the agent itself first among those that are equally near', async () => {
    await api.put('/v1/agent/service/register', { Name: 'web', Port: 1 });
    for (const Node of ['n1', 'a', 'b']) {
      const Coord = { Vec: Array(8).fill(0), Error: 1, Height: 0.001 };
      await api.put('/v1/coordinate/update', { Node, Coord });
    }
    for (let time = 0; time < 8; time++) {
      const [first] = await nodesOf({ Near: '_agent' });
      expect(first).toBe('n1');
    }
  });

  it('draws the order where nothing is near', async () => {
    await create({ ...web, Service: { Service: 'web', ...ignored } });
    const orders = new Set<string>();
    for (let time = 0; time < 60; time++) {
      const { Nodes } = (await api.get('/v1/query/q/execute')).json();
      orders.add(Nodes.map(({ Node }: { Node: { Node: string } }) => Node.Node).join(''));
    }
    expect(orders.size).toBe(6);
  });
});

describe('a template', () => {
  beforeEach(async () => {
    const template = (Name: string, Service: string, Regexp = '') =>
      create({ Name, Template: { Type: 'name_prefix_match', Regexp }, Service: { Service } });
    await template('', 'all-${name.full}');
    await template('geo-', 'geo-${name.suffix}');
    await template('geo-db-', '${match(2)}-${match(1)}', '^geo-db-(.*)-([^-]+)$');
    await create({ Name: 'geo-db-exact', Service: { Service: 'exact' } });
  });

  it.each([
    ['anything', 'all-anything'],
    ['geo', 'all-geo'],
    ['geo-x', 'geo-x'],
    ['GEO-x', 'geo-x'],
    ['geo-', 'geo-'],
    ['geo-db-a-b', 'b-a'],
    ['geo-db-a', '-'],
    ['Geo-DB-Exact', 'exact'],
    ['with/slashes', 'all-with/slashes'],
  ])('%s is executed and explained as %s', async (name, service) => {
    const explained = (await api.get(`/v1/query/${name}/explain`)).json();
    expect(explained.Query.Service.Service).toBe(service);
    expect(explained).toMatchObject({ Index: 0, KnownLeader: true });
    expect((await api.get(`/v1/query/${name}/execute`)).json().Service).toBe(service);
  });

  it('has no answer for its id', async () => {
    const [{ ID }] = (await api.get('/v1/query'))
      .json()
      .filter(({ Name }: { Name: string }) => Name === 'geo-');
    const reply = await api.get(`/v1/query/${ID}/execute`);
    expect(shown(reply)).toEqual([
      500,
      'prepared query templates can only be resolved up by name, not by ID',
    ]);
  });
});

describe('a query of a session', () => {
  it('goes with it', async () => {
    await api.engine.commit((transaction) =>
      createSession(transaction, {
        ...{ id: NO_ID, name: '', node: 'n1', lockDelayNs: 0, behavior: 'release', ttl: '' },
        ...{ nodeChecks: [], serviceChecks: null },
      }),
    );
    await create({ Session: NO_ID, Service: { Service: 'web' } });
    const before = await api.get('/v1/query');
    expect(before.json()).toHaveLength(1);
    await api.engine.commit((transaction) => destroySession(transaction, NO_ID));
    const after = await api.get('/v1/query');
    expect(after.json()).toEqual([]);
    expect(indexOf(after)).toBeGreaterThan(indexOf(before));
  });
});
