/**
 * Beside an upstream that is of no use, in whatever way, the other one's answer is there within a second, and alone is
 * kept: over real sockets, with a held clock.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome, Relayed } from '../../../src/dns/answer/outcome.ts';
import { createForwarder } from '../../../src/dns/forward/forwarder.ts';
import { seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle } from '../../support/held-clock.ts';
import { query, show } from '../zone/zone-text.ts';
import { KEEP } from './fake-upstreams.ts';
import {
  type Asked,
  answering,
  type Behave,
  replyTo,
  silent,
  type Upstream,
  upstreamOfTest,
} from './upstream.ts';

const LIE = '192.0.2.66';
const GOOD = ['www.example. 300 A c0000201'];
const TC = 0x200;

function forward(upstreams: readonly Upstream[], timeoutMs = 2000) {
  const clock = new HeldClock();
  const forwarder = createForwarder({
    options: {
      recursors: upstreams.map(({ address }) => address),
      strategy: 'sequential',
      timeoutMs,
      cache: KEEP,
    },
    listeners: () => [],
    isOurs: () => false,
    follow: () => ({ kind: 'skip' }),
    clock,
    random: seededRandom(1),
    logger: silentLogger,
  });
  onTestFinished(() => forwarder.close());
  const ask = async (text = 'www.example. A'): Promise<Outcome> => forwarder.answer(query(text));
  return { clock, ask, forwarder };
}

const said = (outcome: Outcome): string[] => {
  const { answers, authority, additional } = outcome as Relayed;
  return [...answers, ...authority, ...additional].map(show);
};

const forged = (asked: Asked, changes: Parameters<typeof replyTo>[1] = {}): Buffer =>
  replyTo(asked, { address: LIE, ...changes });

const cutShort: Behave = (asked) => asked.reply(forged(asked).subarray(0, -1));
const guessing: Behave = (asked) => {
  for (let round = 1; round <= 20; round++) {
    const packet = { ...asked.packet, id: (asked.packet.id + round) & 0xffff };
    asked.reply(forged({ ...asked, packet }));
  }
  // The right one at last, when nobody listens on UDP any more.
  asked.reply(forged(asked));
};
const otherQuestion: Behave = (asked) =>
  asked.reply(forged(asked, { questions: [{ type: 'A', name: 'bank.example' }] }));

const useless: readonly [string, Behave, Behave?][] = [
  ['is silent', silent],
  ['fails', answering({ rcode: 2 })],
  ['refuses', answering({ rcode: 5 })],
  ['truncates, and is silent over TCP', answering({ flags: TC }), silent],
  ['truncates, and cannot be read over TCP', answering({ flags: TC }), cutShort],
  ['truncates over TCP as well', answering({ flags: TC }), answering({ flags: TC })],
  ['answers with ids that it guesses, and is silent over TCP', guessing, silent],
  ['answers with ids that it guesses, also over TCP', guessing, guessing],
  ['answers another question', otherQuestion],
  ['cannot be read', cutShort],
  [
    'answers with records of other names alone',
    answering({ answers: [{ type: 'A', name: 'bank.example', ttl: 9, data: LIE }] }),
  ],
  [
    'refers to others',
    answering({
      answers: [],
      authorities: [{ type: 'NS', name: 'example', ttl: 9, data: 'ns.bank.example' }],
      additionals: [{ type: 'A', name: 'ns.bank.example', ttl: 9, data: LIE }],
    }),
  ],
];

describe('an upstream that', () => {
  it.each(useless)('%s is no reason to wait for a second', async (_, onUdp, onTcp) => {
    const bad = await upstreamOfTest(onUdp, onTcp);
    const good = await upstreamOfTest(answering());
    const { ask, clock, forwarder } = forward([bad, good]);
    const outcome = ask();
    await bad.received(1);
    await clock.advanceAsync(999);
    expect(said(await outcome)).toEqual(GOOD);
    // What is kept is what was said, and of no other name.
    expect(said(forwarder.answer(query('www.example. A')) as Outcome)).toEqual(GOOD);
    expect(forwarder.scope.stats.cacheEntries).toBe(1);
  });

  it.each(useless)(
    '%s is none either when it is asked second, and late',
    async (_, onUdp, onTcp) => {
      const first = await upstreamOfTest(silent);
      const bad = await upstreamOfTest(onUdp, onTcp);
      const good = await upstreamOfTest(answering());
      const { ask, clock, forwarder } = forward([first, bad, good]);
      const outcome = ask();
      await first.received(1);
      await clock.advanceAsync(999);
      expect(said(await outcome)).toEqual(GOOD);
      expect(forwarder.scope.stats.cacheEntries).toBe(1);
    },
  );

  it('sends what cannot be read has the next one asked at once', async () => {
    const bad = await upstreamOfTest(cutShort);
    const good = await upstreamOfTest(answering());
    const { ask, clock } = forward([bad, good]);
    expect(said(await ask())).toEqual(GOOD);
    expect(clock.monotonic()).toBe(0);
  });

  it('is not given up for a forgery that cannot be read: its own reply still counts', async () => {
    const bad = await upstreamOfTest(cutShort);
    const mute = await upstreamOfTest(silent);
    const { ask } = forward([bad, mute]);
    const outcome = ask();
    await mute.received(1);
    const asked = bad.asked[0]!;
    asked.reply(replyTo(asked));
    expect(said(await outcome)).toEqual(GOOD);
  });

  it('truncates late has no more time over TCP than all tries have', async () => {
    const slow = await upstreamOfTest(silent, silent);
    const { ask, clock } = forward([slow], 8000);
    const outcome = ask();
    await slow.received(1);
    clock.advance(7000);
    slow.asked[0]!.reply(replyTo(slow.asked[0]!, { flags: TC }));
    await slow.received(2);
    clock.advance(2999);
    expect(await Promise.race([outcome, settle().then(() => 'waiting')])).toBe('waiting');
    clock.advance(1);
    expect(await outcome).toMatchObject({ kind: 'relayed', truncated: true });
  });
});

it('twenty guesses of ids, whoever sends them, put the question on TCP, and no more are heard', async () => {
  const heard = await upstreamOfTest(silent, answering());
  const { ask, forwarder } = forward([heard]);
  const outcome = ask();
  await heard.received(1);
  guessing(heard.asked[0]!);
  expect(said(await outcome)).toEqual(GOOD);
  expect(forwarder.scope.stats.upstreamMismatches).toBe(20);
  expect(heard.askedOverTcp).toHaveLength(1);
});
