/** Alias chains that cross from one who is responsible to another (RFC 2181 §5.4.1), over a held clock. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/dns/answer/outcome.ts';
import { unpack } from '../../../src/dns/wire/address-rrset.ts';
import { limits } from '../../../src/runtime/index.ts';
import { settle } from '../../support/held-clock.ts';
import { name, rr } from '../records.ts';
import { query, show } from '../zone/zone-text.ts';
import {
  a,
  bench,
  describeOutcome,
  FakeUpstream,
  keeping,
  type Said,
  soa,
} from './fake-upstreams.ts';

const LIE = '203.0.113.66';
const cname = (from: string, to: string) =>
  ({ type: 'CNAME', name: from, ttl: 60, data: to }) as const;
const lie = (of: string) => ({ type: 'A', name: of, ttl: 60, data: LIE }) as const;

/** Says the aliases in turn from `www.example`, and a lie about each name that they pass. */
const leading =
  (...names: string[]) =>
  (): Said => ({
    answers: names.flatMap((to, at) => [cname(names[at - 1] ?? 'www.example', to), lie(to)]),
  });

const answerOf = (owner: string, address = '192.0.2.9'): Outcome => ({
  kind: 'answer',
  answers: [rr(`${owner} 5 IN A ${address}`)],
  authority: [],
  additional: [],
  authoritative: true,
});

/** Everything below `ours.` is, and has one address. */
const ours = (text: string): Outcome | undefined =>
  text.endsWith('ours.') ? answerOf(text) : undefined;

const answersOf = (outcome: Outcome): string =>
  'answers' in outcome
    ? unpack(outcome.answers ?? [])
        .map(show)
        .join(', ')
    : outcome.kind;

const hex = (text: string): string => Buffer.from(name(text), 'latin1').toString('hex');

