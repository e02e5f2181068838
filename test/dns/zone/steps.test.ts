import { describe, expect, it } from 'vitest';
import {
  forEach,
  type Pacing,
  runAtOnce,
  runInSlices,
  type Steps,
} from '../../../src/dns/zone/steps.ts';

function* copying(count: number): Steps<string> {
  const text = yield 'a.zone';
  let copied = 0;
  yield* forEach(Array(count).fill(0), () => {
    copied += 1;
  });
  return `${copied} of ${String(text)}`;
}

/** A clock on which each look costs `lookMs` and others need `turnMs` of each turn, and a count of the turns. */
function pacing({ lookMs = 0.5, turnMs = 0, signal = new AbortController().signal } = {}) {
  let at = 0;
  let turns = 0;
  const clock = {
    monotonic: () => (at += lookMs),
    now: () => 0,
    schedule: () => ({ cancel() {} }),
  };
  const pause = async (): Promise<void> => {
    turns += 1;
    at += turnMs;
  };
  return { pacing: { clock, pause, signal } satisfies Pacing, turns: () => turns };
}

describe('steps', () => {
  it('come to the same at once and in slices', async () => {
    expect(runAtOnce(copying(1000), (file) => file)).toBe('1000 of a.zone');
    const run = pacing();
    expect(await runInSlices(copying(1000), async (file) => file, run.pacing)).toBe(
      '1000 of a.zone',
    );
    expect(run.turns()).toBeGreaterThan(5);
  });

  it('stop no more often than a slice is long', async () => {
    const run = pacing({ lookMs: 0 });
    await runInSlices(copying(1000), async () => '', run.pacing);
    expect(run.turns()).toBe(0);
  });

  it('wait for more turns while others use them, and go on in the end', async () => {
    const idle = pacing({ lookMs: 0.19 });
    await runInSlices(copying(1000), async () => '', idle.pacing);
    const busy = pacing({ lookMs: 0.19, turnMs: 1 });
    await runInSlices(copying(1000), async () => '', busy.pacing);
    expect(idle.turns()).toBeGreaterThan(0);
    expect(busy.turns()).toBeGreaterThan(10 * idle.turns());
  });

  it('end at a stop when they are not wanted any more', async () => {
    const stop = new AbortController();
    const run = pacing({ signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(runInSlices(copying(1000), async () => '', run.pacing)).rejects.toThrow('stopped');
    expect(run.turns()).toBeLessThan(50);
  });
});
