// Changes one instance over HTTP and asks over UDP until the answer shows it: the delay from the answered write to the
// first answer with it, on several sockets, since each may be served by another thread.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import dnsPacket from 'dns-packet';
import { statusChange } from './catalog-set.mjs';

const SOCKETS = 4;
const RESEND_MS = 50;
const GIVE_UP_MS = 60_000;

/** Asks for the addresses of a name and counts them in the replies. */
export class Asker {
  #socket = createSocket('udp4');
  #query;
  #id = 0;

  constructor(port, name) {
    // Nothing may listen there yet.
    this.#socket.on('error', () => undefined);
    this.#socket.connect(port, '127.0.0.1');
    this.#query = dnsPacket.encode({ type: 'query', id: 0, questions: [{ type: 'A', name }] });
  }

  ready() {
    return once(this.#socket, 'connect');
  }

  /** @returns answers in the reply, or undefined when none came in time */
  async #ask() {
    this.#id = (this.#id + 1) & 0xffff;
    this.#query.writeUInt16BE(this.#id, 0);
    this.#socket.send(this.#query);
    const signal = AbortSignal.timeout(RESEND_MS);
    try {
      for (;;) {
        const [reply] = await once(this.#socket, 'message', { signal });
        if (reply.readUInt16BE(0) === this.#id) return reply.readUInt16BE(6);
      }
    } catch {
      return undefined;
    }
  }

  /** When the first reply with so many answers came. */
  async sees(count) {
    const started = performance.now();
    while ((await this.#ask()) !== count) {
      if (performance.now() - started > GIVE_UP_MS) throw new Error('a change was never seen');
      await wait(1);
    }
    return performance.now();
  }

  close() {
    this.#socket.close();
  }
}

/**
 * Flips the first instance of the set's probe until `signal` aborts or `flips` are done.
 * @returns delays in ms, that of the latest socket for each flip
 */
export async function probeChanges({ http, port, set, flips = Number.POSITIVE_INFINITY, signal }) {
  const { service, instances } = set.services.at(-1);
  const askers = Array.from(
    { length: SOCKETS },
    () => new Asker(port, `${service}.service.consul`),
  );
  await Promise.all(askers.map((asker) => asker.ready()));
  const flip = async (status) => {
    const body = JSON.stringify(statusChange(instances[0], status));
    const reply = await fetch(`http://${http}/v1/catalog/register`, { method: 'PUT', body });
    if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
    await reply.arrayBuffer();
    const written = performance.now();
    const count = instances.length - (status === 'passing' ? 0 : 1);
    const seen = await Promise.all(askers.map((asker) => asker.sees(count)));
    return Math.max(...seen) - written;
  };
  const delays = [];
  try {
    while (delays.length < flips && !signal?.aborted) {
      delays.push(await flip(delays.length % 2 === 0 ? 'critical' : 'passing'));
    }
    if (delays.length % 2 === 1) await flip('passing');
  } finally {
    for (const asker of askers) asker.close();
  }
  return delays;
}
