/** Failures of system calls, in one line a second at most: at full rate each datagram can fail. */
import type { Clock, Logger } from '../../../runtime/index.ts';
import { errnoName } from './libc.ts';

const SILENCE_MS = 1000;

export class FailureLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #silentUntil = Number.NEGATIVE_INFINITY;
  /** Failures since the last line. */
  #untold = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  note(call: string, errno: number): void {
    const now = this.#clock.monotonic();
    this.#untold += 1;
    if (now < this.#silentUntil) return;
    const failures = this.#untold;
    this.#logger.warn({ call, reason: errnoName(errno), failures }, 'a system call failed');
    this.#silentUntil = now + SILENCE_MS;
    this.#untold = 0;
  }
}
