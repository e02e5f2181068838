/** Nearest first: by the client's subnet or address, with the scope that RFC 7871 wants. */
import { describe, expect, it } from 'vitest';
import { ask, type Seen, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const NEAR = {
  east: ['10.1.0.0/16', '2001:db8:1::/48'],
  'east-rack-7': ['10.1.7.0/24'],
  west: ['10.2.0.0/16', '192.0.2.0/24'],
};
const ADDRESSES = ['10.1.7.1', '10.1.7.2', '10.1.8.1', '10.2.0.1', '10.9.0.1'];
const rows = [
  node('n', '10.9.9.9'),
  ...ADDRESSES.map((address, at) => instance('web', 'n', { id: `i${at}`, port: at, address })),
];
const server = serve({ rows, answer: { near: NEAR } });

const addresses = ({ answer, additional }: Seen) =>
  (answer[0]?.includes(' SRV ') ? additional : answer).map((record) => record.split(' ')[3]!);

/** A client subnet option. */
function subnet(family: 1 | 2, bits: number, ...octets: number[]) {
  return { code: 8, data: Uint8Array.of(0, family, bits, 0, ...octets) };
}
const scopeOf = ({ opt }: Seen): number | undefined =>
  (opt?.options.find(({ code }) => code === 8) as { scopePrefixLength?: number })
    ?.scopePrefixLength;

/** Which groups the addresses of a reply come in, from near to far. */
const groups = (seen: Seen, sizes: readonly number[]): string[][] => {
  const list = addresses(seen);
  return sizes.map((size) => list.splice(0, size).sort());
};

describe('the order', () => {
  const rack = ['10.1.7.1', '10.1.7.2'];
  const far = ['10.2.0.1', '10.9.0.1'];
  it.each<[string, ReturnType<typeof subnet> | undefined, number[], string[][]]>([
    ['in the rack', subnet(1, 24, 10, 1, 7), [2, 1, 2], [rack, ['10.1.8.1'], far]],
    ['in the zone', subnet(1, 24, 10, 1, 9), [3, 2], [[...rack, '10.1.8.1'], far]],
    [
      'in the zone, by IPv6',
      subnet(2, 48, 0x20, 1, 0xd, 0xb8, 0, 1),
      [3, 2],
      [[...rack, '10.1.8.1'], far],
    ],
    ['elsewhere, by a second subnet', subnet(1, 32, 192, 0, 2, 9), [1], [['10.2.0.1']]],
    ['by its own address, without a subnet', undefined, [1], [['10.2.0.1']]],
    ['by its own address, when it wants no subnet used', subnet(1, 0), [1], [['10.2.0.1']]],
    ['nowhere', subnet(1, 24, 172, 16, 0), [5], [[...ADDRESSES].sort()]],
  ])('%s', async (_title, option, sizes, expected) => {
    const ednsOptions = option === undefined ? [] : [option];
    for (const question of ['A web.service.consul', 'SRV web.service.consul']) {
      for (let round = 0; round < 20; round++) {
        const seen = await ask(server, question, { edns: 1232, ednsOptions });
        expect(groups(seen, sizes)).toEqual(expected);
        expect(addresses(seen)).toHaveLength(5);
      }
    }
  });

  it('is drawn anew among those that are equally near', async () => {
    const firsts = new Set<string>();
    for (let round = 0; round < 60; round++) {
      const options = { edns: 1232, ednsOptions: [subnet(1, 24, 10, 1, 7)] };
      firsts.add(addresses(await ask(server, 'A web.service.consul', options))[0]!);
    }
    expect([...firsts].sort()).toEqual(['10.1.7.1', '10.1.7.2']);
  });

  it('puts near ones into what little room there is', async () => {
    const options = { edns: 1232, ednsOptions: [subnet(1, 24, 10, 1, 7)] };
    const limited = serve({ rows, answer: { near: NEAR, aRecordLimit: 2 } });
    for (let round = 0; round < 20; round++) {
      const seen = await ask(limited, 'A web.service.consul', options);
      expect(addresses(seen).sort()).toEqual(['10.1.7.1', '10.1.7.2']);
    }
  });
});

describe('the scope', () => {
  it.each<[string, ReturnType<typeof subnet>, number]>([
    ['is that of the narrowest subnet that had a say', subnet(1, 24, 10, 1, 7), 24],
    ['is longer than what was sent when more would matter', subnet(1, 16, 10, 1), 22],
    ['is where the client parted from all subnets', subnet(1, 24, 172, 16, 0), 2],
    ['is 0 when the client wants no subnet used', subnet(1, 0), 0],
  ])('%s', async (_title, option, scope) => {
    const seen = await ask(server, 'A web.service.consul', { edns: 1232, ednsOptions: [option] });
    expect(scopeOf(seen)).toBe(scope);
  });

  it('is 0 for answers that do not depend on it', async () => {
    const options = { edns: 1232, ednsOptions: [subnet(1, 24, 10, 1, 7)] };
    expect(scopeOf(await ask(server, 'A n.node.consul', options))).toBe(0);
    expect(scopeOf(await ask(server, 'A no.service.consul', options))).toBe(0);
    expect(scopeOf(await ask(serve({ rows }), 'A web.service.consul', options))).toBe(0);
  });
});
