/** Response-rate limiting over the whole responder: which replies are the like of each other, and what becomes of them. */
import { describe, expect, it } from 'vitest';
import type { Outcome, Source } from '../../../src/dns/answer/outcome.ts';
import type { RateLimitOptions } from '../../../src/dns/options.ts';
import { PackedAddresses } from '../../../src/dns/wire/address-rrset.ts';
import { RecordType } from '../../../src/dns/wire/types.ts';
import { createZoneSource } from '../../../src/dns/zone/zone-source.ts';
import { createZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { HeldClock } from '../../support/held-clock.ts';
import {
  type AskOptions,
  clientOf,
  query,
  type Seen,
  type Server,
  type ServerSetup,
  see,
  serve,
} from '../ask.ts';
import { fleet, instance } from '../catalog-rows.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../options.ts';
import { name, rr } from '../records.ts';
import { zone as zoneOf } from '../zone/zone-text.ts';

const QUESTION = 'A db.service.consul';

function limited(rateLimit: Partial<RateLimitOptions> = {}, setup: ServerSetup = {}) {
  const clock = new HeldClock();
  const options = { responsesPerSecond: 2, slip: 0, exempt: [], ...rateLimit };
  const protocol = { rateLimit: options, ...setup.protocol };
  const server = serve({ rows: fleet('db', 3), clock, ...setup, protocol });
  return { clock, server };
}

async function send(
  { responder }: Server,
  text: string,
  options: AskOptions = {},
): Promise<Seen | undefined> {
  const bytes = await responder.respond(query(text, options), clientOf(options));
  return bytes === undefined ? undefined : see(bytes);
}

/** How many of ten queries are answered in full. */
async function answered(server: Server, text: string | ((at: number) => string), options = {}) {
  let count = 0;
  for (let at = 0; at < 10; at++) {
    const asked = typeof text === 'string' ? text : text(at);
    const seen = await send(server, asked, options);
    if (seen !== undefined && !seen.tc) count += 1;
  }
  return count;
}

const zone = (answer: (asked: string, type: number) => Outcome): Source => ({
  name: 'test',
  answer: ({ question }) => answer(question.name, question.type),
});
const record = (owner: string, text: string) => ({ ...rr(`x. 60 IN ${text}`), owner });
const positive = (answers: ReturnType<typeof rr>[], origin?: string): Outcome => ({
  kind: 'answer',
  answers,
  authority: [],
  additional: [],
  authoritative: true,
  ...(origin === undefined ? {} : { origin: name(origin) }),
});

const RELAYED = {
  kind: 'relayed',
  answers: [],
  authority: [],
  additional: [],
  truncated: false,
  authenticData: false,
} as const;

describe('replies over the rate', () => {
  it('are dropped, and come again with time', async () => {
    const { clock, server } = limited();
    expect(await answered(server, QUESTION)).toBe(2);
    clock.advance(500);
    expect(await answered(server, QUESTION)).toBe(1);
    expect(server.responder.counts).toMatchObject({
      rateDropped: 17,
      rateSlipped: 0,
      rcodes: { NOERROR: 3 },
    });
  });

  it('slip through empty, truncated, with OPT and cookie, no longer than the query', async () => {
    const { server } = limited({ responsesPerSecond: 1, slip: 2 });
    const ednsOptions = [{ code: 10, data: Buffer.alloc(8, 1) }];
    const options: AskOptions = { edns: 1232, ednsOptions, dnssecOk: true };
    expect(await send(server, QUESTION, options)).toMatchObject({ tc: false });
    expect(await send(server, QUESTION, options)).toBeUndefined();
    const slipped = await send(server, QUESTION, options);
    expect(slipped).toMatchObject({ rcode: 0, aa: true, tc: true, answer: [], authority: [] });
    expect(slipped?.opt).toMatchObject({ udpPayloadSize: 1232, flag_do: true });
    expect(slipped?.opt?.options?.map(({ code }) => code)).toEqual([10]);
    const plain = await (async () => {
      await send(server, QUESTION);
      return send(server, QUESTION);
    })();
    expect(plain?.bytes.length).toBe(query(QUESTION).length);
    expect(server.responder.counts).toMatchObject({
      rateDropped: 2,
      rateSlipped: 2,
      truncated: 2,
    });
  });

  it('count for what they would have been when they slip through', async () => {
    const open: Source = {
      name: 'open',
      answer: () => ({ ...positive([rr('x. 60 IN A 192.0.2.1')]), failOpen: true }) as Outcome,
    };
    const { server } = limited({ responsesPerSecond: 1, slip: 1 }, { forward: [open] });
    for (const text of ['A x', 'A x', 'A no.service.consul', 'A no.service.consul']) {
      await send(server, text);
    }
    expect(server.responder.counts).toMatchObject({ rateSlipped: 2, failOpen: 2, negative: 2 });
  });

  it('are sent all the same to who cannot be forged, or is not meant', async () => {
    const table: [string, AskOptions, number][] = [
      ['over TCP', { transport: 'tcp' }, 10],
      ['loopback', { from: '127.0.0.1' }, 10],
      ['IPv6 loopback', { from: '::1' }, 10],
      ['exempt', { from: '10.9.8.7' }, 10],
      ['anybody else', { from: '192.0.2.1' }, 2],
      [
        'a client cookie alone',
        { edns: 1232, ednsOptions: [{ code: 10, data: Buffer.alloc(8) }] },
        2,
      ],
      ['a bad cookie', { edns: 1232, ednsOptions: [{ code: 10, data: Buffer.alloc(24) }] }, 2],
    ];
    for (const [title, options, expected] of table) {
      const { server } = limited({ exempt: ['10.0.0.0/8'] });
      expect([title, await answered(server, QUESTION, options)]).toEqual([title, expected]);
    }
  });

  it('are sent to a client with a good cookie', async () => {
    const { server } = limited();
    const first = await send(server, QUESTION, {
      edns: 1232,
      ednsOptions: [{ code: 10, data: Buffer.alloc(8, 9) }],
    });
    const [option] = (first?.opt?.options ?? []) as unknown as [{ data: Buffer }];
    const good = { edns: 1232, ednsOptions: [{ code: 10, data: option.data }] };
    expect(await answered(server, QUESTION, good)).toBe(10);
    expect(await answered(server, QUESTION)).toBe(1);
  });

  it('are not counted when the limit is off, which a reload can make it', async () => {
    const { server } = limited({ responsesPerSecond: 0 });
    expect(await answered(server, QUESTION)).toBe(10);
    const reload = (responsesPerSecond: number) =>
      server.responder.setOptions({
        answer: ANSWER_OPTIONS,
        protocol: {
          ...PROTOCOL_OPTIONS,
          rateLimit: { responsesPerSecond, slip: 0, exempt: [] },
        },
        recursionAvailable: false,
      });
    reload(3);
    expect(await answered(server, QUESTION)).toBe(3);
    reload(0);
    expect(await answered(server, QUESTION)).toBe(10);
  });

  it('are as they were after a reload that fails', async () => {
    const { server } = limited({ responsesPerSecond: 3 });
    const rateLimit = { responsesPerSecond: 1, slip: 0, exempt: ['10.0.0.1/8'] };
    const reload = () =>
      server.responder.setOptions({
        answer: { ...ANSWER_OPTIONS, aRecordLimit: 1 },
        protocol: { ...PROTOCOL_OPTIONS, nsid: 'other', rateLimit },
        recursionAvailable: true,
      });
    expect(reload).toThrow(TypeError);
    const seen = await send(server, QUESTION, {
      edns: 1232,
      ednsOptions: [{ code: 3, data: Buffer.alloc(0) }],
    });
    expect(seen).toMatchObject({ ra: false, answer: { length: 3 }, opt: { options: [] } });
    expect(await answered(server, QUESTION)).toBe(2);
  });

  it('are limited when they come later, too', async () => {
    const later: Source = {
      name: 'later',
      answer: async () => positive([rr('x. 60 IN A 192.0.2.1')]),
    };
    const { server } = limited({}, { forward: [later] });
    expect(await answered(server, 'A x')).toBe(2);
  });
});

describe('the like of each other are', () => {
  const soa = rr('example. 60 IN SOA ns. x. 1 2 3 4 5');
  const zones = [
    zone((asked, type) => {
      if (asked.includes('\x04wild'))
        return positive([record(asked, 'A 192.0.2.1')], '*.wild.example');
      if (asked.includes('\x05dname')) {
        return positive([
          rr('dname.example. 60 IN DNAME other.example.'),
          record(asked, 'CNAME x.'),
        ]);
      }
      if (asked.includes('\x05relay')) {
        const authority = [record(asked, 'TXT x'), soa];
        return { ...RELAYED, rcode: 3, authority };
      }
      if (asked.includes('\x05found')) {
        return { ...RELAYED, rcode: 0, answers: [record(asked, 'A 192.0.2.1')] };
      }
      if (asked.includes('\x06packed')) {
        const addresses = new PackedAddresses(RecordType.A, [Uint8Array.of(192, 0, 2, 1)]);
        const answers = { kind: 'addresses', owner: asked, ttl: 0, addresses, count: 1 } as const;
        const packed = { ...answers, order: undefined };
        return { ...positive([], 'packed.example'), answers: packed } as Outcome;
      }
      if (asked.includes('\x05typed')) {
        return positive([record(asked, type === RecordType.MX ? 'MX 1 x.' : 'TXT x')]);
      }
      if (asked.includes('\x05alias')) return positive([record(asked, 'CNAME x.example.')]);
      if (asked.includes('\x03sub')) {
        return {
          kind: 'referral',
          authority: [rr('sub.example. 60 IN NS ns.sub.example.')],
          additional: [],
        };
      }
      if (asked.includes('\x04fail')) return { kind: 'failure' };
      if (asked.includes('\x04none')) return { kind: 'name-error', zone: name('example') };
      if (asked.includes('\x05empty')) return { kind: 'no-data', zone: name('example') };
      return { kind: 'skip' };
    }),
  ];
  const apex = { soaOf: (owner: string) => ({ ...soa, owner }), hasName: () => false };
  const both = (one: string, other: string) => (at: number) => (at % 2 === 0 ? one : other);
  const table: [string, text: string | ((at: number) => string), expected: number][] = [
    ['answers to one name', QUESTION, 2],
    ['answers to one name in any letters', both(QUESTION, 'A DB.Service.consul'), 2],
    ['not answers of another type', both(QUESTION, 'SRV db.service.consul'), 4],
    ['addresses written as names', (at) => `A 0a00000${at}.addr.consul`, 2],
    [
      'not addresses of the other family',
      both('A dual.service.consul', 'AAAA dual.service.consul'),
      4,
    ],
    ['not records of another type', both('TXT typed.example', 'MX typed.example'), 4],
    ['names that do not exist', (at) => `A no-${at}.service.consul`, 2],
    ['names that do not exist, in a zone', (at) => `A x${at}.none.example`, 2],
    ['not denials of two zones', (at) => `A x${at}.${at % 2 ? 'none.example' : 'consul'}`, 4],
    ['denials of an upstream', (at) => `A x${at}.relay.example`, 2],
    ['answers of an upstream', (at) => `A x${at}.found.example`, 2],
    ['not answers and denials of it', both('A x.found.example', 'A x.relay.example'), 4],
    ['packed answers made from one thing', (at) => `A x${at}.packed.example`, 2],
    ['types that do not exist', (at) => `TYPE${300 + at} x${at}.empty.example`, 2],
    ['not denials of names and of types', both('A x.none.example', 'A x.empty.example'), 4],
    ['answers of one wildcard', (at) => `A x${at}.wild.example`, 2],
    ['answers of one DNAME', (at) => `A x${at}.dname.example`, 2],
    ['an alias, whatever the type', (at) => `TYPE${300 + at} alias.example`, 2],
    ['referrals to one zone', (at) => `A x${at}.sub.example`, 2],
    ['refusals', (at) => `A x${at}.org`, 2],
    ['failures', (at) => `A x${at}.fail.example`, 2],
    ['transfers', (at) => `AXFR x${at}.consul`, 2],
  ];
  it.each(table)('%s', async (_, text, expected) => {
    const rows = [
      ...fleet('db', 3),
      instance('dual', 'n1', { address: '192.0.2.1' }),
      instance('dual', 'n2', { address: '2001:db8::1' }),
    ];
    const { server } = limited({}, { rows, zones, apex });
    expect(await answered(server, text)).toBe(expected);
  });

  it.each([
    ['answers', (at: number) => `A x${at}.w.example`],
    ['aliases', (at: number) => `A x${at}.a.example`],
    ['aliases to a wildcard', (at: number) => `A x${at}.b.example`],
    ['aliases to no such type', (at: number) => `AAAA x${at}.a.example`],
    ['aliases to no such name', (at: number) => `A x${at}.c.example`],
    ['aliases to a denial of an upstream', (at: number) => `A x${at}.d.example`],
  ])('%s that a wildcard in a master file gives', async (_, text) => {
    const store = createZoneStore({
      catalogApexes: [],
      zones: [
        zoneOf(`$TTL 60
@    SOA   ns host 1 2 3 4 5
@    NS    ns.test.
web  A     192.0.2.1
*.w  A     192.0.2.1
*.a  CNAME web
*.b  CNAME x.w
*.c  CNAME nothing
*.d  CNAME nothing.test.
`),
      ],
    });
    const source: Source = createZoneSource({
      zones: () => store,
      follow: (next) =>
        next.question.lowerName.endsWith('\x04test\0')
          ? { ...RELAYED, rcode: 3 }
          : source.answer(next),
      forwards: () => false,
    });
    const { server } = limited({}, { zones: [source] });
    expect(await answered(server, text)).toBe(2);
  });

  it('messages that are no query', async () => {
    const { server } = limited();
    const bytes = query(QUESTION);
    bytes.writeUInt16BE(0x2800, 2);
    const replies = Array.from({ length: 10 }, () => server.responder.respond(bytes, clientOf()));
    expect(replies.filter((reply) => reply !== undefined)).toHaveLength(2);
  });
});