describe('a chain that leads to a name of ours', () => {
  it('is cut there: what we have goes after it, without AA', async () => {
    const { ask } = bench([new FakeUpstream(1, leading('web.ours'))], {}, ours);
    const outcome = await ask('www.example. A');
    expect(outcome).toMatchObject({
      kind: 'answer',
      // RFC 1035 §4.1.1: AA is about the first owner.
      authoritative: false,
      answers: [{ owner: name('www.example.') }, rr('web.ours. 5 IN A 192.0.2.9')],
      // To the rate limit all names that lead here are one.
      origin: name('web.ours.'),
    });
  });

  it('is kept as far as it is the upstream’s, and what we have is looked up anew', async () => {
    const upstream = new FakeUpstream(1, leading('web.ours'));
    let address = '192.0.2.9';
    const { ask, forwarder, clock } = bench([upstream], {}, (text) =>
      text.endsWith('ours.') ? answerOf(text, address) : undefined,
    );
    await ask('www.example. A');
    address = '192.0.2.10';
    clock.advance(10_000);
    const kept = forwarder.answer(query('www.example. A'));
    expect(kept).toMatchObject({
      answers: [{ ttl: 50 }, rr('web.ours. 5 IN A 192.0.2.10')],
    });
    expect(upstream.asked).toHaveLength(1);
  });

  it('is cut at the first of them, whatever comes after', async () => {
    const upstream = new FakeUpstream(1, leading('a.example', 'web.ours', 'b.example'));
    const { say } = bench([upstream], {}, (text) =>
      text.endsWith('ours.') ? { kind: 'no-data', zone: name('ours.') } : undefined,
    );
    expect(await say('www.example. AAAA')).toBe('no-data');
    const { ask } = bench([upstream], {}, ours);
    expect(answersOf(await ask('www.example. A'))).toBe(
      `www.example. 60 CNAME ${hex('a.example.')}, a.example. 60 CNAME ${hex('web.ours.')}, web.ours. 5 A c0000209`,
    );
  });

  it.each(['name-error', 'no-data', 'overflow'] as const)(
    '%s of ours is said with the chain, without AA',
    async (kind) => {
      const denied = { rcode: 3, authorities: [soa('ours', 60, 60)] };
      const upstream = new FakeUpstream(1, () => ({ ...leading('web.ours')(), ...denied }));
      const own = { kind, zone: name('ours.'), answers: [] } as unknown as Outcome;
      const { ask } = bench([upstream], {}, (text) => (text.endsWith('ours.') ? own : undefined));
      for (let round = 0; round < 2; round++) {
        expect(await ask('www.example. A')).toMatchObject({
          kind,
          authoritative: false,
          answers: [{ owner: name('www.example.') }],
        });
      }
      // RFC 6604 §3: what the upstream denied was the end of the chain, the alias itself stands.
      expect(upstream.asked).toHaveLength(1);
    },
  );

  it('and is delegated from there goes out with the referral', async () => {
    const referral = {
      kind: 'referral',
      authority: [rr('sub.ours. 60 IN NS ns.sub.ours.')],
      additional: [rr('ns.sub.ours. 60 IN A 192.0.2.5')],
    } as const;
    const { ask } = bench([new FakeUpstream(1, leading('x.sub.ours'))], {}, (text) =>
      text.endsWith('ours.') ? referral : undefined,
    );
    const { authority, additional } = referral;
    expect(await ask('www.example. A')).toMatchObject({ kind: 'relayed', authority, additional });
  });

  it('through a DNAME above it is cut too, and a DNAME of ours is not taken from others', async () => {
    const dname = (from: string, to: string) =>
      ({ type: 'DNAME', name: from, ttl: 60, data: to }) as never;
    const upstream = new FakeUpstream(1, () => ({
      answers: [dname('example', 'ours'), lie('www.ours')],
    }));
    const { ask } = bench([upstream], {}, ours);
    expect(answersOf(await ask('www.example. A'))).toBe(
      `example. 60 DNAME ${hex('ours.')}, www.ours. 5 A c0000209`,
    );
    const liar = new FakeUpstream(2, (asked) => ({
      answers: [dname('test', 'bank.example'), lie(asked.replace('test', 'bank.example'))],
    }));
    const said = bench([liar], {}, (text) => (text === 'test.' ? answerOf(text) : undefined));
    expect(await said.say('www.test. A')).toBe('failure EDE 22');
  });

  it('that came to be ours after it was kept is asked again', async () => {
    const upstream = new FakeUpstream(1, leading('web.ours'));
    let isServed = false;
    const { ask } = bench([upstream], {}, (text) => (isServed ? ours(text) : undefined));
    const before = answersOf(await ask('www.example. A'));
    expect(before).toContain('A cb007142');
    isServed = true;
    expect(answersOf(await ask('www.example. A'))).not.toContain('cb007142');
    expect(upstream.asked).toHaveLength(2);
  });

  it('brings no address of ours along', async () => {
    const upstream = new FakeUpstream(1, (asked) => ({
      answers: [
        { type: 'MX', name: asked, ttl: 60, data: { preference: 1, exchange: 'web.ours' } },
      ],
      additionals: [lie('web.ours')],
    }));
    const { ask } = bench([upstream], {}, ours);
    expect(await ask('www.example. MX')).toMatchObject({ kind: 'relayed', additional: [] });
  });

  it('brings no SOA of ours along', async () => {
    const upstream = new FakeUpstream(1, () => ({ rcode: 3, authorities: [soa('ours', 60, 60)] }));
    // A name below a cut of ours is others'.
    const { ask } = bench([upstream], {}, (text) =>
      text === 'ours.' ? answerOf(text) : undefined,
    );
    expect(await ask('x.sub.ours. A')).toMatchObject({ rcode: 3, authority: [] });
  });
});

