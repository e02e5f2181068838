/** Which upstream is asked, when the next is asked as well, and for whom: over a held clock. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/dns/answer/outcome.ts';
import { a, bench, describeOutcome, FakeUpstream, mute, rcode } from './fake-upstreams.ts';

const upstreams = (...latencies: number[]): FakeUpstream[] =>
  latencies.map((latencyMs, at) => new FakeUpstream(at + 1, a(60, `192.0.2.${at + 1}`), latencyMs));

/** Asks a fresh name and lets the clock run until there is an answer. @returns how long that took */
async function timed({ ask, clock }: ReturnType<typeof bench>, name: string): Promise<number> {
  const start = clock.monotonic();
  let outcome: Outcome | undefined;
  void ask(`${name}. A`).then((settled) => {
    outcome = settled;
  });
  while (outcome === undefined) await clock.advanceAsync(10);
  expect(describeOutcome(outcome)).toMatch(/ A c000020/);
  return clock.monotonic() - start;
}

describe('a dead recursor in front', () => {
  it.each(['sequential', 'random', 'fastest'] as const)(
    '%s: no name takes a second, and after two the dead one is asked last',
    async (strategy) => {
      const [dead, good] = upstreams(0, 20) as [FakeUpstream, FakeUpstream];
      dead.speak = mute;
      const made = bench([dead, good], { strategy });
      const times: number[] = [];
      for (let at = 0; at < 20; at++) times.push(await timed(made, `w${at}.example`));
      expect(Math.max(...times)).toBeLessThan(450);
      expect(times.filter((time) => time > 100).length).toBeLessThanOrEqual(2);
      expect(good.asked).toHaveLength(20);
    },
  );

  it('is tried on the side now and then, and goes first again once it answers', async () => {
    const [first, second] = upstreams(5, 20) as [FakeUpstream, FakeUpstream];
    first.speak = mute;
    const made = bench([first, second]);
    for (let at = 0; at < 3; at++) await timed(made, `w${at}.example`);
    first.asked.length = 0;
    // Tried after 1 s, 2 s more, 4 s more: not each time.
    for (let second_ = 0; second_ < 8; second_++) {
      made.clock.advance(1000);
      expect(await timed(made, `x${second_}.example`)).toBeLessThan(100);
    }
    expect(first.asked).toHaveLength(3);
    first.speak = a(60, '192.0.2.1');
    made.clock.advance(30_000);
    await timed(made, 'back.example');
    second.asked.length = 0;
    await timed(made, 'again.example');
    expect(second.asked).toEqual([]);
  });

  it('that refuses everything goes to the end as well', async () => {
    const [refusing, good] = upstreams(0, 0) as [FakeUpstream, FakeUpstream];
    refusing.speak = rcode(5);
    const made = bench([refusing, good]);
    for (let at = 0; at < 10; at++) await timed(made, `w${at}.example`);
    expect(refusing.asked).toHaveLength(2);
  });

  it('is asked all the same when all are dead', async () => {
    const [one, other] = upstreams(0, 0) as [FakeUpstream, FakeUpstream];
    one.speak = mute;
    other.speak = mute;
    const made = bench([one, other]);
    for (let at = 0; at < 3; at++) {
      void made.ask(`w${at}.example. A`);
      await made.clock.advanceAsync(10_000);
    }
    one.speak = a(60);
    expect(await timed(made, 'back.example')).toBeLessThan(100);
  });
});

describe('one slow answer', () => {
  it('does not make a recursor dead: a single silence is a lost packet', async () => {
    const [first, second] = upstreams(5, 5) as [FakeUpstream, FakeUpstream];
    const made = bench([first, second]);
    first.speak = mute;
    await timed(made, 'lost.example');
    first.speak = a(60, '192.0.2.1');
    second.asked.length = 0;
    await timed(made, 'next.example');
    expect(second.asked).toEqual([]);
  });
});

