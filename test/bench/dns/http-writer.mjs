// Writes over HTTP at a rate, or as fast as it goes, on kept connections with one request under way on each. Speaks
// HTTP itself, since a client library would take a good part of the core that the DNS generator needs too.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';

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
  const idle = Array.from({ length: options.connections ?? 64 }, () => new Connection(port, host));
  await Promise.all(idle.map((connection) => connection.ready()));
  const all = [...idle];
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let [sent, written, failure] = [0, 0, undefined];
  const send = async (connection) => {
    const { path, body } = request(sent++);
    await connection.put(path, body);
    written += 1;
    idle.push(connection);
  };
  while (written < total && !signal?.aborted && failure === undefined) {
    const due = Math.min(total, perSecond ? elapsed() * perSecond : total);
    while (sent < due && idle.length > 0) {
      send(idle.pop()).catch((error) => {
        failure = error;
      });
    }
    await (perSecond ? wait(1) : setImmediate());
  }
  const seconds = elapsed();
  for (const connection of all) connection.close();
  if (failure !== undefined) throw failure;
  return { written, perSecond: written / seconds };
}
