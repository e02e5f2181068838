/**
 * Whether an upstream is this server itself: then a question would go round until it times out (consul#1800,
 * consul#5983). Decided by address and port, with the addresses of all interfaces for listeners on any address.
 */
import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { UpstreamAddress } from '../options.ts';

/** As `os.networkInterfaces` returns them. */
export type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, 'address'>[] | undefined>
>;

export function isOwnAddress(
  upstream: UpstreamAddress,
  listeners: readonly UpstreamAddress[],
  interfaces: Interfaces,
): boolean {
  const address = plain(upstream.address);
  return listeners.some((listener) => {
    if (listener.port !== upstream.port) return false;
    switch (plain(listener.address)) {
      case address:
        return true;
      case '0.0.0.0':
        return isIPv4(address) && isLocal(address, interfaces);
      case '::':
        // Bound to both families where the system has it so.
        return isLocal(address, interfaces);
      default:
        return false;
    }
  });
}

function isLocal(address: string, interfaces: Interfaces): boolean {
  // RFC 1122 §3.2.1.3: all of 127/8 is this host; a packet to the any-address goes there as well.
  if (address.startsWith('127.') || ['0.0.0.0', '::', '::1'].includes(address)) return true;
  return Object.values(interfaces).some((list) =>
    list?.some((own) => plain(own.address) === address),
  );
}

/** One spelling for one address: mapped IPv4 as IPv4, the rest as the URL parser writes it. */
function plain(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIPv4(bare)) return bare;
  try {
    const host = new URL(`http://[${bare}]`).hostname.slice(1, -1);
    const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(host);
    if (mapped === null) return host;
    const words = [mapped[1], mapped[2]].map((word) => Number.parseInt(word ?? '0', 16));
    return words.flatMap((word) => [word >> 8, word & 255]).join('.');
  } catch {
    return bare;
  }
}
