/**
 * Where an answer thread sleeps: poll(2) over all its sockets and an eventfd. After each wake it serves what is readable,
 * then gives the event loop of Node one turn, so that messages, promises and timers run, then it sleeps again.
 *
 *   ┌─▶ poll ─▶ sockets, a bounded turn each ─▶ setImmediate ─▶ timers, messages, promises ─┐
 *   └──────────────────────────────────────────────────────────────────────────────────────┘
 *
 * It knows nothing of what the sockets carry. Whatever else the event loop waits for (files, its own sockets) does not
 * end the sleep: work of that kind is done under `attend`.
 */
import type { Logger } from '../../../runtime/index.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { FailureLog } from './failure-log.ts';
import { EINTR, type Libc, linux } from './libc.ts';

export interface Pollable {
  readonly descriptor: number;
  /** Events of poll(2) to be woken for; 0 for none. */
  readonly events: number;
  /** Whether it has work that no event tells of. */
  readonly isBusy: boolean;
  /** Does some of what there is to do; not so much that others would starve. */
  turn(): void;
}

export interface PollLoopParts {
  readonly libc: Libc;
  /** The eventfd that ends a sleep, of `createWake`. */
  readonly wakeFd: number;
  /** Timers of this thread that must run in time are made with it. */
  readonly clock: AlarmClock;
  readonly logger: Logger;
  /** 0 where the thread has others to run, as in a test. */
  readonly sleepMsMax?: number;
}

/** Whatever is forgotten to wake it for, the end of the process too, happens within this. */
const SLEEP_MS_MAX = 1000;
/** While something is awaited that does not end a sleep. */
const NAP_MS = 1;

// struct pollfd: int fd; short events; short revents
const POLLFD_BYTES = 8;

export class PollLoop {
  readonly #parts: PollLoopParts;
  readonly #sleepMsMax: number;
  readonly #failures: FailureLog;
  readonly #counter = new Uint8Array(new ArrayBuffer(8));
  #sockets: readonly Pollable[] = [];
  #pollfds = new PollFds(1);
  /** Work that goes on in the next turn of the event loop. */
  #paused = 0;
  /** Work that waits for something else than time. */
  #attended = 0;
  #closed = false;

  constructor(parts: PollLoopParts) {
    this.#parts = parts;
    this.#sleepMsMax = parts.sleepMsMax ?? SLEEP_MS_MAX;
    this.#failures = new FailureLog(parts.clock, parts.logger);
    setImmediate(this.#step);
  }

  add(socket: Pollable): void {
    this.#setSockets([...this.#sockets, socket]);
  }

  remove(socket: Pollable): void {
    this.#setSockets(this.#sockets.filter((other) => other !== socket));
  }

  /** Sleeps no more. May be called twice. */
  close(): void {
    this.#closed = true;
  }

  /** Lets queries, messages and timers that are due go first, and does not sleep meanwhile. */
  readonly pause = (): Promise<void> => {
    this.#paused += 1;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#paused -= 1;
        resolve();
      });
    });
  };

  /** Sleeps but lightly until `work` has settled: files are read, or somebody else is at it. */
  async attend<Result>(work: Promise<Result>): Promise<Result> {
    this.#attended += 1;
    try {
      return await work;
    } finally {
      this.#attended -= 1;
    }
  }

  #setSockets(sockets: readonly Pollable[]): void {
    this.#sockets = sockets;
    this.#pollfds = new PollFds(sockets.length + 1);
  }

  readonly #step = (): void => {
    if (this.#closed) return;
    const sockets = this.#sockets;
    const pollfds = this.#pollfds;
    this.#sleep(sockets, pollfds);
    // What was posted before a query was sent holds for its answer: it is delivered first.
    if (pollfds.happened(sockets.length)) setImmediate(() => this.#serve(sockets, pollfds));
    else this.#serve(sockets, pollfds);
  };

  #serve(sockets: readonly Pollable[], pollfds: PollFds): void {
    if (this.#closed) return;
    // A message may have closed one of them; poll tells again of the others.
    const isOutdated = this.#sockets !== sockets;
    for (let at = 0; at < sockets.length && !isOutdated; at++) {
      const socket = sockets[at];
      if (socket !== undefined && (socket.isBusy || pollfds.happened(at))) socket.turn();
    }
    // In the turn of the event loop that is between, messages that were posted before the wake are delivered.
    setImmediate(this.#step);
  }

  #sleep(sockets: readonly Pollable[], pollfds: PollFds): void {
    const { libc, wakeFd } = this.#parts;
    let isBusy = this.#paused > 0;
    for (let at = 0; at < sockets.length; at++) {
      const socket = sockets[at];
      if (socket === undefined) continue;
      isBusy ||= socket.isBusy;
      pollfds.set(at, socket.descriptor, socket.events);
    }
    pollfds.set(sockets.length, wakeFd, linux.POLLIN);
    const count = libc.poll(pollfds.bytes, sockets.length + 1, isBusy ? 0 : this.#sleepMs());
    if (count < 0) {
      const errno = libc.errno();
      pollfds.happenAll(errno !== EINTR);
      if (errno !== EINTR) this.#failures.note('poll', errno);
    } else if (pollfds.happened(sockets.length)) {
      libc.read(wakeFd, this.#counter, 8);
    }
  }

  #sleepMs(): number {
    const longest = this.#attended > 0 ? Math.min(NAP_MS, this.#sleepMsMax) : this.#sleepMsMax;
    return Math.min(longest, this.#parts.clock.untilNextMs());
  }
}

/** An array of struct pollfd. */
class PollFds {
  readonly bytes: Uint8Array;
  readonly #descriptors: Int32Array;
  readonly #events: Int16Array;

  constructor(count: number) {
    const memory = new ArrayBuffer(count * POLLFD_BYTES);
    this.bytes = new Uint8Array(memory);
    this.#descriptors = new Int32Array(memory);
    this.#events = new Int16Array(memory);
  }

  set(at: number, descriptor: number, events: number): void {
    // A negative one is passed over; with no events it would still tell of errors.
    this.#descriptors[at * 2] = events === 0 ? -1 : descriptor;
    this.#events[at * 4 + 2] = events;
    this.#events[at * 4 + 3] = 0;
  }

  happened(at: number): boolean {
    return this.#events[at * 4 + 3] !== 0;
  }

  /** As far as it can be known: after a failure each may have something or not. */
  happenAll(happened: boolean): void {
    for (let at = 3; at < this.#events.length; at += 4) this.#events[at] = happened ? 1 : 0;
  }
}
