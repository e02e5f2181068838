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

/**
 * xoshiro128** by Blackman and Vigna, begun anew by each thread: `Math.random` makes a number on the heap at each call,
 * and answers draw millions a second.
 */
const state = crypto.getRandomValues(new Int32Array(4));

/** 32 random bits. */
function nextWord(): number {
  const one = state[0] as number;
  const two = state[1] as number;
  const three = state[2] as number;
  const four = state[3] as number;
  const result = Math.imul(rotated(Math.imul(two, 5), 7), 9);
  state[0] = one ^ four ^ two;
  state[1] = two ^ three ^ one;
  state[2] = three ^ one ^ (two << 9);
  state[3] = rotated(four ^ two, 11);
  return result;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** 53 random bits. */
function nextFloat(): number {
  return ((nextWord() >>> 5) * 2 ** 26 + (nextWord() >>> 6)) / 2 ** 53;
}

export const systemRandom: Random = {
  float: nextFloat,
  integer: (bound) => Math.floor(nextFloat() * bound),
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
