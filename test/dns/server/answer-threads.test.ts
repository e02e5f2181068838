/** Several threads at work, over batches: one of them dies or falls behind. Runs the compiled files. */
import { readFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DnsOptions } from '../../../src/dns/options.ts';
import { AnswerThreads } from '../../../src/dns/server/answer-threads.ts';
import type { ThreadStats } from '../../../src/dns/server/protocol.ts';
import type { SocketAddress } from '../../../src/dns/server/transport.ts';
import type { ViewDelta } from '../../../src/dns/view/delta.ts';
import { type Clock, limits, silentLogger, systemClock } from '../../../src/runtime/index.ts';
import { dig } from '../../support/dig.ts';
import { HeldClock, until } from '../../support/held-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeZones } from '../../support/zone-folder.ts';
import { answering, upstreamOfTest } from '../forward/upstream.ts';
import { tcpClient, udpClient } from './clients.ts';
import {
  APEX,
  asking,
  dnsOptions,
  forwardingTo,
  question,
  said,
  service,
  smallView,
  view,
} from './serving.ts';

const running: AnswerThreads[] = [];
const { ROLLCALL_DNS_TRANSPORT: before } = process.env;
beforeAll(() => {
  process.env.ROLLCALL_DNS_TRANSPORT = 'batch';
});
afterAll(() => {
  if (before === undefined) delete process.env.ROLLCALL_DNS_TRANSPORT;
  else process.env.ROLLCALL_DNS_TRANSPORT = before;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((threads) => threads.close()));
});

async function start(
  wholeView: () => ViewDelta,
  options: Partial<DnsOptions> = {},
  clock: Clock = systemClock,
) {
  const lines: string[] = [];
  const note = (_: unknown, line: string): void => void lines.push(line);
  const folder = writeZones(temporaryFolder(), { 'consul.zone': APEX });
  const threads = new AnswerThreads({
    options: dnsOptions(folder, options),
    endpoints: [{ address: '127.0.0.1', port: 0, optional: false }],
    threads: 2,
    logger: { ...silentLogger, warn: note, error: note },
    logLevel: 'warn',
    clock,
    onFailure: (reason) => lines.push(reason),
  });
  running.push(threads);
  const [address] = await threads.start(wholeView);
  return { threads, address: address!, lines };
}

async function statsOf(threads: AnswerThreads): Promise<ThreadStats[]> {
  const replies = await threads.askAll({ kind: 'stats' });
  return replies.map((reply) => {
    if (reply.kind !== 'stats') throw new Error(reply.kind);
    return reply.stats;
  });
}

/** Asks from `count` ports, so that every thread has some of them, and asks again until all have an answer. */
async function askFromMany(to: SocketAddress, name: string, count = 24): Promise<Set<string>> {
  const answers = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = await udpClient(to);
      onTestFinished(() => client.close());
      let answer: string | undefined;
      void client.next().then((reply) => {
        answer = said(reply);
      });
      await until(() => {
        client.send(question(name));
        return answer !== undefined;
      });
      return answer ?? '';
    }),
  );
  return new Set(answers);
}

const CACHE = {
  maxBytes: 1 << 20,
  maxTtlSeconds: 60,
  maxNegativeTtlSeconds: 60,
  staleSeconds: 0,
  prefetch: false,
};

const BROKEN = Buffer.from('no delta');

