/** Metrics in the text format of Prometheus, version 0.0.4. Pure. */
import type { Measurements } from './measurements.ts';
import { METRICS, type Sample } from './metrics.ts';

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 *   # HELP rollcall_dns_queries_total DNS messages received
 *   # TYPE rollcall_dns_queries_total counter
 *   rollcall_dns_queries_total{transport="udp"} 12
 */
export function prometheusText(measured: Measurements): string {
  const lines = METRICS.flatMap(({ name: dotted, kind, help, samples }) => {
    const name = dotted.replaceAll('.', '_') + (kind === 'counter' ? '_total' : '');
    const written = samples(measured).map((sample) => `${name}${labelsOf(sample)} ${sample.value}`);
    if (written.length === 0) return [];
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...written];
  });
  return `${lines.join('\n')}\n`;
}

function labelsOf({ labels }: Sample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join()}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
