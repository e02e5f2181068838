/**
 * Datagrams in batches: one recvmmsg takes up to 64, each is answered into the memory of its slot, one sendmmsg sends what
 * there is to send. It has its turns from a PollLoop and never waits in one. Knows nothing of DNS.
 *
 *   kernel ─▶ batch, fresh ─▶ respondTo ─▶ slots ─▶ sendmmsg        a socket that takes no more: the slots wait, and
 *     │                          ▲           ▲                       nothing more is read until it does
 *     └─▶ batch, stale ─▶ backlog, newest    └── replies that came later
 *
 * What is older than a client's patience goes to the backlog, so that a queue is answered from its new end; what is
 * older than clients wait at all is dropped.
 */
import { type Logger, limits, type Timer } from '../../../runtime/index.ts';
import type { RespondTo } from '../../wire/datagram.ts';
import type { SocketAddress, Transport, TransportStats } from '../transport.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { Backlog } from './backlog.ts';
import { BatchDatagram } from './batch-datagram.ts';
import { BATCH, type BatchMemory, REPLY_BYTES_MAX, ROUTE_WORDS } from './batch-memory.ts';
import { FailureLog } from './failure-log.ts';
import { EAGAIN, EINTR, ICMP_REPORTS, type Libc, linux } from './libc.ts';
import { Outbox } from './outbox.ts';
import type { Pollable, PollLoop } from './poll-loop.ts';

export interface BatchParts {
  /** Must not throw, nor its promise be rejected without need: that is logged, and the reply lost. */
  readonly respondTo: RespondTo;
  /** That of the loop, whose sleep ends when a timer is due. */
  readonly clock: AlarmClock;
  readonly logger: Logger;
  readonly loop: PollLoop;
  readonly libc: Libc;
}

/** A socket that is bound, and memory for its batches. */
export interface BoundSocket {
  readonly descriptor: number;
  readonly address: SocketAddress;
  readonly memory: BatchMemory;
}

/** Batches a turn: a few milliseconds at most, after which others have theirs. */
const BATCHES_A_TURN = 16;
/** Stale batches a turn: more than the kernel keeps by default, and only copied. */
const STALE_A_TURN = 256;
/** Calls for one batch that may be interrupted, or tell of an ICMP message, before the next turn. */
const TRIES_MAX = 16;
/** After a failure that has no remedy here, so that it is not met again at once, and for ever. */
const REST_MS = 100;

interface LateReply {
  readonly bytes: Uint8Array;
  readonly route: Uint32Array;
}

export class BatchSocket implements Transport, Pollable {
  readonly kind = 'udp';
  readonly address: SocketAddress;
  readonly descriptor: number;
  readonly #parts: BatchParts;
  readonly #memory: BatchMemory;
  readonly #datagram: BatchDatagram;
  readonly #failures: FailureLog;
  readonly #outbox: Outbox;
  #queries = 0;
  #replies = 0;
  #dropped = 0;
  #expired = 0;
  /** Runs while nothing is read, after a failure. */
  #resting: Timer | undefined;
  /** Monotonic: the kernel had nothing for us then, so whatever it has now is younger. */
  #emptyAt: number;
  #backlog: Backlog | undefined;
  /** Replies that somebody else is asked for, whose limit it is how many, and those of them that have come. */
  #waiting = 0;
  #late: LateReply[] = [];
  #closing: Promise<void> | undefined;
  /** Wall clock, of when it was told to close. */
  #closingSince = Number.POSITIVE_INFINITY;
  /** All that arrived before it was told to close is read. */
  #hasReadAll = false;
  #isClosed = false;
  #whenQuiet: (() => void) | undefined;

  constructor({ descriptor, address, memory }: BoundSocket, parts: BatchParts) {
    this.descriptor = descriptor;
    this.address = address;
    this.#parts = parts;
    this.#memory = memory;
    this.#datagram = new BatchDatagram(memory, parts.libc);
    const { libc, clock, logger } = parts;
    this.#failures = new FailureLog(clock, logger);
    this.#outbox = new Outbox({ libc, clock, failures: this.#failures, memory, descriptor });
    this.#emptyAt = clock.monotonic();
    parts.loop.add(this);
  }

  stats(): TransportStats {
    return {
      queries: this.#queries,
      replies: this.#replies,
      dropped: this.#dropped,
      expired: this.#expired,
      sendErrors: this.#outbox.errors,
      connections: 0,
      connectionsCut: 0,
    };
  }

