/**
 * Listens on TCP for one address and keeps its connections within their number and time (RFC 7766 §6.2): a new
 * client takes the place of the one that has been idle longest, and is turned away when none is idle.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { limits, type Timer } from '../../runtime/index.ts';
import { bindError } from './bind-error.ts';
import { type StreamCounts, TcpConnection } from './tcp-connection.ts';
import type {
  BindAddress,
  SocketAddress,
  Transport,
  TransportParts,
  TransportStats,
} from './transport.ts';

/** How often connections are held against their limits of time: cheaper than a timer for each query. */
const SWEEP_MS = 500;
const BACKLOG = 511;

/** Throws BindError. */
export async function openTcpListener(at: BindAddress, parts: TransportParts): Promise<Transport> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false });
  try {
    server.listen({
      host: at.address,
      port: at.port,
      backlog: BACKLOG,
      ipv6Only: at.ipv6Only,
    });
    await once(server, 'listening');
  } catch (error) {
    throw bindError(at, error);
  }
  return new TcpListener(server, parts);
}

class TcpListener implements Transport {
  readonly kind = 'tcp';
  readonly address: SocketAddress;
  readonly #server: Server;
  readonly #parts: TransportParts;
  readonly #connections = new Set<TcpConnection>();
  readonly #counts: StreamCounts = { queries: 0, replies: 0, dropped: 0, sendErrors: 0 };
  #cut = 0;
  #sweep: Timer | undefined;
  #closing: Promise<void> | undefined;

  constructor(server: Server, parts: TransportParts) {
    this.#server = server;
    this.#parts = parts;
    const { address, port } = server.address() as AddressInfo;
    this.address = { address, port };
    server.on('connection', (socket) => this.#accept(socket));
    // EMFILE and the like: those that are connected go on.
    server.on('error', (error) => parts.logger.warn({ err: error }, 'tcp listener failed'));
  }

  stats(): TransportStats {
    return {
      ...this.#counts,
      expired: 0,
      connections: this.#connections.size,
      connectionsCut: this.#cut,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const timer = this.#parts.clock.schedule(limits.dnsDrainMs.default, () => {
      for (const connection of this.#connections) connection.destroy();
    });
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.#connections) connection.close();
    await closed;
    timer.cancel();
    this.#sweep?.cancel();
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= limits.dnsConnections.default && !this.#makeRoom()) {
      this.#cut += 1;
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const connection = new TcpConnection(socket, this.#parts, this.#counts);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    this.#sweepLater();
  }

  /** Closes the connection that has been idle longest; false when none is. */
  #makeRoom(): boolean {
    let longest: TcpConnection | undefined;
    for (const connection of this.#connections) {
      if (!connection.isIdle) continue;
      if (longest === undefined || connection.activeAt < longest.activeAt) longest = connection;
    }
    if (longest === undefined) return false;
    this.#cutOff(longest);
    return true;
  }

  #cutOff(connection: TcpConnection): void {
    this.#cut += 1;
    this.#connections.delete(connection);
    connection.destroy();
  }

  #sweepLater(): void {
    this.#sweep ??= this.#parts.clock.schedule(SWEEP_MS, () => {
      this.#sweep = undefined;
      const now = this.#parts.clock.monotonic();
      for (const connection of this.#connections) {
        const reason = connection.overdue(now);
        if (reason === undefined) continue;
        this.#parts.logger.debug({ reason }, 'connection closed');
        this.#cutOff(connection);
      }
      if (this.#connections.size > 0) this.#sweepLater();
    });
  }
}
