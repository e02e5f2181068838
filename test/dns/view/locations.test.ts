/** Where an address is, and how much of it that depends on. */
import { expect, it } from 'vitest';
import { parseAddress } from '../../../src/dns/subnet.ts';
import { distance, Locations } from '../../../src/dns/view/locations.ts';

const locations = new Locations({
  zone: ['10.1.0.0/16', '2001:db8:1::/48'],
  rack: ['10.1.2.0/24'],
  other: ['10.2.0.0/16', '192.0.2.0/24'],
});

it.each([
  ['10.1.2.3', ['rack', 'zone'], 24],
  // The rack's subnet differs from it in bit 23 of 24.
  ['10.1.3.3', ['zone'], 24],
  ['10.1.128.1', ['zone'], 17],
  ['10.2.0.1', ['other'], 16],
  ['10.128.0.1', [], 9],
  ['172.16.0.1', [], 2],
  ['192.0.2.7', ['other'], 24],
  ['2001:db8:1:ffff::1', ['zone'], 48],
  ['2001:db8:2::1', [], 47],
  ['4000::1', [], 2],
])('%s is in %j, by %d bits', (text, path, scopeBits) => {
  expect(locations.locate(parseAddress(text)!)).toEqual({ path, scopeBits });
});

it('of a family without subnets, nothing is looked at', () => {
  const ipv6 = new Locations({ here: ['2001:db8::/32'] });
  expect(ipv6.locate(parseAddress('10.0.0.1')!)).toEqual({ path: [], scopeBits: 0 });
  const all = new Locations({ all: ['0.0.0.0/0'] });
  expect(all.locate(parseAddress('10.0.0.1')!)).toEqual({ path: ['all'], scopeBits: 0 });
});

it('paths are the same objects each time, to be kept by', () => {
  const one = locations.locate(parseAddress('10.1.2.3')!).path;
  expect(locations.locate(parseAddress('10.1.2.200')!).path).toBe(one);
});

it.each([
  [['rack', 'zone'], ['rack', 'zone'], 0],
  [['rack', 'zone'], ['zone'], 1],
  [['rack', 'zone'], ['other'], 2],
  [['zone'], [], 1],
])('from %j to %j is %d', (own, other, expected) => {
  expect(distance(own, other)).toBe(expected);
});

it('several subnets of one location have one path', () => {
  const twice = new Locations({
    zone: ['10.0.0.0/16', '10.1.0.0/16'],
    rack: ['10.0.7.0/24', '10.1.7.0/24'],
  });
  const pathOf = (text: string) => twice.locate(parseAddress(text)!).path;
  expect(pathOf('10.0.1.1')).toBe(pathOf('10.1.1.1'));
  expect(pathOf('10.0.7.1')).toBe(pathOf('10.1.7.1'));
  const nested = new Locations({ zone: ['10.0.0.0/8', '10.1.0.0/16'] });
  expect(nested.locate(parseAddress('10.1.0.1')!).path).toEqual(['zone']);
});

it('of an address known in part, subnets beyond that part do not have it', () => {
  const address = parseAddress('10.1.0.0')!;
  expect(locations.locate(address, 16)).toMatchObject({ path: ['zone'] });
  expect(locations.locate(address, 8)).toMatchObject({ path: [] });
  expect(locations.locate(parseAddress('10.1.2.0')!, 24)).toMatchObject({ path: ['rack', 'zone'] });
});
