// Questions over TCP at a rate, for answers beyond 16 KiB: dnsperf never gets to the end of one.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import dnsPacket from 'dns-packet';
import { quantile } from './statistics.mjs';

const CONNECTIONS = 4;
const TIMEOUT_MS = 2000;

/** One connection that tells the delay of each answer. */
class Conversation {
  delays = [];
  #socket;
  #sentAt = new Map();
  #chunks = [];
  #received = 0;

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
  }

  ready() {
    return once(this.#socket, 'connect');
  }

  ask(query, id) {
    query.writeUInt16BE(id, 2);
    this.#sentAt.set(id, performance.now());
    this.#socket.write(Buffer.from(query));
  }

  get outstanding() {
    return this.#sentAt.size;
  }

  /** Keeps chunks until a message is whole: its length goes ahead of it in two octets. */
  #read(chunk) {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < 2) return;
    if (this.#chunks[0].length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = 2 + this.#chunks[0].readUInt16BE(0);
    if (this.#received < length) return;
    const all = Buffer.concat(this.#chunks);
    const id = all.readUInt16BE(2);
    this.delays.push(performance.now() - this.#sentAt.get(id));
    this.#sentAt.delete(id);
    [this.#chunks, this.#received] = [[], 0];
    if (all.length > length) this.#read(all.subarray(length));
  }

  close() {
    this.#socket.destroy();
  }
}

/**
 * Asks one question on four connections in turn.
 * @param options `{ server, question, seconds, perSecond }`
 * @returns rate, lost, and `p50`, `p99`, `most` in ms
 */
export async function steadyTcpLoad({ server, question, seconds, perSecond }) {
  const { name, type } = question;
  const query = dnsPacket.streamEncode({ type: 'query', id: 0, questions: [{ name, type }] });
  const conversations = Array.from({ length: CONNECTIONS }, () => new Conversation(server.port));
  try {
    await Promise.all(conversations.map((conversation) => conversation.ready()));
    const started = performance.now();
    for (let at = 0; at < seconds * perSecond; at++) {
      const earlyMs = (at * 1000) / perSecond - (performance.now() - started);
      if (earlyMs > 0) await wait(earlyMs);
      conversations[at % CONNECTIONS].ask(query, at & 0xffff);
    }
    const asked = performance.now();
    const lost = () => conversations.reduce((sum, { outstanding }) => sum + outstanding, 0);
    while (lost() > 0 && performance.now() - asked < TIMEOUT_MS) await wait(1);
    const delays = conversations.flatMap((conversation) => conversation.delays);
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(delays, share));
    const rate = (1000 * delays.length) / (performance.now() - started);
    return { perSecond: rate, lost: lost(), dropped: 0, p50, p99, most };
  } finally {
    for (const conversation of conversations) conversation.close();
  }
}
