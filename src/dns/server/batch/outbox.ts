/**
 * The replies of one batch on their way: sent in as few calls as the socket takes, each failure counted and the others
 * sent all the same. While the socket takes no more they wait here, for as long as their clients would.
 */
import { type Clock, limits, type Timer } from '../../../runtime/index.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { FailureLog } from './failure-log.ts';
import { EAGAIN, EINTR, type Libc, linux } from './libc.ts';

export interface OutboxParts {
  readonly libc: Libc;
  readonly clock: Clock;
  readonly failures: FailureLog;
  readonly memory: BatchMemory;
  readonly descriptor: number;
}

export class Outbox {
  readonly #parts: OutboxParts;
  /** Replies in slots from `#sent` to `#filled` wait. */
  #sent = 0;
  #filled = 0;
  #errors = 0;
  #patience: Timer | undefined;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Replies that could not be sent. */
  get errors(): number {
    return this.#errors;
  }

  /** No slot may be filled before the socket takes more. */
  get isBlocked(): boolean {
    return this.#filled > 0;
  }

  /** Sends the replies of the first `filled` slots. @returns false when it is blocked now */
  send(filled: number): boolean {
    this.#filled = filled;
    return this.sendOn();
  }

  /** Goes on where it was blocked. @returns false when it still is */
  sendOn(): boolean {
    const { libc, memory, descriptor, failures } = this.#parts;
    while (this.#sent < this.#filled) {
      const from = memory.repliesFrom[this.#sent] as Uint8Array;
      const left = this.#filled - this.#sent;
      const count = libc.sendmmsg(descriptor, from, left, linux.MSG_DONTWAIT);
      if (count > 0) {
        this.#sent += count;
        continue;
      }
      const errno = libc.errno();
      if (errno === EINTR) continue;
      if (errno === EAGAIN) {
        this.#wait();
        return false;
      }
      // It is the first one's: a firewall, no route, no buffers. Those after it are sent all the same.
      failures.note('sendmmsg', errno);
      this.#errors += 1;
      this.#sent += 1;
    }
    this.#empty();
    return true;
  }

  /** What waits is counted as not sent. */
  giveUp(): void {
    this.#errors += this.#filled - this.#sent;
    this.#empty();
  }

  #wait(): void {
    const patienceMs = limits.dnsQueryPatienceMs.default;
    this.#patience ??= this.#parts.clock.schedule(patienceMs, () => {
      this.#parts.failures.note('sendmmsg', EAGAIN);
      this.giveUp();
    });
  }

  #empty(): void {
    this.#sent = 0;
    this.#filled = 0;
    if (this.#patience === undefined) return;
    this.#patience.cancel();
    this.#patience = undefined;
  }
}
