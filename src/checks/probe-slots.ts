/**
 * A bounded number of turns: probes that would exceed it wait in line. Knows nothing of what a turn is used for.
 */
import type { Timer } from '../runtime/index.ts';

export class ProbeSlots {
  readonly #slotsMax: number;
  #taken = 0;
  /** A Set, so that the line keeps its order and leaving it costs nothing. */
  readonly #line = new Set<() => void>();

  constructor(slotsMax: number) {
    this.#slotsMax = slotsMax;
  }

  /** Calls `use` now or when it is its turn; `use` calls `release` once it is done. Cancelling leaves the line. */
  take(use: (release: () => void) => void): Timer {
    const begin = (): void => {
      this.#taken += 1;
      use(() => this.#release());
    };
    if (this.#taken < this.#slotsMax) begin();
    else this.#line.add(begin);
    return { cancel: () => void this.#line.delete(begin) };
  }

  #release(): void {
    this.#taken -= 1;
    const [next] = this.#line;
    if (next === undefined) return;
    this.#line.delete(next);
    next();
  }
}
