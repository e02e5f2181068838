/**
 * Bounds of the sockets and threads that answer DNS: queues of datagrams, TCP connections, the view.
 * A new row goes in here, and is read as `limits.<row>` (`../limits.ts`).
 */
import { limit } from './limit.ts';

/** The bounds of sockets and threads, by row. */
export const transportLimits = {
  dnsReceiveBufferBytes: limit({
    default: 4 << 20,
    min: 65536,
    max: 64 << 20,
    why: 'datagrams that the kernel holds while the thread is busy; it grants what net.core.rmem_max allows',
  }),
  dnsQueryPatienceMs: limit({
    default: 1000,
    min: 100,
    max: 60_000,
    why: 'age of a queue from which on the newest query is answered first: clients of the oldest may have asked again',
  }),
  dnsQueryExpiryMs: limit({
    default: 5000,
    min: 100,
    max: 60_000,
    why: 'age from which on a query is dropped: glibc, dig and dnsperf give up after 5 s',
  }),
  dnsBacklogBytes: limit({
    default: 2 << 20,
    min: 1 << 16,
    max: 64 << 20,
    why: 'queries taken from the kernel to answer the newest first, 128 octets each; the oldest make room',
  }),
  dnsConnections: limit({
    default: 1024,
    min: 1,
    max: 65536,
    why: 'TCP connections of all clients, each a descriptor and buffers; past this the longest idle one is closed',
  }),
  dnsConnectionQueries: limit({
    default: 64,
    min: 1,
    max: 4096,
    why: 'queries in flight on one TCP connection; past this its next ones wait unread (RFC 7766 §6.2.1.1)',
  }),
  dnsConnectionIdleMs: limit({
    default: 10_000,
    min: 1000,
    max: 600_000,
    why: 'a TCP connection with nothing in flight and nothing sent (RFC 7766 §6.2.3)',
  }),
  dnsFrameMs: limit({
    default: 5000,
    min: 100,
    max: 600_000,
    why: 'from the first octet of a TCP message to its last: a slow writer holds a connection',
  }),
  dnsUnreadBytes: limit({
    default: 256 << 10,
    min: 65537,
    max: 64 << 20,
    why: 'replies that a TCP client does not read; past this no more of its queries are, then it is closed',
  }),
  dnsDrainMs: limit({
    default: 3000,
    min: 0,
    max: 60_000,
    why: 'what is in flight when the thread stops; an upstream that never answers must not hold it',
  }),
  dnsThreads: limit({
    default: 1,
    min: 1,
    max: 64,
    why: 'threads for datagrams, each with a copy of the catalog; more than cores only take turns',
  }),
  dnsThreadRestarts: limit({
    default: 4,
    min: 0,
    max: 100,
    why: 'deaths of one thread within a minute of each other: what kills it again and again is for whoever runs us',
  }),
  dnsViewBacklog: limit({
    default: 50_000,
    min: 1000,
    max: 10_000_000,
    why: 'changes posted to an answer thread that it has not applied; past this it gets the whole catalog anew',
  }),
} as const;
