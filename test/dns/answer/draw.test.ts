/** Drawing a few of many. */
import { expect, it } from 'vitest';
import { drawToFront } from '../../../src/dns/answer/draw.ts';
import { seededRandom } from '../../../src/runtime/index.ts';

it.each([1, 2, 3])('every order of %d of three is as likely as any other', (count) => {
  const random = seededRandom(3);
  const rounds = 60_000;
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const items = ['a', 'b', 'c'];
    drawToFront(items, count, random);
    if (new Set(items).size !== 3) throw new Error(`lost one: ${items.join()}`);
    const drawn = items.slice(0, count).join('');
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  const orders = [3, 6, 6][count - 1]!;
  expect(counts.size).toBe(orders);
  const expected = rounds / orders;
  for (const drawn of counts.values()) {
    expect(Math.abs(drawn - expected)).toBeLessThan(5 * Math.sqrt(expected));
  }
});

it('takes what there is when asked for more', () => {
  const items = ['a'];
  drawToFront(items, 5, seededRandom(1));
  drawToFront([], 5, seededRandom(1));
  expect(items).toEqual(['a']);
});