  get events(): number {
    if (this.#outbox.isBlocked) return linux.POLLOUT;
    return this.#resting !== undefined || this.#hasReadAll ? 0 : linux.POLLIN;
  }

  get isBusy(): boolean {
    if (this.#outbox.isBlocked) return false;
    return this.#late.length > 0 || this.#backlogCount > 0;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock, loop, libc } = this.#parts;
    this.#closingSince = clock.now();
    await new Promise<void>((resolve) => {
      const timer = clock.schedule(limits.dnsDrainMs.default, resolve);
      this.#whenQuiet = () => {
        timer.cancel();
        resolve();
      };
      // What the kernel had before is read now: no event may tell of it.
      this.turn();
    });
    this.#isClosed = true;
    this.#whenQuiet = undefined;
    this.#outbox.giveUp();
    this.#resting?.cancel();
    loop.remove(this);
    libc.close(this.descriptor);
  }

  turn(): void {
    if (this.#isClosed) return;
    if (this.#outbox.sendOn() && this.#sendLate() && this.#read()) this.#answerBacklog();
    this.#tellWhenQuiet();
  }

  get #isClosing(): boolean {
    return this.#closingSince !== Number.POSITIVE_INFINITY;
  }

  get #backlogCount(): number {
    return this.#backlog === undefined ? 0 : this.#backlog.count;
  }

  #tellWhenQuiet(): void {
    const isAnswered = this.#waiting === 0 && !this.#outbox.isBlocked && this.#backlogCount === 0;
    if (this.#hasReadAll && isAnswered) this.#whenQuiet?.();
  }

  /** @returns false when the outbox is blocked */
  #read(): boolean {
    let stale = 0;
    for (let batches = 0; batches < BATCHES_A_TURN && stale < STALE_A_TURN; ) {
      if (this.#hasReadAll || this.#resting !== undefined) return true;
      const count = this.#receive();
      if (count <= 0) return true;
      const isFull = count === BATCH;
      const ageMs = this.#ageOf(isFull);
      if (ageMs > limits.dnsQueryPatienceMs.default) {
        stale += 1;
        this.#putOff(ageMs);
        continue;
      }
      batches += 1;
      if (!this.#outbox.send(this.#answer(count))) return false;
      if (!isFull) return true;
    }
    return true;
  }

  /** @returns how many came; 0 for none */
  #receive(): number {
    const { libc } = this.#parts;
    const { queries } = this.#memory;
    this.#memory.makeReady();
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const count = libc.recvmmsg(this.descriptor, queries, BATCH, linux.MSG_DONTWAIT, null);
      if (count > 0) {
        this.#queries += count;
        if (count < BATCH) this.#hasReadAll = this.#isClosing;
        return count;
      }
      const errno = libc.errno();
      if (errno === EAGAIN) {
        this.#emptyAt = this.#parts.clock.monotonic();
        this.#hasReadAll = this.#isClosing;
        return 0;
      }
      if (errno === EINTR) continue;
      this.#failures.note('recvmmsg', errno);
      if (!ICMP_REPORTS.has(errno)) {
        this.#rest();
        return 0;
      }
    }
    return 0;
  }

  /**
   * Milliseconds that the youngest of a full batch has waited, and at least 0. A batch that is not full was the rest of
   * the queue: it is worth an answer whatever its age.
   */
  #ageOf(isFull: boolean): number {
    const { clock } = this.#parts;
    const now = clock.monotonic();
    const sinceEmpty = now - this.#emptyAt;
    if (!isFull) {
      this.#emptyAt = now;
      return 0;
    }
    if (sinceEmpty <= limits.dnsQueryPatienceMs.default && !this.#isClosing) return 0;
    const arrivedMs = this.#memory.lastArrivalMs();
    if (arrivedMs === undefined) return 0;
    if (arrivedMs > this.#closingSince) this.#hasReadAll = true;
    // The wall clock may jump; the other one says that it cannot be older than this.
    return Math.min(clock.now() - arrivedMs, sinceEmpty);
  }

  /** Answers what is in the first slots. @returns how many slots have a reply */
  #answer(count: number): number {
    const memory = this.#memory;
    let filled = 0;
    for (let slot = 0; slot < count; slot++) {
      // A slot is free once its query is read, so a reply never has a later one than its query.
      memory.takeRoute(slot, filled);
      const start = memory.queryStart(slot);
      this.#datagram.start = start;
      this.#datagram.end = start + memory.queryLength(slot);
      if (this.#respondTo(memory.bytes, filled)) filled += 1;
    }
    return filled;
  }

  /** Whether there is a reply to send in `slot`, which has the route of the datagram. */
  #respondTo(bytes: Uint8Array, slot: number): boolean {
    const datagram = this.#datagram;
    datagram.bytes = bytes;
    datagram.enter(slot);
    // Port 0 is no port (RFC 6335 §6): such a sender is forged, and nothing can be sent there.
    const length = this.#memory.port(slot) === 0 ? 0 : this.#parts.respondTo(datagram);
    if (typeof length !== 'number') {
      this.#awaitReply(length, slot);
      return false;
    }
    if (length === 0) {
      this.#dropped += 1;
      return false;
    }
    this.#replies += 1;
    this.#memory.setReplyLength(slot, length);
    return true;
  }

