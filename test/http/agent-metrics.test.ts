/** `/v1/agent/metrics`: the shape of Consul, and the text that Prometheus reads. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { METRICS } from '../../src/http/metrics/metrics.ts';
import { MEASURED, openApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

const URL = '/v1/agent/metrics';

describe("metrics in Consul's shape", () => {
  it('have its keys in its order', async () => {
    const reply = await api.get(URL);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.body).toMatch(
      /^\{"Timestamp":"2026-01-01 00:00:00 \+0000 UTC","Gauges":\[.*\],"Points":\[\],"Counters":\[.*\],"Samples":\[\]\}$/,
    );
    expect(reply.body).toContain('{"Name":"rollcall.catalog.index","Value":12,"Labels":{}}');
    expect(reply.body).toContain('{"Name":"consul.runtime.alloc_bytes","Value":500,"Labels":{}}');
    expect(reply.body).toContain(
      '{"Name":"rollcall.dns.queries","Count":17,"Rate":1.7,"Sum":17,"Min":1,"Max":1,"Mean":1,"Stddev":0,' +
        '"Labels":{"transport":"udp"}}',
    );
  });

  it('count what never happened as 0', async () => {
    const { Counters } = (await api.get(URL)).json();
    expect(Counters).toContainEqual({
      ...{ Name: 'rollcall.dns.dropped', Count: 0, Rate: 0, Sum: 0 },
      ...{ Min: 0, Max: 0, Mean: 0, Stddev: 0, Labels: { transport: 'tcp' } },
    });
  });

  it('are what another Accept gets', async () => {
    for (const accept of ['*/*', 'application/json', 'text/plain', 'text/html']) {
      const reply = await api.get(URL, { accept });
      expect(reply.headers['content-type']).toBe('application/json');
    }
  });
});

