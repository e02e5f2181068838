/**
 * Metrics in the shape of Consul's `/v1/agent/metrics`. Consul aggregates intervals of ten seconds; here there is one
 * interval, the life of the process, so that a counter is never between two intervals: `Count` and `Sum` are its
 * value, `Rate` is its mean in a second.
 */
import { GoMap } from '../json/encode.ts';
import type { Measurements } from './measurements.ts';
import { METRICS, type Metric, type Sample } from './metrics.ts';

/** `nowMs` is wall-clock time. */
export function metricsJson(measured: Measurements, nowMs: number) {
  const { uptimeSeconds } = measured.process;
  return {
    Timestamp: timestamp(nowMs),
    Gauges: samplesOf('gauge', measured).map(([Name, { value, labels }]) => ({
      Name,
      Value: value,
      Labels: new GoMap(labels),
    })),
    Points: [],
    Counters: samplesOf('counter', measured).map(([Name, sample]) => ({
      Name,
      ...aggregate(sample.value, uptimeSeconds),
      Labels: new GoMap(sample.labels),
    })),
    Samples: [],
  };
}

function samplesOf(kind: Metric['kind'], measured: Measurements): [string, Sample][] {
  return METRICS.filter((metric) => metric.kind === kind).flatMap(({ name, samples }) =>
    samples(measured).map((sample): [string, Sample] => [name, sample]),
  );
}

/** A counter advances by one each time. */
function aggregate(value: number, seconds: number) {
  const step = value === 0 ? 0 : 1;
  return {
    Count: Math.floor(value),
    Rate: seconds > 0 ? value / seconds : 0,
    Sum: value,
    Min: step,
    Max: step,
    Mean: step,
    Stddev: 0,
  };
}

/** As Go prints a time: `2026-01-02 03:04:05 +0000 UTC`. */
function timestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
