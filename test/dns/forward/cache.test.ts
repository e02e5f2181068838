/** What is kept of the replies of upstreams, over a held clock: for how long, under what name, and within what bounds. */
import { describe, expect, it } from 'vitest';
import type { Relayed } from '../../../src/dns/answer/outcome.ts';
import { query } from '../zone/zone-text.ts';
import { a, bench, FakeUpstream, keeping, rcode, soa } from './fake-upstreams.ts';

const WWW = (ttl: number): string => `www.example. ${ttl} A c0000201`;

describe('an answer', () => {
  it('is kept for its TTL, counted down', async () => {
    const upstream = new FakeUpstream(1, a(60));
    const { say, clock } = bench([upstream], keeping({ prefetch: false }));
    expect(await say('www.example. A')).toBe(WWW(60));
    clock.advance(999);
    expect(await say('www.example. A')).toBe(WWW(60));
    clock.advance(58_001);
    expect(await say('WWW.EXAMPLE. A')).toBe(WWW(1));
    expect(upstream.asked).toHaveLength(1);
    clock.advance(1000);
    expect(await say('www.example. A')).toBe(WWW(60));
    expect(upstream.asked).toHaveLength(2);
  });

  it('is given at once, without a promise', async () => {
    const { say, forwarder, ask } = bench([new FakeUpstream(1, a(60))]);
    await say('www.example. A');
    const kept = await ask('www.example. A');
    expect(forwarder.answer(query('www.example. A'))).toBe(kept);
  });

  it.each([
    ['another type', 'www.example. AAAA', {}],
    [
      'DO',
      'www.example. A',
      { edns: { version: 0, payloadBytes: 1232, dnssecOk: true, options: [] } },
    ],
    ['CD', 'www.example. A', { checkingDisabled: true }],
    ['AD', 'www.example. A', { authenticData: true }],
  ])('is not one to %s', async (_, text, asked) => {
    const upstream = new FakeUpstream(1, a(60));
    const { say, ask } = bench([upstream]);
    await say('www.example. A');
    await ask(text, asked);
    expect(upstream.asked).toHaveLength(2);
  });

  it('lasts as long as what proves it (RFC 4035 §4.5)', async () => {
    const upstream = new FakeUpstream(1, (name) => ({
      answers: [{ type: 'A', name, ttl: 300, data: '192.0.2.1' }],
      authorities: [
        {
          type: 'NSEC',
          name: 'a.example',
          ttl: 4,
          data: { nextDomain: 'z.example', rrtypes: ['A'] },
        },
        {
          type: 'RRSIG',
          name: 'a.example',
          ttl: 4,
          data: {
            typeCovered: 'NSEC',
            algorithm: 13,
            labels: 2,
            originalTTL: 4,
            expiration: 2 ** 31,
            inception: 0,
            keyTag: 1,
            signersName: 'example',
            signature: Buffer.alloc(64),
          },
        },
      ],
    }));
    const { ask, clock } = bench([upstream], keeping({ prefetch: false, staleSeconds: 0 }));
    const edns = { version: 0, payloadBytes: 1232, dnssecOk: true, options: [] };
    await ask('www.example. A', { edns });
    clock.advance(4000);
    await ask('www.example. A', { edns });
    expect(upstream.asked).toHaveLength(2);
  });

  it('lasts as long as the shortest of its records', async () => {
    const upstream = new FakeUpstream(1, (name) => ({
      answers: [
        { type: 'CNAME', name, ttl: 300, data: 'a.test' },
        { type: 'A', name: 'a.test', ttl: 10, data: '192.0.2.1' },
      ],
    }));
    const { say, clock } = bench([upstream], keeping({ prefetch: false }));
    await say('www.example. A');
    clock.advance(9000);
    expect(await say('www.example. A')).toBe(
      'www.example. 291 CNAME 0161047465737400, a.test. 1 A c0000201',
    );
    clock.advance(1000);
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(2);
  });

  it('has no TTL above the cap, not for the first client either', async () => {
    const { say } = bench([new FakeUpstream(1, a(999_999))], keeping({ maxTtlSeconds: 100 }));
    expect(await say('www.example. A')).toBe(WWW(100));
  });

  it.each([
    ['with a TTL of 0', a(0)],
    [
      'whose alias leads nowhere',
      (name: string) => ({ answers: [{ type: 'CNAME' as const, name, ttl: 9, data: 'x.test' }] }),
    ],
    ['that contradicts its rcode', (name: string) => ({ ...a(60)(name, 'A'), rcode: 3 })],
  ])('%s is not kept', async (_, speak) => {
    const upstream = new FakeUpstream(1, speak);
    const { say } = bench([upstream]);
    await say('www.example. A');
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(2);
  });

  it('that is truncated is not kept', async () => {
    const upstream = new FakeUpstream(1, (name) => ({ ...a(60)(name, 'A'), flags: 0x200 }));
    const { ask, clock, forwarder } = bench([upstream]);
    const outcome = ask('www.example. A');
    await clock.advanceAsync(2000);
    expect(await outcome).toMatchObject({ kind: 'relayed', truncated: true });
    expect(forwarder.scope.stats).toMatchObject({ cacheEntries: 0, cacheBytes: 0 });
  });

  it('is forgotten when the recursors change, and kept when nothing does', async () => {
    const upstream = new FakeUpstream(1, a(60));
    const { say, forwarder } = bench([upstream]);
    const options = {
      recursors: [upstream.address],
      strategy: 'sequential',
      timeoutMs: 2000,
      ...keeping({}),
    } as const;
    await say('www.example. A');
    forwarder.scope.setOptions(structuredClone(options));
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(1);
    forwarder.scope.setOptions({ ...options, domains: { 'example.': [upstream.address] } });
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(2);
  });

  it('is not kept at all with a cache of 0 octets', async () => {
    const upstream = new FakeUpstream(1, a(60));
    const { say } = bench([upstream], keeping({ maxBytes: 0 }));
    await say('www.example. A');
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(2);
  });
});

