/**
 * The calls of the C library that batched datagrams need, bound with koffi: typed, so that a test can put its own in
 * their place and fail as it likes. Looked up in the library that Node itself runs on, so glibc and musl need no names
 * of their own. Knows what the numbers of Linux mean, and nothing of DNS.
 */
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';

/** As in the manual: a negative number is a failure, whose reason `errno` tells until the next call. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(descriptor: number, address: Uint8Array, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockname(descriptor: number, address: Uint8Array, length: Uint8Array): number;
  recvmmsg(fd: number, headers: Uint8Array, count: number, flags: number, timeout: null): number;
  sendmmsg(descriptor: number, headers: Uint8Array, count: number, flags: number): number;
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number;
  eventfd(initial: number, flags: number): number;
  read(descriptor: number, into: Uint8Array, length: number): number;
  write(descriptor: number, from: Uint8Array, length: number): number;
  close(descriptor: number): number;
  /** Writes the name, ended by a zero, of up to 16 octets; null when there is no such interface. */
  if_indextoname(index: number, name: Uint8Array): unknown;
  /** 0 when there is no such interface. */
  if_nametoindex(name: string): number;
  errno(): number;
  /** Where memory is; it stays there as long as the buffer is held. */
  addressOf(memory: ArrayBuffer): bigint;
}

export interface NoLibc {
  /** Why batches cannot be had here. */
  readonly reason: string;
}

/** Numbers of Linux, the same for x86-64 and arm64. */
export const linux = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_RCVBUF: 8,
  SO_REUSEPORT: 15,
  SO_RCVBUFFORCE: 33,
  SO_TIMESTAMPNS: 35,
  SOL_IP: 0,
  IP_PKTINFO: 8,
  IP_MTU_DISCOVER: 10,
  SOL_IPV6: 41,
  IPV6_MTU_DISCOVER: 23,
  IPV6_V6ONLY: 26,
  IPV6_RECVPKTINFO: 49,
  IPV6_PKTINFO: 50,
  PMTUDISC_OMIT: 5,
  MSG_DONTWAIT: 0x40,
  EFD_NONBLOCK: 0o4000,
  EFD_CLOEXEC: 0o2000000,
  POLLIN: 1,
  POLLOUT: 4,
} as const;

export const { EAGAIN, EINTR } = constants.errno;

/** What a call tells of an ICMP message about something sent before: once, and then it works again. */
export const ICMP_REPORTS: ReadonlySet<number> = new Set([
  constants.errno.ECONNREFUSED,
  constants.errno.EHOSTUNREACH,
  constants.errno.ENETUNREACH,
  constants.errno.EMSGSIZE,
  constants.errno.EPROTO,
  constants.errno.EACCES,
]);

/** `EPERM` and the like. */
export function errnoName(errno: number): string {
  return errno > 0 ? getSystemErrorName(-errno) : 'unknown error';
}

export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

let bound: Libc | NoLibc | undefined;

/** The calls, each tried once, or why there are none; found out once in a thread. */
export function loadLibc(): Libc | NoLibc {
  bound ??= bindLibc(process);
  return bound;
}

/** Whether the calls are there, and not only the reason that they are not. */
export function isLibc(found: Libc | NoLibc): found is Libc {
  return 'recvmmsg' in found;
}

/** @param load gives koffi, or throws */
export function bindLibc({ platform, arch }: Machine, load = requireKoffi): Libc | NoLibc {
  if (platform !== 'linux') return { reason: `the platform is ${platform}, not linux` };
  // The layouts in message-memory.ts are of these two, both little endian with pointers of 64 bits.
  if (arch !== 'x64' && arch !== 'arm64') return { reason: `no layouts for ${arch}` };
  try {
    const libc = declare(load());
    const reason = refusedCall(libc);
    return reason === undefined ? libc : { reason };
  } catch (error) {
    return { reason: error instanceof Error ? firstLine(error.message) : String(error) };
  }
}

type Koffi = typeof import('koffi');

function requireKoffi(): Koffi {
  return createRequire(import.meta.url)('koffi') as Koffi;
}

function declare(koffi: Koffi): Libc {
  const library = koffi.load(null);
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, void*, unsigned int)'),
    setsockopt: library.func('int setsockopt(int, int, int, void*, unsigned int)'),
    getsockname: library.func('int getsockname(int, void*, void*)'),
    // musl has its flags unsigned: the same register, and no flag here has the highest bit.
    recvmmsg: library.func('int recvmmsg(int, void*, unsigned int, int, void*)'),
    sendmmsg: library.func('int sendmmsg(int, void*, unsigned int, int)'),
    poll: library.func('int poll(void*, unsigned long, int)'),
    eventfd: library.func('int eventfd(unsigned int, int)'),
    read: library.func('long read(int, void*, size_t)'),
    write: library.func('long write(int, void*, size_t)'),
    close: library.func('int close(int)'),
    if_indextoname: library.func('void *if_indextoname(unsigned int, void*)'),
    if_nametoindex: library.func('unsigned int if_nametoindex(str)'),
    errno: () => koffi.errno(),
    addressOf: (memory) => koffi.address(memory),
  };
}

/** A seccomp filter or a sandbox may lack what the library has: with no such descriptor each says EBADF, and else why not. */
function refusedCall(libc: Libc): string | undefined {
  const header = new Uint8Array(new ArrayBuffer(64));
  const { EBADF } = constants.errno;
  const tries = [
    ['recvmmsg', () => libc.recvmmsg(-1, header, 1, linux.MSG_DONTWAIT, null)],
    ['sendmmsg', () => libc.sendmmsg(-1, header, 1, linux.MSG_DONTWAIT)],
  ] as const;
  for (const [name, attempt] of tries) {
    if (attempt() >= 0) continue;
    const errno = libc.errno();
    if (errno !== EBADF) return `${name} is refused: ${errnoName(errno)}`;
  }
  if (libc.poll(header, 0, 0) < 0) return `poll is refused: ${errnoName(libc.errno())}`;
  const descriptor = libc.eventfd(0, linux.EFD_CLOEXEC);
  if (descriptor < 0) return `eventfd is refused: ${errnoName(libc.errno())}`;
  libc.close(descriptor);
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
