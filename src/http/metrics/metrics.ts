/**
 * The metrics there are, as one table: name, meaning, and where the number comes from. How they are written is the
 * matter of `metrics-json.ts` and `prometheus-text.ts`. A name and its labels are an interface: dashboards hold them.
 */
import type {
  CompiledMeasurements,
  DnsEndpointMeasurements,
  DnsReplyMeasurements,
  ForwardMeasurements,
  Measurements,
} from './measurements.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** Dotted, as Consul has it in JSON; units last. */
  readonly name: string;
  /** A counter only grows while the process lives. */
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: (measured: Measurements) => readonly Sample[];
}

const dns: readonly Metric[] = [
  counter('dns.queries', 'DNS messages received', byTransport('queries')),
  counter('dns.replies', 'DNS replies sent', byTransport('replies')),
  counter('dns.dropped', 'DNS messages without a reply', byTransport('dropped')),
  counter(
    'dns.expired',
    'DNS messages dropped because they had waited longer than clients do',
    byTransport('expired'),
  ),
  counter('dns.send_errors', 'DNS replies that could not be sent', byTransport('sendErrors')),
  gauge('dns.connections', 'DNS connections that are open', byTransport('connections')),
  counter(
    'dns.connections_cut',
    'DNS connections closed on a limit: slow, idle or too many',
    byTransport('connectionsCut'),
  ),
  counter('dns.replies_by_rcode', 'DNS replies by rcode', ({ dns }) =>
    Object.entries(dns.replies?.rcodes ?? {}).map(([rcode, value]) => ({
      labels: { rcode },
      value,
    })),
  ),
  counter('dns.truncated', 'DNS replies with TC', ofReplies('truncated')),
  counter('dns.negative', 'NXDOMAIN, and NOERROR without an answer', ofReplies('negative')),
  counter(
    'dns.fail_open',
    'Answers of all instances because too few were healthy',
    ofReplies('failOpen'),
  ),
  counter('dns.cookies', 'Queries with a server cookie', ({ dns: { replies } }) =>
    replies === undefined
      ? []
      : [
          { labels: { verdict: 'valid' }, value: replies.cookiesValid },
          { labels: { verdict: 'bad' }, value: replies.cookiesBad },
        ],
  ),
  counter('dns.rate_limited', 'Replies over the rate limit', ({ dns: { replies } }) =>
    replies === undefined
      ? []
      : [
          { labels: { action: 'drop' }, value: replies.rateDropped },
          { labels: { action: 'slip' }, value: replies.rateSlipped },
        ],
  ),
  counter('dns.compiled', 'UDP queries by whether a compiled answer was there', ({ dns }) =>
    labelled('is', { hit: dns.compiled?.hits, miss: dns.compiled?.misses }),
  ),
  gauge('dns.compiled_answers', 'Compiled answers that are kept', ofCompiled('answers')),
  gauge('dns.compiled_bytes', 'Memory for compiled answers', ofCompiled('octets')),
  gauge('dns.applied_index', 'Catalog index that DNS answers from', ({ dns }) => [
    alone(dns.appliedIndex),
  ]),
  gauge('dns.threads', 'Threads that answer DNS', ({ dns }) => [alone(dns.threads)]),
  counter('dns.thread_restarts', 'DNS threads that died and were started again', ({ dns }) => [
    alone(dns.restarts),
  ]),
  gauge('dns.nodes', 'Nodes that DNS can answer with', ({ dns }) => [alone(dns.nodes)]),
  gauge('dns.instances', 'Service instances that DNS knows', ({ dns }) => [alone(dns.instances)]),
];

