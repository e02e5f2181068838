/** From commits of the real catalog to view changes, and that a view fed by them stays in step with the tables. */
import { describe, expect, it } from 'vitest';
import {
  createQuery,
  deleteDnsRecord,
  deleteQuery,
  deregister,
  putCoordinate,
  putDnsRecord,
  type QueryInput,
  register,
} from '../../../src/catalog/index.ts';
import { followView, type ViewDelta } from '../../../src/dns/index.ts';
import { formatRecord } from '../../../src/dns/wire/format-record.ts';
import { type Committed, committed } from '../../support/committed.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../../support/rows.ts';

interface Followed extends Committed {
  readonly first: ViewDelta;
  /** Deltas since the last call. */
  taken(): ViewDelta[];
}

function followed(before: (catalog: Committed) => void = () => {}): Followed {
  const catalog = committed();
  before(catalog);
  const deltas: ViewDelta[] = [];
  const first = followView(catalog.state, (delta) => deltas.push(delta))();
  return { ...catalog, first, taken: () => deltas.splice(0) };
}

const put = (catalog: Committed, ...args: Parameters<typeof registration>) =>
  catalog.commit((transaction) => register(transaction, registration(...args)));

/** `put-node foo`, `delete-instance foo/db`, … */
const kinds = (deltas: readonly ViewDelta[]) =>
  deltas.flatMap(({ changes }) =>
    changes.map((change) => {
      const row = 'node' in change ? change.node : 'instance' in change ? change.instance : change;
      const key = 'key' in row ? row.key : '';
      return `${change.kind} ${key.replace('\0', '/')}`;
    }),
  );

describe('a commit', () => {
  it('is one delta with everything it touched, nodes first, at its index', () => {
    const catalog = followed();
    const index = put(catalog, nodeInput('Foo'), serviceInput('Db'), [
      checkInput('alive'),
      checkInput('db-alive', { serviceId: 'Db' }),
    ]);
    const deltas = catalog.taken();
    expect(deltas.map((delta) => delta.index)).toEqual([index]);
    expect(kinds(deltas)).toEqual(['put-node foo', 'put-instance foo/db']);
  });

  it('that changes nothing is no delta', () => {
    const catalog = followed();
    put(catalog, nodeInput('foo'), serviceInput('db'));
    catalog.taken();
    put(catalog, nodeInput('foo'), serviceInput('db'));
    expect(catalog.taken()).toEqual([]);
  });

  it('of a check is its node or its instance', () => {
    const catalog = followed();
    put(catalog, nodeInput('foo'), serviceInput('db'));
    catalog.taken();
    put(catalog, nodeInput('foo'), undefined, [checkInput('c', { status: 'critical' })]);
    expect(catalog.taken()).toMatchObject([
      { changes: [{ kind: 'put-node', node: { marks: [{ checkId: 'c', status: 'critical' }] } }] },
    ]);
    put(catalog, nodeInput('foo'), undefined, [
      checkInput('d', { status: 'warning', serviceId: 'db' }),
    ]);
    expect(catalog.taken()).toMatchObject([
      { changes: [{ kind: 'put-instance', instance: { marks: [{ checkId: 'd' }] } }] },
    ]);
    put(catalog, nodeInput('foo'), undefined, [checkInput('d', { serviceId: 'db' })]);
    expect(catalog.taken()).toMatchObject([
      { changes: [{ kind: 'put-instance', instance: { marks: [] } }] },
    ]);
  });

  it('that DNS cannot see is an index and nothing else', () => {
    const catalog = followed();
    const check = (output: string) => checkInput('d', { serviceId: 'db', output });
    put(catalog, nodeInput('foo'), serviceInput('db', { meta: { v: '1' } }), [check('one')]);
    catalog.taken();
    const indexes = [
      put(catalog, nodeInput('foo'), serviceInput('db', { meta: { v: '1' } }), [check('two')]),
      put(catalog, nodeInput('foo'), serviceInput('db', { meta: { v: '2' } })),
    ];
    expect(catalog.taken()).toEqual(indexes.map((index) => ({ index, changes: [] })));
    put(catalog, nodeInput('foo'), serviceInput('db', { meta: { 'dns-txt-v': '2' } }));
    expect(kinds(catalog.taken())).toEqual(['put-instance foo/db']);
  });

  it('takes away what was deregistered', () => {
    const catalog = followed();
    put(catalog, nodeInput('foo'), serviceInput('db'), [checkInput('d', { serviceId: 'db' })]);
    catalog.taken();
    catalog.commit((transaction) =>
      deregister(transaction, { node: 'foo', serviceId: 'db', checkId: '' }),
    );
    expect(kinds(catalog.taken())).toEqual(['delete-instance foo/db']);
    catalog.commit((transaction) =>
      deregister(transaction, { node: 'foo', serviceId: '', checkId: '' }),
    );
    expect(kinds(catalog.taken())).toEqual(['delete-node foo']);
  });
});