describe('the fastest', () => {
  it('is asked, once all are known', async () => {
    const servers = upstreams(90, 10, 50);
    const made = bench(servers, { strategy: 'fastest' });
    for (let at = 0; at < 100; at++) await timed(made, `w${at}.example`);
    const [slow, fast, middle] = servers.map(({ asked }) => asked.length) as [
      number,
      number,
      number,
    ];
    expect(fast).toBeGreaterThan(90);
    expect(slow).toBeLessThan(15);
    expect(middle).toBeLessThan(15);
  });

  it('is found again when another becomes it', async () => {
    const servers = upstreams(80, 10);
    const made = bench(servers, { strategy: 'fastest' });
    for (let at = 0; at < 50; at++) await timed(made, `w${at}.example`);
    servers[0]!.latencyMs = 1;
    servers[1]!.latencyMs = 60;
    for (let at = 0; at < 200; at++) await timed(made, `x${at}.example`);
    servers[1]!.asked.length = 0;
    for (let at = 0; at < 50; at++) await timed(made, `y${at}.example`);
    expect(servers[1]!.asked.length).toBeLessThan(10);
  });

  it('has the next asked as well after twice its round trip', async () => {
    const servers = upstreams(60, 70);
    const made = bench(servers, { strategy: 'fastest' });
    for (let at = 0; at < 10; at++) await timed(made, `w${at}.example`);
    servers[0]!.speak = mute;
    const took = await timed(made, 'slow.example');
    expect(took).toBeGreaterThanOrEqual(120);
    expect(took).toBeLessThanOrEqual(230);
  });
});

describe('a domain of its own', () => {
  const [recursor, corp, lab] = upstreams(0, 0, 0) as [FakeUpstream, FakeUpstream, FakeUpstream];
  const domains = {
    'corp.example.': [corp.address],
    'lab.corp.example.': [lab.address],
    '10.in-addr.arpa.': [corp.address],
  };
  const servers = [recursor, corp, lab];
  it.each([
    ['corp.example. A', corp],
    ['WWW.Corp.Example. A', corp],
    ['a.b.lab.corp.example. A', lab],
    ['notcorp.example. A', recursor],
    ['example. A', recursor],
    ['1.0.0.10.in-addr.arpa. PTR', corp],
    ['1.0.0.11.in-addr.arpa. PTR', recursor],
  ])('%s goes to the servers of the longest', async (text, expected) => {
    for (const server of servers) server.asked.length = 0;
    const made = bench(servers, { recursors: [recursor.address], domains });
    await made.say(text);
    expect(servers.filter(({ asked }) => asked.length > 0)).toEqual([expected]);
  });

  it('is forwarded without recursors, and nothing else is', async () => {
    const { say, forwarder } = bench(servers, { recursors: [], domains });
    expect(forwarder.scope.isForwarding).toBe(true);
    expect(await say('www.corp.example. A')).toContain('A c0000202');
    expect(await say('example. A')).toBe('skip');
  });
});

describe('clients', () => {
  const allowed = ['192.168.0.0/16', 'fd00::/8'];
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['192.168.3.4', true],
    ['::ffff:192.168.3.4', true],
    ['fd12::1', true],
    ['198.51.100.1', false],
    ['2001:db8::1', false],
  ])('%s is served: %s', async (address, isServed) => {
    const [upstream] = upstreams(0) as [FakeUpstream];
    const { ask, say, forwarder } = bench([upstream], { allowed });
    expect(forwarder.scope.serves(address)).toBe(isServed);
    // What is kept is kept from it too.
    await say('www.example. A');
    const outcome = await ask('www.example. A', {}, address);
    expect(describeOutcome(outcome)).toBe(
      isServed ? 'www.example. 60 A c0000201' : 'refused EDE 18',
    );
    expect(upstream.asked).toHaveLength(1);
    expect(forwarder.scope.stats.prohibited).toBe(isServed ? 0 : 1);
  });
});
