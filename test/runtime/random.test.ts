/** The randomness that answers are drawn by: within its bounds, and even. */
import { expect, it } from 'vitest';
import { systemRandom } from '../../src/runtime/index.ts';

/** Eight standard deviations: what is random fails that less than once in 10^14. */
function expectEven(counts: readonly number[], rounds: number): void {
  const due = rounds / counts.length;
  for (const count of counts) expect(Math.abs(count - due)).toBeLessThan(8 * Math.sqrt(due));
}

it.each([1, 2, 3, 10, 127])('integers below %i come alike', (bound) => {
  const rounds = 20_000;
  const counts = new Array<number>(bound).fill(0);
  for (let round = 0; round < rounds; round++) counts[systemRandom.integer(bound)]! += 1;
  expect(counts).toHaveLength(bound);
  expectEven(counts, rounds);
});

it('pairs of draws are as even as single ones', () => {
  const rounds = 20_000;
  const counts = new Array<number>(25).fill(0);
  for (let round = 0; round < rounds; round++) {
    counts[5 * systemRandom.integer(5) + systemRandom.integer(5)]! += 1;
  }
  expectEven(counts, rounds);
});

it('bounds beyond 32 bits are reached', () => {
  const bound = 2 ** 45;
  const draws = Array.from({ length: 1000 }, () => systemRandom.integer(bound));
  expect(draws.every((draw) => draw >= 0 && draw < bound && Number.isInteger(draw))).toBe(true);
  expect(new Set(draws.map((draw) => draw % 2 ** 13)).size).toBeGreaterThan(500);
  expect(Math.max(...draws)).toBeGreaterThan(bound / 2);
});

it('a float is below one', () => {
  for (let round = 0; round < 10_000; round++) {
    const float = systemRandom.float();
    expect(float >= 0 && float < 1).toBe(true);
  }
});
