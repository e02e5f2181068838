import { describe, expect, it } from 'vitest';
import type { Outcome, Source } from '../../../src/dns/answer/outcome.ts';
import { unpack } from '../../../src/dns/wire/address-rrset.ts';
import { formatName, ROOT } from '../../../src/dns/wire/name.ts';
import { createZoneSource } from '../../../src/dns/zone/zone-source.ts';
import { createZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { name, query, show, zone } from './zone-text.ts';

const store = createZoneStore({
  catalogApexes: [],
  zones: [
    zone(`$TTL 60
@      SOA   ns host 1 2 3 4 5
@      NS    ns.test.
web    A     192.0.2.1
www    CNAME web
gone   CNAME nowhere
out    CNAME elsewhere.test.
mx     CNAME web
loop   CNAME pool
pool   CNAME loop
cut    NS    ns.test.
cutter CNAME x.cut
deep   DNAME deep.deep
signed NS    ns.test.
plain  NS    ns.test.
signed DS    1 8 9 00
`),
    zone('$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns.test.\n', 'signed.example.'),
    zone('$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns.test.\n', 'plain.example.'),
    zone('$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns.test.\n', 'alone.example.'),
  ],
});

const SKIP: Outcome = { kind: 'skip' };

/** A source over the zone whose other names are answered by `elsewhere`. */
function source(elsewhere: Outcome | Promise<Outcome> = { kind: 'refused' }, forwards = false) {
  const followed: string[] = [];
  const made: Source = createZoneSource({
    zones: () => store,
    forwards: () => forwards,
    follow: (next) => {
      followed.push(formatName(next.question.name));
      const outcome = made.answer(next);
      return !(outcome instanceof Promise) && outcome.kind === 'skip' ? elsewhere : outcome;
    },
  });
  return {
    ask: (text: string, asked: Parameters<typeof query>[1] = {}) => made.answer(query(text, asked)),
    followed,
  };
}

const answersOf = (outcome: Outcome): string[] =>
  'answers' in outcome
    ? unpack(outcome.answers ?? []).map((record) => show(record).split(' ').slice(0, 3).join(' '))
    : [];

describe('the zone source', () => {
  it('skips names that are in no zone', async () => {
    expect(await source().ask('web.other. A')).toEqual({ kind: 'skip' });
  });

  it('denies names of a zone of its own, and leaves those of a shared zone to the catalog', async () => {
    expect(await source().ask('x.example. A')).toMatchObject({ kind: 'name-error' });
    const shared = createZoneStore({
      zones: store.zones,
      catalogApexes: [name('example.')],
    });
    const parts = { zones: () => shared, forwards: () => false, follow: () => SKIP };
    expect(await createZoneSource(parts).answer(query('x.example. A'))).toEqual(SKIP);
    expect(await createZoneSource(parts).answer(query('web.example. MX'))).toMatchObject({
      kind: 'no-data',
    });
  });

  it('answers the DS of an apex from the zone above, which delegates it', async () => {
    expect(answersOf(await source().ask('signed.example. DS'))).toEqual(['signed.example. 60 DS']);
    expect(await source(undefined, true).ask('signed.example. DS')).toMatchObject({
      kind: 'answer',
    });
    expect(await source().ask('signed.example. NS')).toMatchObject({ kind: 'answer' });
    // The SOA of a denial says whose it is.
    for (const [apex, zone] of [
      ['plain.example.', 'example.'],
      ['alone.example.', 'alone.example.'],
    ] as const) {
      expect(await source().ask(`${apex} DS`)).toMatchObject({ kind: 'no-data', zone: name(zone) });
    }
  });

  it('leaves the DS of an apex to the parent when there is an upstream to ask', async () => {
    expect(await source().ask('example. DS')).toMatchObject({ kind: 'no-data' });
    expect(await source(undefined, true).ask('example. DS')).toEqual({ kind: 'skip' });
    expect(await source(undefined, true).ask('web.example. DS')).toMatchObject({ kind: 'no-data' });
  });

  it('follows an alias within the zone', async () => {
    const outcome = (await source().ask('www.example. A')) as Outcome;
    expect(outcome).toMatchObject({ kind: 'answer', authoritative: true });
    expect(answersOf(outcome)).toEqual(['www.example. 60 CNAME', 'web.example. 60 A']);
  });

  it('keeps the alias before a negative answer (RFC 2308 §2.1, §2.2)', async () => {
    const gone = (await source().ask('gone.example. A')) as Outcome;
    expect([gone.kind, answersOf(gone)]).toEqual(['name-error', ['gone.example. 60 CNAME']]);
    const noData = (await source().ask('www.example. MX')) as Outcome;
    expect([noData.kind, answersOf(noData)]).toEqual(['no-data', ['www.example. 60 CNAME']]);
  });

  it('puts the alias before what an upstream says, later', async () => {
    const record = {
      owner: name('elsewhere.test.'),
      type: 1,
      class: 1,
      ttl: 5,
      rdata: new Uint8Array([192, 0, 2, 9]),
    };
    const relayed: Outcome = {
      kind: 'relayed',
      rcode: 0,
      answers: [record],
      authority: [],
      additional: [],
      truncated: false,
      authenticData: true,
    };
    const { ask, followed } = source(Promise.resolve(relayed));
    const outcome = await ask('out.example. A');
    // RFC 1035 §4.1.1: with AA. RFC 4035 §3.2.3: without AD, which no answer of ours can have.
    expect(outcome).toMatchObject({ kind: 'answer', authoritative: true });
    const denied = await source({ ...relayed, rcode: 3, answers: [] }).ask('out.example. A');
    expect(denied).toMatchObject({ kind: 'relayed', rcode: 3, authenticData: false });
    expect(answersOf(denied)).toEqual(['out.example. 60 CNAME']);
    expect(answersOf(outcome)).toEqual(['out.example. 60 CNAME', 'elsewhere.test. 5 A']);
    expect(followed).toEqual(['elsewhere.test.']);
  });

  it.each<[string, Outcome]>([
    ['refused', { kind: 'refused' }],
    ['nothing', { kind: 'skip' }],
    ['a referral', { kind: 'referral', authority: [], additional: [] }],
  ])('gives the alias alone when its target brings %s', async (_, elsewhere) => {
    const outcome = await source(elsewhere).ask('out.example. A');
    expect(outcome).toMatchObject({ kind: 'answer', authoritative: true });
    expect(answersOf(outcome)).toEqual(['out.example. 60 CNAME']);
  });

  it('sends the referral along when an alias leads below a cut', async () => {
    const outcome = await source().ask('cutter.example. A');
    expect(outcome).toMatchObject({ kind: 'answer', authority: [{ owner: name('cut.example.') }] });
    expect(answersOf(outcome)).toEqual(['cutter.example. 60 CNAME']);
  });

  it('fails with its target, whose reason the client is told, when recursion was asked for', async () => {
    const failure: Outcome = { kind: 'failure', explanation: { code: 22, text: 'no answer' } };
    expect(await source(failure).ask('out.example. A')).toEqual(failure);
    const alone = await source(failure).ask('out.example. A', { recursionDesired: false });
    expect(alone).toMatchObject({ kind: 'answer', authoritative: true });
    expect(answersOf(alone)).toEqual(['out.example. 60 CNAME']);
  });

  it('ends a loop of aliases with each of them once (RFC 2181 §5)', async () => {
    const { ask, followed } = source();
    const outcome = await ask('LOOP.example. A');
    expect(followed).toEqual(['pool.example.']);
    expect(answersOf(outcome)).toEqual(['LOOP.example. 60 CNAME', 'pool.example. 60 CNAME']);
  });

  it('gives a DNAME once however many names it stands for', async () => {
    const answers = answersOf(await source().ask('x.deep.example. A'));
    expect(answers.filter((record) => record.endsWith('DNAME'))).toHaveLength(1);
    expect(answers).toHaveLength(10);
  });

  it('does not follow when the alias itself is asked for', async () => {
    const { ask, followed } = source();
    expect(answersOf(await ask('www.example. CNAME'))).toEqual(['www.example. 60 CNAME']);
    expect(followed).toEqual([]);
  });
});

describe('a zone store without zones', () => {
  it('finds nothing, not even for the root', () => {
    const empty = createZoneStore({ zones: [], catalogApexes: [] });
    expect(empty.find(ROOT)).toBeUndefined();
    expect(empty.find(name('a.b.'))).toBeUndefined();
  });
});
