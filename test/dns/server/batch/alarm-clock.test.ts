/** When a thread has to be back from its sleep. */
import { describe, expect, it } from 'vitest';
import { AlarmClock } from '../../../../src/dns/server/batch/alarm-clock.ts';
import { HeldClock } from '../../../support/held-clock.ts';

const nothing = (): void => {};

function clocks() {
  const held = new HeldClock();
  return { held, clock: new AlarmClock(held) };
}

describe('the alarm clock', () => {
  it('knows of no alarm at first', () => {
    expect(clocks().clock.untilNextMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('tells the earliest of its timers, in the order that they come', () => {
    const { clock, held } = clocks();
    for (const delayMs of [300, 50, 700]) clock.schedule(delayMs, nothing);
    expect(clock.untilNextMs()).toBe(50);
    held.advance(50);
    expect(clock.untilNextMs()).toBe(250);
    held.advance(250);
    expect(clock.untilNextMs()).toBe(400);
  });

  it('is never late for whole milliseconds, and asks for one when a timer is due but has not run', () => {
    const { clock, held } = clocks();
    clock.schedule(10.2, nothing);
    expect(clock.untilNextMs()).toBe(11);
    clock.schedule(0, nothing);
    expect(clock.untilNextMs()).toBe(1);
    held.advance(0);
    expect(clock.untilNextMs()).toBe(11);
  });

  it('forgets a cancelled timer once its time has come', () => {
    const { clock, held } = clocks();
    clock.schedule(50, nothing).cancel();
    expect(clock.untilNextMs()).toBe(50);
    held.advance(50);
    expect(clock.untilNextMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts a timer that another one sets', () => {
    const { clock, held } = clocks();
    clock.schedule(10, () => void clock.schedule(30, nothing));
    held.advance(10);
    expect(clock.untilNextMs()).toBe(30);
  });
});
