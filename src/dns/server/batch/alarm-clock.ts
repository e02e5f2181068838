/**
 * A clock that knows when its next timer is due, for a thread that sleeps outside of the event loop and must be back by
 * then. Time and timers are those of another clock.
 */
import type { Clock, Timer } from '../../../runtime/index.ts';

export class AlarmClock implements Clock {
  readonly #clock: Clock;
  readonly #pending = new Set<{ readonly dueAt: number }>();
  /** No timer is due before it; it may be of one that was cancelled. */
  #earliest = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  schedule(delayMs: number, run: () => void): Timer {
    const entry = { dueAt: this.#clock.monotonic() + Math.max(delayMs, 0) };
    this.#pending.add(entry);
    this.#earliest = Math.min(this.#earliest, entry.dueAt);
    const timer = this.#clock.schedule(delayMs, () => {
      this.#pending.delete(entry);
      run();
    });
    return {
      cancel: () => {
        this.#pending.delete(entry);
        timer.cancel();
      },
    };
  }

  /** Milliseconds, whole ones, that may be slept without being late; at least 1, for timers run a little after they are due. */
  untilNextMs(): number {
    if (this.#earliest === Number.POSITIVE_INFINITY) return this.#earliest;
    const now = this.#clock.monotonic();
    // Only when its time has come is it worth looking for the next: a timer that is cancelled costs nothing.
    if (this.#earliest <= now) {
      this.#earliest = Number.POSITIVE_INFINITY;
      for (const { dueAt } of this.#pending) this.#earliest = Math.min(this.#earliest, dueAt);
    }
    return Math.max(Math.ceil(this.#earliest - now), 1);
  }
}
