/**
 * One answer thread as the main thread knows it: starts it, hands it the view and every commit, asks it things, and
 * tells when it is gone. A thread that falls far behind is spared further commits until it has caught up, and then gets
 * the whole view anew, so that what waits for it is bounded. Knows nothing of the other threads.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import { type Clock, type Logger, limits, workerEntry } from '../../runtime/index.ts';
import type { FromThread, Reply, Request, ThreadStart, ToThread } from './protocol.ts';
import { wakeBy } from './wake-by.ts';

export interface ThreadLinkParts {
  readonly start: ThreadStart;
  /** It fell behind the catalog, has caught up with what it got, and needs the whole view. */
  readonly onBehind: () => void;
  readonly logger: Logger;
  readonly clock: Clock;
  /** It has closed one of its sockets, by its own number for it. */
  readonly onClosed: (socket: number) => void;
  /** It ended, by its own fault unless it was closed. Called once. */
  readonly onEnd: (error: Error) => void;
}

/** Changes after which a thread is asked how far it is. */
const ASK_CHANGES = 1000;
/** What the thread may take to exit beyond its own drain before it is ended. */
const EXIT_GRACE_MS = 1000;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadLink {
  readonly #parts: ThreadLinkParts;
  readonly #worker: Worker;
  readonly #wake: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  /** Commits that came while the whole view is being handed over. */
  #held: { readonly delta: Uint8Array; readonly changes: number }[] | undefined;
  /** Changes of commits that were posted, and those of them that the thread has surely applied. */
  #posted = 0;
  #asked = 0;
  #applied = 0;
  #isBehind = false;
  #defect: Error | undefined;
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: ThreadLinkParts) {
    this.#parts = parts;
    this.#wake = wakeBy(parts.start.wakeFd);
    const entry = workerEntry('./worker', import.meta.url);
    this.#worker = new Worker(entry, { workerData: parts.start });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#defect = error;
    });
    this.#worker.on('exit', (status) =>
      this.#end(this.#defect ?? new Error(`a DNS thread ended (${status})`)),
    );
  }

  /** What is handed over from here to `endWhole` is everything there is; commits of meanwhile follow. */
  beginWhole(): void {
    this.#held = [];
    this.#isBehind = false;
    this.post({ kind: 'view-begin' });
  }

  /** A part of the view, as `v8.serialize` writes a ViewDelta. */
  handOver(slice: Uint8Array): void {
    // Nothing to be behind by: a catalog may be larger than what may wait, and getting it again is no remedy.
    this.post({ kind: 'view', delta: slice });
  }

  endWhole(): void {
    this.post({ kind: 'view-end' });
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { delta, changes } of held) this.#postView(delta, changes);
  }

  /** Hands a commit to the thread, as `v8.serialize` writes it. */
  publish(delta: Uint8Array, changes: number): void {
    if (this.#isBehind) return;
    if (this.#held !== undefined) {
      this.#held.push({ delta, changes });
      return;
    }
    this.#postView(delta, changes);
    if (this.#posted - this.#applied > limits.dnsViewBacklog.default) {
      this.#isBehind = true;
      this.#parts.logger.warn({}, 'a DNS thread is far behind the catalog and gets all of it anew');
    }
    if (this.#posted - this.#asked >= ASK_CHANGES) void this.#askHowFar();
  }

  post(message: ToThread, transfer: readonly MessagePort[] = []): void {
    if (this.#ended !== undefined) return;
    this.#worker.postMessage(message, transfer);
    this.#wake();
  }

  /** @throws what ended the thread */
  request(request: Request): Promise<Reply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.post({ kind: 'request', id, request });
    });
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** The thread answers what is in flight and ends. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    const timer = this.#parts.clock.schedule(limits.dnsDrainMs.default + EXIT_GRACE_MS, () => {
      this.#parts.logger.warn({}, 'a DNS thread did not stop in time and is ended');
      void this.#worker.terminate();
      // It may sleep in the system, where nothing interrupts it.
      this.#wake();
    });
    this.post({ kind: 'stop' });
    await exited;
    timer.cancel();
  }

  #postView(delta: Uint8Array, changes: number): void {
    this.#posted += Math.max(changes, 1);
    this.post({ kind: 'view', delta });
  }

  async #askHowFar(): Promise<void> {
    const posted = this.#posted;
    this.#asked = posted;
    try {
      await this.request({ kind: 'applied-index' });
    } catch {
      // It ended: whoever takes its place starts with the whole view.
      return;
    }
    this.#applied = Math.max(this.#applied, posted);
    if (!this.#isBehind || this.#applied < this.#asked) return;
    this.#parts.onBehind();
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case 'reply':
        this.#waiting.get(message.id)?.resolve(message.reply);
        this.#waiting.delete(message.id);
        return;
      case 'closed':
        this.#parts.onClosed(message.socket);
        return;
      case 'log':
        this.#parts.logger[message.level](message.fields, message.message);
        return;
    }
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#parts.onEnd(error);
  }
}
