/** RFC 8767, Serving Stale Data to Improve DNS Resiliency: section 5, the example method, and its timers. */
import { describe, expect, it } from 'vitest';
import {
  a,
  bench,
  FakeUpstream,
  keeping,
  mute,
  rcode,
  soa,
} from '../../dns/forward/fake-upstreams.ts';

const STALE = 'www.example. 30 A c0000201 EDE 3';

async function expired(options = {}) {
  const upstream = new FakeUpstream(1, a(60));
  const made = bench([upstream], { ...keeping({ prefetch: false }), ...options });
  await made.say('www.example. A');
  made.clock.advance(60_000);
  upstream.asked.length = 0;
  return { upstream, ...made };
}

describe('§5: data that has expired', () => {
  it('is given when the attempt to renew it fails, with a TTL of 30 s and EDE 3', async () => {
    const { upstream, say } = await expired();
    upstream.speak = rcode(2);
    expect(await say('www.example. A')).toBe(STALE);
  });

  it('is given when the client response timer of 1.8 s runs out', async () => {
    const { upstream, ask, clock } = await expired();
    upstream.speak = mute;
    let outcome: unknown;
    void ask('www.example. A').then((settled) => {
      outcome = settled;
    });
    await clock.advanceAsync(1799);
    expect(outcome).toBeUndefined();
    await clock.advanceAsync(1);
    expect(outcome).toMatchObject({ kind: 'relayed', explanation: { code: 3 } });
  });

  it('is given at once to those who come after that, while the attempt goes on', async () => {
    const { upstream, ask, say, clock } = await expired({ timeoutMs: 5000 });
    upstream.speak = mute;
    void ask('www.example. A');
    await clock.advanceAsync(1900);
    expect(await say('www.example. A')).toBe(STALE);
    expect(upstream.asked).toHaveLength(1);
  });

  it('is replaced by an attempt that succeeds after the client was answered', async () => {
    const { upstream, ask, say, clock } = await expired();
    upstream.speak = a(60, '192.0.2.9');
    upstream.latencyMs = 1900;
    const outcome = ask('www.example. A');
    await clock.advanceAsync(1800);
    expect(await outcome).toMatchObject({ explanation: { code: 3 } });
    await clock.advanceAsync(100);
    expect(await say('www.example. A')).toBe('www.example. 60 A c0000209');
  });

  it('is not given when there is new data in time', async () => {
    const { upstream, say } = await expired();
    upstream.speak = a(60, '192.0.2.9');
    expect(await say('www.example. A')).toBe('www.example. 60 A c0000209');
  });

  it('is not given in place of a denial: NXDOMAIN replaces it', async () => {
    const { upstream, say } = await expired();
    upstream.speak = () => ({ rcode: 3, authorities: [soa('example', 9, 9)] });
    expect(await say('www.example. A')).toBe('rcode 3, example. 9 SOA');
    upstream.speak = rcode(2);
    expect(await say('www.example. A')).toBe('rcode 3, example. 9 SOA');
  });

  it('is renewed no more often than every 30 s while that fails (failure recheck timer)', async () => {
    const { upstream, say, clock } = await expired();
    upstream.speak = rcode(2);
    await say('www.example. A');
    clock.advance(29_999);
    expect(await say('www.example. A')).toBe(STALE);
    expect(upstream.asked).toHaveLength(1);
    clock.advance(1);
    expect(await say('www.example. A')).toBe(STALE);
    expect(upstream.asked).toHaveLength(2);
  });

  it('is given for no longer than the maximum stale timer', async () => {
    const { upstream, say, clock } = await expired(
      keeping({ staleSeconds: 3600, prefetch: false }),
    );
    upstream.speak = rcode(2);
    clock.advance(3_599_999);
    expect(await say('www.example. A')).toBe(STALE);
    clock.advance(1);
    expect(await say('www.example. A')).toBe('failure EDE 22');
    expect(await say('www.example. A')).toBe('failure EDE 13');
  });

  it('is never given when that is switched off', async () => {
    const { upstream, say } = await expired(keeping({ staleSeconds: 0, prefetch: false }));
    upstream.speak = rcode(2);
    expect(await say('www.example. A')).toBe('failure EDE 22');
  });
});

describe('RFC 8914 §4.19', () => {
  it('a denial that has expired is given with EDE 19', async () => {
    const upstream = new FakeUpstream(1, () => ({ rcode: 3, authorities: [soa('example', 9, 9)] }));
    const { say, clock } = bench([upstream]);
    await say('www.example. A');
    clock.advance(9000);
    upstream.speak = rcode(2);
    expect(await say('www.example. A')).toBe('rcode 3, example. 30 SOA EDE 19');
  });
});
