/**
 * When a thread that died is started again: the first time at once, then after waits that grow, and no more when it
 * dies again and again; one that has lived for a while is as good as new.
 */
import { type Clock, limits, type Timer } from '../../runtime/index.ts';

const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;
/** A thread that has lived so long did not die of what ended the one before it. */
const LIVED_MS = 60_000;

export class RestartPlan {
  readonly #clock: Clock;
  #deaths = 0;
  #diedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What to wait after a death of now; undefined: there have been too many. */
  next(): number | undefined {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#diedMs > LIVED_MS) this.#deaths = 0;
    this.#diedMs = nowMs;
    this.#deaths += 1;
    if (this.#deaths > limits.dnsThreadRestarts.default) return undefined;
    if (this.#deaths === 1) return 0;
    return Math.min(FIRST_WAIT_MS * 2 ** (this.#deaths - 2), WAIT_MS_MAX);
  }

  schedule(delayMs: number, restart: () => void): void {
    this.#timer = this.#clock.schedule(delayMs, restart);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