const EXPOSITION = `# HELP rollcall_dns_queries_total DNS messages received
# TYPE rollcall_dns_queries_total counter
rollcall_dns_queries_total{transport="udp"} 17
rollcall_dns_queries_total{transport="tcp"} 1
# HELP rollcall_dns_replies_total DNS replies sent
# TYPE rollcall_dns_replies_total counter
rollcall_dns_replies_total{transport="udp"} 14
rollcall_dns_replies_total{transport="tcp"} 1
# HELP rollcall_dns_dropped_total DNS messages without a reply
# TYPE rollcall_dns_dropped_total counter
rollcall_dns_dropped_total{transport="udp"} 2
rollcall_dns_dropped_total{transport="tcp"} 0
# HELP rollcall_dns_expired_total DNS messages dropped because they had waited longer than clients do
# TYPE rollcall_dns_expired_total counter
rollcall_dns_expired_total{transport="udp"} 1
rollcall_dns_expired_total{transport="tcp"} 0
# HELP rollcall_dns_send_errors_total DNS replies that could not be sent
# TYPE rollcall_dns_send_errors_total counter
rollcall_dns_send_errors_total{transport="udp"} 0
rollcall_dns_send_errors_total{transport="tcp"} 0
# HELP rollcall_dns_connections DNS connections that are open
# TYPE rollcall_dns_connections gauge
rollcall_dns_connections{transport="udp"} 0
rollcall_dns_connections{transport="tcp"} 4
# HELP rollcall_dns_connections_cut_total DNS connections closed on a limit: slow, idle or too many
# TYPE rollcall_dns_connections_cut_total counter
rollcall_dns_connections_cut_total{transport="udp"} 0
rollcall_dns_connections_cut_total{transport="tcp"} 0
# HELP rollcall_dns_replies_by_rcode_total DNS replies by rcode
# TYPE rollcall_dns_replies_by_rcode_total counter
rollcall_dns_replies_by_rcode_total{rcode="NOERROR"} 12
rollcall_dns_replies_by_rcode_total{rcode="NXDOMAIN"} 4
rollcall_dns_replies_by_rcode_total{rcode="other"} 0
# HELP rollcall_dns_truncated_total DNS replies with TC
# TYPE rollcall_dns_truncated_total counter
rollcall_dns_truncated_total 2
# HELP rollcall_dns_negative_total NXDOMAIN, and NOERROR without an answer
# TYPE rollcall_dns_negative_total counter
rollcall_dns_negative_total 5
# HELP rollcall_dns_fail_open_total Answers of all instances because too few were healthy
# TYPE rollcall_dns_fail_open_total counter
rollcall_dns_fail_open_total 1
# HELP rollcall_dns_cookies_total Queries with a server cookie
# TYPE rollcall_dns_cookies_total counter
rollcall_dns_cookies_total{verdict="valid"} 8
rollcall_dns_cookies_total{verdict="bad"} 3
# HELP rollcall_dns_rate_limited_total Replies over the rate limit
# TYPE rollcall_dns_rate_limited_total counter
rollcall_dns_rate_limited_total{action="drop"} 6
rollcall_dns_rate_limited_total{action="slip"} 9
# HELP rollcall_dns_compiled_total UDP queries by whether a compiled answer was there
# TYPE rollcall_dns_compiled_total counter
rollcall_dns_compiled_total{is="hit"} 20
rollcall_dns_compiled_total{is="miss"} 5
# HELP rollcall_dns_compiled_answers Compiled answers that are kept
# TYPE rollcall_dns_compiled_answers gauge
rollcall_dns_compiled_answers 3
# HELP rollcall_dns_compiled_bytes Memory for compiled answers
# TYPE rollcall_dns_compiled_bytes gauge
rollcall_dns_compiled_bytes 900
# HELP rollcall_dns_applied_index Catalog index that DNS answers from
# TYPE rollcall_dns_applied_index gauge
rollcall_dns_applied_index 11
# HELP rollcall_dns_threads Threads that answer DNS
# TYPE rollcall_dns_threads gauge
rollcall_dns_threads 2
# HELP rollcall_dns_thread_restarts_total DNS threads that died and were started again
# TYPE rollcall_dns_thread_restarts_total counter
rollcall_dns_thread_restarts_total 1
# HELP rollcall_dns_nodes Nodes that DNS can answer with
# TYPE rollcall_dns_nodes gauge
rollcall_dns_nodes 2
# HELP rollcall_dns_instances Service instances that DNS knows
# TYPE rollcall_dns_instances gauge
rollcall_dns_instances 3
# HELP rollcall_catalog_index Index of the catalog
# TYPE rollcall_catalog_index gauge
rollcall_catalog_index 12
# HELP rollcall_catalog_unsaved_rows Results of checks that are shown and not durable, because the store fails
# TYPE rollcall_catalog_unsaved_rows gauge
rollcall_catalog_unsaved_rows 0
# HELP rollcall_process_uptime_seconds Time since the start
# TYPE rollcall_process_uptime_seconds gauge
rollcall_process_uptime_seconds 10
# HELP rollcall_process_resident_memory_bytes Memory of the process
# TYPE rollcall_process_resident_memory_bytes gauge
rollcall_process_resident_memory_bytes 1000
# HELP rollcall_process_heap_bytes JavaScript heap in use on the main thread
# TYPE rollcall_process_heap_bytes gauge
rollcall_process_heap_bytes 500
# HELP rollcall_process_cpu_seconds_total Processor time of all threads
# TYPE rollcall_process_cpu_seconds_total counter
rollcall_process_cpu_seconds_total 2.5
# HELP rollcall_process_event_loop_busy_seconds_total Time the main thread was at work
# TYPE rollcall_process_event_loop_busy_seconds_total counter
rollcall_process_event_loop_busy_seconds_total 1.5
# HELP consul_runtime_alloc_bytes The same as rollcall.process.heap_bytes
# TYPE consul_runtime_alloc_bytes gauge
consul_runtime_alloc_bytes 500
`;

