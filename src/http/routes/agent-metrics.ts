/** `/v1/agent/metrics`: what the process measures, as Consul has it or for Prometheus. */
import { json, text } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { metricsJson } from '../metrics/metrics-json.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from '../metrics/prometheus-text.ts';

export function agentMetrics({ measure, clock }: Pick<HttpDeps, 'measure' | 'clock'>): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/agent/metrics',
      handle: async (call) => {
        const measured = await measure();
        if (!wantsPrometheus(call)) return json(metricsJson(measured, clock.now()));
        return text(prometheusText(measured), {}, 200, PROMETHEUS_CONTENT_TYPE);
      },
    },
  ];
}

/** Consul: a scraper is known by what it accepts, without a parameter. */
function wantsPrometheus({ query, request }: Call): boolean {
  if (query.get('format') === 'prometheus') return true;
  return /application\/openmetrics-text|text\/plain;\s*version=/.test(request.headers.accept ?? '');
}
