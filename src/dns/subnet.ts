/**
 * IP addresses and subnets as octets: `10.1.0.0/16`, `2001:db8::/48`, or a lone address. IPv4-mapped IPv6 addresses
 * are IPv4. Pure; knows nothing of who is in which subnet and why that matters.
 */
import { encodeAddress } from './wire/encode-rdata.ts';

export interface Subnet {
  /** The network's address: 4 or 16 octets, those past the prefix zero. */
  readonly octets: Uint8Array;
  /** Length of the prefix. */
  readonly bits: number;
}

/** Octets of an address, 4 or 16; undefined for text that is none. A zone (`fe80::1%eth0`) is left aside. */
export function parseAddress(text: string): Uint8Array | undefined {
  const zone = text.indexOf('%');
  return encodeAddress(zone < 0 ? text : text.slice(0, zone))?.rdata;
}

/** Undefined for text that is no subnet, or whose address reaches past its prefix (`10.0.0.1/8`). */
export function parseSubnet(text: string): Subnet | undefined {
  const [, address = '', length] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const octets = parseAddress(address);
  if (octets === undefined || address.includes('%')) return undefined;
  const bitsMax = octets.length * 8;
  const bits = length === undefined ? bitsMax : Number(length);
  if (bits > bitsMax) return undefined;
  const subnet = { octets: masked(octets, bits), bits };
  return Buffer.compare(subnet.octets, octets) === 0 ? subnet : undefined;
}

/** `address` with all but its first `bits` bits zero. */
export function masked(address: Uint8Array, bits: number): Uint8Array {
  return address.map((octet, at) => {
    const kept = Math.min(Math.max(bits - at * 8, 0), 8);
    return octet & (0xff << (8 - kept));
  });
}

export function isInSubnet(address: Uint8Array, { octets, bits }: Subnet): boolean {
  return address.length === octets.length && commonBits(address, octets) >= bits;
}

/** How many bits two addresses of one family have in common from the left. */
export function commonBits(one: Uint8Array, other: Uint8Array): number {
  for (let at = 0; at < one.length; at++) {
    const different = (one[at] as number) ^ (other[at] as number);
    if (different !== 0) return at * 8 + Math.clz32(different) - 24;
  }
  return one.length * 8;
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 127;
  return address.every((octet, at) => octet === (at === 15 ? 1 : 0));
}
