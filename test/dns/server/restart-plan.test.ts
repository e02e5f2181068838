import { describe, expect, it } from 'vitest';
import { RestartPlan } from '../../../src/dns/server/restart-plan.ts';
import { limits } from '../../../src/runtime/index.ts';
import { HeldClock } from '../../support/held-clock.ts';

describe('the plan for a thread that dies', () => {
  it('is at once, then after longer and longer waits, then not at all', () => {
    const plan = new RestartPlan(new HeldClock());
    const waits = Array.from({ length: limits.dnsThreadRestarts.default + 1 }, () => plan.next());
    expect(waits).toEqual([0, 500, 1000, 2000, undefined]);
  });

  it('begins anew with a thread that lived for a while', () => {
    const clock = new HeldClock();
    const plan = new RestartPlan(clock);
    expect([plan.next(), plan.next()]).toEqual([0, 500]);
    clock.advance(60_001);
    expect(plan.next()).toBe(0);
  });

  it('is dropped when it is cancelled', () => {
    const clock = new HeldClock();
    const plan = new RestartPlan(clock);
    let restarts = 0;
    plan.schedule(10, () => restarts++);
    plan.cancel();
    clock.advance(100);
    expect(restarts).toBe(0);
  });
});
