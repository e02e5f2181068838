// One kept HTTP/1.1 connection with one request under way. Speaks HTTP itself, since a client library would take a good
// part of the core that generators share. It reads replies that say their length, as all of rollcall's do.
import { once } from 'node:events';
import { connect } from 'node:net';

const NOTHING = Buffer.alloc(0);

/** A request as it goes over the wire; `body` is text or absent. */
export function requestText(method, path, body) {
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\n`;
  if (body === undefined) return `${head}\r\n`;
  const length = Buffer.byteLength(body);
  return `${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

export class Connection {
  #socket;
  #received = NOTHING;
  #answered;

  /** `localAddress` is for more connections than a server takes of one address. */
  constructor(http, { localAddress } = {}) {
    const [host, port] = http.split(':');
    this.#socket = connect({ port, host, noDelay: true, ...(localAddress && { localAddress }) });
    this.#socket.on('data', (octets) => this.#read(octets));
    this.#socket.on('error', (error) => this.#answered?.(error));
    this.#socket.on('close', () => this.#answered?.(new Error('the server closed a connection')));
  }

  ready() {
    return once(this.#socket, 'connect');
  }

  /** Sends a request; `answered(failure, head, octets)` once: anything but 200 is a failure. */
  send(text, answered) {
    this.#answered = answered;
    this.#socket.write(text);
  }

  /** The same as a promise. @returns `{ head, body }` */
  ask(method, path, body) {
    return new Promise((fulfil, fail) => {
      this.send(requestText(method, path, body), (failure, head, octets) => {
        if (failure) fail(failure);
        else fulfil({ head, body: octets.toString() });
      });
    });
  }

  #read(octets) {
    const received = this.#received.length === 0 ? octets : Buffer.concat([this.#received, octets]);
    const end = received.indexOf('\r\n\r\n');
    const head = end === -1 ? '' : received.latin1Slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (end === -1 || received.length < end + 4 + length) {
      this.#received = received;
      return;
    }
    this.#received = NOTHING;
    const body = received.subarray(end + 4);
    const isFine = head.startsWith('HTTP/1.1 200');
    this.#answered(isFine ? undefined : new Error(`${head}\n\n${body}`), head, body);
  }

  close() {
    this.#answered = undefined;
    this.#socket.destroy();
  }
}