describe('two threads of datagrams', () => {
  it('share an address, and each answers some of the clients', async () => {
    const { threads, address } = await start(() => smallView);
    expect(await askFromMany(address, 'web.service.consul')).toEqual(new Set(['NOERROR 10.0.0.2']));
    const queries = (await statsOf(threads)).flatMap(({ endpoints }) =>
      endpoints.filter(({ transport }) => transport === 'udp').map((endpoint) => endpoint.queries),
    );
    expect(queries).toHaveLength(2);
    expect(Math.min(...queries)).toBeGreaterThan(0);
  });

  it('go on when one of them dies, which another takes the place of', async () => {
    let current = smallView;
    const { threads, address, lines } = await start(() => current);
    current = view(8, ...smallView.changes, service('api', '10.0.0.8'));
    threads.all[1]?.post({ kind: 'view', delta: BROKEN });
    expect(await askFromMany(address, 'web.service.consul')).toEqual(new Set(['NOERROR 10.0.0.2']));
    await until(() => threads.restarts === 1);
    threads.all[0]?.publish(serialize(view(8, service('api', '10.0.0.8'))), 1);
    threads.all[2]?.publish(serialize(view(8, service('api', '10.0.0.8'))), 1);
    // Answered by each once it has the commit.
    await threads.askAll({ kind: 'applied-index' });
    expect(await askFromMany(address, 'api.service.consul')).toEqual(new Set(['NOERROR 10.0.0.8']));
    expect(lines).toEqual(['a DNS thread died']);
    expect(await statsOf(threads)).toHaveLength(3);
  });

  it('reload together, and with one that was started anew meanwhile', async () => {
    const { threads, address } = await start(() => smallView);
    threads.all[2]?.post({ kind: 'view', delta: BROKEN });
    const folder = writeZones(temporaryFolder(), { 'consul.zone': `${APEX}www 60 A 192.0.2.9` });
    await threads.change(dnsOptions(folder));
    await until(() => threads.restarts === 1);
    expect(await askFromMany(address, 'www.consul')).toEqual(new Set(['NOERROR 192.0.2.9']));
  });

  it('are tried again when the system gives no thread for the one that died', async () => {
    const forward = { recursors: [], strategy: 'sequential' as const, timeoutMs: 2000 };
    const { threads, address, lines } = await start(() => smallView, { forward });
    // No function can go to another thread, so making one throws as it does where there are too many.
    Object.assign(forward, { odd: () => {} });
    threads.all[1]?.post({ kind: 'view', delta: BROKEN });
    await until(() => lines.length === 2);
    Object.assign(forward, { odd: undefined });
    await until(() => threads.restarts === 1);
    expect(lines).toEqual(['a DNS thread died', 'a DNS thread died']);
    expect(await askFromMany(address, 'web.service.consul')).toEqual(new Set(['NOERROR 10.0.0.2']));
  });

  it('that fall far behind get all of the catalog anew, and answer by it', async () => {
    const changes = Array.from({ length: 500 }, (_, at) => service(`s${at}`, '10.0.0.1'));
    const rounds = Math.ceil(limits.dnsViewBacklog.default / changes.length) + 2;
    const last = view(1000, ...smallView.changes, service('s1', '10.0.0.77'));
    let current = smallView;
    const { threads, address, lines } = await start(() => current);
    const delta = serialize(view(900, ...changes));
    for (let round = 0; round < rounds; round++) {
      for (const link of threads.all) link.publish(delta, changes.length);
    }
    current = last;
    for (const link of threads.all) link.publish(serialize(view(1000)), 0);
    await until(async () =>
      (await statsOf(threads)).every(({ appliedIndex }) => appliedIndex === 1000),
    );
    await until(async () => (await statsOf(threads)).every(({ instances }) => instances === 2));
    expect(new Set(lines)).toEqual(
      new Set(['a DNS thread is far behind the catalog and gets all of it anew']),
    );
    expect(await askFromMany(address, 's1.service.consul')).toEqual(new Set(['NOERROR 10.0.0.77']));
    expect(await askFromMany(address, 's2.service.consul')).toEqual(new Set(['NXDOMAIN']));
  });

  it('are not behind for a catalog that is itself more than they may be behind', async () => {
    const count = limits.dnsViewBacklog.default + 1;
    const changes = Array.from({ length: count }, (_, at) => service(`s${at}`, '10.0.0.1'));
    let views = 0;
    const { threads, lines } = await start(() => {
      views += 1;
      return view(1000, ...smallView.changes, ...changes);
    });
    for (const link of threads.all) link.publish(serialize(view(1001, ...smallView.changes)), 2);
    const [{ appliedIndex } = { appliedIndex: 0 }] = await statsOf(threads);
    expect(appliedIndex).toBe(1001);
    expect(lines).toEqual([]);
    expect(views).toBe(1);
  });

  it('that stopped while nobody looked are not said to hold what they have closed', async () => {
    const clock = new HeldClock();
    const { threads, address, lines } = await start(() => smallView, {}, clock);
    const closing = threads.close();
    const local = `:${address.port.toString(16).toUpperCase().padStart(4, '0')} `;
    // Without a turn of the event loop, as after SIGSTOP: the end of their time is known before their end.
    while (readFileSync('/proc/net/udp', 'utf8').includes(local));
    clock.advance(60_000);
    await closing;
    expect(new Set(lines)).toEqual(new Set(['a DNS thread did not stop in time and is ended']));
  });
});

describe('the thread of streams', () => {
  it('is started again on the same port, and asks upstreams for the others again', async () => {
    const upstream = await upstreamOfTest(answering());
    const { threads, address } = await start(() => smallView, forwardingTo(upstream));
    const server = { host: address.address, port: address.port };
    expect(await dig(server, 'www.example.com')).toMatchObject({ status: 'NOERROR' });
    threads.all[0]?.post({ kind: 'view', delta: BROKEN });
    // Names of ours are answered meanwhile.
    expect(await dig(server, 'web.service.consul')).toMatchObject({ status: 'NOERROR' });
    await until(() => threads.restarts === 1);
    expect(await dig(server, 'other.example.com')).toMatchObject({ status: 'NOERROR' });
    const ask = await asking(address, tcpClient);
    expect(await ask('web.service.consul')).toBe('NOERROR 10.0.0.2');
  });
});

describe('a reload that changes nothing', () => {
  it('keeps what upstreams have said', async () => {
    const upstream = await upstreamOfTest(answering());
    const folder = writeZones(temporaryFolder(), { 'consul.zone': APEX });
    const options: Partial<DnsOptions> = {
      zoneDirectory: folder,
      ...forwardingTo(upstream, { cache: CACHE }),
    };
    const { threads, address } = await start(() => smallView, options);
    await dig({ host: address.address, port: address.port }, 'www.example.com');
    const kept = async () => (await statsOf(threads)).map(({ forward }) => forward?.cacheEntries);
    const before = await kept();
    expect(Math.max(...before.map((entries) => entries ?? 0))).toBe(1);
    await threads.change(dnsOptions(folder, options));
    expect(await kept()).toEqual(before);
  });
});
