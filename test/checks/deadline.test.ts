import { describe, expect, it } from 'vitest';
import { startDeadline } from '../../src/checks/deadline.ts';
import { HeldClock } from '../support/held-clock.ts';

function started(delayMs: number) {
  const clock = new HeldClock();
  const expiries: number[] = [];
  const timer = startDeadline(clock, delayMs, () => expiries.push(clock.monotonic()));
  return { clock, expiries, timer };
}

describe('a deadline', () => {
  it('comes exactly when it is due', () => {
    const { clock, expiries } = started(3000);
    clock.advance(2999);
    expect(expiries).toEqual([]);
    clock.advance(5000);
    expect(expiries).toEqual([3000]);
  });

  it('waits a second more after the process stood still', () => {
    const { clock, expiries } = started(3000);
    clock.stall(20_000);
    expect(expiries).toEqual([]);
    clock.advance(999);
    expect(expiries).toEqual([]);
    clock.advance(1);
    expect(expiries).toEqual([21_000]);
  });

  it('can be cancelled during the grace', () => {
    const { clock, expiries, timer } = started(3000);
    clock.stall(20_000);
    timer.cancel();
    clock.advance(60_000);
    expect(expiries).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('comes in the end in a process that is always late', () => {
    const { clock, expiries } = started(1000);
    for (let turn = 0; turn < 10; turn++) clock.stall(1500);
    expect(expiries).toHaveLength(1);
  });

  it('does not come early where the clock caps long delays', () => {
    const clock = new HeldClock();
    const capped = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      schedule: (delayMs: number, run: () => void) => clock.schedule(Math.min(delayMs, 1000), run),
    };
    const expiries: number[] = [];
    startDeadline(capped, 5500, () => expiries.push(clock.monotonic()));
    clock.advance(10_000);
    expect(expiries).toEqual([5500]);
  });
});
