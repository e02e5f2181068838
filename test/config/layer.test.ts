import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Layer, merge, readLayer } from '../../src/config/layer.ts';

const read = (content: unknown) => readLayer(content, 'f.json');
const values = (layer: Layer) =>
  Object.fromEntries([...layer].map(([path, { value }]) => [path, value]));

describe('reading a file', () => {
  it('finds keys in any case, in blocks or not', () => {
    const { layer, problems } = read({ Node_Name: 'n', DNS_config: { SOA: { Min_TTL: 5 } } });
    expect(problems).toEqual([]);
    expect(values(layer)).toEqual({ node_name: 'n', 'dns_config.soa.min_ttl': 5 });
  });

  it('takes null as not given', () => {
    const { layer, problems } = read({ node_name: null, ports: { dns: null }, segments: null });
    expect(problems).toEqual([]);
    expect(layer.size).toBe(0);
  });

  it('adds single services and checks to the lists', () => {
    const { layer } = read({
      service: { name: 'a' },
      services: [{ name: 'b' }],
      check: { name: 'c', ttl: '1s' },
    });
    const services = layer.get('services')?.value as { name: string }[];
    expect(services.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(layer.get('checks')?.value).toHaveLength(1);
  });

  it('names every mistake with its path, and goes on', () => {
    const { layer, problems } = read({
      bogus: 1,
      dns_config: { Bogus: 2, node_ttl: 5, soa: { refresh: -1 } },
      ports: 7,
      recursors: ['1.1.1.1', 2],
      node_meta: { a: 1 },
      server: true,
    });
    expect(values(layer)).toEqual({ server: true });
    expect(problems.map(({ path, expected, received }) => [path, expected, received])).toEqual([
      ['bogus', 'a key that exists', '1'],
      ['dns_config.Bogus', 'a key that exists', '2'],
      ['dns_config.node_ttl', 'a duration such as "10s"', '5'],
      ['dns_config.soa.refresh', 'an integer from 0 to 2147483647', '-1'],
      ['ports', 'an object', '7'],
      ['recursors.1', 'a string', '2'],
      ['node_meta.a', 'a string', '1'],
    ]);
    expect(problems.every(({ file, kind }) => file === 'f.json' && kind === 'parse')).toBe(true);
  });

  it('refuses a key that is given in two spellings', () => {
    const { problems } = read({ node_name: 'a', NODE_NAME: 'b' });
    expect(problems.map(({ message }) => message)).toEqual([
      'NODE_NAME: expected a key that is given once, received "b"',
    ]);
  });

  it.each([[[]], ['text'], [7], [null]])('refuses %j instead of an object', (content) => {
    expect(read(content).problems).toHaveLength(1);
  });

  it('shows long values in short', () => {
    const { problems } = read({ server: 'x'.repeat(500) });
    expect(problems[0]?.received).toHaveLength(81);
  });
});

describe('merging', () => {
  const layerOf = (content: unknown): Layer => read(content).layer;

  it('lets the later scalar win, appends lists and joins maps', () => {
    const merged = merge(
      layerOf({ domain: 'a', recursors: ['1.1.1.1'], node_meta: { a: '1', b: '1' } }),
      layerOf({ domain: 'b', recursors: ['2.2.2.2'], node_meta: { b: '2' }, ports: { dns: 1 } }),
    );
    expect(values(merged)).toEqual({
      domain: 'b',
      recursors: ['1.1.1.1', '2.2.2.2'],
      node_meta: { a: '1', b: '2' },
      'ports.dns': 1,
    });
  });

  const content = fc.record(
    {
      domain: fc.string(),
      server: fc.boolean(),
      recursors: fc.array(fc.string(), { maxLength: 3 }),
      node_meta: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.string()),
      dns_config: fc.record({ a_record_limit: fc.nat() }, { requiredKeys: [] }),
      services: fc.array(fc.record({ name: fc.string() }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );

  it('is associative, and an empty layer changes nothing', () => {
    fc.assert(
      fc.property(content, content, content, (a, b, c) => {
        const [x, y, z] = [layerOf(a), layerOf(b), layerOf(c)];
        expect(values(merge(merge(x, y), z))).toEqual(values(merge(x, merge(y, z))));
        expect(values(merge(x, layerOf({})))).toEqual(values(x));
        expect(values(merge(layerOf({}), x))).toEqual(values(x));
      }),
    );
  });

  it('changes neither of the two', () => {
    const [x, y] = [layerOf({ recursors: ['a'] }), layerOf({ recursors: ['b'] })];
    merge(x, y);
    expect([values(x), values(y)]).toEqual([{ recursors: ['a'] }, { recursors: ['b'] }]);
  });
});
