/**
 * A clock that stands still until a test moves it. `advance` lets every timer run at its own moment, in order;
 * `stall` moves the time first and runs what is overdue afterwards, as a stopped process sees it on waking.
 */
import type { Clock, Timer } from '../../src/runtime/index.ts';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class HeldClock implements Clock {
  readonly #epochMs: number;
  #elapsedMs = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  constructor(epochMs = Date.UTC(2026, 0, 1)) {
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, run: () => void): Timer {
    const entry = { at: this.#elapsedMs + Math.max(delayMs, 0), order: this.#order++, run };
    this.#entries.add(entry);
    return { cancel: () => void this.#entries.delete(entry) };
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Runs every timer that falls due within `ms`, each at its own time, those they set included. */
  advance(ms: number): void {
    const end = this.#elapsedMs + ms;
    for (let entry = this.#next(end); entry !== undefined; entry = this.#next(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, entry.at);
      this.#entries.delete(entry);
      entry.run();
    }
    this.#elapsedMs = end;
  }

  /** As `advance`, but after each timer lets settled promises run their continuations. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#elapsedMs + ms;
    await settle();
    for (let entry = this.#next(end); entry !== undefined; entry = this.#next(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, entry.at);
      this.#entries.delete(entry);
      entry.run();
      await settle();
    }
    this.#elapsedMs = end;
  }

  /** Nothing runs for `ms`; then every overdue timer does, late. */
  stall(ms: number): void {
    this.#elapsedMs += ms;
    this.advance(0);
  }

  #next(end: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > end) continue;
      if (first === undefined || entry.at < first.at) first = entry;
      else if (entry.at === first.at && entry.order < first.order) first = entry;
    }
    return first;
  }
}

/** One turn of the event loop: enough for promises that are already settled. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Turns of the event loop until it `holds`; the test's own timeout ends the wait. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await settle();
}
