/** `/v1/session`: every field, text and rule of ending, over a real state and engine on a held clock. */
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';
import { shown, waitingFor } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const SESSION = '/v1/session/';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SECOND = 1e9;

async function create(body?: unknown): Promise<string> {
  return (await api.put(`${SESSION}create`, body)).json().ID;
}

async function info(id: string) {
  const [session] = (await api.get(`${SESSION}info/${id}`)).json();
  return session;
}

async function entry(key: string) {
  const reply = await api.get(`/v1/kv/${key}`);
  return reply.statusCode === 200 ? reply.json()[0] : undefined;
}

const acquire = async (key: string, session: string) =>
  (await api.put(`/v1/kv/${key}?acquire=${session}`, 'mine')).body;

/** A node with a service and its check, as a program registers what it monitors itself. */
async function registerNode(node: string, status = 'passing'): Promise<void> {
  await api.put('/v1/catalog/register', {
    Node: node,
    Address: '10.0.0.9',
    Service: { Service: 'web' },
    Checks: [
      { Name: 'alive', CheckID: 'alive', Status: status },
      { Name: 'web', CheckID: 'service:web', ServiceID: 'web', Status: status },
    ],
  });
}

describe('a session', () => {
  it('without a body has the defaults of Consul', async () => {
    const reply = await api.put(`${SESSION}create`);
    const { ID } = reply.json();
    expect(shown(reply)).toEqual([200, `{"ID":"${ID}"}`]);
    expect(ID).toMatch(UUID);
    const { index } = api.state;
    const read = await api.get(`${SESSION}info/${ID}`);
    expect(read.body).toBe(
      `[{"ID":"${ID}","Name":"","Node":"n1","LockDelay":15000000000,"Behavior":"release","TTL":"",` +
        `"NodeChecks":["serfHealth"],"ServiceChecks":null,"CreateIndex":${index},"ModifyIndex":${index}}]`,
    );
    expect(read.headers).toMatchObject({
      'x-consul-index': `${index}`,
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
    });
    expect(read.headers).not.toHaveProperty('x-consul-effective-consistency');
  });

  const bodies: [body: string, expected: Record<string, unknown>][] = [
    ['{}', { LockDelay: 15 * SECOND }],
    [
      '{"Node":null,"Name":null,"LockDelay":null}',
      { Node: 'n1', Name: '', LockDelay: 15 * SECOND },
    ],
    ['{"name":"a","BEHAVIOR":"delete"}', { Name: 'a', Behavior: 'delete' }],
    ['{"Behavior":""}', { Behavior: 'release' }],
    ['{"LockDelay":"2s"}', { LockDelay: 2 * SECOND }],
    ['{"LockDelay":20}', { LockDelay: 20 * SECOND }],
    ['{"LockDelay":999}', { LockDelay: 999 * SECOND }],
    ['{"LockDelay":1000}', { LockDelay: 1000 }],
    ['{"LockDelay":"90s"}', { LockDelay: 90 * SECOND }],
    ['{"LockDelay":0}', { LockDelay: 0 }],
    ['{"LockDelay":"0s"}', { LockDelay: 0 }],
    ['{"TTL":"10s"}', { TTL: '10s' }],
    ['{"TTL":"86400s"}', { TTL: '86400s' }],
    ['{"TTL":"0"}', { TTL: '0' }],
    ['{"NodeChecks":[]}', { NodeChecks: [] }],
    ['{"Checks":[]}', { NodeChecks: [] }],
    ['{"Checks":["alive"],"Node":"n2"}', { NodeChecks: ['alive'], Node: 'n2' }],
    ['{"Checks":["x"],"NodeChecks":["alive"],"Node":"n2"}', { NodeChecks: ['alive'] }],
    [
      '{"Node":"N2","NodeChecks":["alive"],"ServiceChecks":[{"ID":"service:web"}]}',
      { Node: 'N2', ServiceChecks: [{ ID: 'service:web', Namespace: '' }] },
    ],
    ['{"NodeChecks":[],"ServiceChecks":[]}', { ServiceChecks: [] }],
    ['{"ID":"mine","Unknown":1,"NodeChecks":[]} trailing', { NodeChecks: [] }],
  ];
  it.each(bodies)('made of %s shows what was asked for', async (body, expected) => {
    await registerNode('n2');
    const session = await info(await create(body));
    expect(session).toMatchObject(expected);
    expect(session.ID).toMatch(UUID);
  });

  const refused: [body: string, status: number, text: string][] = [
    ['{', 400, 'Request decode failed: unexpected EOF'],
    [
      '[]',
      400,
      'Request decode failed: json: cannot unmarshal array into Go value of type structs.Session',
    ],
    [
      '{"TTL":10}',
      400,
      'Request decode failed: json: cannot unmarshal number into Go struct field .TTL of type string',
    ],
    ...['1e300', '-1e300', '9223372036854775807', '-9300000000', '1e400'].map(
      (delay): [string, number, string] => [
        `{"LockDelay":${delay}}`,
        400,
        'Request decode failed: json: cannot unmarshal number into Go struct field .LockDelay of type time.Duration',
      ],
    ),
    ['{"LockDelay":"nope"}', 400, 'Request decode failed: time: invalid duration "nope"'],
    ['{"Node":""}', 500, 'Must provide Node'],
    ['{"Behavior":"zz"}', 500, "Invalid Behavior setting 'zz'"],
    ['{"TTL":"zz"}', 500, 'Session TTL \'zz\' invalid: time: invalid duration "zz"'],
    ['{"TTL":"5s"}', 500, "Invalid Session TTL '5000000000', must be between [10s=24h0m0s]"],
    ['{"TTL":"-1s"}', 500, "Invalid Session TTL '-1000000000', must be between [10s=24h0m0s]"],
    ['{"TTL":"25h"}', 500, "Invalid Session TTL '90000000000000', must be between [10s=24h0m0s]"],
    ['{"Node":"none"}', 500, 'apply failed: Missing node registration'],
    ['{"NodeChecks":["zz"]}', 500, "apply failed: Missing check 'zz' registration"],
    ['{"ServiceChecks":[{"ID":"zz"}]}', 500, "apply failed: Missing check 'zz' registration"],
    [
      '{"Node":"n2","NodeChecks":["service:web"]}',
      500,
      "apply failed: Check 'service:web' is in critical state",
    ],
    [
      JSON.stringify({ NodeChecks: new Array(300).fill('serfHealth') }),
      400,
      'Request decode failed: a session has at most 256 checks',
    ],
    [
      JSON.stringify({ Name: 'ä'.repeat(513) }),
      400,
      'Request decode failed: Name of a session has at most 1024 bytes',
    ],
    [
      JSON.stringify({ TTL: `${'0'.repeat(1024)}10s` }),
      400,
      'Request decode failed: TTL of a session has at most 1024 bytes',
    ],
    [
      JSON.stringify({ ServiceChecks: [{ ID: 'alive', Namespace: 'n'.repeat(1025) }] }),
      400,
      'Request decode failed: ServiceChecks.Namespace of a session has at most 1024 bytes',
    ],
  ];
  it.each(refused)('is not made of %s', async (body, status, text) => {
    await registerNode('n2', 'critical');
    const { index } = api.state;
    expect(shown(await api.put(`${SESSION}create`, body))).toEqual([status, text]);
    expect([api.state.index, api.state.tables.sessions.size]).toEqual([index, 0]);
  });
});

