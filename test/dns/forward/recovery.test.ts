/** What is remembered of upstreams that failed, and for how long: over a held clock. */
import { describe, expect, it } from 'vitest';
import {
  a,
  bench,
  describeOutcome,
  FakeUpstream,
  keeping,
  mute,
  rcode,
  type Speak,
} from './fake-upstreams.ts';

const FRESH = 'www.example. 60 A c0000201';
const STALE = 'www.example. 30 A c0000201 EDE 3';

/** One upstream that answers everything but `name` as `speak` does. */
const but =
  (wrong: string, speak: Speak): Speak =>
  (name, type) =>
    name === wrong ? speak(name, type) : a(60)(name, type);

async function kept() {
  const upstream = new FakeUpstream(1, a(60));
  const made = bench([upstream], keeping({ prefetch: false }));
  await made.say('www.example. A');
  made.clock.advance(60_000);
  return { upstream, ...made };
}

/** Asks while nobody answers, and lets all time of the tries run out. */
async function failing({ ask, clock }: Awaited<ReturnType<typeof kept>>, text: string) {
  const outcome = ask(text);
  await clock.advanceAsync(2000);
  return outcome;
}

describe('upstreams that answer again', () => {
  it.each([
    ['silent', mute],
    ['failing', rcode(2)],
  ])('end stale answers, when all of them were %s', async (_, speak) => {
    const made = await kept();
    made.upstream.speak = speak;
    await failing(made, 'www.example. A');
    expect(await made.say('www.example. A')).toBe(STALE);
    made.upstream.speak = a(60);
    made.clock.advance(1000);
    expect(await made.say('www.example. A')).toBe(STALE);
    expect(await made.say('other.example. A')).toContain('other.example. 60 A');
    expect(await made.say('www.example. A')).toBe(FRESH);
  });

  it('end failures that are kept, after a second at the soonest (RFC 9520 §3.2)', async () => {
    const made = await kept();
    made.upstream.speak = rcode(2);
    expect(await made.say('new.example. A')).toBe('failure EDE 22');
    made.upstream.speak = a(60);
    await made.say('other.example. A');
    made.clock.advance(999);
    expect(await made.say('new.example. A')).toBe('failure EDE 13');
    made.clock.advance(1);
    expect(await made.say('new.example. A')).toBe('failure EDE 13');
    await made.say('another.example. A');
    expect(await made.say('new.example. A')).toContain('A c0000201');
  });

  it('end none of a name whose own fault it is: others were answered at the time', async () => {
    const made = await kept();
    made.upstream.speak = but('www.example', rcode(2));
    await made.say('w0.example. A');
    expect(await made.say('www.example. A')).toBe(STALE);
    made.upstream.asked.length = 0;
    for (let second = 1; second < 30; second++) {
      made.clock.advance(1000);
      await made.say(`w${second}.example. A`);
      expect(await made.say('www.example. A')).toBe(STALE);
    }
    expect(made.upstream.asked).not.toContain('www.example A');
  });
});

describe('a slow name', () => {
  it('does not make its upstream dead, when others are answered meanwhile', async () => {
    const first = new FakeUpstream(1, (name, type) =>
      name.startsWith('slow') ? undefined : a(60)(name, type),
    );
    const second = new FakeUpstream(2, a(60, '192.0.2.2'));
    const { ask, say, clock } = bench([first, second]);
    for (let round = 0; round < 5; round++) {
      const slow = [0, 1].map((at) => ask(`slow${round}-${at}.example. A`));
      await clock.advanceAsync(200);
      expect(await say(`w${round}.example. A`)).toContain('c0000201');
      await clock.advanceAsync(200);
      expect(await Promise.all(slow)).toMatchObject([{ kind: 'relayed' }, { kind: 'relayed' }]);
    }
    expect(second.asked.every((asked) => asked.startsWith('slow'))).toBe(true);
    expect(first.asked).toHaveLength(15);
  });

  it('that made room for others says nothing of its upstream', async () => {
    const first = new FakeUpstream(1, a(60));
    const second = new FakeUpstream(2, a(60, '192.0.2.2'));
    first.latencyMs = 300;
    const { ask, clock } = bench([first, second]);
    for (let at = 0; at < 1000; at++) void ask(`x${at}.example. A`, {}, '127.6.6.6');
    for (let at = 0; at < 100; at++) void ask(`y${at}.example. A`);
    await clock.advanceAsync(100);
    const wanted = ask('www.example. A');
    await clock.advanceAsync(300);
    expect(describeOutcome(await wanted)).toContain('c0000201');
  });
});