describe('metrics for Prometheus', () => {
  const scrapers: [title: string, url: string, headers: Record<string, string>][] = [
    ['by parameter', `${URL}?format=prometheus`, {}],
    [
      'by what a scraper accepts',
      URL,
      { accept: 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2' },
    ],
    ['by what an older one does', URL, { accept: 'text/plain;version=0.0.4;q=1,*/*;q=0.1' }],
  ];
  it.each(scrapers)('%s', async (_title, url, headers) => {
    const reply = await api.get(url, headers);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(reply.body).toBe(EXPOSITION);
  });

  it('leave out what is not counted yet', async () => {
    const { replies: _, ...dns } = MEASURED.dns;
    const own = await openApi({ deps: { measure: async () => ({ ...MEASURED, dns }) } });
    const { body } = await own.get(`${URL}?format=prometheus`);
    expect(body).not.toMatch(/rcode|truncated|cookies|rate_limited/);
    expect(body).toContain('rollcall_dns_queries_total{transport="udp"} 17\n');
    await own.close();
  });

  it('tell where the answers to forwarded questions came from', async () => {
    const forward = {
      ...{ hits: 90, misses: 10, stale: 3, failureHits: 2, prefetches: 4, prohibited: 1 },
      ...{ upstreamQueries: 15, upstreamTimeouts: 5, upstreamMismatches: 21 },
      ...{ cacheEntries: 8, cacheBytes: 9000 },
    };
    const dns = { ...MEASURED.dns, forward };
    const own = await openApi({ deps: { measure: async () => ({ ...MEASURED, dns }) } });
    const { body } = await own.get(`${URL}?format=prometheus`);
    expect(body.match(/^rollcall_dns_forward.*$/gm)).toEqual([
      'rollcall_dns_forward_questions_total{from="cache"} 90',
      'rollcall_dns_forward_questions_total{from="upstream"} 10',
      'rollcall_dns_forward_questions_total{from="stale"} 3',
      'rollcall_dns_forward_questions_total{from="failure"} 2',
      'rollcall_dns_forward_questions_total{from="nobody"} 1',
      'rollcall_dns_forward_prefetches_total 4',
      'rollcall_dns_forward_upstream_queries_total 15',
      'rollcall_dns_forward_upstream_timeouts_total 5',
      'rollcall_dns_forward_upstream_mismatches_total 21',
      'rollcall_dns_forward_cache_entries 8',
      'rollcall_dns_forward_cache_bytes 9000',
    ]);
    await own.close();
  });

  it('have names that Prometheus takes, each once', () => {
    const names = METRICS.map(({ name }) => name);
    expect(names.filter((name) => !/^(rollcall|consul)(\.[a-z_]+)+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the stream of metrics', () => {
  /** Follows it, as a client does that counts braces: a document ends where its first line's brace is closed. */
  async function follow() {
    const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const reply = await fetch(`http://127.0.0.1:${port}${URL}/stream`);
    const texts = reply.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let unread = '';
    const next = async (): Promise<unknown> => {
      for (;;) {
        const end = unread.indexOf('\n}\n');
        if (end >= 0) {
          const document = JSON.parse(unread.slice(0, end + 2));
          unread = unread.slice(end + 3);
          return document;
        }
        const { value, done } = (await texts?.next()) ?? { done: true };
        if (done === true) return unread === '' ? undefined : unread;
        unread += value;
      }
    };
    return { reply, next };
  }

  it('has a document for each interval, the first at once', async () => {
    const { reply, next } = await follow();
    expect(reply.headers.get('content-type')).toBe('application/json');
    expect(await next()).toEqual((await api.get(URL)).json());
    await expect.poll(() => api.clock.pending).toBe(1);
    api.clock.advance(10_000);
    const { Timestamp } = (await next()) as { Timestamp: string };
    expect(Timestamp).toBe('2026-01-01 00:00:10 +0000 UTC');
  });

  it('ends with the agent', async () => {
    const { next } = await follow();
    await next();
    await api.app.close();
    expect(await next()).toBeUndefined();
  });
});

it('every metric is in docs/http.md, and no other', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/http.md'), 'utf8');
  const named = [...page.matchAll(/`((?:rollcall|consul)\.[a-z_.]+)`/g)].map((match) => match[1]);
  expect(new Set(named)).toEqual(new Set(METRICS.map(({ name }) => name)));
});
