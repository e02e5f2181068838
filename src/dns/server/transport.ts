/**
 * What carries queries in and replies out. A transport knows sockets and nothing of DNS but its framing; what a
 * message means is the matter of `Respond`. Any further one (batched datagrams, TLS) has this shape and passes
 * the same contract tests.
 */
import type { Clock, Logger } from '../../runtime/index.ts';
import type { RespondTo } from '../wire/datagram.ts';
import type { Client } from '../wire/question.ts';

/** The reply to a message, undefined when there is to be none; a promise when somebody else has to be asked. */
export type Respond = (
  bytes: Uint8Array,
  client: Client,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface TransportParts {
  readonly respond: Respond;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** For transports that give datagrams where they are and take replies in place. */
export interface DatagramParts extends TransportParts {
  readonly respondTo: RespondTo;
}

/** An IP address and port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Where to listen. */
export interface BindAddress extends SocketAddress {
  /** Whether `::` leaves IPv4 to others; false for an IPv4 address. */
  readonly ipv6Only: boolean;
}

/** Counted since the transport was opened. */
export interface TransportStats {
  readonly queries: number;
  readonly replies: number;
  /** Messages that get no reply. */
  readonly dropped: number;
  /** Messages dropped unread because they had waited longer than clients do; 0 where their age is not known. */
  readonly expired: number;
  /** Replies that could not be sent. */
  readonly sendErrors: number;
  /** Connections that are open now; 0 for datagrams. */
  readonly connections: number;
  /** Connections that were closed on a limit: slow, idle or too many. */
  readonly connectionsCut: number;
}

/** Whether sockets of several threads have one address, and which comes first. */
export type Sharing = 'alone' | 'first' | 'further';

export interface Transport {
  readonly kind: 'udp' | 'tcp';
  /** Of a socket that the end of its thread does not close. */
  readonly descriptor?: number;
  /** With the port that was really bound. */
  readonly address: SocketAddress;
  stats(): TransportStats;
  /** Takes nothing new, answers what has arrived and is in flight, then ends. May be called twice. */
  close(): Promise<void>;
}

/** IPv6 in brackets, as in a URL. */
export function formatSocketAddress({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
