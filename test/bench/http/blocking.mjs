// Blocking at scale: 10,000 queries wait on 1,000 services, 100 of them on one. That one changes, again and again; its
// watchers must wake and no other. Measures the time to the last of them, the processor time while nothing happens, and
// the memory of a waiting query.
import { setTimeout as wait } from 'node:timers/promises';
import { cpuSeconds, residentBytes } from '../dns/machine.mjs';
import { median } from '../dns/statistics.mjs';
import { Connection, requestText } from './connection.mjs';

const WAITING = 10_000;
const SERVICES = 1000;
/** Watchers of the first service; the others share the rest. */
const WATCHERS = 100;
/** Below what the agent takes of one address, so each so many come from another address of the loopback network. */
const PER_ADDRESS = 150;
/** Connections that are opened together. */
const AT_ONCE = 100;
const CHANGES = 20;
const IDLE_MS = 3000;
/** Time for a reply that should not come. */
const SETTLE_MS = 100;

const REGISTER = '/v1/catalog/register';
const serviceOf = (at) => (at < WATCHERS ? 0 : 1 + ((at - WATCHERS) % (SERVICES - 1)));
const registration = (service, port) =>
  JSON.stringify({
    Node: 'watched',
    Address: '172.31.0.2',
    Service: { ID: `w-${service}`, Service: `w-${service}`, Port: port },
  });

/** A connection that has waited since `arm()`; `woken(at)` is told when it is answered. */
class Watcher {
  #connection;
  #index = 0;

  constructor(http, at, woken) {
    this.at = at;
    this.woken = woken;
    const localAddress = `127.0.1.${1 + Math.floor(at / PER_ADDRESS)}`;
    this.#connection = new Connection(http, { localAddress });
  }

  ready() {
    return this.#connection.ready();
  }

  /** Reads once, to know the index to wait for. */
  async read() {
    const { head } = await this.#connection.ask('GET', this.#path());
    this.#learn(head);
  }

  arm() {
    const text = requestText('GET', `${this.#path()}?index=${this.#index}&wait=10m`);
    this.#connection.send(text, (failure, head) => {
      if (failure) throw failure;
      this.#learn(head);
      this.woken(this.at);
    });
  }

  #path() {
    return `/v1/health/service/w-${serviceOf(this.at)}`;
  }

  #learn(head) {
    this.#index = Number(/x-consul-index: (\d+)/i.exec(head)[1]);
  }

  close() {
    this.#connection.close();
  }
}

/** Changes the first service. @returns when the write and the last of its watchers were answered, and who woke */
async function change({ writer, watchers, round, listen }) {
  const woken = [];
  const started = performance.now();
  const allWoken = new Promise((done) => {
    listen((at) => {
      woken.push(at);
      if (woken.length === WATCHERS) done(performance.now() - started);
    });
  });
  await writer.ask('PUT', REGISTER, registration(0, 2000 + round));
  const writtenMs = performance.now() - started;
  const lastMs = await allWoken;
  await wait(SETTLE_MS);
  for (const at of woken) watchers[at].arm();
  return { writtenMs, lastMs, others: woken.filter((at) => serviceOf(at) !== 0).length };
}

/** @returns facts as the table has them: `{ what, value, unit, aim? }` */
export async function measureBlocking({ http, child: { pid } }) {
  const writer = new Connection(http);
  await writer.ready();
  for (let service = 0; service < SERVICES; service++) {
    await writer.ask('PUT', REGISTER, registration(service, 1024));
  }
  const before = residentBytes(pid);
  let listener = () => {};
  const listen = (next) => {
    listener = next;
  };
  const watchers = [];
  try {
    while (watchers.length < WAITING) {
      const some = Array.from(
        { length: AT_ONCE },
        (_, of) => new Watcher(http, watchers.length + of, (who) => listener(who)),
      );
      watchers.push(...some);
      await Promise.all(some.map((watcher) => watcher.ready()));
      await Promise.all(some.map((watcher) => watcher.read()));
    }
    for (const watcher of watchers) watcher.arm();
    await wait(IDLE_MS);
    const bytesEach = (residentBytes(pid) - before) / WAITING;
    const cpuBefore = cpuSeconds(pid);
    await wait(IDLE_MS);
    const idleShare = (cpuSeconds(pid) - cpuBefore) / (IDLE_MS / 1000);

    const changes = [];
    for (let round = 0; round < CHANGES; round++) {
      changes.push(await change({ writer, watchers, round, listen }));
    }
    const of = (figure) => changes.map((one) => one[figure]);
    const others = of('others').reduce((sum, count) => sum + count, 0);
    const aim = { atMost: 50 };
    return [
      { what: `last of ${WATCHERS} woken, median`, value: median(of('lastMs')), unit: 'ms', aim },
      { what: 'the same, at worst', value: Math.max(...of('lastMs')), unit: 'ms' },
      { what: 'the write itself, median', value: median(of('writtenMs')), unit: 'ms' },
      { what: 'woken of other services', value: others, unit: '', aim: { atMost: 0 } },
      { what: 'core used while all wait', value: 100 * idleShare, unit: '%', aim: { atMost: 5 } },
      { what: 'memory of a waiting query', value: bytesEach / 1024, unit: 'KiB' },
      { what: 'memory with all of them', value: residentBytes(pid) / 2 ** 20, unit: 'MiB' },
    ];
  } finally {
    for (const connection of [writer, ...watchers]) connection.close();
  }
}
