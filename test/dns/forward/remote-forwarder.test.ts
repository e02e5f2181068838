import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/dns/answer/outcome.ts';
import { createForwarder } from '../../../src/dns/forward/forwarder.ts';
import { RemoteForwarder } from '../../../src/dns/forward/remote-forwarder.ts';
import { serveForwarder } from '../../../src/dns/forward/serve-forwarder.ts';
import type { ForwardOptions } from '../../../src/dns/options.ts';
import { unpack } from '../../../src/dns/wire/address-rrset.ts';
import { limits, seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock } from '../../support/held-clock.ts';
import { query, show } from '../zone/zone-text.ts';
import { answering, type Behave, silent, Upstream } from './upstream.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const CACHE: ForwardOptions['cache'] = {
  maxBytes: 1 << 20,
  maxTtlSeconds: 86_400,
  maxNegativeTtlSeconds: 3600,
  staleSeconds: 3600,
  prefetch: true,
};

const shown = (outcome: Outcome): string[] =>
  'answers' in outcome ? unpack(outcome.answers ?? []).map(show) : [outcome.kind];

interface Setting extends Partial<ForwardOptions> {
  readonly isOurs?: (name: string) => boolean;
  readonly follow?: () => Outcome;
}

/** One forwarder that asks, and one that asks through it, with a port between them. */
async function pair(behave: Behave, { isOurs, follow, ...options }: Setting = {}) {
  let current = behave;
  const upstream = await Upstream.start((asked) => current(asked));
  const clock = new HeldClock();
  const parts = {
    options: {
      recursors: [upstream.address],
      strategy: 'sequential',
      timeoutMs: 2000,
      cache: CACHE,
      ...options,
    } as ForwardOptions,
    listeners: () => [],
    isOurs: isOurs ?? (() => false),
    follow: follow ?? (() => ({ kind: 'skip' }) as const),
    clock,
    random: seededRandom(1),
    logger: silentLogger,
  } as const;
  const asking = createForwarder(parts);
  const remote = new RemoteForwarder(parts);
  let wakes = 0;
  const connect = (): Promise<void> => {
    const { port1, port2 } = new MessageChannel();
    const left = serveForwarder(
      port1,
      () => asking,
      () => wakes++,
    );
    remote.askThrough(port2);
    return left;
  };
  closing.push(
    () => remote.close(),
    () => asking.close(),
    () => upstream.close(),
  );
  const ask = async (text = 'www.example. A', asked = {}): Promise<Outcome> =>
    remote.answer(query(text, asked));
  const behaveAs = (next: Behave): void => {
    current = next;
  };
  const { options: used } = parts;
  return {
    upstream,
    behaveAs,
    clock,
    asking,
    remote,
    connect,
    ask,
    wakes: () => wakes,
    options: used,
  };
}

