/**
 * A check runner on a bench: a held clock, probes that answer what the test says, and everything it reports.
 */
import {
  type CheckDefinition,
  type CheckReport,
  CheckRunner,
  type CheckRunnerOptions,
  type ProbeResult,
} from '../../src/checks/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';
import { HeldClock } from '../support/held-clock.ts';

export const passing: ProbeResult = { status: 'passing', output: 'fine' };
export const critical: ProbeResult = { status: 'critical', output: 'broken' };
export const START = { status: 'critical', output: '' } as const;

interface Look {
  readonly at: number;
  readonly signal: AbortSignal;
  finish(result: ProbeResult): void;
}

/** A runner over a held clock whose probes either answer `result` or, when that is undefined, wait to be finished. */
export function bench(options: Partial<CheckRunnerOptions> = {}, jitter = 0) {
  const clock = new HeldClock();
  const reports: (CheckReport & { at: number })[] = [];
  const deregistered: string[] = [];
  const looks: Look[] = [];
  const state: { result: ProbeResult | undefined } = { result: passing };
  const runner = new CheckRunner({
    clock,
    random: { float: () => jitter, integer: () => 0 },
    logger: silentLogger,
    report: (report) => reports.push({ ...report, at: clock.monotonic() }),
    deregister: (serviceId, checkId) =>
      deregistered.push(`${serviceId} ${checkId} at ${clock.monotonic()}`),
    probeFor: () => ({
      kind: 'test',
      run: (signal) =>
        new Promise((finish) => {
          looks.push({ at: clock.monotonic(), signal, finish });
          signal.addEventListener('abort', () => finish({ status: 'critical', output: 'timeout' }));
          if (state.result !== undefined) finish(state.result);
        }),
    }),
    ...options,
  });
  const said = () => reports.map(({ at, status, output }) => `${at} ${status} ${output}`);
  return { clock, runner, reports, said, deregistered, looks, state };
}

export const probed = (fields: Partial<CheckDefinition> = {}): CheckDefinition => ({
  checkId: 'web',
  name: 'web',
  serviceId: 'web-1',
  http: 'http://unused.test',
  intervalMs: 10_000,
  ...fields,
});
export const ttl = (fields: Partial<CheckDefinition> = {}): CheckDefinition => ({
  checkId: 'beat',
  name: 'beat',
  serviceId: 'web-1',
  ttlMs: 3000,
  ...fields,
});
