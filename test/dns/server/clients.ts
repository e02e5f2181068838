/** Clients for the tests of transports: messages out, messages in, over UDP or TCP. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SocketAddress, Transport } from '../../../src/dns/server/transport.ts';
import { type HeldClock, settle } from '../../support/held-clock.ts';

/** What came back, in order, to be waited for. */
class Inbox {
  readonly #messages: Buffer[] = [];
  readonly #waiting: ((message: Buffer) => void)[] = [];

  put(message: Buffer): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#messages.push(message);
    else resolve(message);
  }

  next(): Promise<Buffer> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get count(): number {
    return this.#messages.length;
  }
}

export interface Client {
  readonly port: number;
  send(message: Buffer): void;
  /** The next message that arrives. */
  next(): Promise<Buffer>;
  /** Messages that arrived and were not asked for. */
  readonly unread: number;
  close(): void;
}

export async function udpClient(to: SocketAddress): Promise<Client> {
  const socket = createSocket(to.address.includes(':') ? 'udp6' : 'udp4');
  const inbox = new Inbox();
  socket.on('message', (message) => inbox.put(message));
  socket.connect(to.port, to.address);
  await once(socket, 'connect');
  return {
    port: socket.address().port,
    send: (message) => socket.send(message),
    next: () => inbox.next(),
    get unread() {
      return inbox.count;
    },
    close: () => socket.close(),
  };
}

export interface TcpClient extends Client {
  readonly socket: Socket;
  /** Bytes as they are, without a length in front. */
  sendRaw(bytes: Buffer): void;
  /** Resolves when the server has ended the connection. */
  readonly closed: Promise<void>;
}

export async function tcpClient(to: SocketAddress): Promise<TcpClient> {
  const socket = connect({ host: to.address, port: to.port, noDelay: true });
  const inbox = new Inbox();
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE()) {
      const end = 2 + held.readUInt16BE();
      inbox.put(held.subarray(2, end));
      held = held.subarray(end);
    }
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on('end', () => resolve());
    socket.on('close', () => resolve());
  });
  await once(socket, 'connect');
  return {
    port: socket.localPort ?? 0,
    socket,
    send: (message) => void socket.write(framed(message)),
    sendRaw: (bytes) => void socket.write(bytes),
    next: () => inbox.next(),
    get unread() {
      return inbox.count;
    },
    closed,
    close: () => void socket.destroy(),
  };
}

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** A message that a transport takes for a query: an id, and a body that means nothing to it. */
export function message(id: number, body = ''): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id);
  return Buffer.concat([header, Buffer.from(body)]);
}

export const idOf = (reply: Buffer): number => reply.readUInt16BE(0);

export interface Opened {
  readonly transport: Transport;
  readonly clock: HeldClock;
}

/** Closes a transport whatever it still waits for. */
export async function closeNow({ transport, clock }: Opened): Promise<void> {
  let isClosed = false;
  const closing = transport.close().then(() => {
    isClosed = true;
  });
  while (!isClosed) {
    clock.advance(1000);
    await settle();
  }
  await closing;
}

/** An address of this host that nobody else listens on, so that a port given up here stays free. */
export function privateLoopback(): string {
  const octet = (): number => randomInt(1, 255);
  return `127.${octet()}.${octet()}.${octet()}`;
}
