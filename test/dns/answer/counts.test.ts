/** What a responder counts. Cookies and the rate limit are counted in their own tests. */
import { describe, expect, it } from 'vitest';
import type { ReplyCounts } from '../../../src/dns/answer/counts.ts';
import type { Outcome, Source } from '../../../src/dns/answer/outcome.ts';
import type { ResourceRecord } from '../../../src/dns/wire/record.ts';
import { type AskOptions, ask, clientOf, serve } from '../ask.ts';
import { fleet } from '../catalog-rows.ts';
import { rr } from '../records.ts';

function relayed(rcode: number, authority: readonly ResourceRecord[] = []): Outcome {
  return {
    kind: 'relayed',
    rcode,
    answers: [],
    authority,
    additional: [],
    truncated: false,
    authenticData: false,
  };
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'open.test': {
    kind: 'answer',
    answers: [rr('open.test. 0 IN A 192.0.2.1')],
    authority: [],
    additional: [],
    authoritative: true,
    failOpen: true,
  },
  'cut.test': {
    kind: 'referral',
    authority: [rr('cut.test. 0 IN NS ns.cut.test.')],
    additional: [],
  },
  'fail.test': { kind: 'failure' },
  'denied.test': relayed(3),
  'empty.test': relayed(0),
  'delegated.test': relayed(0, [rr('delegated.test. 0 IN NS x.')]),
  'odd.test': relayed(9),
};
const forward: Source[] = [
  {
    name: 'test',
    answer: ({ question }) =>
      OUTCOMES[question.name.slice(1, -1).replace('\x04', '.')] ?? { kind: 'skip' },
  },
];

type Expected = Partial<Omit<ReplyCounts, 'rcodes'>> & { rcodes: Partial<ReplyCounts['rcodes']> };

describe('the counts', () => {
  const table: [question: string, Expected, AskOptions?][] = [
    ['A db.service.consul', { rcodes: { NOERROR: 1 } }],
    ['SRV db.service.consul', { rcodes: { NOERROR: 1 }, truncated: 1 }],
    ['SRV db.service.consul', { rcodes: { NOERROR: 1 } }, { transport: 'tcp' }],
    ['A no.service.consul', { rcodes: { NXDOMAIN: 1 }, negative: 1 }],
    ['MX db.service.consul', { rcodes: { NOERROR: 1 }, negative: 1 }],
    ['A example.com', { rcodes: { REFUSED: 1 }, refused: 1 }],
    ['A db.service.consul', { rcodes: { REFUSED: 1 }, refused: 1 }, { class: 3 }],
    ['AXFR consul', { rcodes: { NOTIMP: 1 } }],
    ['A consul', { rcodes: { BADVERS: 1 } }, { edns: 1232, ednsVersion: 1 }],
    ['A open.test', { rcodes: { NOERROR: 1 }, failOpen: 1 }],
    ['A cut.test', { rcodes: { NOERROR: 1 } }],
    ['A fail.test', { rcodes: { SERVFAIL: 1 } }],
    ['A denied.test', { rcodes: { NXDOMAIN: 1 }, negative: 1 }],
    ['A empty.test', { rcodes: { NOERROR: 1 }, negative: 1 }],
    ['A delegated.test', { rcodes: { NOERROR: 1 } }],
    ['A odd.test', { rcodes: { other: 1 } }],
  ];
  it.each(table)('of %s are %o', async (question, { rcodes, ...others }, options = {}) => {
    const server = serve({ rows: fleet('db', 20), forward });
    const nothing = server.responder.counts;
    expect(new Set([...Object.values(nothing.rcodes), nothing.negative])).toEqual(new Set([0]));
    await ask(server, question, options);
    expect(server.responder.counts).toEqual({
      ...nothing,
      ...others,
      rcodes: { ...nothing.rcodes, ...rcodes },
    });
  });

  it('leave out what gets no reply, and take in what is no query', () => {
    const { responder } = serve();
    responder.respond(Buffer.alloc(3), clientOf());
    expect(responder.counts).toEqual(serve().responder.counts);
    const notify = Buffer.alloc(12);
    notify.writeUInt16BE(0x2000, 2);
    responder.respond(notify, clientOf());
    responder.respond(Buffer.alloc(12), clientOf());
    expect(responder.counts.rcodes).toMatchObject({ NOTIMP: 1, FORMERR: 1 });
  });

  it('can be posted to another thread', () => {
    const { counts } = serve().responder;
    expect(structuredClone(counts)).toEqual(counts);
  });
});