describe('a name asked for often', () => {
  it('is renewed in the last tenth of its TTL, once', async () => {
    const upstream = new FakeUpstream(1, a(100), 50);
    const { ask, clock, forwarder } = bench([upstream]);
    const first = ask('www.example. A');
    await clock.advanceAsync(50);
    await first;
    clock.advance(89_000);
    await ask('www.example. A');
    expect(upstream.asked).toHaveLength(1);
    clock.advance(2000);
    expect(((await ask('www.example. A')) as Relayed).answers[0]!.ttl).toBe(9);
    await ask('www.example. A');
    expect(upstream.asked).toHaveLength(2);
    await clock.advanceAsync(50);
    expect(((await ask('www.example. A')) as Relayed).answers[0]!.ttl).toBe(100);
    expect(forwarder.scope.stats.prefetches).toBe(1);
  });

  it.each([
    ['one asked for once', keeping({}), 0],
    ['none when that is off', keeping({ prefetch: false }), 3],
  ])('%s is not', async (_, options, hits) => {
    const upstream = new FakeUpstream(1, a(100));
    const { say, clock } = bench([upstream], options);
    await say('www.example. A');
    clock.advance(95_000);
    for (let hit = 0; hit <= hits; hit++) await say('www.example. A');
    expect(upstream.asked).toHaveLength(1);
  });
});

describe('the bound', () => {
  it('holds under a flood of 200,000 random names, and a name in use stays', async () => {
    const upstream = new FakeUpstream(1, (name) =>
      name === 'www.example'
        ? a(60)(name, 'A')
        : { rcode: 3, authorities: [soa('example', 60, 60)] },
    );
    const maxBytes = 1 << 20;
    const { ask, say, forwarder } = bench([upstream], keeping({ maxBytes }));
    await say('www.example. A');
    let most = 0;
    for (let round = 0; round < 2000; round++) {
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => ask(`x${round * 100 + at}.example. A`)),
      );
      await ask('www.example. A');
      most = Math.max(most, forwarder.scope.stats.cacheBytes);
    }
    expect(most).toBeGreaterThan(maxBytes / 2);
    expect(most).toBeLessThanOrEqual(maxBytes);
    expect(upstream.asked.filter((asked) => asked === 'www.example A')).toHaveLength(1);
    expect(upstream.asked).toHaveLength(200_001);
  }, 120_000);

  it('leaves out a reply that is larger than all of it', async () => {
    const big = new FakeUpstream(1, (name) => ({
      answers: Array.from({ length: 20 }, (_, at) => ({
        type: 'A' as const,
        name,
        ttl: 60,
        data: `192.0.2.${at}`,
      })),
    }));
    const { say, forwarder } = bench([big], keeping({ maxBytes: 4096 }));
    expect(await say('www.example. A')).toContain('c0000213');
    expect(forwarder.scope.stats.cacheEntries).toBe(0);
  });

  it('holds under a flood of failures', async () => {
    const { ask, forwarder } = bench(
      [new FakeUpstream(1, rcode(2))],
      keeping({ maxBytes: 65_536 }),
    );
    for (let at = 0; at < 500; at++) await ask(`x${at}.example. A`);
    expect(forwarder.scope.stats.cacheBytes).toBeLessThanOrEqual(65_536);
    expect(forwarder.scope.stats.cacheEntries).toBeGreaterThan(50);
  });
});
