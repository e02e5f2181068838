/** `/v1/txn`: every verb with what it answers, every text of a refusal, and that nothing is done by halves. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { putKv, readKv } from '../../src/catalog/index.ts';
import { limits } from '../../src/runtime/index.ts';
import { openApi, type TestApi } from './api.ts';

let api: TestApi;
let session: string;
let index: number;
beforeEach(async () => {
  api = await openApi();
  session = (await api.put('/v1/session/create', { LockDelay: '0s' })).json().ID;
  await api.put('/v1/catalog/register', {
    Node: 'n2',
    Address: '10.0.0.2',
    Service: { Service: 'web', Port: 80 },
    Check: { Name: 'alive', CheckID: 'alive', Status: 'passing' },
  });
  await api.put('/v1/kv/free?flags=3', 'value');
  await api.put(`/v1/kv/held?acquire=${session}`, 'mine');
  await api.put('/v1/kv/tree/b', 'b');
  await api.put('/v1/kv/tree/a', 'a');
  index = api.state.index;
  return () => api.close();
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const modifyIndexOf = async (key: string): Promise<number> =>
  (await api.get(`/v1/kv/${key}`)).json()[0].ModifyIndex;
const kv = (fields: object) => ({ KV: { Key: 'free', Value: base64('new'), ...fields } });
const run = async (...operations: unknown[]) => {
  const reply = await api.put('/v1/txn', operations);
  return { status: reply.statusCode, ...reply.json() };
};

describe('verbs of keys', () => {
  const verbs: [verb: object, result: object | undefined][] = [
    [
      { Verb: 'set', Flags: 7 },
      { Flags: 7, LockIndex: 0 },
    ],
    [
      { Verb: 'set', Key: 'new' },
      { Key: 'new', Flags: 0 },
    ],
    [
      { Verb: 'set', Key: 'held' },
      { Key: 'held', LockIndex: 0 },
    ],
    [{ Verb: 'cas', Key: 'new', Index: 0 }, { Key: 'new' }],
    [
      { Verb: 'lock', Session: '?' },
      { LockIndex: 1, Session: '?' },
    ],
    [
      { Verb: 'lock', Key: 'held', Session: '?' },
      { LockIndex: 1, Session: '?' },
    ],
    [{ Verb: 'unlock', Key: 'held', Session: '?' }, { LockIndex: 1 }],
    [{ Verb: 'delete' }, undefined],
    [{ Verb: 'delete', Key: 'none' }, undefined],
    [{ Verb: 'delete-cas', Key: 'none', Index: 5 }, undefined],
    [{ Verb: 'delete-tree', Key: 'tree/' }, undefined],
    [
      { Verb: 'check-session', Key: 'held', Session: '?' },
      { Key: 'held', Value: null },
    ],
    [{ Verb: 'check-not-exists', Key: 'none' }, undefined],
    [{ Verb: 'get' }, { Flags: 3, Value: base64('value') }],
    [{ Verb: 'get-or-empty' }, { Flags: 3, Value: base64('value') }],
    [
      { Verb: 'get-or-empty', Key: 'none' },
      { Key: 'none', Value: null, Flags: 0, LockIndex: 0, CreateIndex: 0, ModifyIndex: 0 },
    ],
  ];
  it.each(verbs)('%j answers %j', async (verb, expected) => {
    const fill = (fields: object) => JSON.parse(JSON.stringify(fields).replaceAll('?', session));
    const { status, Results, Errors } = await run(kv(fill(verb)));
    expect([status, Errors]).toEqual([200, null]);
    expect(Results).toMatchObject(expected === undefined ? [] : [{ KV: fill(expected) }]);
    const changes = ['set', 'cas', 'lock', 'unlock'].some(
      (name) => 'Verb' in verb && verb.Verb === name,
    );
    if (!changes) return;
    expect(Results[0].KV).toMatchObject({ Value: null, ModifyIndex: index + 1 });
    const key = Results[0].KV.Key;
    expect((await api.get(`/v1/kv/${key}`)).json()).toEqual([
      { ...Results[0].KV, Value: base64('new') },
    ]);
  });

  it('that compare do it with the index of the entry', async () => {
    const Index = await modifyIndexOf('free');
    expect(await run(kv({ Verb: 'check-index', Index }))).toMatchObject({ status: 200 });
    expect(await run(kv({ Verb: 'cas', Index }))).toMatchObject({ status: 200 });
    const changed = await modifyIndexOf('free');
    expect(await run(kv({ Verb: 'delete-cas', Index: changed }))).toMatchObject({ status: 200 });
  });

  it('get-tree answers every key below, in order and with its value', async () => {
    const { Results } = await run({ KV: { Verb: 'get-tree', Key: 'tree/' } });
    expect(Results).toMatchObject([
      { KV: { Key: 'tree/a', Value: base64('a') } },
      { KV: { Key: 'tree/b', Value: base64('b') } },
    ]);
    expect(await run({ KV: { Verb: 'get-tree', Key: 'none/' } })).toMatchObject({ Results: [] });
  });

  it('change nothing when they write what is there', async () => {
    const { Results } = await run(kv({ Verb: 'set', Value: base64('value'), Flags: 3 }));
    const [row] = (await api.get('/v1/kv/free')).json();
    expect([api.state.index, Results]).toEqual([index, [{ KV: { ...row, Value: null } }]]);
  });

  it('keep all 64 bits of the flags', async () => {
    const flags = '16210313421097356768';
    const body = `[{"KV":{"Verb":"set","Key":"x","Flags":${flags}}}]`;
    expect((await api.put('/v1/txn', body)).body).toContain(`"Flags":${flags},"Value":null`);
    expect((await api.get('/v1/kv/x')).body).toContain(`"Flags":${flags},`);
  });

  it('see what the operations before them did', async () => {
    const { Results } = await run(
      kv({ Verb: 'set', Key: 'x' }),
      kv({ Verb: 'get', Key: 'x' }),
      kv({ Verb: 'delete', Key: 'x' }),
      kv({ Verb: 'check-not-exists', Key: 'x' }),
      kv({ Verb: 'lock', Key: 'x', Session: session }),
    );
    const at = { CreateIndex: index + 1, ModifyIndex: index + 1 };
    expect(Results).toMatchObject([
      { KV: { Key: 'x', Value: null, ...at } },
      { KV: { Key: 'x', Value: base64('new'), ...at } },
      { KV: { Key: 'x', LockIndex: 1, ...at } },
    ]);
    expect(api.state.index).toBe(index + 1);
  });

  const sameValue = { Value: base64('value'), Flags: 3 };
  it.each([
    ['deleted and set anew', [{ Verb: 'delete' }, { Verb: 'set' }], true],
    ['deleted and set as it was', [{ Verb: 'delete' }, { Verb: 'set', ...sameValue }], true],
    ['changed and changed back', [{ Verb: 'set' }, { Verb: 'set', ...sameValue }], false],
  ])('answer the indexes of a key that was %s', async (_, verbs, isNew) => {
    const [before] = (await api.get('/v1/kv/free')).json();
    const woken: string[] = [];
    api.state.watches.add(readKv(api.state, 'free').topics, () => woken.push('free'));
    const { Results } = await run(...verbs.map(kv));
    const [after] = (await api.get('/v1/kv/free')).json();
    expect(Results.at(-1).KV).toEqual({ ...after, Value: null });
    expect(after).toMatchObject({
      CreateIndex: isNew ? index + 1 : before.CreateIndex,
      ModifyIndex: index + 1,
    });
    expect(woken).toEqual(['free']);
  });
});

describe('verbs of nodes, services and checks', () => {
  const node = { Node: 'n3', Address: '10.0.0.3', Meta: { rack: 'r1' } };

  it('set what they are given, and answer it as the catalog shows it', async () => {
    const { status, Results } = await run(
      { Node: { Verb: 'set', Node: node } },
      { Service: { Verb: 'set', Node: 'n3', Service: { ID: 'db1', Service: 'db', Port: 5432 } } },
      {
        Check: {
          Verb: 'set',
          Check: {
            Node: 'n3',
            CheckID: 'c',
            Name: 'tcp',
            ServiceID: 'db1',
            Status: 'passing',
            Definition: { TCP: 'localhost:5432', Interval: '5s', Timeout: '10s' },
          },
        },
      },
    );
    const at = { CreateIndex: index + 1, ModifyIndex: index + 1 };
    expect([status, Results]).toMatchObject([
      200,
      [
        {
          Node: { Node: 'n3', Address: '10.0.0.3', Datacenter: 'dc1', Meta: { rack: 'r1' }, ...at },
        },
        {
          Service: {
            ID: 'db1',
            Service: 'db',
            Port: 5432,
            Weights: { Passing: 1, Warning: 1 },
            ...at,
          },
        },
        {
          Check: {
            Node: 'n3',
            CheckID: 'c',
            ServiceName: 'db',
            Type: 'tcp',
            Definition: { TCP: 'localhost:5432', Interval: '5s', Timeout: '10s' },
            ...at,
          },
        },
      ],
    ]);
    const [instance] = (await api.get('/v1/health/service/db')).json();
    expect(instance).toMatchObject({ Node: Results[0].Node, Service: Results[1].Service });
  });

  it("answer a check's tags as null where there are none", async () => {
    const tagsOf = async (service: object) => {
      const { Results } = await run(
        { Service: { Verb: 'set', Node: 'n2', Service: { ID: 's', Service: 's', ...service } } },
        { Check: { Verb: 'set', Check: { Node: 'n2', CheckID: 's', ServiceID: 's' } } },
      );
      return Results[1].Check.ServiceTags;
    };
    expect(await tagsOf({})).toBeNull();
    expect((await api.get('/v1/health/checks/s')).json()).toMatchObject([{ ServiceTags: [] }]);
    expect(await tagsOf({ Tags: ['v1'] })).toEqual(['v1']);
  });

  it('get and compare by the index of the row', async () => {
    const read = await run(
      { Node: { Verb: 'get', Node: { Node: 'N2' } } },
      { Service: { Verb: 'get', Node: 'n2', Service: { ID: 'web' } } },
      { Check: { Verb: 'get', Check: { Node: 'n2', CheckID: 'alive' } } },
    );
    const [{ Node }, { Service }, { Check }] = read.Results;
    expect([Node.Address, Service.Port, Check.Status]).toEqual(['10.0.0.2', 80, 'passing']);
    const changed = await run(
      { Node: { Verb: 'cas', Node: { ...Node, Address: '10.0.0.22' } } },
      { Service: { Verb: 'cas', Node: 'n2', Service: { ...Service, Port: 81 } } },
      { Check: { Verb: 'cas', Check: { ...Check, Status: 'warning' } } },
    );
    expect(changed.Results).toMatchObject([
      { Node: { Address: '10.0.0.22', CreateIndex: Node.CreateIndex, ModifyIndex: index + 1 } },
      { Service: { Port: 81, ModifyIndex: index + 1 } },
      { Check: { Status: 'warning', ModifyIndex: index + 1 } },
    ]);
    const [{ Node: n }, { Service: s }, { Check: c }] = changed.Results;
    const deleted = await run(
      { Check: { Verb: 'delete-cas', Check: c } },
      { Service: { Verb: 'delete-cas', Node: 'n2', Service: s } },
      { Node: { Verb: 'delete-cas', Node: n } },
    );
    expect(deleted).toMatchObject({ status: 200, Results: [] });
    expect(api.state.tables.nodes.get('n2')).toBeUndefined();
  });

  it('delete also what is not there', async () => {
    const deleted = await run(
      { Check: { Verb: 'delete', Check: { Node: 'n2', CheckID: 'alive' } } },
      { Service: { Verb: 'delete', Node: 'n2', Service: { ID: 'web' } } },
      { Node: { Verb: 'delete', Node: { Node: 'n2' } } },
      { Node: { Verb: 'delete', Node: { Node: 'none' } } },
      { Service: { Verb: 'delete', Node: 'none', Service: { ID: 'web' } } },
    );
    expect(deleted).toEqual({ status: 200, Results: [], Errors: null });
  });
});

describe('an operation that fails', () => {
  const none = '00000000-0000-4000-8000-00000000dead';
  const n2 = (verb: string, fields: object = {}) => ({
    Node: { Verb: verb, Node: { Node: 'n2', Address: '10.9.9.9', ModifyIndex: 1, ...fields } },
  });
  const web = (verb: string, fields: object = {}, node = 'n2') => ({
    Service: { Verb: verb, Node: node, Service: { Service: 'web', ModifyIndex: 1, ...fields } },
  });
  const alive = (verb: string, fields: object = {}) => ({
    Check: { Verb: verb, Check: { Node: 'n2', CheckID: 'alive', ModifyIndex: 1, ...fields } },
  });
  const failing: [operation: object, what: string][] = [
    [kv({ Verb: 'get', Key: 'none' }), `key "none" doesn't exist`],
    [kv({ Verb: 'cas', Index: 1 }), 'failed to set key "free", index is stale'],
    [kv({ Verb: 'cas', Index: 0 }), 'failed to set key "free", index is stale'],
    [kv({ Verb: 'cas', Key: 'none', Index: 1 }), 'failed to set key "none", index is stale'],
    [kv({ Verb: 'delete-cas', Index: 1 }), 'failed to delete key "free", index is stale'],
    [kv({ Verb: 'delete-cas', Index: 0 }), 'failed to delete key "free", index is stale'],
    [kv({ Verb: 'lock' }), 'missing session'],
    [kv({ Verb: 'lock', Session: none }), `invalid session "${none}"`],
    [kv({ Verb: 'unlock' }), 'missing session'],
    [
      kv({ Verb: 'unlock', Session: none }),
      `failed to unlock key "free", lock isn't held, or is held by another session`,
    ],
    [
      kv({ Verb: 'check-session', Key: 'none', Session: none }),
      `failed to check session, key "none" doesn't exist`,
    ],
    [
      kv({ Verb: 'check-session', Session: none }),
      `failed session check for key "free", current session "" != "${none}"`,
    ],
    [
      kv({ Verb: 'check-index', Key: 'none', Index: 6 }),
      `failed to check index, key "none" doesn't exist`,
    ],
    [kv({ Verb: 'check-not-exists' }), 'key "free" exists'],
    [kv({ Verb: 'x' }), 'unknown KV verb "x"'],
    [kv({ Verb: 'set', Key: '' }), 'Must provide key'],
    [kv({ Verb: 'get', Key: '' }), 'Must provide key'],
    ...['set', 'cas', 'lock'].map((Verb): [object, string] => [
      kv({ Verb, Key: '/a' }),
      "Invalid key. Key must not begin with a '/': /a",
    ]),
    [kv({ Verb: 'set', Key: 'a\0b' }), 'the key must not contain a NUL character'],
    [kv({ Verb: 'set', Key: 'k'.repeat(1901) }), 'the key is too long (1901 > 1900 bytes)'],
    [n2('get', { Node: 'none' }), `node "none" doesn't exist`],
    [n2('cas'), 'failed to set node "n2", index is stale'],
    [n2('delete-cas'), 'failed to delete node "n2", index is stale'],
    [n2('delete-cas', { Node: 'none' }), 'failed to delete node "none", index is stale'],
    [n2('x'), 'unknown Node verb "x"'],
    [n2('set', { Node: '' }), 'Must provide node'],
    [n2('set', { ID: 'zz' }), 'Bad node ID: invalid UUID: zz'],
    [n2('set', { Node: 'a\0b' }), 'Node.Node must not contain a NUL character'],
    [web('get', { ID: 'none' }), `service "none" on node "n2" doesn't exist`],
    [web('cas'), 'failed to set service "web" on node "n2", index is stale'],
    [web('delete-cas'), 'failed to delete service "web" on node "n2", index is stale'],
    [
      web('delete-cas', { ID: 'none' }),
      'failed to delete service "none" on node "n2", index is stale',
    ],
    [web('set', {}, 'none'), 'Missing node registration'],
    [web('set', { Address: '0.0.0.0' }), 'Invalid service address'],
    [web('x'), 'unknown Service verb "x"'],
    [alive('get', { CheckID: 'none' }), `check "none" on node "n2" doesn't exist`],
    [alive('cas'), 'failed to set check "alive" on node "n2", index is stale'],
    [alive('delete-cas'), 'failed to delete check "alive" on node "n2", index is stale'],
    [
      alive('delete-cas', { CheckID: 'none' }),
      'failed to delete check "none" on node "n2", index is stale',
    ],
    [
      alive('delete-cas', { ModifyIndex: 0 }),
      'failed to delete check "alive" on node "n2", index is stale',
    ],
    [alive('set', { Node: 'none' }), 'Missing node registration'],
    [alive('set', { ServiceID: 'none' }), 'Missing service registration'],
    [alive('x'), 'unknown Check verb "x"'],
    [{}, 'no operation specified'],
  ];
  it.each(failing)('%j takes all others back', async (operation, what) => {
    const first = kv({ Verb: 'set', Key: 'first' });
    const last = { Node: { Verb: 'set', Node: { Node: 'last', Address: '10.0.0.4' } } };
    expect(await run(first, operation, last)).toEqual({
      status: 409,
      Results: null,
      Errors: [{ OpIndex: 1, What: what }],
    });
    expect(api.state.index).toBe(index);
    expect((await api.get('/v1/kv/first')).statusCode).toBe(404);
    expect(api.state.tables.nodes.get('last')).toBeUndefined();
  });

  it('tells the index and the session that there are', async () => {
    const at = await modifyIndexOf('held');
    expect(
      await run(
        kv({ Verb: 'check-index', Key: 'held', Index: 6 }),
        kv({ Verb: 'lock', Key: 'held' }),
      ),
    ).toMatchObject({
      Errors: [
        { OpIndex: 0, What: `failed index check for key "held", current modify index ${at} != 6` },
        { OpIndex: 1, What: 'missing session' },
      ],
    });
    const other = (await api.put('/v1/session/create')).json().ID;
    expect(await run(kv({ Verb: 'lock', Key: 'held', Session: other }))).toMatchObject({
      Errors: [{ OpIndex: 0, What: 'failed to lock key "held", lock is already held' }],
    });
  });

  it('waits for a lock delay', async () => {
    const lost = (await api.put('/v1/session/create', { LockDelay: '5s' })).json().ID;
    await run(kv({ Verb: 'lock', Session: lost }));
    await api.put(`/v1/session/destroy/${lost}`);
    const lock = kv({ Verb: 'lock', Session: session });
    expect(await run(lock)).toMatchObject({
      status: 409,
      Errors: [{ OpIndex: 0, What: 'failed to lock key "free" due to lock delay' }],
    });
    await api.clock.advanceAsync(5000);
    expect(await run(lock)).toMatchObject({ status: 200 });
  });
});

describe('results that are large', () => {
  const halfOfMost = limits.txnResultBytes.default / 2;
  const tooLarge = `the results take more than ${limits.txnResultBytes.default} bytes`;
  const tree = (Key: string) => ({ KV: { Verb: 'get-tree', Key } });
  beforeEach(async () => {
    const value = 'v'.repeat(halfOfMost / 16);
    await api.engine.commit((transaction) => {
      for (let at = 0; at < 34; at++) {
        putKv(transaction, { key: `${at % 2 === 0 ? 'even' : 'odd'}/${at}`, value, flags: '0' });
      }
    });
  });

  it('are refused before anything is done, and what follows is not tried', async () => {
    const reply = await run(
      kv({ Verb: 'set', Key: 'done' }),
      tree('even/'),
      tree('even/'),
      kv({ Verb: 'get', Key: 'none' }),
    );
    expect(reply).toEqual({ status: 409, Results: null, Errors: [{ OpIndex: 2, What: tooLarge }] });
    expect(api.state.tables.kv.get('done')).toBeUndefined();
    expect(await run(tree(''))).toMatchObject({ Errors: [{ OpIndex: 0, What: tooLarge }] });
  });

  it('are answered as long as they are not too large', async () => {
    const reply = await api.put('/v1/txn', [kv({ Verb: 'set', Key: 'done' }), tree('even/')]);
    expect([reply.statusCode, reply.json().Results.length]).toEqual([200, 18]);
    expect(api.state.tables.kv.get('done')).toBeDefined();
  });
});

describe('a transaction that only reads', () => {
  it('says so in its body and headers', async () => {
    const reply = await api.put('/v1/txn?consistent', [kv({ Verb: 'get' })]);
    expect(reply.body).toMatch(/^\{"Results":\[\{"KV":\{.*\}\}\],"Errors":null,"Index":1,/);
    expect(reply.json()).toMatchObject({
      Index: 1,
      LastContact: 0,
      KnownLeader: true,
      ConsistencyLevel: '',
      NotModified: false,
      Backend: 0,
      ResultsFilteredByACLs: false,
    });
    expect(reply.headers).toMatchObject({
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
    });
    expect(reply.headers).not.toHaveProperty('x-consul-index');
  });

  it('is not one that writes', async () => {
    const reply = await api.put('/v1/txn', [kv({ Verb: 'get' }), kv({ Verb: 'delete' })]);
    expect(Object.keys(reply.json())).toEqual(['Results', 'Errors']);
    expect(reply.headers).not.toHaveProperty('x-consul-knownleader');
  });
});

describe('a body that is refused', () => {
  const long = base64('x'.repeat(300_000));
  const most = limits.kvValueBytes.default;
  const bodies: [title: string, body: string, status: number, text: string][] = [
    ['is empty', '', 400, 'Failed to parse body: EOF'],
    ['is cut', '[{"KV":', 400, 'Failed to parse body: unexpected EOF'],
    [
      'is no list',
      '{}',
      400,
      'Failed to parse body: json: cannot unmarshal object into Go value of type api.TxnOps',
    ],
    ['has an unknown field', '[{"X":1}]', 400, 'Failed to parse body: json: unknown field "X"'],
    [
      'has a number for a text',
      '[{"KV":{"Verb":1}}]',
      400,
      'Failed to parse body: json: cannot unmarshal number into Go struct field .KV.Verb of type string',
    ],
    [
      'has flags past 64 bits',
      '[{"KV":{"Verb":"set","Flags":18446744073709551616}}]',
      400,
      'Failed to parse body: json: cannot unmarshal number 18446744073709551616 into Go struct field .KV.Flags of type uint64',
    ],
    [
      'has a value that is no base64',
      '[{"KV":{"Verb":"set","Key":"a","Value":"ab*="}}]',
      400,
      'Failed to parse body: illegal base64 data at input byte 2',
    ],
    [
      'has base64 without its padding',
      '[{"KV":{"Verb":"set","Key":"a","Value":"ab"}}]',
      400,
      'Failed to parse body: illegal base64 data at input byte 2',
    ],
    [
      'has a port that is none',
      '[{"Service":{"Verb":"set","Node":"n2","Service":{"Service":"a","Port":70000}}}]',
      400,
      'Invalid service port: Port must be between 0 and 65535, received 70000',
    ],
    [
      'has a node of a peer',
      '[{"Node":{"Verb":"set","Node":{"Node":"n2","PeerName":"east"}}}]',
      400,
      'peer "east" is unknown: there are no peers of this cluster',
    ],
    [
      'has too many operations',
      JSON.stringify(new Array(129).fill(kv({ Verb: 'get' }))),
      413,
      'Transaction contains too many operations (129 > 128)',
    ],
    [
      'is too large',
      JSON.stringify([kv({ Verb: 'set', Value: long }), kv({ Verb: 'set', Value: long })]),
      413,
      `Request body(800093 bytes) too large, max size: ${most} bytes. ` +
        'See https://www.consul.io/docs/agent/config/config-files#txn_max_req_len.',
    ],
  ];
  it.each(bodies)('%s', async (_, body, status, text) => {
    const reply = await api.put('/v1/txn', body);
    expect([reply.statusCode, reply.body]).toEqual([status, text]);
    expect(api.state.index).toBe(index);
  });

  it('takes 128 operations, keys in any case and nulls', async () => {
    const operations = new Array(128).fill(kv({ Verb: 'get' }));
    expect((await run(...operations)).Results).toHaveLength(128);
    const body = '[{"kv":{"verb":"set","key":"x","value":null,"flags":null},"Node":null}] trailing';
    expect((await api.put('/v1/txn', body)).statusCode).toBe(200);
    expect((await api.get('/v1/txn')).statusCode).toBe(405);
    expect((await api.put('/v1/txn?dc=dc9', [])).statusCode).toBe(500);
    expect((await api.put('/v1/txn?stale&consistent', [])).statusCode).toBe(400);
    expect((await run()).Results).toEqual([]);
  });
});

it('any operations at all are done as a whole, or refused as a whole for a reason of the client', async () => {
  const text = fc.oneof(
    fc.constantFrom('free', 'held', 'n2', 'web', 'alive', 'tree/', ''),
    fc.string(),
  );
  const verb = fc.constantFrom(
    'set',
    'cas',
    'lock',
    'unlock',
    'get',
    'get-tree',
    'delete',
    'delete-cas',
  );
  const field = fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue() });
  const fields = (...names: string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] });
  const operation = fc.oneof(
    fc.tuple(verb, fields('Key', 'Value', 'Session', 'Flags', 'Index')).map(([Verb, of]) => ({
      KV: { ...of, Verb },
    })),
    fc.tuple(verb, fields('Node', 'ID', 'Address', 'Meta')).map(([Verb, Node]) => ({
      Node: { Verb, Node },
    })),
    fc.tuple(verb, field, fields('ID', 'Service', 'Tags', 'Port')).map(([Verb, Node, Service]) => ({
      Service: { Verb, Node, Service },
    })),
    fc.tuple(verb, fields('Node', 'CheckID', 'Status', 'Definition')).map(([Verb, Check]) => ({
      Check: { Verb, Check },
    })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 5 }), async (operations) => {
      const before = api.state.index;
      const reply = await api.put('/v1/txn', operations);
      expect([200, 400, 409]).toContain(reply.statusCode);
      if (reply.statusCode !== 200) expect(api.state.index).toBe(before);
      else expect(api.state.index).toBeLessThanOrEqual(before + 2);
    }),
    { numRuns: 300 },
  );
});
