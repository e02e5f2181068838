/** Round-trip estimates, by the figures of Serf's own tests and by what must hold for any points. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Coordinate, distanceBetween, estimateRoundTrip } from '../../src/query/index.ts';

const at = (fields: Partial<Coordinate> = {}): Coordinate => ({
  vec: [0, 0, 0],
  error: 1.5,
  adjustment: 0,
  height: 0,
  ...fields,
});
const [one, other] = [
  [-0.5, 1.3, 2.4],
  [1.2, -2.3, 3.4],
] as const;
const apart = 4.104875150354758;

describe('the estimated round-trip time', () => {
  it.each<[string, Coordinate, Coordinate, number]>([
    ['of a node to itself', at({ vec: one }), at({ vec: one }), 0],
    ['of two points', at({ vec: one }), at({ vec: other }), apart],
    [
      'with an adjustment below zero',
      at({ vec: one, adjustment: -1e6 }),
      at({ vec: other }),
      apart,
    ],
    [
      'with adjustments',
      at({ vec: one, adjustment: 0.1 }),
      at({ vec: other, adjustment: 0.2 }),
      apart + 0.3,
    ],
    ['with heights', at({ vec: one, height: 0.7 }), at({ vec: other, height: 0.1 }), apart + 0.8],
  ])('%s', (_title, from, to, seconds) => {
    expect(estimateRoundTrip(from, to)).toBeCloseTo(seconds, 12);
  });

  it('is the same in both directions, and never below zero', () => {
    const seconds = fc.double({ min: -10, max: 10, noNaN: true });
    const point = fc
      .record({
        vec: fc.array(seconds, { minLength: 8, maxLength: 8 }),
        adjustment: seconds,
        height: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(at);
    fc.assert(
      fc.property(point, point, (a, b) => {
        expect(estimateRoundTrip(a, b)).toBeGreaterThanOrEqual(0);
        expect(estimateRoundTrip(a, b)).toBe(estimateRoundTrip(b, a));
      }),
    );
  });
});

describe('the distance of two nodes', () => {
  const near = at({ height: 1 });
  const far = at({ height: 5 });
  const inSegment = (segment: string, coordinate: Coordinate) => ({ segment, coordinate });
  it.each([
    ['without coordinates is infinite', [], [inSegment('', near)], Infinity],
    ['is that of the segment without a name', [inSegment('', near)], [inSegment('', far)], 6],
    [
      'is that of the only segment that one of them is in',
      [inSegment('', near), inSegment('alpha', far)],
      [inSegment('alpha', far)],
      10,
    ],
    [
      'of no common segment is infinite',
      [inSegment('alpha', near)],
      [inSegment('beta', far)],
      Infinity,
    ],
  ])('%s', (_title, from, to, expected) => {
    expect(distanceBetween(from, to)).toBe(expected);
  });
});
