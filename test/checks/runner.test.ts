import { describe, expect, it } from 'vitest';
import {
  CheckKindError,
  type CheckReport,
  CheckRunner,
  type ProbeResult,
} from '../../src/checks/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime/index.ts';
import { settle } from '../support/held-clock.ts';
import { httpServer } from './loopback.ts';
import { bench, critical, passing, probed, START, ttl } from './runner-bench.ts';

describe('a check with an interval', () => {
  it('runs first after a random part of its interval, then once an interval', async () => {
    const { clock, runner, looks } = bench({}, 0.25);
    runner.start(probed(), START);
    await clock.advanceAsync(35_000);
    expect(looks.map((look) => look.at)).toEqual([2500, 12_500, 22_500, 32_500]);
  });

  it('reports changes of status or output and nothing else', async () => {
    const { clock, runner, said, state } = bench();
    runner.start(probed(), START);
    await clock.advanceAsync(25_000);
    state.result = { status: 'passing', output: 'finer' };
    await clock.advanceAsync(10_000);
    state.result = critical;
    await clock.advanceAsync(20_000);
    expect(said()).toEqual(['0 passing fine', '30000 passing finer', '40000 critical broken']);
  });

  it('says nothing when the first result is what was there before', async () => {
    const { clock, runner, said } = bench();
    runner.start(probed(), passing);
    await clock.advanceAsync(60_000);
    expect(said()).toEqual([]);
  });

  it('carries the ids of its check and service', async () => {
    const { clock, runner, reports } = bench();
    runner.start(probed(), START);
    await clock.advanceAsync(1);
    expect(reports[0]).toMatchObject({ checkId: 'web', serviceId: 'web-1' });
  });

  it('is not run more often than once a second', async () => {
    const { clock, runner, looks } = bench();
    runner.start(probed({ intervalMs: 10 }), START);
    await clock.advanceAsync(2500);
    expect(looks.map((look) => look.at)).toEqual([0, 1000, 2000]);
  });

  it('never runs twice at the same time', async () => {
    const { clock, runner, looks, state } = bench();
    state.result = undefined;
    runner.start(probed({ timeoutMs: 100_000 }), START);
    await clock.advanceAsync(65_000);
    expect(looks).toHaveLength(1);
    looks[0]!.finish(passing);
    await clock.advanceAsync(9_999);
    expect(looks).toHaveLength(1);
    await clock.advanceAsync(1);
    expect(looks).toHaveLength(2);
  });

  it.each([
    ['its timeout', { timeoutMs: 2500 }, 2500],
    ['ten seconds without one', {}, 10_000],
    ['thirty seconds for a command', { http: '', args: ['true'] }, 30_000],
  ])('is stopped after %s', async (_title, fields, expected) => {
    const { clock, runner, said, state } = bench();
    state.result = undefined;
    runner.start(probed(fields), passing);
    await clock.advanceAsync(expected);
    await settle();
    expect(said()).toEqual([`${expected} critical timeout`]);
  });

  it('runs once, not many times, after the process stood still', async () => {
    const { clock, runner, looks } = bench();
    runner.start(probed(), START);
    await clock.advanceAsync(0);
    clock.stall(100_000);
    await settle();
    expect(looks.map((look) => look.at)).toEqual([0, 100_000]);
  });

  it('takes a reply that waited while the process stood still', async () => {
    const { clock, runner, said, looks, state } = bench();
    state.result = undefined;
    runner.start(probed({ timeoutMs: 1000 }), START);
    await clock.advanceAsync(0);
    clock.stall(20_000);
    expect(looks[0]!.signal.aborted).toBe(false);
    looks[0]!.finish(passing);
    await settle();
    expect(said()).toEqual(['20000 passing fine']);
  });

  it('keeps to its thresholds', async () => {
    const { clock, runner, said, state } = bench();
    runner.start(probed({ failuresBeforeCritical: 3 }), START);
    await clock.advanceAsync(1);
    state.result = critical;
    await clock.advanceAsync(40_000);
    expect(said()).toEqual(['0 passing fine', '30000 critical broken']);
  });

  it('goes on when the probe breaks its promise not to reject', async () => {
    let runs = 0;
    const run = async (): Promise<ProbeResult> => {
      runs += 1;
      throw new Error('oops');
    };
    const { clock, runner, said } = bench({ probeFor: () => ({ kind: 'test', run }) });
    runner.start(probed(), passing);
    await clock.advanceAsync(25_000);
    expect(runs).toBe(3);
    expect(said()).toEqual(['0 critical test check failed: oops']);
  });

  it('goes on when the report is not taken', async () => {
    const { clock, runner, looks } = bench({
      report: () => {
        throw new Error('no room');
      },
    });
    runner.start(probed(), START);
    await clock.advanceAsync(25_000);
    expect(looks).toHaveLength(3);
  });

  it('is asked no more, and heard no more, once stopped', async () => {
    const { clock, runner, said, looks, state } = bench();
    state.result = undefined;
    runner.start(probed(), START);
    await clock.advanceAsync(0);
    runner.stop('web');
    expect(looks[0]!.signal.aborted).toBe(true);
    await clock.advanceAsync(60_000);
    expect(said()).toEqual([]);
    expect(looks).toHaveLength(1);
    expect(clock.pending).toBe(0);
    expect(runner.has('web')).toBe(false);
  });
});

