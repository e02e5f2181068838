/** Octets that no HTTP library would send, to a listener of the test, and all that comes back. */
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HttpSocket {
  readonly socket: Socket;
  send(octets: string | Buffer): void;
  /** Resolves with everything received, once it matches. */
  received(pattern: RegExp): Promise<string>;
  /** Resolves with everything received, once the server closed. */
  closed(): Promise<string>;
}

/** A connection that ends with the test. */
export async function openSocket(port: number, host = '127.0.0.1'): Promise<HttpSocket> {
  const socket = connect(port, host);
  await new Promise((resolve) => socket.once('connect', resolve));
  onTestFinished(() => void socket.destroy());
  let text = '';
  let over = false;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    text += chunk;
    changed();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    over = true;
    changed();
  });
  const until = (holds: () => boolean): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        listeners.delete(look);
        resolve(text);
      };
      listeners.add(look);
      look();
    });
  return {
    socket,
    send: (octets) => void socket.write(octets),
    received: (pattern) => until(() => pattern.test(text)),
    closed: () => until(() => over),
  };
}

/** Sends one request with `Connection: close`, and resolves with everything received. */
export async function sendAlone(
  port: number,
  requestLine: string,
  headers = '',
  body: string | Buffer = '',
): Promise<string> {
  const client = await openSocket(port);
  client.send(`${requestLine} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
  client.send(body);
  return client.closed();
}