it('what is there already comes first, nodes before instances', () => {
  const catalog = followed((before) => {
    put(before, nodeInput('foo'), serviceInput('db'));
    put(before, nodeInput('bar'), serviceInput('web'));
  });
  expect(catalog.first.index).toBe(catalog.state.index);
  expect(kinds([catalog.first])).toEqual([
    'put-node foo',
    'put-node bar',
    'put-instance foo/db',
    'put-instance bar/web',
  ]);
  expect(catalog.taken()).toEqual([]);
});

describe('the service that an instance stands for in the mesh', () => {
  const table: [title: string, fields: Parameters<typeof serviceInput>[1], expected: string][] = [
    ['none', {}, ''],
    ['itself when it is native', { connect: { Native: true } }, 'db'],
    [
      'the destination of a proxy',
      { kind: 'connect-proxy', proxy: { DestinationServiceName: 'web' } },
      'web',
    ],
    [
      'none for another kind',
      { kind: 'mesh-gateway', proxy: { DestinationServiceName: 'web' } },
      '',
    ],
    ['none for a proxy of nothing', { kind: 'connect-proxy', proxy: {} }, ''],
  ];
  it.each(table)('is %s', (_, fields, expected) => {
    const catalog = followed();
    put(catalog, nodeInput('foo'), serviceInput('db', fields));
    const instances = catalog.taken()[0]?.changes.filter(({ kind }) => kind === 'put-instance');
    expect(instances).toMatchObject([{ instance: { connectService: expected } }]);
  });
});

describe('an RRset', () => {
  const path = { zone: 'example.org.', name: 'www', type: 'A' };
  const any = { cas: undefined, hasFile: true };
  const putA = (catalog: Committed, record: string) =>
    catalog.commit((transaction) => {
      putDnsRecord(transaction, { ...path, ttlSeconds: 60, records: [record] }, any);
    });
  const shown = (deltas: readonly ViewDelta[]) =>
    deltas.flatMap(({ changes }) =>
      changes.map((change) => {
        if (change.kind === 'move-zone') return `move-zone ${change.index}`;
        if (change.kind !== 'put-rrset') return change.kind;
        return `put-rrset ${change.rrset.records.map(formatRecord).join(', ')}`;
      }),
    );

  it('is published as records, with the index that its zone reached', () => {
    const catalog = followed();
    putA(catalog, '192.0.2.1');
    catalog.commit((transaction) => void deleteDnsRecord(transaction, path, any));
    expect(shown(catalog.taken())).toEqual([
      'put-rrset www.example.org. 60 IN A 192.0.2.1',
      'move-zone 1',
      'delete-rrset',
      'move-zone 2',
    ]);
  });

  it('is in the whole view, and so is a zone that has none any more', () => {
    expect(shown([followed((catalog) => putA(catalog, '192.0.2.1')).first])).toEqual([
      'put-rrset www.example.org. 60 IN A 192.0.2.1',
      'move-zone 1',
    ]);
    const emptied = followed((catalog) => {
      putA(catalog, '192.0.2.1');
      catalog.commit((transaction) => void deleteDnsRecord(transaction, path, any));
    });
    expect(shown([emptied.first])).toEqual(['move-zone 2']);
  });

  it('that cannot be read is taken out of service', () => {
    const catalog = followed();
    putA(catalog, 'no address');
    expect(shown(catalog.taken())).toEqual(['delete-rrset', 'move-zone 1']);
  });
});

