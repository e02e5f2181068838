/**
 * Makes and binds a socket for batches, with all that its options have to say. One address can have a socket in each of
 * several threads: the first is bound alone, so that it finds out whether somebody else has the port, and only then lets
 * others join. Knows nothing of what the socket carries.
 */
import { isIPv6 } from 'node:net';
import { limits } from '../../../runtime/index.ts';
import { encodeIpv4, encodeIpv6 } from '../../wire/address-text.ts';
import { BindError } from '../bind-error.ts';
import type { BindAddress, SocketAddress, Transport } from '../transport.ts';
import { BatchMemory } from './batch-memory.ts';
import { type BatchParts, BatchSocket } from './batch-socket.ts';
import { errnoName, type Libc, linux } from './libc.ts';
import { formatHost4, formatHost6 } from './sender.ts';

export interface OpenBatchParts extends BatchParts {
  /** Whether sockets of other threads share the address, and were there before; `alone` when not given. */
  readonly sharing?: 'alone' | 'first' | 'further';
}

/** Throws BindError. */
export async function openBatchSocket(at: BindAddress, parts: OpenBatchParts): Promise<Transport> {
  const { libc, sharing = 'alone' } = parts;
  const family = isIPv6(at.address) ? 6 : 4;
  const socketAddress = encodeSocketAddress(at, libc);
  const isAny = socketAddress.subarray(family === 4 ? 4 : 8).every((octet) => octet === 0);
  const type = linux.SOCK_DGRAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
  const descriptor = libc.socket(family === 4 ? linux.AF_INET : linux.AF_INET6, type, 0);
  if (descriptor < 0) throw new BindError(at, errnoName(libc.errno()));
  const set: SetOption = (level, name, value) => {
    return libc.setsockopt(descriptor, level, name, intOf(value), 4) === 0;
  };
  const bind = (): boolean => libc.bind(descriptor, socketAddress, socketAddress.length) === 0;
  const share = (): boolean => set(linux.SOL_SOCKET, linux.SO_REUSEPORT, 1);
  const isBound =
    setOptions(set, { family, isAny, ipv6Only: at.ipv6Only }) &&
    (sharing !== 'further' || share()) &&
    bind() &&
    // From here on others may join; with this set before, it could itself have joined those of a stranger.
    (sharing !== 'first' || share());
  const address = isBound ? boundAddress(descriptor, family, libc) : undefined;
  if (address === undefined) {
    const reason = errnoName(libc.errno());
    libc.close(descriptor);
    throw new BindError(at, reason);
  }
  const memory = new BatchMemory(libc, { family, choosesSource: isAny });
  return new BatchSocket({ descriptor, address, memory }, parts);
}

type SetOption = (level: number, name: number, value: number) => boolean;

interface SocketKind {
  readonly family: 4 | 6;
  readonly isAny: boolean;
  readonly ipv6Only: boolean;
}

/** @returns false when one that is needed cannot be had, with its errno */
function setOptions(set: SetOption, { family, isAny, ipv6Only }: SocketKind): boolean {
  const bytes = limits.dnsReceiveBufferBytes.default;
  // The first goes past net.core.rmem_max, with CAP_NET_ADMIN; the second takes what that allows.
  if (!set(linux.SOL_SOCKET, linux.SO_RCVBUFFORCE, bytes)) {
    set(linux.SOL_SOCKET, linux.SO_RCVBUF, bytes);
  }
  set(linux.SOL_SOCKET, linux.SO_TIMESTAMPNS, 1);
  // RFC 9715 §3.1: no path MTU that a forged ICMP message told of makes fragments of a reply.
  set(linux.SOL_IP, linux.IP_MTU_DISCOVER, linux.PMTUDISC_OMIT);
  if (family === 4) return !isAny || set(linux.SOL_IP, linux.IP_PKTINFO, 1);
  set(linux.SOL_IPV6, linux.IPV6_MTU_DISCOVER, linux.PMTUDISC_OMIT);
  return (
    set(linux.SOL_IPV6, linux.IPV6_V6ONLY, ipv6Only ? 1 : 0) &&
    (!isAny || set(linux.SOL_IPV6, linux.IPV6_RECVPKTINFO, 1))
  );
}

function intOf(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}

/** As sockaddr_in or sockaddr_in6, drawn in batch-memory.ts. */
function encodeSocketAddress({ address, port }: BindAddress, libc: Libc): Uint8Array {
  const [host = '', zone] = address.split('%');
  const ipv4 = encodeIpv4(host);
  const bytes = Buffer.from(new ArrayBuffer(ipv4 === undefined ? 28 : 16));
  bytes.writeUInt16LE(ipv4 === undefined ? linux.AF_INET6 : linux.AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.write(ipv4 ?? encodeIpv6(host) ?? '', ipv4 === undefined ? 8 : 4, 'latin1');
  if (zone !== undefined) bytes.writeUInt32LE(Number(zone) || libc.if_nametoindex(zone), 24);
  return bytes;
}

/** Undefined when the system does not tell, with its errno. */
function boundAddress(descriptor: number, family: 4 | 6, libc: Libc): SocketAddress | undefined {
  const bytes = Buffer.from(new ArrayBuffer(28));
  if (libc.getsockname(descriptor, bytes, intOf(bytes.length)) !== 0) return undefined;
  const address = family === 4 ? formatHost4(bytes, 4) : formatHost6(bytes, 8, libc);
  return { address, port: bytes.readUInt16BE(2) };
}
