import { describe, expect, it } from 'vitest';
import { Truth } from './truth.ts';

describe('what could be true', () => {
  const at = (ms: number, ...instances: string[]) => ({ instances, sentMs: ms, receivedMs: ms });

  it('is one state before a write and one after it is settled, and either in between', () => {
    const truth = new Truth();
    truth.begin('web', 'a', true);
    truth.begin('web', 'b', false);
    const before = performance.now();
    expect(truth.judge('web', at(before, 'a'))).toBeUndefined();
    expect(truth.judge('web', at(before))).toBe('web: a was up all the time');
    expect(truth.judge('web', at(before, 'a', 'b'))).toBe('web: b was down all the time');
    const settle = truth.change('web', 'a', false);
    const between = performance.now();
    expect(truth.judge('web', at(between, 'a'))).toBeUndefined();
    expect(truth.judge('web', at(between))).toBeUndefined();
    settle();
    const after = performance.now();
    expect(truth.judge('web', at(after))).toBeUndefined();
    expect(truth.judge('web', at(after, 'a'))).toBe('web: a was down all the time');
    expect(truth.judge('web', { ...at(after, 'a'), sentMs: between })).toBeUndefined();
  });

  it('has nothing twice, and no strangers', () => {
    const truth = new Truth();
    truth.begin('web', 'a', true);
    expect(truth.judge('web', at(1, 'a', 'a'))).toBe('web: a,a has one twice');
    expect(truth.judge('web', at(1, 'a', 'x'))).toBe('web: x was never there');
    expect(truth.judge('api', at(1))).toBe('api is not known');
  });
});
