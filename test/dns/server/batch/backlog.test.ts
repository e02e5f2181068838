/** The ring of queries that wait, beside a plain list that does the same. */
import { describe, expect, it } from 'vitest';
import { Backlog } from '../../../../src/dns/server/batch/backlog.ts';
import { seededRandom } from '../../../../src/runtime/index.ts';

const ROUTE_WORDS = 2;

/** Pushes octets that all have the value `mark`, with that as the route as well. */
function push(backlog: Backlog, mark: number, length: number): number {
  const from = new Uint8Array(5000).fill(mark, 7, 7 + length);
  const dropped = backlog.push(from, { start: 7, length, arrivedAt: mark });
  backlog.routes.fill(mark, backlog.newestRoute, backlog.newestRoute + ROUTE_WORDS);
  return dropped;
}

/** Takes the newest, and says what it is if all of it is whole. */
function pop(backlog: Backlog): readonly [mark: number, length: number] {
  const { newestStart: start, newestLength: length, newestArrival: mark, newestRoute } = backlog;
  const bytes = backlog.bytes.subarray(start, start + length);
  const route = backlog.routes.subarray(newestRoute, newestRoute + ROUTE_WORDS);
  expect([...bytes, ...route].every((value) => value === mark)).toBe(true);
  backlog.pop();
  return [mark, length];
}

describe('the backlog', () => {
  it('gives the newest first', () => {
    const backlog = new Backlog(4096, ROUTE_WORDS);
    for (const mark of [1, 2, 3]) expect(push(backlog, mark, 50)).toBe(0);
    expect([pop(backlog), pop(backlog), pop(backlog)].map(([mark]) => mark)).toEqual([3, 2, 1]);
    expect(backlog.count).toBe(0);
  });

  it.each([
    ['of places', 20, 32],
    ['of octets', 1000, 4],
  ])('lets the oldest go when it has no room %s', (_, length, room) => {
    const backlog = new Backlog(4096, ROUTE_WORDS);
    let dropped = 0;
    for (let mark = 1; mark <= 100; mark++) dropped += push(backlog, mark, length);
    expect([backlog.count, dropped]).toEqual([room, 100 - room]);
    expect(pop(backlog)[0]).toBe(100);
  });

  it('keeps every query whole whatever comes and goes', () => {
    const random = seededRandom(11);
    const backlog = new Backlog(16_384, ROUTE_WORDS);
    const list: (readonly [number, number])[] = [];
    for (let step = 0; step < 20_000; step++) {
      if (list.length > 0 && random.integer(5) < 2) {
        expect(pop(backlog)).toEqual(list.pop());
      } else {
        const length = random.integer(10) === 0 ? random.integer(4097) : random.integer(100);
        const mark = 1 + (step % 255);
        list.push([mark, length]);
        list.splice(0, push(backlog, mark, length));
      }
      expect(backlog.count).toBe(list.length);
    }
  });
});
