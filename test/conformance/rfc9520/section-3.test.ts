/** RFC 9520, Negative Caching of DNS Resolution Failures: section 3, requirements. */
import { describe, expect, it } from 'vitest';
import {
  a,
  bench,
  FakeUpstream,
  mute,
  rcode,
  type Speak,
} from '../../dns/forward/fake-upstreams.ts';

const FAILURES: [string, Speak][] = [
  ['SERVFAIL', rcode(2)],
  ['REFUSED', rcode(5)],
  ['silence', mute],
];

describe('§3.2: a resolution failure', () => {
  it.each(FAILURES)(
    'by %s is kept for 5 s, which its EDE says (RFC 8914 §4.14)',
    async (_, speak) => {
      const upstream = new FakeUpstream(1, speak);
      const { ask, say, clock } = bench([upstream]);
      const outcome = ask('www.example. A');
      await clock.advanceAsync(speak === mute ? 2000 : 0);
      expect(await outcome).toMatchObject({ kind: 'failure', explanation: { code: 22 } });
      clock.advance(4999);
      expect(await say('www.example. A')).toBe('failure EDE 13');
      expect(upstream.asked).toHaveLength(1);
      upstream.speak = a(60);
      clock.advance(1);
      expect(await say('www.example. A')).toBe('www.example. 60 A c0000201');
    },
  );

  it('is kept for longer each time, and never for more than 5 minutes', async () => {
    const upstream = new FakeUpstream(1, rcode(2));
    const { say, clock } = bench([upstream]);
    const times: number[] = [];
    let last = clock.monotonic();
    for (let second = 0; second < 120; second++) {
      const before = upstream.asked.length;
      await say('www.example. A');
      if (upstream.asked.length > before) {
        times.push((clock.monotonic() - last) / 1000);
        last = clock.monotonic();
      }
      clock.advance(1000);
    }
    expect(times).toEqual([0, 5, 10, 20, 30, 30]);
  });

  it('is kept for the question alone: another type is asked', async () => {
    const upstream = new FakeUpstream(1, rcode(2));
    const { say } = bench([upstream]);
    await say('www.example. A');
    await say('www.example. AAAA');
    await say('mail.example. A');
    expect(upstream.asked).toHaveLength(3);
  });

  it('starts with 5 s again after an answer', async () => {
    const upstream = new FakeUpstream(1, rcode(2));
    const { say, clock } = bench([upstream]);
    await say('www.example. A');
    clock.advance(5000);
    upstream.speak = a(0);
    await say('www.example. A');
    upstream.speak = rcode(2);
    await say('www.example. A');
    upstream.asked.length = 0;
    clock.advance(5000);
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(1);
  });
});

describe('§3.1: retries', () => {
  it('of one question go to each server once', async () => {
    const servers = [1, 2, 3].map((last) => new FakeUpstream(last, mute));
    const { ask, clock } = bench(servers);
    const outcome = ask('www.example. A');
    await clock.advanceAsync(10_000);
    expect((await outcome).kind).toBe('failure');
    expect(servers.map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
  });

  it('do not multiply with the clients that wait', async () => {
    const server = new FakeUpstream(1, mute);
    const { ask, clock } = bench([server]);
    const outcomes = Array.from({ length: 50 }, () => ask('www.example. A'));
    await clock.advanceAsync(10_000);
    await Promise.all(outcomes);
    expect(server.asked).toHaveLength(1);
  });
});