describe('reads of sessions', () => {
  it('list them by id, all or those of a node', async () => {
    await registerNode('n2');
    const ids = [await create(), await create(), await create({ Node: 'n2', NodeChecks: [] })];
    const list = (await api.get(`${SESSION}list`)).json();
    expect(list.map(({ ID }: { ID: string }) => ID)).toEqual([...ids].sort());
    expect((await api.get(`${SESSION}node/N2`)).json()).toMatchObject([{ ID: ids[2] }]);
    expect(shown(await api.get(`${SESSION}node/none`))).toEqual([200, '[]']);
    expect(shown(await api.get(`${SESSION}info/none`))).toEqual([200, '[]']);
  });

  it.each([
    ['get', 'info/', 400, 'Missing session'],
    ['get', 'node/', 400, 'Missing node name'],
    ['put', 'destroy/', 400, 'Missing session'],
    ['put', 'renew/', 400, 'Missing session'],
    ['put', 'renew/x', 404, "Session id 'x' not found"],
    ['put', 'destroy/x', 200, 'true'],
    ['get', 'create', 405, 'method GET not allowed'],
    ['get', 'list?dc=dc9', 500, 'No path to datacenter'],
    ['put', 'create?dc=dc9', 500, 'No path to datacenter'],
    [
      'get',
      'list?ns=x',
      400,
      'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature',
    ],
  ] as const)('%s %s is a %i', async (method, path, status, text) => {
    expect(shown(await api[method](SESSION + path))).toEqual([status, text]);
  });

  it('wait for a change of any session, or of the one that is asked for', async () => {
    const [one, two] = [await create(), await create()];
    const { index } = api.state;
    const ofOne = waitingFor(api.get(`${SESSION}info/${one}?index=${index}`));
    const ofAll = api.get(`${SESSION}list?index=${index}`);
    await settle();
    await api.put(`${SESSION}destroy/${two}`);
    expect((await ofAll).json()).toMatchObject([{ ID: one }]);
    expect(ofOne.isAnswered).toBe(false);
    await api.put(`${SESSION}destroy/${one}`);
    expect(shown(await ofOne.reply)).toEqual([200, '[]']);
  });
});

