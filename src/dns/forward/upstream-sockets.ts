/**
 * The sockets that a forwarder asks for: the least of a datagram and a stream that one question needs. The real
 * ones are here; tests hand in others where the kernel would not lie for them.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { UpstreamAddress } from '../options.ts';

export interface LinkEvents {
  /** A datagram, or the next octets of a stream. */
  readonly received: (bytes: Uint8Array) => void;
  /** The link is of no use any more; `reason` is such as `connection refused`. At most once. */
  readonly failed: (reason: string) => void;
}

export interface Link {
  send(bytes: Uint8Array): void;
  /** Nothing is reported afterwards. May be called twice. */
  close(): void;
}

export interface UpstreamSockets {
  /** From a port of its own, receiving from `to` alone. */
  openDatagram(to: UpstreamAddress, events: LinkEvents): Link;
  openStream(to: UpstreamAddress, events: LinkEvents): Link;
}

export const systemSockets: UpstreamSockets = { openDatagram, openStream };

function openDatagram(to: UpstreamAddress, events: LinkEvents): Link {
  const socket = createSocket(isIPv6(to.address) ? 'udp6' : 'udp4');
  let closed = false;
  let connected = false;
  const waiting: Uint8Array[] = [];
  const close = (): void => {
    if (closed) return;
    closed = true;
    socket.close();
  };
  const fail = (error: Error): void => {
    if (closed) return;
    close();
    events.failed(describeSocketError(error));
  };
  socket.on('error', fail);
  socket.on('message', (bytes) => {
    if (!closed) events.received(bytes);
  });
  // Connected: the kernel drops what comes from any other address or port, and reports a closed port. The
  // port of our own is one that the kernel picks at random.
  socket.once('connect', () => {
    connected = true;
    for (const bytes of waiting.splice(0)) transmit(bytes);
  });
  // Without a callback: that would take the place of the error event.
  socket.connect(to.port, to.address);
  const transmit = (bytes: Uint8Array): void => {
    if (closed) return;
    socket.send(bytes, (error) => {
      if (error !== null) fail(error);
    });
  };
  return {
    send(bytes) {
      if (connected) transmit(bytes);
      else waiting.push(bytes);
    },
    close,
  };
}

function openStream(to: UpstreamAddress, events: LinkEvents): Link {
  const socket = connect({ host: to.address, port: to.port, noDelay: true });
  let closed = false;
  const close = (): void => {
    closed = true;
    socket.destroy();
  };
  const fail = (reason: string): void => {
    if (closed) return;
    close();
    events.failed(reason);
  };
  socket.on('error', (error) => fail(describeSocketError(error)));
  socket.on('data', (bytes) => {
    if (!closed) events.received(bytes);
  });
  socket.on('end', () => fail('connection closed'));
  socket.on('close', () => fail('connection closed'));
  return { send: (bytes) => void socket.write(bytes), close };
}

function describeSocketError(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return 'network unreachable';
    case 'EHOSTUNREACH':
      return 'host unreachable';
    case 'EMFILE':
    case 'ENFILE':
      return 'no more sockets';
    default:
      return typeof code === 'string' ? code : error.message;
  }
}
