/** Addresses in settings: single ones, lists of listeners, and recursors with their ports. Only IP addresses, no names. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { Endpoint } from './config.ts';

export interface RecursorAddress {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;
const ANY_ADDRESSES = new Set(['0.0.0.0', '::', '[::]', '0:0:0:0:0:0:0:0']);

export function isAnyAddress(text: string): boolean {
  return ANY_ADDRESSES.has(text);
}

export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Reads `ip`, `ip:port`, `[v6]:port` or `[v6]`; otherwise Consul's words for what is wrong with it. */
export function readRecursor(text: string): RecursorAddress | string {
  if (text.startsWith('unix:') || text.startsWith('/')) {
    return `DNS Recursors cannot be unix sockets: ${text}`;
  }
  const { host, port } = splitPort(text);
  if (isAnyAddress(host)) return 'DNS recursor address cannot be 0.0.0.0, :: or [::]';
  if (!isIpAddress(host) || port < 1 || port > 65_535) {
    return `invalid recursor address: ${text}`;
  }
  return { address: host, port };
}

/** The host is the whole text where that is an address or nothing fits; a port that is no number is NaN. */
function splitPort(text: string): { readonly host: string; readonly port: number } {
  if (isIpAddress(text)) return { host: text, port: DNS_PORT };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  return { host, port: port === undefined ? DNS_PORT : Number(port) };
}

/** The addresses of a list that is separated by white space. */
export function splitAddresses(text: string): string[] {
  return text.split(/\s+/).filter((part) => part !== '');
}

export function endpointsAt(addresses: readonly string[], port: number): Endpoint[] {
  if (port < 0) return [];
  return [...new Set(addresses)].map((address) => ({ address, port, optional: false }));
}

/** The tag of an address's family: `lan_ipv4` for `lan` and an IPv4 address. */
export function familyTag(tag: string, address: string): string {
  return `${tag}_${isIPv6(address) ? 'ipv6' : 'ipv4'}`;
}

/** RFC 1918 and RFC 6598: what a host is reached by inside its own network. */
export function isPrivateAddress(address: string): boolean {
  if (!isIPv4(address)) return false;
  const [first = 0, second = 0] = address.split('.').map(Number);
  if (first === 10) return true;
  if (first === 172) return second >= 16 && second <= 31;
  if (first === 100) return second >= 64 && second <= 127;
  return first === 192 && second === 168;
}

/** Loopback, private (RFC 1918, RFC 4193, RFC 6598) and link-local: what only a host's own network uses. */
export const LOCAL_SUBNETS: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

const local = new BlockList();
for (const subnet of LOCAL_SUBNETS) {
  const [address = '', bits] = subnet.split('/');
  local.addSubnet(address, Number(bits), familyOf(address));
}

/** Whether only this host or its own network reaches an IP address: loopback, private, link-local. */
export function isLocalAddress(address: string): boolean {
  return local.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
