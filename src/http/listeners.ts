/**
 * The sockets under the app: one node:http server for each address, all handing requests to the same app. Bounds what
 * a client may hold open, and stops in order: accept no more, let what is in flight finish, close what is idle.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type Clock, type Logger, limits } from '../runtime/index.ts';
import { ERROR_CATALOGUE, type ErrorCode } from './errors.ts';
import { endGently } from './gentle-close.ts';
import { httpBindError } from './http-bind-error.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface ListenerLimits {
  readonly connectionsMax: number;
  /** Infinity: any number. */
  readonly connectionsPerClientMax: number;
  readonly headerBytesMax: number;
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
  headerBytesMax: limits.httpHeaderBytes.default,
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
  readonly #sockets = new Set<Socket>();
  readonly #inFlight = new Set<ServerResponse>();
  /** Those whose client did not speak HTTP, or not in time. */
  readonly #refused = new WeakSet<Duplex>();
  #connectionsPerClientMax: number;
  #closed: Promise<void> | undefined;

  constructor(app: FastifyInstance, deps: ListenerDeps) {
    this.#app = app;
    this.#deps = deps;
    this.#connectionsPerClientMax = deps.limits.connectionsPerClientMax;
  }

  /** For connections from now on; those that are open stay. */
  setConnectionsPerClient(most: number): void {
    this.#connectionsPerClientMax = most;
  }

  /** @returns the address that was bound; rejects with an HttpBindError */
  async listen({ host, port }: ListenAddress): Promise<AddressInfo> {
    await this.#app.ready();
    const server = this.#createServer();
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void => reject(httpBindError({ host, port }, error));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.removeListener('error', refuse);
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
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    this.#letGo();
    const drain = this.#deps.clock.schedule(this.#deps.limits.drainMs, () => {
      for (const server of this.#servers) server.closeAllConnections();
    });
    await Promise.all(closed);
    drain.cancel();
  }

  /** Ends connections that wait for a request, or never sent one; the others end with their reply. */
  #letGo(): void {
    const busy = new Set<Socket>();
    for (const response of this.#inFlight) {
      response.shouldKeepAlive = false;
      busy.add(response.req.socket);
    }
    for (const socket of this.#sockets) {
      if (!busy.has(socket)) socket.destroy();
    }
  }

  #createServer(): Server {
    const { headersMs, requestMs, keepAliveMs, connectionsMax, checkMs, headerBytesMax } =
      this.#deps.limits;
    const server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        keepAliveTimeout: keepAliveMs,
        connectionsCheckingInterval: checkMs,
        maxHeaderSize: headerBytesMax,
        noDelay: true,
      },
      (request, response) => this.#serve(request, response),
    );
    server.maxConnections = connectionsMax;
    // Their octets are bounded; Node would leave those past a count out without a word.
    server.maxHeadersCount = 0;
    server.on('connection', (socket) => this.#count(socket));
    server.on('clientError', (error, socket) => this.#refuse(error, socket));
    return server;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // The connection was refused; what it sent meanwhile is not read.
    if (request.socket.writableEnded) return;
    // Says `Connection: close` and means it: Node would keep the connection for the next request.
    if (this.#closed !== undefined) response.shouldKeepAlive = false;
    this.#inFlight.add(response);
    response.once('close', () => this.#inFlight.delete(response));
    this.#app.routing(request, response);
  }

  #count(socket: Socket): void {
    this.#sockets.add(socket);
    const client = socket.remoteAddress ?? '';
    const count = (this.#connections.get(client) ?? 0) + 1;
    this.#connections.set(client, count);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const left = (this.#connections.get(client) ?? 1) - 1;
      if (left === 0) this.#connections.delete(client);
      else this.#connections.set(client, left);
    });
    if (count <= this.#connectionsPerClientMax) return;
    this.#deps.logger.debug({ client, count }, 'client has too many connections');
    const reply = lastWords('connections_exceeded', TOO_MANY, this.#deps.nextRequestId());
    // At once: whoever opens too many must not keep them.
    socket.end(reply, () => socket.destroy());
  }

  /** Node could not read a request: there is none to hand on, only a socket. */
  #refuse(error: Error & { readonly code?: string }, socket: Duplex): void {
    // What it sends after that cannot be read either.
    if (this.#refused.has(socket)) return;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    this.#refused.add(socket);
    const code = CODE_OF[error.code ?? ''] ?? 'request_malformed';
    const requestId = this.#deps.nextRequestId();
    this.#deps.logger.debug({ requestId, code, err: error.message }, 'request cannot be read');
    const { status } = ERROR_CATALOGUE[code];
    const reply = lastWords(code, `${status} ${STATUS_CODES[status]}`, requestId);
    endGently(socket, this.#deps.clock, reply);
  }
}

/** Consul's text. */
const TOO_MANY =
  'Your IP is issuing too many concurrent connections, please rate limit your calls\n';

/** Node's codes for what it could not read. */
const CODE_OF: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** A reply on the bare socket, the last there. */
function lastWords(code: ErrorCode, text: string, requestId: string): string {
  const { status } = ERROR_CATALOGUE[code];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
