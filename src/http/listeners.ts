/**
 * The sockets under the app: one node:http server for each address, all handing requests to the same app. Bounds what
 * a client may hold open, and stops in order: accept no more, let what is in flight finish, close what is idle.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type Clock, type Logger, limits } from '../runtime/index.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface ListenerLimits {
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
  readonly drainMs: number;
  /** How often slow requests are looked for. */
  readonly checkMs: number;
}

export const DEFAULT_LISTENER_LIMITS: ListenerLimits = {
  connectionsMax: limits.httpConnections.default,
  connectionsPerClientMax: limits.httpConnectionsPerClient.default,
  headersMs: limits.httpHeadersMs.default,
  requestMs: limits.httpRequestMs.default,
  keepAliveMs: limits.httpKeepAliveMs.default,
  drainMs: limits.httpDrainMs.default,
  checkMs: 5000,
};

export interface ListenerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ListenerLimits;
  /** For replies to what was no request. */
  readonly nextRequestId: () => string;
}

export class Listeners {
  readonly #app: FastifyInstance;
  readonly #deps: ListenerDeps;
  readonly #servers: Server[] = [];
  /** Connections of each client address. */
  readonly #connections = new Map<string, number>();
  readonly #inFlight = new Set<ServerResponse>();
  #closed: Promise<void> | undefined;

  constructor(app: FastifyInstance, deps: ListenerDeps) {
    this.#app = app;
    this.#deps = deps;
  }

  /** @returns the address that was bound; rejects with the system's error */
  async listen({ host, port }: ListenAddress): Promise<AddressInfo> {
    await this.#app.ready();
    const server = this.#createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    this.#servers.push(server);
    return server.address() as AddressInfo;
  }

  /** Resolves once every connection is closed; those that do not end in time are cut. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const response of this.#inFlight) response.shouldKeepAlive = false;
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    const drain = this.#deps.clock.schedule(this.#deps.limits.drainMs, () => {
      for (const server of this.#servers) server.closeAllConnections();
    });
    await Promise.all(closed);
    drain.cancel();
  }

  #createServer(): Server {
    const { headersMs, requestMs, keepAliveMs, connectionsMax, checkMs } = this.#deps.limits;
    const server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        keepAliveTimeout: keepAliveMs,
        connectionsCheckingInterval: checkMs,
        maxHeaderSize: limits.httpHeaderBytes.default,
        noDelay: true,
      },
      (request, response) => this.#serve(request, response),
    );
    server.maxConnections = connectionsMax;
    server.on('connection', (socket) => this.#count(socket));
    server.on('clientError', (error, socket) => this.#refuse(error, socket));
    return server;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // Says `Connection: close` and means it: Node would keep the connection for the next request.
    if (this.#closed !== undefined) response.shouldKeepAlive = false;
    this.#inFlight.add(response);
    response.once('close', () => this.#inFlight.delete(response));
    this.#app.routing(request, response);
  }

  #count(socket: Socket): void {
    const client = socket.remoteAddress ?? '';
    const count = (this.#connections.get(client) ?? 0) + 1;
    this.#connections.set(client, count);
    socket.once('close', () => {
      const left = (this.#connections.get(client) ?? 1) - 1;
      if (left === 0) this.#connections.delete(client);
      else this.#connections.set(client, left);
    });
    if (count <= this.#deps.limits.connectionsPerClientMax) return;
    this.#deps.logger.warn({ client, count }, 'client has too many connections');
    endWith(socket, 429, TOO_MANY, this.#deps.nextRequestId());
  }

  /** Node could not read a request: there is none to hand on, only a socket. */
  #refuse(error: Error & { readonly code?: string }, socket: Duplex): void {
    const status = STATUS_OF[error.code ?? ''] ?? 400;
    const requestId = this.#deps.nextRequestId();
    this.#deps.logger.debug({ requestId, status, err: error.message }, 'request cannot be read');
    endWith(socket, status, `${status} ${REASONS[status]}`, requestId);
  }
}

/** Consul's text. */
const TOO_MANY =
  'Your IP is issuing too many concurrent connections, please rate limit your calls\n';

const STATUS_OF: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
};

function endWith(socket: Duplex, status: number, text: string, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}
