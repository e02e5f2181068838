import { describe, expect, it } from 'vitest';
import type { CheckDefinition, CheckStatus } from '../../src/checks/index.ts';
import { bench, passing, probed, START, ttl } from './runner-bench.ts';

describe('a TTL check', () => {
  const beat = (status: CheckStatus, output = '') => ['beat', status, output] as const;

  it('expires after its TTL', () => {
    const { clock, runner, said } = bench();
    runner.start(ttl(), passing);
    clock.advance(60_000);
    expect(said()).toEqual(['3000 critical TTL expired']);
  });

  it('lives as long as heartbeats come', () => {
    const { clock, runner, said } = bench();
    runner.start(ttl(), START);
    for (let beats = 0; beats < 10; beats++) {
      expect(runner.ttl(...beat('passing', 'ok'))).toBeUndefined();
      clock.advance(2999);
    }
    expect(said()).toEqual(['0 passing ok']);
  });

  it('quotes the last output when it expires', () => {
    const { clock, runner, said } = bench();
    runner.start(ttl(), START);
    runner.ttl(...beat('warning', 'slow'));
    clock.advance(3000);
    expect(said()).toEqual([
      '0 warning slow',
      '3000 critical TTL expired (last output before timeout follows): slow',
    ]);
  });

  it('comes back with the next heartbeat', () => {
    const { clock, runner, said } = bench();
    runner.start(ttl(), passing);
    clock.advance(10_000);
    runner.ttl(...beat('passing', 'back'));
    expect(said().at(-1)).toBe('10000 passing back');
  });

  it('gets its TTL anew when it is registered again', () => {
    const { clock, runner, said } = bench();
    runner.start(ttl(), passing);
    clock.advance(2000);
    runner.start(ttl(), START);
    clock.advance(2000);
    expect(said()).toEqual([]);
    clock.advance(1000);
    expect(said()).toEqual(['5000 critical TTL expired']);
  });

  it('does not expire over a heartbeat that waited while the process stood still', () => {
    const { clock, runner, said } = bench();
    runner.start(ttl(), passing);
    clock.stall(20_000);
    clock.advance(200);
    runner.ttl(...beat('passing', 'fine'));
    clock.advance(2999);
    expect(said()).toEqual([]);
  });

  it('keeps the head of an output that is too long', () => {
    const { runner, said } = bench();
    runner.start(ttl({ outputMaxSize: 4 }), START);
    runner.ttl(...beat('passing', 'abcdefgh'));
    expect(said()).toEqual(['0 passing abcd ... (captured 4 of 8 bytes)']);
  });

  it('has its output bounded by the agent as well', () => {
    const { runner, said } = bench({ outputBytesMax: 2 });
    runner.start(ttl({ outputMaxSize: 4 }), START);
    runner.ttl(...beat('passing', 'abcdefgh'));
    expect(said()).toEqual(['0 passing ab ... (captured 2 of 8 bytes)']);
  });

  it('is the only kind that takes heartbeats', () => {
    const { runner } = bench();
    runner.start(probed(), START);
    const message = 'does not have associated TTL';
    expect(runner.ttl('web', 'passing', '')).toEqual({
      code: 'not-ttl',
      message: `CheckID "web" ${message}`,
    });
    expect(runner.ttl('none', 'passing', '')).toEqual({
      code: 'unknown-check',
      message: `CheckID "none" ${message}`,
    });
  });
});

describe('deregisterCriticalServiceAfter', () => {
  const doomed = (fields: Partial<CheckDefinition> = {}) =>
    ttl({ ttlMs: 10_000, deregisterCriticalServiceAfterMs: 30_000, ...fields });

  it('acts exactly so long after the check became critical', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed(), passing);
    clock.advance(39_999);
    expect(deregistered).toEqual([]);
    clock.advance(60_000);
    expect(deregistered).toEqual(['web-1 beat at 40000']);
  });

  it('counts from the start for a check that begins critical', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed(), START);
    clock.advance(60_000);
    expect(deregistered).toEqual(['web-1 beat at 30000']);
  });

  it('starts again after a recovery, however short', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed(), START);
    clock.advance(29_000);
    runner.ttl('beat', 'warning', '');
    runner.ttl('beat', 'critical', '');
    clock.advance(29_999);
    expect(deregistered).toEqual([]);
    clock.advance(1);
    expect(deregistered).toEqual(['web-1 beat at 59000']);
  });

  it('does not start again because the output changed or the definition was edited', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed(), START);
    clock.advance(10_000);
    runner.ttl('beat', 'critical', 'worse');
    runner.start(doomed({ notes: 'edited' }), START);
    clock.advance(20_000);
    expect(deregistered).toEqual(['web-1 beat at 30000']);
  });

  it('may be as short as a second, and no shorter', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed({ deregisterCriticalServiceAfterMs: 10 }), START);
    clock.advance(60_000);
    expect(deregistered).toEqual(['web-1 beat at 1000']);
  });

  it('has the least value that the agent is told', () => {
    const { clock, runner, deregistered } = bench({ deregisterMinimumMs: 60_000 });
    runner.start(doomed(), START);
    clock.advance(90_000);
    expect(deregistered).toEqual(['web-1 beat at 60000']);
  });

  it('means nothing for a check of the node, or when it is not given', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed({ serviceId: '' }), START);
    runner.start(ttl({ checkId: 'other' }), START);
    clock.advance(600_000);
    expect(deregistered).toEqual([]);
  });

  it('is forgotten with the check', () => {
    const { clock, runner, deregistered } = bench();
    runner.start(doomed(), START);
    runner.stop('beat');
    clock.advance(600_000);
    expect(deregistered).toEqual([]);
  });
});
