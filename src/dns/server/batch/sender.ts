/** Who sent a datagram, as node:dgram tells it: IPv4-mapped addresses as they are, link-local ones with their interface. */
import { formatIpv6 } from '../../wire/format-fields.ts';
import type { Libc } from './libc.ts';

const INTERFACE_NAME_BYTES = 16;

/** Four octets at `at`. */
export function formatHost4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** Sixteen octets at `at`, and behind them the number of an interface. */
export function formatHost6(bytes: Uint8Array, at: number, libc: Libc): string {
  const host = formatIpv6(String.fromCharCode(...bytes.subarray(at, at + 16)));
  // RFC 4007 §11: fe80::/10 is known only together with its zone.
  const isLinkLocal = bytes[at] === 0xfe && ((bytes[at + 1] as number) & 0xc0) === 0x80;
  if (!isLinkLocal) return host;
  const scope = new DataView(bytes.buffer, bytes.byteOffset + at + 16).getUint32(0, true);
  return scope === 0 ? host : `${host}%${interfaceName(scope, libc)}`;
}

function interfaceName(index: number, libc: Libc): string {
  const name = Buffer.from(new ArrayBuffer(INTERFACE_NAME_BYTES));
  // One that is gone by now has no name any more.
  if (libc.if_indextoname(index, name) === null) return String(index);
  return name.toString('latin1', 0, name.indexOf(0));
}
