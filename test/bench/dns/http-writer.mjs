// Writes over HTTP at a rate, or as fast as it goes, on kept connections with one request under way on each. Speaks
// HTTP itself, since a client library would take a good part of the core that the DNS generator needs too.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const CONNECTIONS = 64;

/** One kept connection. */
class Connection {
  #socket;
  #received = '';
  #answered;

  constructor(port, host) {
    this.#socket = connect({ port, host, noDelay: true }).setEncoding('latin1');
    this.#socket.on('data', (text) => this.#read(text));
    this.#socket.on('close', () => this.#answered?.(new Error('the server closed a connection')));
  }

  ready() {
    return once(this.#socket, 'connect');
  }

  /** Sends a PUT; ends with the reply, and throws on any status but 200. */
  async put(path, body) {
    const text = JSON.stringify(body);
    const length = Buffer.byteLength(text);
    const head = `PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
    const reply = new Promise((answered) => {
      this.#answered = answered;
    });
    this.#socket.write(`${head}Content-Length: ${length}\r\n\r\n${text}`);
    const failure = await reply;
    if (failure) throw failure;
  }

  /** Registrations are answered with `true` and a length, so a reply is known by its head. */
  #read(text) {
    this.#received += text;
    const head = this.#received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < head + 4 + length) return;
    const isFine = this.#received.startsWith('HTTP/1.1 200');
    const failure = isFine ? undefined : new Error(this.#received);
    this.#received = '';
    this.#answered(failure);
  }

  close() {
    this.#answered = undefined;
    this.#socket.destroy();
  }
}

/**
 * Sends `request(0)`, `request(1)`, … until `total` of them are answered or `signal` aborts.
 * @param options `{ http, total?, perSecond?, signal?, connections?, request }`; `request(at)` gives `{ path, body }`
 * @returns `{ written, perSecond }` as they really were
 */
export async function write(options) {
  const { http, total = Number.POSITIVE_INFINITY, perSecond, signal, request } = options;
  const [host, port] = http.split(':');
  const started = performance.now();
  let [next, written] = [0, 0];
  const drive = async (connection) => {
    while (next < total && !signal?.aborted) {
      const at = next++;
      const earlyMs = perSecond ? (at * 1000) / perSecond - (performance.now() - started) : 0;
      if (earlyMs > 0) await wait(earlyMs);
      const { path, body } = request(at);
      await connection.put(path, body);
      written += 1;
    }
  };
  const count = options.connections ?? CONNECTIONS;
  const connections = Array.from({ length: count }, () => new Connection(port, host));
  try {
    await Promise.all(connections.map((connection) => connection.ready()));
    await Promise.all(connections.map(drive));
  } finally {
    for (const connection of connections) connection.close();
  }
  return { written, perSecond: (1000 * written) / (performance.now() - started) };
}
