/** Many subnets at once against one after another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubnetSet } from '../../../src/dns/limit/subnet-set.ts';
import {
  isInSubnet,
  masked,
  parseAddress,
  parseSubnet,
  type Subnet,
} from '../../../src/dns/subnet.ts';

const octets = (text: string): Uint8Array => parseAddress(text) as Uint8Array;

describe('a set of subnets', () => {
  const set = new SubnetSet([
    '10.0.0.0/8',
    '10.1.0.0/16',
    '10.1.2.3',
    '192.0.2.128/25',
    '2001:db8::/32',
    '2001:db8:5::/48',
    '255.255.255.255',
  ]);
  it.each<[address: string, isIn: boolean]>([
    ['10.0.0.0', true],
    ['10.255.255.255', true],
    ['10.1.2.4', true],
    ['9.255.255.255', false],
    ['11.0.0.0', false],
    ['192.0.2.127', false],
    ['192.0.2.128', true],
    ['255.255.255.255', true],
    ['0.0.0.0', false],
    ['2001:db8:ffff::1', true],
    ['2001:db9::', false],
    ['a00::', false],
    ['::ffff:10.0.0.1', true],
  ])('has %s: %s', (address, isIn) => expect(set.has(octets(address))).toBe(isIn));

  it('of none has none, and of all has all of its family', () => {
    expect(new SubnetSet([]).has(octets('10.0.0.1'))).toBe(false);
    const all = new SubnetSet(['0.0.0.0/0', '10.0.0.0/8']);
    expect(all.has(octets('203.0.113.1'))).toBe(true);
    expect(all.has(octets('::1'))).toBe(false);
  });

  it('is not made of what is no subnet', () => {
    expect(() => new SubnetSet(['10.0.0.1/8'])).toThrow(TypeError);
  });

  it('has what one of them has', () => {
    // Few bits that differ, so that many are nested or next to each other.
    const octet = fc.constantFrom(0, 1, 2, 128, 255);
    const address = fc.oneof(
      fc.array(octet, { minLength: 4, maxLength: 4 }),
      fc.array(octet, { minLength: 16, maxLength: 16 }),
    );
    const subnet = fc
      .tuple(address, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([from, share]) => formatSubnet(Uint8Array.from(from), share));
    fc.assert(
      fc.property(fc.array(subnet, { maxLength: 30 }), fc.array(address), (texts, addresses) => {
        const subnets = texts.map((text) => parseSubnet(text) as Subnet);
        const of = new SubnetSet(texts);
        for (const one of addresses.map((from) => Uint8Array.from(from))) {
          expect(of.has(one)).toBe(subnets.some((around) => isInSubnet(one, around)));
        }
      }),
      { numRuns: 500 },
    );
  });
});

function formatSubnet(address: Uint8Array, share: number): string {
  const bits = Math.round(share * address.length * 8);
  const network = masked(address, bits);
  if (network.length === 4) return `${network.join('.')}/${bits}`;
  const groups = Buffer.from(network).toString('hex').match(/.{4}/g) ?? [];
  return `${groups.join(':')}/${bits}`;
}
