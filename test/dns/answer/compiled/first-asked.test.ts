import { describe, expect, it } from 'vitest';
import { FirstAsked } from '../../../../src/dns/answer/compiled/first-asked.ts';
import { seededRandom } from '../../../../src/runtime/index.ts';

describe('questions that were asked before', () => {
  it('are known from the second time on', () => {
    const asked = new FirstAsked();
    for (const hash of [0, 7, 8, -1, -(2 ** 31) + 5]) {
      expect([asked.wasAsked(hash), asked.wasAsked(hash)]).toEqual([false, true]);
    }
  });

  it('are mistaken for others rarely, however many there were', () => {
    const asked = new FirstAsked();
    const random = seededRandom(1);
    let mistaken = 0;
    const count = 3_000_000;
    for (let at = 0; at < count; at++)
      if (asked.wasAsked(random.integer(2 ** 32) | 0)) mistaken += 1;
    expect(mistaken / count).toBeLessThan(0.2);
  });
});
