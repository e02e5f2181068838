/**
 * Datagrams over node:dgram, one socket an address. Replies of the catalog are sent in the turn of the event loop
 * that read the query; only forwarded ones wait, and how many of those may is the forwarder's limit.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { limits } from '../../runtime/index.ts';
import type { Client } from '../wire/question.ts';
import { bindError } from './bind-error.ts';
import type {
  BindAddress,
  SocketAddress,
  Transport,
  TransportParts,
  TransportStats,
} from './transport.ts';

/** Turns of the event loop that a stopping socket still reads in; each takes a few dozen datagrams. */
const TURNS_MAX = 200;
/** Turns without a datagram, after which there is none. */
const QUIET_TURNS = 3;

/** Throws BindError. */
export async function openUdpSocket(at: BindAddress, parts: TransportParts): Promise<Transport> {
  const family = isIPv6(at.address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Every address here is a literal: without this each reply would go through the resolver's queue.
    lookup: (address, _options, done) => done(null, address, family),
    ipv6Only: at.ipv6Only,
    recvBufferSize: limits.dnsReceiveBufferBytes.default,
  });
  try {
    // Asked for first: with such a look-up the socket may listen before bind returns.
    const listening = once(socket, 'listening');
    socket.bind({ address: at.address, port: at.port });
    await listening;
  } catch (error) {
    socket.close();
    throw bindError(at, error);
  }
  return new UdpSocket(socket, parts);
}

class UdpSocket implements Transport {
  readonly kind = 'udp';
  readonly address: SocketAddress;
  readonly #socket: Socket;
  readonly #parts: TransportParts;
  #queries = 0;
  #replies = 0;
  #dropped = 0;
  #sendErrors = 0;
  /** Replies that somebody else is asked for. */
  #waiting = 0;
  /** Replies that the system has not taken yet. */
  #sending = 0;
  #closing: Promise<void> | undefined;
  #closed = false;
  #whenQuiet: (() => void) | undefined;

  constructor(socket: Socket, parts: TransportParts) {
    this.#socket = socket;
    this.#parts = parts;
    const { address, port } = socket.address();
    this.address = { address, port };
    socket.on('message', (bytes, from) => this.#receive(bytes, from));
    socket.on('error', (error) => parts.logger.warn({ err: error }, 'udp socket failed'));
  }

  stats(): TransportStats {
    return {
      queries: this.#queries,
      replies: this.#replies,
      dropped: this.#dropped,
      sendErrors: this.#sendErrors,
      expired: 0,
      connections: 0,
      connectionsCut: 0,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // What the kernel had taken before the stop is read in the next turns: it is answered as well. The first of them may
    // be over before the socket is looked at.
    for (let turn = 0, quiet = 0; turn < TURNS_MAX && quiet < QUIET_TURNS; turn++) {
      const before = this.#queries;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = before === this.#queries ? quiet + 1 : 0;
    }
    if (!this.#isQuiet) await this.#quiet(limits.dnsDrainMs.default);
    this.#closed = true;
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  get #isQuiet(): boolean {
    return this.#waiting === 0 && this.#sending === 0;
  }

  /** Until nothing waits or is being sent any more, but no longer than `withinMs`. */
  #quiet(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.clock.schedule(withinMs, resolve);
      this.#whenQuiet = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    this.#queries += 1;
    // Port 0 is no port (RFC 6335 §6): such a sender is forged, and sending there throws.
    if (from.port === 0) {
      this.#dropped += 1;
      return;
    }
    const client: Client = { address: from.address, port: from.port, transport: 'udp' };
    const reply = this.#parts.respond(bytes, client);
    if (reply instanceof Promise) this.#sendLater(reply, client);
    else this.#send(reply, client);
  }

  #sendLater(reply: Promise<Uint8Array | undefined>, client: Client): void {
    this.#waiting += 1;
    reply
      .then((settled) => this.#send(settled, client))
      .catch((error: unknown) => this.#parts.logger.error({ err: error }, 'a reply was lost'))
      .finally(() => {
        this.#waiting -= 1;
        if (this.#isQuiet) this.#whenQuiet?.();
      });
  }

  #send(reply: Uint8Array | undefined, client: Client): void {
    if (reply === undefined || this.#closed) {
      this.#dropped += 1;
      return;
    }
    this.#replies += 1;
    this.#sending += 1;
    this.#socket.send(reply, client.port, client.address, this.#sent);
  }

  /** One function for all sends: a closure for each would cost more than the count is worth. */
  readonly #sent = (error: Error | null): void => {
    this.#sending -= 1;
    if (error !== null) this.#sendErrors += 1;
    if (this.#isQuiet) this.#whenQuiet?.();
  };
}
