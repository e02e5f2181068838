/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how templates of prepared queries are written */
/** Prepared queries by name, by id and through templates: the instances that fit, in their order (rows 102 to 107). */
import { describe, expect, it } from 'vitest';
import type { ViewChange } from '../../../src/dns/index.ts';
import type { ViewQuery } from '../../../src/dns/view/delta.ts';
import { type AskOptions, ask, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const ID = '0a4e1c1e-1111-4222-8333-444455556666';
const put = (fields: Partial<ViewQuery> = {}): ViewChange => ({
  kind: 'put-query',
  query: {
    key: ID,
    name: 'Some.query.we.like',
    service: 'Web',
    tags: [],
    template: undefined,
    near: '',
    nodeMeta: {},
    serviceMeta: {},
    ignoreCheckIds: [],
    peer: '',
    onlyPassing: false,
    connect: false,
    ttlSeconds: undefined,
    ...fields,
  },
});
const INSTANCES = [
  node('n', '10.0.0.9', { meta: { rack: 'r1' } }),
  instance('web', 'n', { id: 'a', port: 80, address: '10.0.0.1', tags: ['V1', 'blue'] }),
  instance('web', 'n', { id: 'b', port: 80, address: '10.0.0.2', tags: ['v2'], status: 'warning' }),
  instance('web', 'n', {
    id: 'c',
    port: 80,
    address: '10.0.0.3',
    tags: ['v1'],
    status: 'critical',
    meta: { env: 'test' },
  }),
  instance('proxy', 'n', { id: 'p', port: 21_000, address: '10.0.0.4', connect: 'web' }),
];
const found = async (fields: Partial<ViewQuery>, name: string, answer = {}) => {
  const server = serve({ rows: [...INSTANCES, put(fields)], answer });
  const seen = await ask(server, `A ${name}`);
  return [seen.rcode, ...seen.answer.map((record) => record.split(' ')[3]).sort()];
};

describe('a prepared query', () => {
  it.each<[string, Partial<ViewQuery>, string, (number | string)[]]>([
    ['by a name with dots', {}, 'some.query.we.like.query.consul', [0, '10.0.0.1', '10.0.0.2']],
    [
      'in the local datacenter',
      {},
      'some.query.we.like.query.dc1.consul',
      [0, '10.0.0.1', '10.0.0.2'],
    ],
    ['in another', {}, 'some.query.we.like.query.dc2.consul', [3]],
    ['by its id', {}, `${ID}.query.consul`, [0, '10.0.0.1', '10.0.0.2']],
    ['as RFC 2782 writes it', {}, `_${ID}._tcp.query.consul`, [0, '10.0.0.1', '10.0.0.2']],
    ['with a tag', { tags: ['v1'] }, `${ID}.query.consul`, [0, '10.0.0.1']],
    ['without a tag', { tags: ['!v1'] }, `${ID}.query.consul`, [0, '10.0.0.2']],
    ['with both', { tags: ['v1', '!BLUE'] }, `${ID}.query.consul`, [3]],
    [
      'with metadata of the node',
      { nodeMeta: { rack: 'r1' } },
      `${ID}.query.consul`,
      [0, '10.0.0.1', '10.0.0.2'],
    ],
    ['with other metadata of it', { nodeMeta: { rack: 'r2' } }, `${ID}.query.consul`, [3]],
    ['with metadata of the service', { serviceMeta: { env: 'test' } }, `${ID}.query.consul`, [3]],
    [
      'whose check does not count',
      { serviceMeta: { env: 'test' }, ignoreCheckIds: ['service:c'] },
      `${ID}.query.consul`,
      [0, '10.0.0.3'],
    ],
    [
      'passing apart from one check',
      { onlyPassing: true, ignoreCheckIds: ['service:b'] },
      `${ID}.query.consul`,
      [0, '10.0.0.1', '10.0.0.2'],
    ],
    ['passing only', { onlyPassing: true }, `${ID}.query.consul`, [0, '10.0.0.1']],
    ['of the mesh', { connect: true }, `${ID}.query.consul`, [0, '10.0.0.4']],
    ['of a peer', { peer: 'p' }, `${ID}.query.consul`, [3]],
    ['of no service', { service: 'none' }, `${ID}.query.consul`, [3]],
    ['that is not there', {}, 'nope.query.consul', [3]],
  ])('%s', async (_title, fields, name, expected) => {
    expect(await found(fields, name)).toEqual(expected);
  });

  it('goes by its own rule of health, not by only_passing', async () => {
    expect(await found({}, `${ID}.query.consul`, { onlyPassing: true })).toEqual([
      0,
      '10.0.0.1',
      '10.0.0.2',
    ]);
  });

  it.each<[string, number | undefined, number]>([
    ['its own', 18, 18],
    ['that of the service', undefined, 10],
    ['zero is one, too', 0, 0],
  ])('has a TTL: %s (row 104)', async (_title, ttlSeconds, seconds) => {
    const answer = { serviceTtlSeconds: { web: 10 } };
    const server = serve({ rows: [...INSTANCES, put({ ttlSeconds })], answer });
    const { answer: records, additional } = await ask(server, `SRV ${ID}.query.consul`);
    expect(records.concat(additional).map((record) => record.split(' ')[1])).toEqual(
      Array(5).fill(String(seconds)),
    );
  });

  it('changes and goes with its row', async () => {
    const server = serve({ rows: [...INSTANCES, put()] });
    server.view.apply({ index: 8, changes: [put({ name: 'renamed', tags: ['v1'] })] });
    expect((await ask(server, 'A some.query.we.like.query.consul')).rcode).toBe(3);
    expect((await ask(server, 'A renamed.query.consul')).answer).toHaveLength(1);
    server.view.apply({ index: 9, changes: [{ kind: 'delete-query', key: ID }] });
    expect((await ask(server, 'A renamed.query.consul')).rcode).toBe(3);
  });
});

describe('a template', () => {
  const template = { type: 'name_prefix_match', regexp: '', removeEmptyTags: false };
  const id = (last: number) => `0a4e1c1e-1111-4222-8333-44445555000${last}`;
  const ROWS = [
    ...INSTANCES,
    put({ key: id(1), name: '', template, service: '${name.full}', tags: ['blue'] }),
    put({ key: id(2), name: 'Geo-', template, service: '${name.suffix}' }),
    put({
      key: id(3),
      name: 'geo-db-',
      template: { ...template, regexp: '^geo-db-(.*)-([^-]+)$', removeEmptyTags: true },
      service: '${match(2)}',
      tags: ['${match(1)}', '${match(9)}'],
    }),
    put({ key: id(4), name: 'geo-db-v2-exact', service: 'proxy' }),
  ];

  it.each<[string, string, (number | string)[]]>([
    ['for all names', 'web', [0, '10.0.0.1']],
    ['with the name as RFC 2782 writes it', '_web._tcp', [0, '10.0.0.1']],
    ['with the longest beginning', 'GEO-web', [0, '10.0.0.1', '10.0.0.2']],
    ['with groups', 'geo-db-v2-web', [0, '10.0.0.2']],
    ['without a match', 'geo-db-web', [3]],
    ['but not before an exact name', 'geo-db-v2-exact', [0, '10.0.0.4']],
    ['to a service that is not there', 'geo-nope', [3]],
    ['not by its id', id(2), [3]],
  ])('leads %s', async (_title, name, expected) => {
    const server = serve({ rows: ROWS });
    for (let time = 0; time < 2; time++) {
      const seen = await ask(server, `A ${name}.query.consul`);
      expect([seen.rcode, ...seen.answer.map((record) => record.split(' ')[3]).sort()]).toEqual(
        expected,
      );
    }
  });

  it('changes and goes with its row, for names that were asked before, too', async () => {
    const server = serve({ rows: ROWS });
    const count = async () => (await ask(server, 'A geo-web.query.consul')).answer.length;
    expect(await count()).toBe(2);
    const changed = put({ key: id(2), name: 'geo-', template, service: 'web', tags: ['v2'] });
    server.view.apply({ index: 8, changes: [changed] });
    expect(await count()).toBe(1);
    server.view.apply({ index: 9, changes: [{ kind: 'delete-query', key: id(2) }] });
    expect(await count()).toBe(0);
  });

  it('keeps what it says for the names of late only', async () => {
    const server = serve({ rows: ROWS });
    const first = server.view.query('web');
    expect(server.view.query('web')).toBe(first);
    for (let at = 0; at < 1024; at++) server.view.query(`random-${at}`);
    expect(server.view.query('web')).not.toBe(first);
    expect(server.view.query('web')).toEqual(first);
  });
});

describe('the order of a prepared query', () => {
  /** One second apart from each other; nobody knows where `x` is. */
  const NODES = ['a', 'b', 'c', 'x', 'agent'];
  const ROWS = NODES.flatMap((name, at) => [
    node(name, `10.0.0.${at}`, name === 'x' ? {} : { at: name === 'agent' ? 2 : at }),
    instance('web', name, { port: 80, address: `10.1.0.${at}` }),
  ]);
  const orderOf = async (near: string, type = 'A', options: AskOptions = {}, answer = {}) => {
    const server = serve({ rows: [...ROWS, put({ near })], answer, seed: Math.random() * 1e9 });
    const seen = await ask(server, `${type} ${ID}.query.consul`, options);
    const nodes = seen.answer.map((record) =>
      type === 'A' ? NODES[Number(record.split('.').at(-1))] : nodeOfTarget(record),
    );
    return { nodes: nodes.join(' '), scope: seen.opt?.options[0] };
  };
  /** Targets are named after addresses: 0a010002 is 10.1.0.2. */
  const nodeOfTarget = (record: string) => NODES[Number(/([0-9a-f]{2})\.addr/.exec(record)?.[1])];

  it.each([
    ['a', /^a b (c agent|agent c) x$/],
    ['B', /^b ((a|c|agent) ){3}x$/],
    ['c', /^c agent b a x$/],
    ['_agent', /^agent c b a x$/],
  ])('is by the distance from %s', async (near, expected) => {
    for (let time = 0; time < 5; time++) {
      for (const type of ['A', 'SRV']) {
        expect((await orderOf(near, type, { transport: 'tcp' })).nodes).toMatch(expected);
      }
    }
  });

  it('has the node itself first where nobody knows the distances', async () => {
    for (let time = 0; time < 5; time++) expect((await orderOf('x')).nodes).toMatch(/^x /);
  });

  it('is cut behind the nearest', async () => {
    for (let time = 0; time < 5; time++) {
      expect((await orderOf('c', 'A', {}, { aRecordLimit: 2 })).nodes).toBe('c agent');
    }
  });

  it.each(['nobody', '_ip', ''])('is drawn for %j, where that is no node', async (near) => {
    const orders = new Set<string>();
    for (let time = 0; time < 20; time++) orders.add((await orderOf(near)).nodes);
    expect(orders.size).toBeGreaterThan(5);
  });

  it('goes by the address of the client, and first by what its resolver tells (row 105)', async () => {
    expect((await orderOf('_ip', 'A', { from: '10.0.0.2' })).nodes).toBe('c agent b a x');
    const subnet = Buffer.from([0, 1, 32, 0, 10, 0, 0, 0]);
    const ednsOptions = [{ code: 8, data: subnet }];
    const { nodes, scope } = await orderOf('_ip', 'A', {
      from: '10.0.0.2',
      edns: 1232,
      ednsOptions,
    });
    expect(nodes.replace('agent c', 'c agent')).toBe('a b c agent x');
    expect(scope).toMatchObject({ scopePrefixLength: 32 });
  });

  it('changes with the coordinates of the node and of the instances', async () => {
    const server = serve({ rows: [...ROWS, put({ near: 'a' })] });
    const order = async () =>
      (await ask(server, `A ${ID}.query.consul`)).answer
        .map((record) => NODES[Number(record.split('.').at(-1))])
        .join(' ');
    expect(await order()).toMatch(/^a b /);
    server.view.apply({ index: 8, changes: [node('b', '10.0.0.1', { at: 50 })] });
    expect(await order()).toMatch(/^a (c agent|agent c) b x$/);
    server.view.apply({ index: 9, changes: [node('a', '10.0.0.0', { at: 100 })] });
    expect(await order()).toMatch(/^a b (c agent|agent c) x$/);
    const from = put({ near: 'w' });
    server.view.apply({ index: 10, changes: [from, node('w', '10.0.0.8', { at: 3 })] });
    expect(await order()).toMatch(/^(c agent|agent c) b a x$/);
    // A node without instances is in nothing that was selected.
    server.view.apply({ index: 11, changes: [node('w', '10.0.0.8', { at: 99 })] });
    expect(await order()).toMatch(/^a b (c agent|agent c) x$/);
  });
});