  #awaitReply(reply: Promise<Uint8Array | undefined>, slot: number): void {
    const route = new Uint32Array(ROUTE_WORDS);
    this.#memory.saveRoute(slot, route, 0);
    this.#waiting += 1;
    reply.then(
      (bytes) => this.#takeLate(bytes, route),
      (error: unknown) => {
        this.#parts.logger.error({ err: error }, 'a reply was lost');
        this.#takeLate(undefined, route);
      },
    );
  }

  /** Sent in the next turn of the loop, with what else has come until then. */
  #takeLate(bytes: Uint8Array | undefined, route: Uint32Array): void {
    if (bytes !== undefined && bytes.length <= REPLY_BYTES_MAX && !this.#isClosed) {
      this.#late.push({ bytes, route });
      return;
    }
    this.#waiting -= 1;
    this.#dropped += 1;
    this.#tellWhenQuiet();
  }

  /** @returns false when the outbox is blocked */
  #sendLate(): boolean {
    while (this.#late.length > 0) {
      const batch = this.#late.splice(0, BATCH);
      for (const [slot, { bytes, route }] of batch.entries()) {
        this.#memory.restoreRoute(slot, route, 0);
        this.#memory.bytes.set(bytes, this.#memory.replyStart(slot));
        this.#memory.setReplyLength(slot, bytes.length);
      }
      this.#waiting -= batch.length;
      this.#replies += batch.length;
      if (!this.#outbox.send(batch.length)) return false;
    }
    return true;
  }

  /** Copies a stale batch into the backlog, or drops it when nobody waits for it any more. */
  #putOff(ageMs: number): void {
    if (ageMs > limits.dnsQueryExpiryMs.default) {
      this.#expired += BATCH;
      return;
    }
    const memory = this.#memory;
    this.#backlog ??= new Backlog(limits.dnsBacklogBytes.default, ROUTE_WORDS);
    const arrivedAt = this.#parts.clock.monotonic() - ageMs;
    for (let slot = 0; slot < BATCH; slot++) {
      memory.takeRoute(slot, slot);
      const waiting = {
        start: memory.queryStart(slot),
        length: memory.queryLength(slot),
        arrivedAt,
      };
      this.#expired += this.#backlog.push(memory.bytes, waiting);
      memory.saveRoute(slot, this.#backlog.routes, this.#backlog.newestRoute);
    }
  }

  /** The newest of those that wait, a batch of them: after that the kernel may have newer ones. */
  #answerBacklog(): void {
    const backlog = this.#backlog;
    if (backlog === undefined || backlog.count === 0) return;
    const expiredAt = this.#parts.clock.monotonic() - limits.dnsQueryExpiryMs.default;
    let filled = 0;
    for (let taken = 0; taken < BATCH && backlog.count > 0; taken++) {
      if (backlog.newestArrival < expiredAt) {
        this.#expired += backlog.count;
        backlog.clear();
        break;
      }
      this.#memory.restoreRoute(filled, backlog.routes, backlog.newestRoute);
      this.#datagram.start = backlog.newestStart;
      this.#datagram.end = backlog.newestStart + backlog.newestLength;
      backlog.pop();
      if (this.#respondTo(backlog.bytes, filled)) filled += 1;
    }
    this.#outbox.send(filled);
  }

  #rest(): void {
    this.#resting = this.#parts.clock.schedule(REST_MS, () => {
      this.#resting = undefined;
    });
  }
}