describe('many checks', () => {
  it('look at the same time only up to the limit, in the order they were due', async () => {
    const { clock, runner, looks, state } = bench({ probesInFlight: 2 });
    state.result = undefined;
    for (const checkId of ['a', 'b', 'c', 'd']) {
      runner.start(probed({ checkId, timeoutMs: 60_000 }), START);
    }
    await clock.advanceAsync(5000);
    expect(looks).toHaveLength(2);
    runner.stop('c');
    looks[0]!.finish(passing);
    await settle();
    expect(looks).toHaveLength(3);
    looks[1]!.finish(passing);
    looks[2]!.finish(passing);
    await settle();
    expect(looks).toHaveLength(3);
  });

  it('all end with stopAll, which may be called twice', async () => {
    const { clock, runner } = bench();
    runner.start(probed(), START);
    runner.start(ttl(), START);
    runner.stopAll();
    runner.stopAll();
    expect(clock.pending).toBe(0);
    expect([runner.has('web'), runner.has('beat')]).toEqual([false, false]);
  });
});

describe('starting a check again', () => {
  it('by the same definition disturbs nothing', async () => {
    const { clock, runner, looks, said, state } = bench();
    const definition = probed({ failuresBeforeCritical: 2, header: { A: ['b'] } });
    runner.start(definition, START);
    await clock.advanceAsync(5000);
    state.result = critical;
    runner.start(structuredClone(definition), START);
    await clock.advanceAsync(5000);
    runner.start(structuredClone(definition), START);
    await clock.advanceAsync(10_000);
    expect(looks.map((look) => look.at)).toEqual([0, 10_000, 20_000]);
    expect(said()).toEqual(['0 passing fine', '20000 critical broken']);
  });

  it('by another definition replaces it, and keeps the status it is given', async () => {
    const { clock, runner, looks, said } = bench();
    runner.start(probed(), START);
    await clock.advanceAsync(5000);
    runner.start(probed({ intervalMs: 20_000 }), passing);
    await clock.advanceAsync(24_000);
    expect(looks.map((look) => look.at)).toEqual([0, 5000, 25_000]);
    expect(said()).toEqual(['0 passing fine']);
  });

  it('may turn one kind into another', () => {
    const { runner } = bench();
    runner.start(probed({ checkId: 'x' }), START);
    expect(runner.isTtl('x')).toBe(false);
    runner.start(ttl({ checkId: 'x' }), START);
    expect(runner.isTtl('x')).toBe(true);
  });

  it('by a definition that cannot run leaves the old one alone', async () => {
    const { runner } = bench({ probeFor: (definition) => (definition.grpc ? undefined : probe()) });
    const probe = () => ({ kind: 'test', run: () => Promise.resolve(passing) });
    runner.start(probed(), START);
    const attempt = () => runner.start(probed({ http: '', grpc: 'h:1' }), START);
    expect(attempt).toThrow(CheckKindError);
    expect(attempt).toThrow('checks of kind "grpc" are not supported yet');
    expect(runner.has('web')).toBe(true);
  });
});

it('a real HTTP check finds out by itself', async () => {
  const address = await httpServer((_request, response) => void response.end('up'));
  const http = `http://${address}/`;
  const report = await new Promise<CheckReport>((resolve) => {
    const runner = new CheckRunner({
      clock: systemClock,
      random: { ...systemRandom, float: () => 0 },
      logger: silentLogger,
      report: (found) => {
        runner.stopAll();
        resolve(found);
      },
      deregister: () => {},
    });
    runner.start(probed({ http }), START);
  });
  expect(report).toEqual({
    checkId: 'web',
    serviceId: 'web-1',
    status: 'passing',
    output: `HTTP GET ${http}: 200 OK Output: up`,
  });
});