describe('asking through another thread', () => {
  it('gives what an upstream says, and wakes the one that waits', async () => {
    const { connect, ask, wakes } = await pair(answering());
    void connect();
    expect(shown(await ask())).toEqual(['www.example. 300 A c0000201']);
    expect(wakes()).toBe(1);
  });

  it('keeps what it is lent, with its time counted down, and asks again when it is due to be renewed', async () => {
    const { connect, ask, clock, upstream, remote, asking } = await pair(answering());
    void connect();
    await ask();
    clock.advance(100_000);
    expect(shown(await ask())).toEqual(['www.example. 200 A c0000201']);
    expect(remote.scope.stats).toMatchObject({ hits: 1, cacheEntries: 1 });
    expect(asking.scope.stats).toMatchObject({ hits: 0, misses: 1 });
    // A tenth of its time before the end the other is asked, which renews it.
    clock.advance(175_000);
    expect(shown(await ask())).toEqual(['www.example. 25 A c0000201']);
    expect(asking.scope.stats).toMatchObject({ hits: 1 });
    await ask();
    await upstream.received(2);
  });

  it('keeps nothing that stands in for an answer', async () => {
    const { connect, ask, clock, upstream, behaveAs, remote } = await pair(answering());
    void connect();
    await ask();
    behaveAs(silent);
    clock.advance(400_000);
    const late = ask();
    await upstream.received(2);
    clock.advance(limits.forwardStaleMs.default);
    expect(await late).toMatchObject({ explanation: { text: 'the recursors do not answer' } });
    behaveAs(answering({ address: '192.0.2.2' }));
    // The other says when there is a new one.
    while (!shown(await ask()).includes('www.example. 300 A c0000202')) clock.advance(1000);
    expect(remote.scope.stats).toMatchObject({ hits: 0 });
  });

  it('keeps nothing that was asked by other options than its own', async () => {
    const { connect, ask, asking, remote, options } = await pair(answering());
    void connect();
    const changed = { ...options, strategy: 'random' } as const;
    remote.scope.setOptions(changed);
    expect(shown(await ask())).toHaveLength(1);
    expect(remote.scope.stats.cacheEntries).toBe(0);
    asking.scope.setOptions(changed);
    expect(shown(await ask())).toHaveLength(1);
    expect(remote.scope.stats.cacheEntries).toBe(1);
  });

  it('keeps nothing that a zone of ours has taken over meanwhile', async () => {
    const ours = new Set<string>();
    const { connect, ask, asking } = await pair(
      answering({
        answers: [
          { type: 'CNAME', name: 'www.example', ttl: 300, data: 'web.corp.test' },
          { type: 'A', name: 'web.corp.test', ttl: 300, data: '192.0.2.1' },
        ],
      }),
      {
        isOurs: (name) => ours.has(name),
        follow: () => ({ kind: 'name-error', zone: '\x04corp\x04test\x00' }),
      },
    );
    void connect();
    expect(shown(await ask())).toHaveLength(2);
    ours.add('\x03web\x04corp\x04test\x00');
    expect(await ask()).toMatchObject({ kind: 'name-error' });
    expect(asking.scope.stats.misses).toBe(2);
  });

  it('tells clients whose names are not forwarded, and skips names that nobody is asked about', async () => {
    const { connect, ask, remote } = await pair(answering(), {
      allowed: ['10.0.0.0/8'],
      recursors: [],
      domains: { 'example.': [{ address: '127.0.0.1', port: 9 }] },
    });
    void connect();
    const client = { address: '192.0.2.9', port: 1, transport: 'udp' } as const;
    expect(await remote.answer({ ...query('www.example. A'), client })).toMatchObject({
      kind: 'refused',
    });
    expect(remote.scope.stats.prohibited).toBe(1);
    expect(await ask('www.other. A')).toEqual({ kind: 'skip' });
  });

  it('does not send the octets of options along, which are a part of much larger memory', async () => {
    const { connect, ask } = await pair(answering());
    const sizes: number[] = [];
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (asked) => sizes.push(asked.query.question.edns.options.length));
    void connect();
    const { remote } = await pair(answering());
    remote.askThrough(port2);
    const data = Buffer.alloc(100_000).subarray(0, 8);
    const edns = { version: 0, payloadBytes: 1232, dnssecOk: false, options: [{ code: 10, data }] };
    void remote.answer(query('www.example. A', { edns }));
    await once(port1, 'message');
    expect(sizes).toEqual([0]);
    port1.close();
    await ask();
  });
});

describe('the thread that asks upstreams', () => {
  it('when it is not there yet, or has died, is no reason to wait', async () => {
    const { connect, ask, upstream, behaveAs, remote } = await pair(silent);
    expect(await ask()).toMatchObject({ kind: 'failure', explanation: { code: 14 } });
    void connect();
    const waiting = ask();
    await upstream.received(1);
    // Another takes its place: what waited for the first has failed.
    void connect();
    expect(await waiting).toMatchObject({ kind: 'failure', explanation: { code: 14 } });
    behaveAs(answering());
    expect(shown(await ask('new.example. A'))).toHaveLength(1);
    remote.close();
    expect(await ask()).toMatchObject({ explanation: { text: 'the server is stopping' } });
  });

  it('hears when the one that asks through it has left', async () => {
    const { connect, remote } = await pair(answering());
    const left = connect();
    remote.close();
    await left;
  });

  it('is asked so much at a time, and no more', async () => {
    const { connect, remote } = await pair(silent);
    void connect();
    const many = limits.forwardWaiting.default;
    const waiting = Array.from({ length: many }, (_, at) => remote.answer(query(`n${at}.x. A`)));
    expect(await remote.answer(query('more.x. A'))).toMatchObject({
      kind: 'failure',
      explanation: { text: 'too many queries wait for upstreams' },
    });
    remote.close();
    expect(await Promise.all(waiting)).toHaveLength(many);
  });

  it('is asked for others when one client, or one domain, has all that may wait', async () => {
    const dead = await Upstream.start(silent);
    closing.push(() => dead.close());
    const domains = { 'dead.': [dead.address] };
    const { connect, ask, remote } = await pair(answering(), { domains });
    void connect();
    const many = limits.forwardWaiting.default;
    for (let at = 0; at < many; at++) void remote.answer(query('hot.dead. A'));
    expect(shown(await ask('www.example. A'))).toEqual(['www.example. 300 A c0000201']);
    const client = { address: '192.0.2.9', port: 1, transport: 'udp' } as const;
    const other = remote.answer({ ...query('hot.dead. A'), client });
    expect(other).toBeInstanceOf(Promise);
  });
});
