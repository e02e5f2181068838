/**
 * Servers on loopback that the probes look at, on ports the system picks; all of them end with the test.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsHttpServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { TEST_CERTIFICATE, TEST_KEY } from './tls-identity.ts';

const IDENTITY = { cert: TEST_CERTIFICATE, key: TEST_KEY };

interface Closable {
  listen(port: number, host: string, ready: () => void): unknown;
  address(): AddressInfo | string | null;
  close(): unknown;
  on(event: 'connection', listener: (socket: Socket) => void): unknown;
}

async function serve(server: Closable): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** `host:port` of an HTTP server. */
export function httpServer(listener: RequestListener): Promise<string> {
  return serve(createServer(listener) as Server);
}

export function httpsServer(listener: RequestListener): Promise<string> {
  return serve(createTlsHttpServer(IDENTITY, listener));
}

export function tcpServer(listener: (socket: Socket) => void = () => {}): Promise<string> {
  return serve(createTcpServer(listener));
}

export function tlsServer(): Promise<string> {
  return serve(createTlsServer(IDENTITY));
}

/** `host:port` that nobody listens on: one that was free a moment ago. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `127.0.0.1:${port}`;
}