const forward: readonly Metric[] = [
  counter('dns.forward.questions', 'Questions that others know the answer to', ({ dns }) =>
    labelled('from', {
      cache: dns.forward?.hits,
      upstream: dns.forward?.misses,
      stale: dns.forward?.stale,
      failure: dns.forward?.failureHits,
      nobody: dns.forward?.prohibited,
    }),
  ),
  counter('dns.forward.prefetches', 'Names renewed before they expired', ofForward('prefetches')),
  counter('dns.forward.upstream_queries', 'Queries to upstreams', ofForward('upstreamQueries')),
  counter(
    'dns.forward.upstream_timeouts',
    'Queries that an upstream did not answer',
    ofForward('upstreamTimeouts'),
  ),
  counter(
    'dns.forward.upstream_mismatches',
    'Replies that were not to the query, forged perhaps',
    ofForward('upstreamMismatches'),
  ),
  gauge('dns.forward.cache_entries', 'Replies that are kept', ofForward('cacheEntries')),
  gauge('dns.forward.cache_bytes', 'Memory for replies that are kept', ofForward('cacheBytes')),
];

const catalog: readonly Metric[] = [
  gauge('catalog.index', 'Index of the catalog', ({ catalogIndex }) => [alone(catalogIndex)]),
  gauge(
    'catalog.unsaved_rows',
    'Results of checks that are shown and not durable, because the store fails',
    ({ unsavedRows }) => [alone(unsavedRows)],
  ),
];

const process: readonly Metric[] = [
  gauge('process.uptime_seconds', 'Time since the start', ({ process }) => [
    alone(process.uptimeSeconds),
  ]),
  gauge('process.resident_memory_bytes', 'Memory of the process', ({ process }) => [
    alone(process.residentBytes),
  ]),
  gauge('process.heap_bytes', 'JavaScript heap in use on the main thread', ({ process }) => [
    alone(process.heapBytes),
  ]),
  counter('process.cpu_seconds', 'Processor time of all threads', ({ process }) => [
    alone(process.cpuSeconds),
  ]),
  counter('process.event_loop_busy_seconds', 'Time the main thread was at work', ({ process }) => [
    alone(process.eventLoopBusySeconds),
  ]),
];

/** Those that programs look for under the name that Consul has for them. */
const consul: readonly Metric[] = [
  {
    name: 'consul.runtime.alloc_bytes',
    kind: 'gauge',
    help: 'The same as rollcall.process.heap_bytes',
    samples: ({ process }) => [alone(process.heapBytes)],
  },
];

export const METRICS: readonly Metric[] = [...dns, ...forward, ...catalog, ...process, ...consul];

function counter(name: string, help: string, samples: Metric['samples']): Metric {
  return { name: `rollcall.${name}`, kind: 'counter', help, samples };
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name: `rollcall.${name}`, kind: 'gauge', help, samples };
}

function alone(value: number): Sample {
  return { labels: {}, value };
}

/** The sum over all endpoints of a transport. */
function byTransport(
  field: Exclude<keyof DnsEndpointMeasurements, 'transport'>,
): Metric['samples'] {
  return ({ dns }) => {
    const sums = new Map<string, number>();
    for (const endpoint of dns.endpoints) {
      sums.set(endpoint.transport, (sums.get(endpoint.transport) ?? 0) + endpoint[field]);
    }
    return [...sums].map(([transport, value]) => ({ labels: { transport }, value }));
  };
}

function ofReplies(field: Exclude<keyof DnsReplyMeasurements, 'rcodes'>): Metric['samples'] {
  return ({ dns: { replies } }) => (replies === undefined ? [] : [alone(replies[field])]);
}

function ofCompiled(field: keyof CompiledMeasurements): Metric['samples'] {
  return ({ dns: { compiled } }) => (compiled === undefined ? [] : [alone(compiled[field])]);
}

function ofForward(field: keyof ForwardMeasurements): Metric['samples'] {
  return ({ dns: { forward } }) => (forward === undefined ? [] : [alone(forward[field])]);
}

function labelled(label: string, values: Readonly<Record<string, number | undefined>>): Sample[] {
  return Object.entries(values).flatMap(([text, value]) =>
    value === undefined ? [] : [{ labels: { [label]: text }, value }],
  );
}
