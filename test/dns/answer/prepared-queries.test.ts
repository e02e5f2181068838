/** Prepared queries by name and id: the instances that fit, with the TTL of the query (rows 102 to 107). */
import { describe, expect, it } from 'vitest';
import type { ViewChange } from '../../../src/dns/index.ts';
import type { ViewQuery } from '../../../src/dns/view/delta.ts';
import { ask, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const ID = '0a4e1c1e-1111-4222-8333-444455556666';
const put = (fields: Partial<ViewQuery> = {}): ViewChange => ({
  kind: 'put-query',
  query: {
    key: ID,
    name: 'Some.query.we.like',
    service: 'Web',
    tags: [],
    onlyPassing: false,
    connect: false,
    ttlSeconds: undefined,
    ...fields,
  },
});
const INSTANCES = [
  node('n', '10.0.0.9'),
  instance('web', 'n', { id: 'a', port: 80, address: '10.0.0.1', tags: ['V1', 'blue'] }),
  instance('web', 'n', { id: 'b', port: 80, address: '10.0.0.2', tags: ['v2'], status: 'warning' }),
  instance('web', 'n', {
    id: 'c',
    port: 80,
    address: '10.0.0.3',
    tags: ['v1'],
    status: 'critical',
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
    ['passing only', { onlyPassing: true }, `${ID}.query.consul`, [0, '10.0.0.1']],
    ['of the mesh', { connect: true }, `${ID}.query.consul`, [0, '10.0.0.4']],
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
      Array(4).fill(String(seconds)),
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
