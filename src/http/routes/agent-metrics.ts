/** `/v1/agent/metrics`: what the process measures, as Consul has it or for Prometheus, once or again and again. */
import { type Answer, json, text } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { encodePrettyJson } from '../json/encode.ts';
import { answerLive, elapsed } from '../live-reply.ts';
import { metricsJson } from '../metrics/metrics-json.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from '../metrics/prometheus-text.ts';
import type { Waits } from '../reads.ts';

/** Consul's interval. */
const INTERVAL_MS = 10_000;

type Deps = Pick<HttpDeps, 'measure' | 'clock'> & { readonly live: Waits };

export function agentMetrics(deps: Deps): readonly Endpoint[] {
  return [
    { method: 'GET', path: '/v1/agent/metrics', handle: (call) => answerOnce(deps, call) },
    {
      method: 'GET',
      path: '/v1/agent/metrics/stream',
      handle: (call) =>
        answerLive(deps.live, call, {
          contentType: 'application/json',
          chunks: (ended) => documents(deps, ended),
        }),
    },
  ];
}

async function answerOnce({ measure, clock }: Deps, call: Call): Promise<Answer> {
  const measured = await measure();
  if (!wantsPrometheus(call)) return json(metricsJson(measured, clock.now()));
  return text(prometheusText(measured), {}, 200, PROMETHEUS_CONTENT_TYPE);
}

/** Consul waits for the end of an interval; what counts since the start can be told at once, too. */
async function* documents({ measure, clock }: Deps, ended: AbortSignal): AsyncGenerator<string> {
  while (!ended.aborted) {
    const measured = await measure();
    yield encodePrettyJson(metricsJson(measured, clock.now()));
    await elapsed(clock, INTERVAL_MS, ended);
  }
}

/** Consul: a scraper is known by what it accepts, without a parameter. */
function wantsPrometheus({ query, request }: Call): boolean {
  if (query.get('format') === 'prometheus') return true;
  return /application\/openmetrics-text|text\/plain;\s*version=/.test(request.headers.accept ?? '');
}
