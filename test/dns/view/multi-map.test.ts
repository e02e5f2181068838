import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultiMap } from '../../../src/dns/view/multi-map.ts';

describe('a map to several things', () => {
  it('is a map to lists, however many there are under a key', () => {
    const step = fastCheck.record({
      isAdding: fastCheck.boolean(),
      key: fastCheck.constantFrom('a', 'b'),
      value: fastCheck.nat({ max: 60 }),
    });
    fastCheck.assert(
      fastCheck.property(fastCheck.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const map = new MultiMap<number>();
        const model = new Map<string, number[]>([
          ['a', []],
          ['b', []],
        ]);
        for (const { isAdding, key, value } of steps) {
          const list = model.get(key) ?? [];
          if (isAdding && list.includes(value)) continue;
          if (isAdding) map.add(key, value);
          else map.remove(key, value);
          const left = list.filter((one) => one !== value);
          model.set(key, isAdding ? [...list, value] : left);
        }
        for (const [key, list] of model) {
          expect(map.get(key)).toEqual(list);
          expect(map.first(key)).toBe(list[0]);
          expect(map.has(key)).toBe(list.length > 0);
        }
        expect(map.keys().sort()).toEqual(
          [...model].filter(([, list]) => list.length > 0).map(([key]) => key),
        );
      }),
      { numRuns: 200 },
    );
  });
});
