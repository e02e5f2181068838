/** Who gets a place when all are taken: groups of upstreams first, then clients, then whoever did not wait yet. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/dns/answer/outcome.ts';
import { FairPlaces, type Place } from '../../../src/dns/forward/fair-places.ts';
import { limits } from '../../../src/runtime/index.ts';
import { settle } from '../../support/held-clock.ts';
import { a, bench, describeOutcome, FakeUpstream, mute } from './fake-upstreams.ts';

describe('places', () => {
  const groups = new Map(['x', 'y', 'z'].map((name) => [name, [] as const]));

  /** `x1 x1 y2`: takes places in turn for client 1 of group x, … @returns what became of each, e.g. `+ - +` */
  function taking(most: number, text: string, sinceMs = (at: number): number => at) {
    const places = new FairPlaces({ most, graceMs: 1000 });
    const lost = new Set<number>();
    const taken: Place[] = [];
    const got = text.split(' ').map((who, at) => {
      const place: Place = {
        group: groups.get(who.charAt(0))!,
        client: who.slice(1),
        sinceMs: sinceMs(at),
        lose: () => void lost.add(at),
      };
      taken.push(place);
      return places.take(place);
    });
    const shown = got.map((isTaken, at) => (!isTaken ? 'refused' : lost.has(at) ? 'lost' : 'held'));
    return { places, taken, shown: shown.join(' ') };
  }

  it.each([
    ['are anybody’s while there are some', 'x1 x1 x1', 'held held held'],
    ['are refused to who has them all', 'x1 x1 x1 x1', 'held held held refused'],
    ['go from the group with most to one with few', 'x1 x1 x1 y1', 'lost held held held'],
    ['stay when groups have nearly as many', 'x1 x1 y1 y1', 'held held held refused'],
    ['go from the client with most to one with few', 'x1 x1 x1 x2', 'lost held held held'],
    ['stay when clients have nearly as many', 'x1 x2 x3 x4', 'held held held refused'],
    ['of the client with most in the group with most go', 'x2 x1 x1 y2', 'held lost held held'],
  ])('%s', (_, text, expected) => {
    expect(taking(3, text).shown).toBe(expected);
  });

  it('go to anybody once they were held for the grace, the oldest first', () => {
    expect(taking(2, 'x1 x1 x1', (at) => at * 500).shown).toBe('lost held held');
    expect(taking(2, 'x1 x1 x1', (at) => at * 499).shown).toBe('held held refused');
  });

  it('that are given back are free, once', () => {
    const { places, taken } = taking(2, 'x1 x1');
    places.free(taken[0]!);
    places.free(taken[0]!);
    expect(places.take({ ...taken[0]!, sinceMs: 2 })).toBe(true);
    expect(places.take({ ...taken[0]!, sinceMs: 2 })).toBe(false);
  });
});

describe('a flood of names that nobody answers', () => {
  const most = limits.forwardSockets.default;
  const ATTACKER = '127.6.6.6';

  function flooded() {
    const good = new FakeUpstream(1, a(60), 20);
    const dead = new FakeUpstream(2, mute);
    const options = { recursors: [good.address], domains: { 'dead.': [dead.address] } };
    return { good, dead, ...bench([good, dead], options) };
  }

  it('takes no other upstreams away, and the flood goes on', async () => {
    const made = flooded();
    const outcomes: Promise<Outcome>[] = [];
    for (let round = 0; round < 20; round++) {
      for (let at = 0; at < 100; at++) outcomes.push(made.ask(`x${round}-${at}.dead. A`));
      const wanted = made.ask(`w${round}.example. A`);
      await made.clock.advanceAsync(20);
      expect(describeOutcome(await wanted)).toBe(`w${round}.example. 60 A c0000201`);
    }
    await made.clock.advanceAsync(10_000);
    const kinds = new Set((await Promise.all(outcomes)).map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['failure']));
    // Neither place nor socket is held for ever.
    expect(made.clock.pending).toBe(0);
  });

  it('from one client takes them away from no other, of the same upstreams either', async () => {
    const made = flooded();
    made.good.speak = (name, type) => (name.startsWith('x') ? undefined : a(60)(name, type));
    for (let at = 0; at < 2 * most; at++) void made.ask(`x${at}.example. A`, {}, ATTACKER);
    const wanted = made.ask('www.example. A');
    await made.clock.advanceAsync(20);
    expect(describeOutcome(await wanted)).toBe('www.example. 60 A c0000201');
  });

  it('gives way to new names of its own client after a second', async () => {
    const made = flooded();
    const flood = Array.from({ length: most }, (_, at) => made.ask(`x${at}.dead. A`));
    expect(describeOutcome(await made.ask('early.dead. A'))).toBe('failure EDE 0');
    await made.clock.advanceAsync(limits.forwardGraceMs.default);
    made.dead.speak = a(60);
    const late = made.ask('late.dead. A');
    await settle();
    expect(describeOutcome(await late)).toContain('A c0000201');
    expect(describeOutcome((await flood[0]) as Outcome)).toBe('failure EDE 0');
  });

  it('of clients that wait for one name keeps none of another waiting out', async () => {
    const made = flooded();
    const { default: waiting } = limits.forwardWaiting;
    for (let at = 0; at < waiting; at++) void made.ask('x.dead. A', {}, ATTACKER);
    expect(describeOutcome(await made.ask('x.dead. A', {}, ATTACKER))).toBe('failure EDE 0');
    const wanted = made.ask('www.example. A');
    await made.clock.advanceAsync(20);
    expect(describeOutcome(await wanted)).toBe('www.example. 60 A c0000201');
  });

  it('leaves others their second tries: one dead recursor is still no second lost', async () => {
    const dead = [2, 3, 4].map((last) => new FakeUpstream(last, mute));
    const recursors = [new FakeUpstream(5, mute), new FakeUpstream(6, a(60), 20)];
    const { ask, clock } = bench([...dead, ...recursors], {
      recursors: recursors.map(({ address }) => address),
      domains: { 'dead.': dead.map(({ address }) => address) },
    });
    // So few that there are places left.
    for (let at = 0; at < most - 100; at++) void ask(`x${at}.dead. A`);
    await clock.advanceAsync(700);
    expect(dead.flatMap(({ asked }) => asked)).toHaveLength(limits.forwardTries.default);
    let outcome: Outcome | undefined;
    void ask('www.example. A').then((settled) => {
      outcome = settled;
    });
    await clock.advanceAsync(450);
    expect(outcome).toMatchObject({ kind: 'relayed' });
  });

  it('closes the sockets of those that gave way', async () => {
    const made = flooded();
    for (let at = 0; at < most; at++) void made.ask(`x${at}.dead. A`);
    const before = made.open.size;
    for (let at = 0; at < 100; at++) void made.ask(`w${at}.example. A`);
    await settle();
    expect([before, made.open.size]).toEqual([most, most]);
  });
});