describe('the end of a session', () => {
  const check = (id: string, Status: string) =>
    api.put('/v1/catalog/register', {
      Node: 'n2',
      Address: '10.0.0.9',
      Check: { Name: id, CheckID: id, Status, ...(id === 'alive' ? {} : { ServiceID: 'web' }) },
    });
  const deregister = (what: object) => api.put('/v1/catalog/deregister', { Node: 'n2', ...what });
  const ends: [title: string, end: (id: string) => Promise<unknown>][] = [
    ['it is destroyed', (id) => api.put(`${SESSION}destroy/${id}`)],
    ['its node check turns critical', () => check('alive', 'critical')],
    ['its service check turns critical', () => check('service:web', 'critical')],
    ['its check is deregistered', () => deregister({ CheckID: 'alive' })],
    ['its service is deregistered', () => deregister({ ServiceID: 'web' })],
    ['its node is deregistered', () => deregister({})],
    ['nobody renews it', () => api.clock.advanceAsync(20_000)],
  ];
  const body = {
    Node: 'n2',
    NodeChecks: ['alive'],
    ServiceChecks: [{ ID: 'service:web' }],
    TTL: '10s',
  };

  it.each(ends)('comes in one command with the release of its keys when %s', async (_, end) => {
    await registerNode('n2');
    const id = await create({ ...body, LockDelay: '5s' });
    const other = await create();
    await acquire('a', id);
    await acquire('b', other);
    const { index } = api.state;
    await end(id);
    expect(await info(id)).toBeUndefined();
    const released = await entry('a');
    expect(released).toMatchObject({ LockIndex: 1, Value: Buffer.from('mine').toString('base64') });
    expect(released).not.toHaveProperty('Session');
    expect(released.ModifyIndex).toBe(index + 1);
    expect(await entry('b')).toMatchObject({ Session: other });
    expect(await acquire('a', other)).toBe('false');
    await api.clock.advanceAsync(5000);
    expect(await acquire('a', other)).toBe('true');
    expect(await entry('a')).toMatchObject({ LockIndex: 2 });
  });

  it.each(ends)('deletes its keys where it is asked to, when %s', async (_, end) => {
    await registerNode('n2');
    const id = await create({ ...body, Behavior: 'delete' });
    await acquire('dir/a', id);
    const { index } = api.state;
    await end(id);
    expect(await entry('dir/a')).toBeUndefined();
    const below = await api.get('/v1/kv/dir/?keys');
    expect([below.statusCode, below.headers['x-consul-index']]).toEqual([404, `${index + 1}`]);
  });

  it('comes with its node also where it has no checks', async () => {
    await registerNode('n2');
    const [gone, left] = [await create({ Node: 'n2', Checks: [] }), await create({ Checks: [] })];
    await deregister({});
    expect((await api.get(`${SESSION}list`)).json()).toMatchObject([{ ID: left }]);
    expect(await info(gone)).toBeUndefined();
  });

  it('does not come with a check that warns, or that it was not made with', async () => {
    await registerNode('n2');
    const id = await create({ Node: 'n2', NodeChecks: ['alive'] });
    await check('alive', 'warning');
    await check('service:web', 'critical');
    expect(await info(id)).toBeDefined();
  });
});

describe('a lock delay', () => {
  it.each([
    ['60s at most', '5m', 60_000],
    ['as long as asked', '3s', 3000],
  ])('is %s', async (_, LockDelay, ms) => {
    const id = await create({ LockDelay });
    const other = await create();
    await acquire('a', id);
    await api.put(`${SESSION}destroy/${id}`);
    await api.clock.advanceAsync(ms - 1);
    expect(await acquire('a', other)).toBe('false');
    await api.clock.advanceAsync(1);
    expect(await acquire('a', other)).toBe('true');
  });

  it('does not keep from writing, and ends for nobody else', async () => {
    const id = await create();
    const other = await create();
    await acquire('a', id);
    await api.put(`${SESSION}destroy/${id}`);
    expect((await api.put('/v1/kv/a', 'x')).body).toBe('true');
    expect((await api.put('/v1/kv/b?acquire=x', 'x')).statusCode).toBe(500);
    expect(await acquire('b', other)).toBe('true');
  });

  it('is none after a release, or where it is 0', async () => {
    const [one, two] = [await create(), await create({ LockDelay: 0 })];
    await acquire('a', one);
    await api.put(`/v1/kv/a?release=${one}`, 'x');
    expect(await acquire('a', two)).toBe('true');
    await api.put(`${SESSION}destroy/${two}`);
    expect(await acquire('a', one)).toBe('true');
  });
});

describe('a renewal', () => {
  it('answers the session, gives it its full time and changes no index', async () => {
    const id = await create({ TTL: '10s', Name: 'mine' });
    const { index } = api.state;
    for (let round = 0; round < 5; round++) {
      await api.clock.advanceAsync(19_999);
      const reply = await api.put(`${SESSION}renew/${id}`);
      expect([reply.statusCode, reply.json()]).toMatchObject([200, [{ ID: id, Name: 'mine' }]]);
    }
    expect(api.state.index).toBe(index);
    await api.clock.advanceAsync(20_000);
    expect(shown(await api.put(`${SESSION}renew/${id}`))).toEqual([
      404,
      `Session id '${id}' not found`,
    ]);
  });

  it('of a session without a TTL is an answer, and nothing more', async () => {
    const id = await create({ TTL: '0s' });
    expect((await api.put(`${SESSION}renew/${id}`)).statusCode).toBe(200);
    await api.clock.advanceAsync(100 * 3_600_000);
    expect(await info(id)).toBeDefined();
  });
});
