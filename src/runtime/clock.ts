/**
 * Time as a port: everything that waits or reads the time takes a Clock, so that a test can hold it.
 * Knows nothing of what is being waited for.
 */

export interface Timer {
  /** Forgets the callback; calling it again, or after the callback ran, does nothing. */
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump; never use it for a duration. */
  now(): number;
  /** Monotonic milliseconds since an arbitrary start. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`. A pending timer does not keep the process alive. */
  schedule(delayMs: number, run: () => void): Timer;
}

/** The longest delay that setTimeout takes; a longer one would fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, run) {
    const handle = setTimeout(run, Math.min(Math.max(delayMs, 0), DELAY_MS_MAX));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
