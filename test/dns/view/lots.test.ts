/** Drawing lots: order and subset go by weight, tested against the exact probabilities by chi-squared. */
import { describe, expect, it } from 'vitest';
import { Lots } from '../../../src/dns/view/lots.ts';
import { seededRandom } from '../../../src/runtime/index.ts';
import { chiSquaredFits } from './chi-squared.ts';

const ROUNDS = 60_000;

/** The probability of each order of `count` of the weighted numbers, by the rule of RFC 2782. */
function orders(weights: readonly number[], count: number): Map<string, number> {
  const found = new Map<string, number>();
  const parts = weights.map((weight) => (weight > 0 ? weight * 128 : 1));
  const walk = (drawn: readonly number[], chance: number): void => {
    if (drawn.length === count) {
      found.set(drawn.join(), chance);
      return;
    }
    const rest = [...parts.keys()].filter((number) => !drawn.includes(number));
    const sum = rest.reduce((total, number) => total + parts[number]!, 0);
    for (const number of rest) walk([...drawn, number], (chance * parts[number]!) / sum);
  };
  walk([], 1);
  return found;
}

describe('the order of a draw', () => {
  it.each([
    ['even, all', [1, 1, 1], 3],
    ['even, one', [5, 5, 5], 1],
    ['even, two', [1, 1, 1, 1], 2],
    ['uneven, all', [1, 2, 5], 3],
    ['uneven, one', [1, 10], 1],
    ['uneven, two of five', [1, 2, 3, 4, 5], 2],
    ['zero among others', [0, 1, 1], 3],
    ['far apart', [65_535, 30_000, 20_000], 2],
  ])('follows the weights: %s', (_name, weights, count) => {
    const lots = new Lots(Uint32Array.from(weights.keys()), weights);
    const random = seededRandom(11);
    const expected = orders(weights, count);
    const counts = new Map([...expected.keys()].map((order) => [order, 0]));
    for (let round = 0; round < ROUNDS; round++) {
      const order = lots.draw(count, random).slice(0, count).join();
      counts.set(order, counts.get(order)! + 1);
    }
    expect(counts.size).toBe(expected.size);
    expect(
      chiSquaredFits(
        [...expected].map(([order, chance]) => [counts.get(order)!, chance * ROUNDS] as const),
      ),
    ).toBe(true);
  });

  it('does not depend on the draws before', () => {
    const lots = new Lots(Uint32Array.of(0, 1, 2), [1, 3, 1]);
    const random = seededRandom(5);
    const firsts = new Map<string, number>();
    let before = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const first = lots.draw(2, random)[0]!;
      const pair = `${before},${first}`;
      firsts.set(pair, (firsts.get(pair) ?? 0) + 1);
      before = first;
    }
    const shares = [0.2, 0.6, 0.2];
    const cells = shares.flatMap((one, at) =>
      shares.map(
        (other, next) => [firsts.get(`${at},${next}`) ?? 0, one * other * ROUNDS] as const,
      ),
    );
    expect(chiSquaredFits(cells)).toBe(true);
  });
});

it('a draw of more than there are gives all, each once', () => {
  for (const weights of [undefined, [1, 2, 3]]) {
    const lots = new Lots(Uint32Array.of(2, 0, 1), weights);
    const drawn = lots.draw(9, seededRandom(1));
    expect([...drawn.slice(0, 3)].sort()).toEqual([0, 1, 2]);
  }
  expect(new Lots(new Uint32Array(0), []).draw(3, seededRandom(1))).toHaveLength(0);
});

it('a fleet of 5,000 with weights is drawn whole', () => {
  const weights = Array.from({ length: 5000 }, (_, at) => at % 7);
  const lots = new Lots(Uint32Array.from(weights.keys()), weights);
  const random = seededRandom(2);
  for (let round = 0; round < 3; round++) {
    expect(new Set(lots.draw(5000, random)).size).toBe(5000);
  }
});
