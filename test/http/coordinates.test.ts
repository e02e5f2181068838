/** `/v1/coordinate`, and `near` in the reads that sort by it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { openApi, type TestApi } from './api.ts';
import { indexOf, shown } from './replies.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const coord = (first: number, fields: object = {}) => ({
  ...{ Vec: [first, 0, 0, 0, 0, 0, 0, 0], Error: 0.5, Adjustment: 0, Height: 0.001 },
  ...fields,
});
const update = (Node: string, Coord: object | null, fields: object = {}) =>
  api.put('/v1/coordinate/update', { Node, Coord, ...fields });
const registerNode = (Node: string, fields: object = {}) =>
  api.put('/v1/catalog/register', { Node, Address: '10.0.0.1', ...fields });

describe('a coordinate', () => {
  it('is shown as it was written, one for each segment', async () => {
    const exact = coord(0.1, { Error: 1.5, Adjustment: -1e-9, Height: 5e-324 });
    const reply = await update('N1', exact);
    expect(shown(reply)).toEqual([200, '']);
    await update('n1', coord(2), { Segment: 'alpha' });
    const [plain, alpha] = [
      { Node: 'n1', Segment: '', Coord: exact },
      { Node: 'n1', Segment: 'alpha', Coord: coord(2) },
    ];
    expect((await api.get('/v1/coordinate/nodes')).json()).toEqual([plain, alpha]);
    expect((await api.get('/v1/coordinate/node/n1')).json()).toEqual([plain, alpha]);
    expect((await api.get('/v1/coordinate/nodes?segment=')).json()).toEqual([plain]);
    const read = await api.get('/v1/coordinate/node/N1?segment=alpha');
    expect(read.json()).toEqual([alpha]);
    expect(read.headers).toMatchObject({ 'x-consul-knownleader': 'true' });
    expect(read.headers['x-consul-effective-consistency']).toBeUndefined();
  });

  it('goes with its node', async () => {
    await registerNode('a');
    await update('a', coord(1));
    const before = indexOf(await api.get('/v1/coordinate/nodes'));
    await api.put('/v1/catalog/deregister', { Node: 'a' });
    const after = await api.get('/v1/coordinate/nodes');
    expect(after.json()).toEqual([]);
    expect(indexOf(after)).toBeGreaterThan(before);
  });

  it('of a node that is not there is dropped', async () => {
    expect((await update('nobody', coord(1))).statusCode).toBe(200);
    expect((await api.get('/v1/coordinate/nodes')).json()).toEqual([]);
  });

  it('can be waited for, and wakes nobody when it is the same', async () => {
    await update('n1', coord(1));
    const index = indexOf(await api.get('/v1/coordinate/node/n1'));
    const waiting = api.get(`/v1/coordinate/node/n1?index=${index}`);
    await update('n1', coord(1));
    expect(indexOf(await api.get('/v1/coordinate/node/n1'))).toBe(index);
    await update('n1', coord(2));
    expect((await waiting).json()[0].Coord).toEqual(coord(2));
  });

  it('of the datacenter is that of its server', async () => {
    expect((await api.get('/v1/coordinate/datacenters')).json()).toEqual([
      {
        Datacenter: 'dc1',
        AreaID: 'wan',
        Coordinates: [
          {
            Node: 'n1.dc1',
            Segment: '',
            Coord: { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 1e-5 },
          },
        ],
      },
    ]);
  });

  it.each<[string, unknown, number, string]>([
    ['nothing', '', 400, 'Request decode failed: EOF'],
    ['a field', { Nope: 1 }, 400, 'Request decode failed: json: unknown field "Nope"'],
    [
      'another datacenter',
      { Datacenter: 'dc2', Node: 'n1', Coord: coord(1) },
      500,
      'No path to datacenter',
    ],
    ['none', { Node: 'n1' }, 500, 'invalid coordinate'],
    ['too few axes', { Node: 'n1', Coord: { Vec: [1] } }, 500, 'incompatible coordinate'],
    [
      'too many axes',
      { Node: 'n1', Coord: { Vec: Array(9).fill(0) } },
      500,
      'incompatible coordinate',
    ],
    [
      'a text',
      { Node: 'n1', Coord: { Height: '1' } },
      400,
      'Request decode failed: json: cannot unmarshal string into Go struct field .Coord.Height of type float64',
    ],
    [
      'a number past all',
      '{"Node":"n1","Coord":{"Height":1e999}}',
      400,
      'Request decode failed: json: cannot unmarshal number 1e999 into Go struct field .Coord.Height of type float64',
    ],
    [
      'a long name',
      { Node: 'n'.repeat(513), Coord: coord(1) },
      400,
      'Node or Segment is longer than 512 bytes',
    ],
  ])('is refused with %s', async (_title, body, status, text) => {
    await registerNode('n1');
    const reply = await api.put('/v1/coordinate/update', body);
    expect(shown(reply)).toEqual([status, text]);
    expect((await api.get('/v1/coordinate/nodes')).json()).toEqual([]);
  });

  it('in ever more segments is refused', async () => {
    for (let at = 0; at < 16; at++) await update('n1', coord(1), { Segment: `s${at}` });
    expect((await update('n1', coord(2), { Segment: 's0' })).statusCode).toBe(200);
    const reply = await update('n1', coord(1), { Segment: 's16' });
    expect(shown(reply)).toEqual([400, 'node "n1" has coordinates in 16 segments already']);
  });

  it('that a node does not have is a 404 with an index', async () => {
    for (const path of ['node/n1', 'node/nobody']) {
      const reply = await api.get(`/v1/coordinate/${path}`);
      expect([reply.statusCode, reply.body, indexOf(reply)]).toEqual([404, '', 1]);
    }
    expect((await api.get('/v1/coordinate/node/')).statusCode).toBe(400);
  });
});

describe('near', () => {
  /** As far as their names say; nobody knows where `x` and `y` are. */
  beforeEach(async () => {
    for (const [at, node] of ['c', 'x', 'a', 'y', 'b'].entries()) {
      await registerNode(node, {
        NodeMeta: { of: 'us' },
        Service: { Service: 'web', Port: at },
        Check: { Name: 'alive', ServiceID: 'web', Status: 'passing' },
      });
    }
    for (const [at, node] of ['a', 'b', 'c'].entries()) await update(node, coord(at));
    await update('n1', coord(3));
  });

  const nodesOf = async (url: string) =>
    (await api.get(url))
      .json()
      .map(({ Node }: { Node: string | { Node: string } }) =>
        typeof Node === 'string' ? Node : Node.Node,
      );

  it.each([
    ['/v1/catalog/nodes?node-meta=of:us&'],
    ['/v1/catalog/service/web?'],
    ['/v1/health/service/web?'],
    ['/v1/health/service/web?passing&'],
    ['/v1/health/checks/web?'],
    ['/v1/health/state/passing?node-meta=of:us&'],
  ])('sorts %s', async (url) => {
    expect(await nodesOf(url)).toEqual(['a', 'b', 'c', 'x', 'y']);
    expect(await nodesOf(`${url}near=c`)).toEqual(['c', 'b', 'a', 'x', 'y']);
    expect(await nodesOf(`${url}near=B`)).toEqual(['b', 'a', 'c', 'x', 'y']);
    expect(await nodesOf(`${url}near=_agent`)).toEqual(['c', 'b', 'a', 'x', 'y']);
    expect(await nodesOf(`${url}near=x`)).toEqual(['a', 'b', 'c', 'x', 'y']);
    expect(await nodesOf(`${url}near=nobody`)).toEqual(['a', 'b', 'c', 'x', 'y']);
  });
});