describe('a chain that leads to names of other upstreams', () => {
  function two(first: FakeUpstream['speak'], second: FakeUpstream['speak'], own = ours) {
    const recursor = new FakeUpstream(1, first);
    const corp = new FakeUpstream(2, second);
    const options = { recursors: [recursor.address], domains: { 'corp.': [corp.address] } };
    return { recursor, corp, ...bench([recursor, corp], { ...keeping({}), ...options }, own) };
  }

  it('is cut there and goes on with them, in both directions', async () => {
    const made = two(leading('db.corp'), a(30, '192.0.2.2'));
    const expected = `www.example. 60 CNAME ${hex('db.corp.')}, db.corp. 30 A c0000202`;
    expect(await made.say('www.example. A')).toBe(expected);
    expect(made.corp.asked).toEqual(['db.corp A']);
    // Nothing that the first ones said of it is kept.
    expect(await made.say('db.corp. A')).toBe('db.corp. 30 A c0000202');
    const back = two(a(30, '192.0.2.1'), () => ({
      answers: [cname('db.corp', 'cdn.example'), lie('cdn.example')],
    }));
    expect(await back.say('db.corp. A')).toBe(
      `db.corp. 60 CNAME ${hex('cdn.example.')}, cdn.example. 30 A c0000201`,
    );
  });

  it('is theirs to deny, and AD of the first is not that of all', async () => {
    const AD = 0x20;
    const made = two(
      () => ({ ...leading('db.corp')(), flags: AD }),
      () => ({ rcode: 3, authorities: [soa('corp', 60, 60)], flags: AD }),
    );
    const outcome = await made.ask('www.example. A', { authenticData: true });
    expect(outcome).toMatchObject({ kind: 'relayed', rcode: 3, authenticData: false });
    expect(outcome).toMatchObject({ authority: [{ owner: name('corp.') }] });
  });

  it('stands alone when they fail and nobody asked us to find out', async () => {
    const made = two(leading('db.corp'), () => ({ rcode: 2 }));
    expect(await made.say('www.example. A')).toBe('failure EDE 22');
    const alone = await made.ask('www.example. A', { recursionDesired: false });
    expect(describeOutcome(alone)).toBe(`www.example. 60 CNAME ${hex('db.corp.')} EDE 0`);
  });

  it('is one chain when both are the same servers', async () => {
    const corp = new FakeUpstream(1, () => ({
      answers: [
        cname('db.corp', 'db.lab'),
        { type: 'A', name: 'db.lab', ttl: 60, data: '192.0.2.7' },
      ],
    }));
    const domains = { 'corp.': [corp.address], 'lab.': [corp.address] };
    const { say } = bench([corp], { recursors: [], domains });
    expect(await say('db.corp. A')).toContain('db.lab. 60 A c0000207');
    expect(corp.asked).toHaveLength(1);
  });

  it('is one chain when nobody else is asked about its end', async () => {
    const corp = new FakeUpstream(1, () => ({
      answers: [
        cname('db.corp', 'cdn.test'),
        { type: 'A', name: 'cdn.test', ttl: 60, data: '192.0.2.7' },
      ],
    }));
    const { say } = bench([corp], { recursors: [], domains: { 'corp.': [corp.address] } });
    expect(await say('db.corp. A')).toContain('cdn.test. 60 A c0000207');
  });

  it('and back in a circle ends, with what there is', async () => {
    const made = two(
      (asked) => ({ answers: [cname(asked, 'db.corp')] }),
      (asked) => ({ answers: [cname(asked, 'www.example')] }),
    );
    expect(await made.say('www.example. A')).toBe(
      `www.example. 60 CNAME ${hex('db.corp.')}, db.corp. 60 CNAME ${hex('www.example.')} EDE 0`,
    );
    expect([made.recursor.asked.length, made.corp.asked.length]).toEqual([1, 1]);
  });

  it('and back without end is followed so far as any alias is', async () => {
    let at = 0;
    const next = (zone: string) => (asked: string) => ({
      answers: [cname(asked, `w${at++}.${zone}`)],
    });
    const made = two(next('corp'), next('example'));
    const outcome = made.ask('www.example. A');
    await settle();
    expect(await outcome).toMatchObject({ explanation: { text: expect.stringMatching(/circle/) } });
    expect(at).toBe(limits.aliasHops.default + 1);
  });

  it('to a client that they are not asked for stays with the alias', async () => {
    const made = two(leading('db.corp'), a(30), () => undefined);
    made.forwarder.scope.setOptions({
      recursors: [made.recursor.address],
      domains: { 'corp.': [made.corp.address] },
      strategy: 'sequential',
      timeoutMs: 2000,
      allowed: [],
    });
    const refused = await made.ask('www.example. A', {}, '198.51.100.1');
    expect(describeOutcome(refused)).toBe('refused EDE 18');
    expect(made.recursor.asked).toEqual([]);
  });
});