describe('a prepared query', () => {
  const ID = '0a4e1c1e-1111-4222-8333-444455556666';
  const query = (serviceMeta: Record<string, string>, dnsTtl = ''): QueryInput => ({
    id: ID,
    name: 'q',
    session: '',
    token: '',
    template: { type: '', regexp: '', removeEmptyTags: false },
    service: {
      service: 'db',
      failover: { nearestN: 0, datacenters: [], targets: [] },
      onlyPassing: true,
      ignoreCheckIds: ['c'],
      near: '_ip',
      tags: ['!old'],
      nodeMeta: { rack: 'r1' },
      serviceMeta,
      connect: false,
      peer: '',
    },
    dnsTtl,
  });
  const queriesOf = (deltas: readonly ViewDelta[]) =>
    deltas.flatMap(({ changes }) => changes.filter(({ kind }) => kind === 'put-query'));

  it('is published with what DNS can tell its answer from, and taken away', () => {
    const catalog = followed();
    catalog.commit((transaction) => createQuery(transaction, query({}, '1m2.9s')));
    const [put] = queriesOf(catalog.taken());
    expect(put).toEqual({
      kind: 'put-query',
      query: {
        key: ID,
        name: 'q',
        template: undefined,
        service: 'db',
        near: '_ip',
        tags: ['!old'],
        nodeMeta: { rack: 'r1' },
        serviceMeta: {},
        ignoreCheckIds: ['c'],
        peer: '',
        onlyPassing: true,
        connect: false,
        ttlSeconds: 62,
      },
    });
    expect(queriesOf([followView(catalog.state, () => {})()])).toEqual([put]);
    catalog.commit((transaction) => deleteQuery(transaction, ID));
    expect(kinds(catalog.taken())).toEqual([`delete-query ${ID}`]);
  });

  it.each<[string, number | undefined]>([
    ['', undefined],
    ['0s', 0],
    ['999ms', 0],
    ['1000000h', 2 ** 31 - 1],
  ])('with the TTL %j has %s seconds', (ttl, seconds) => {
    const catalog = followed();
    catalog.commit((transaction) => createQuery(transaction, query({}, ttl)));
    expect(queriesOf(catalog.taken())).toMatchObject([{ query: { ttlSeconds: seconds } }]);
  });

  it('has the metadata that it asks for sent along, and no other', () => {
    const catalog = followed();
    put(catalog, nodeInput('foo'), serviceInput('db', { meta: { env: 'live', other: 'x' } }));
    put(catalog, nodeInput('foo'), serviceInput('web', { meta: { other: 'x' } }));
    catalog.taken();
    const index = catalog.commit((transaction) =>
      createQuery(transaction, query({ env: 'live', 'dns-port': '1' })),
    );
    const deltas = catalog.taken();
    expect(kinds(deltas)).toEqual(['put-instance foo/db', 'put-query ']);
    expect(deltas).toMatchObject([
      { index, changes: [{ instance: { meta: { env: 'live' } } }, {}] },
    ]);
    put(catalog, nodeInput('foo'), serviceInput('web', { meta: { other: 'x', env: 'test' } }));
    expect(catalog.taken()).toMatchObject([{ changes: [{ instance: { meta: { env: 'test' } } }] }]);
    put(catalog, nodeInput('foo'), serviceInput('web', { meta: { other: 'y', env: 'test' } }));
    expect(kinds(catalog.taken())).toEqual([]);
  });
});

it('a coordinate is published with its node, and so is that it is gone', () => {
  const catalog = followed();
  put(catalog, nodeInput('Foo'));
  catalog.taken();
  const coordinate = { vec: [1], error: 1, adjustment: 0, height: 0 };
  const write = (coordinateNow: typeof coordinate) =>
    catalog.commit((transaction) =>
      putCoordinate(
        transaction,
        { node: 'foo', segment: 's', coordinate: coordinateNow },
        { segmentsMax: 1 },
      ),
    );
  write(coordinate);
  expect(catalog.taken()).toMatchObject([
    { changes: [{ kind: 'put-node', node: { coordinates: [{ segment: 's', coordinate }] } }] },
  ]);
  catalog.commit((transaction) =>
    deregister(transaction, { node: 'foo', serviceId: '', checkId: '' }),
  );
  expect(kinds(catalog.taken())).toEqual(['delete-node foo']);
});
