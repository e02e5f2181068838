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

/** A clock on which each look costs half a millisecond, and a count of the pauses. */
function pacing(signal = new AbortController().signal) {
  let at = 0;
  let pauses = 0;
  const clock = { monotonic: () => (at += 0.5), now: () => 0, schedule: () => ({ cancel() {} }) };
  const pause = async (): Promise<void> => {
    pauses += 1;
  };
  return { pacing: { clock, pause, signal } satisfies Pacing, pauses: () => pauses };
}

describe('steps', () => {
  it('come to the same at once and in slices', async () => {
    expect(runAtOnce(copying(1000), (file) => file)).toBe('1000 of a.zone');
    const run = pacing();
    expect(await runInSlices(copying(1000), async (file) => file, run.pacing)).toBe(
      '1000 of a.zone',
    );
    expect(run.pauses()).toBeGreaterThan(5);
  });

  it('pause no more often than a slice is long', async () => {
    const run = pacing();
    const held = { ...run.pacing, clock: { ...run.pacing.clock, monotonic: () => 0 } };
    await runInSlices(copying(1000), async () => '', held);
    expect(run.pauses()).toBe(0);
  });

  it('end at a pause when they are not wanted any more', async () => {
    const stop = new AbortController();
    const run = pacing(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(runInSlices(copying(1000), async () => '', run.pacing)).rejects.toThrow('stopped');
    expect(run.pauses()).toBe(1);
  });
});
