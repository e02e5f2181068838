/**
 * Randomness as a port: order of answers, jitter, retry spread. Not for secrets or message ids, which
 * come from node:crypto where they are made.
 */

export interface Random {
  /** A float in [0, 1). */
  float(): number;
  /** An integer in [0, bound); bound is at least 1. */
  integer(bound: number): number;
}

export const systemRandom: Random = {
  float: () => Math.random(),
  integer: (bound) => Math.floor(Math.random() * bound),
};

/** A repeatable sequence (mulberry32) for tests, fuzzing and benchmarks. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { float, integer: (bound) => Math.floor(float() * bound) };
}

/** Puts `items` into a uniformly random order, in place (Fisher–Yates). */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const swapped = items[last] as T;
    items[last] = items[other] as T;
    items[other] = swapped;
  }
  return items;
}
