/** DNS cookies over the whole responder: RFC 7873, with the server cookies of RFC 9018. */
import { describe, expect, it } from 'vitest';
import { HeldClock } from '../../support/held-clock.ts';
import {
  type AskOptions,
  ask,
  clientOf,
  opt,
  QUERY_ID,
  query,
  type Seen,
  see,
  serve,
} from '../ask.ts';
import { fleet } from '../catalog-rows.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../options.ts';

const COOKIE = 10;
const QUESTION = 'A db.service.consul';
const rows = fleet('db', 1);

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const cookieOf = (seen: Pick<Seen, 'opt'>): string | undefined => {
  const options = (seen.opt?.options ?? []) as { code: number; data?: Buffer }[];
  return options.find(({ code }) => code === COOKIE)?.data?.toString('hex');
};
const withCookie = (data: string, options: AskOptions = {}): AskOptions => ({
  edns: 1232,
  ednsOptions: [{ code: COOKIE, data: hex(data) }],
  ...options,
});

describe('RFC 9018 appendix A', () => {
  const FIRST = 'e5e973e5a6b2a43f48e7dc849e37bfcf';
  const SECOND = '445536bcd2513298075a5d379663c962';
  const OLD = 'dd3bdf9344b678b185a6f5cb60fca715';
  const table: [string, string[], string, at: number, cookie: string, expected: string, string][] =
    [
      [
        'A.1: learning a server cookie',
        [FIRST],
        '198.51.100.100',
        1559731985,
        '2464c4abcf10c957',
        '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
        'neither',
      ],
      [
        'A.2: learning a fresh one after 40 minutes',
        [FIRST],
        '198.51.100.100',
        1559734385,
        '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
        '2464c4abcf10c957010000005cf7a871d4a564a1442aca77',
        'valid',
      ],
      [
        'A.3: another client, reserved bits set, past its time',
        [FIRST],
        '203.0.113.203',
        1559734700,
        'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5',
        'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e',
        'bad',
      ],
      [
        'A.4: over IPv6, a cookie of the old secret',
        [SECOND, OLD],
        '2001:db8:220:1:59de:d0f4:8769:82b8',
        1559741961,
        '22681ab97d52c298010000005cf7c57926556bd0934c72f8',
        '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
        'valid',
      ],
    ];
  it.each(table)('%s', async (_, cookieSecrets, from, at, cookie, expected, kind) => {
    const clock = new HeldClock(at * 1000);
    const server = serve({ rows, clock, protocol: { cookieSecrets } });
    const seen = await ask(server, QUESTION, withCookie(cookie, { from }));
    expect(seen).toMatchObject({ rcode: 0, answer: { length: 1 } });
    expect(cookieOf(seen)).toBe(expected);
    const { cookiesValid, cookiesBad } = server.responder.counts;
    expect([cookiesValid, cookiesBad]).toEqual([kind === 'valid' ? 1 : 0, kind === 'bad' ? 1 : 0]);
  });

  it('A.3, within its time: reserved bits are hashed as they came', async () => {
    const clock = new HeldClock(0x5cf78f71 * 1000 + 1000);
    const server = serve({ rows, clock, protocol: { cookieSecrets: [FIRST] } });
    const cookie = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5';
    const seen = await ask(server, QUESTION, withCookie(cookie, { from: '203.0.113.203' }));
    expect(cookieOf(seen)).toBe(cookie);
    expect(server.responder.counts.cookiesValid).toBe(1);
  });
});

describe('a server cookie', () => {
  const CLIENT = '0123456789abcdef';
  const START = Date.UTC(2026, 0, 1);
  const learn = async (setup: Parameters<typeof serve>[0] = {}) => {
    const clock = new HeldClock(START);
    const server = serve({ rows, clock, ...setup });
    const cookie = cookieOf(await ask(server, QUESTION, withCookie(CLIENT))) as string;
    return { clock, server, cookie };
  };

  const MINUTE = 60_000;
  const ages: [string, afterMs: number, kept: boolean, valid: boolean][] = [
    ['new', 0, true, true],
    ['half an hour old', 30 * MINUTE, true, true],
    ['a little older', 30 * MINUTE + 1000, false, true],
    ['an hour old', 60 * MINUTE, false, true],
    ['older than that', 60 * MINUTE + 1000, false, false],
    ['five minutes ahead', -5 * MINUTE, true, true],
    ['further ahead', -5 * MINUTE - 1000, false, false],
  ];
  it.each(ages)('that is %s (RFC 9018 §4.3)', async (_, afterMs, kept, valid) => {
    const cookieSecrets = ['00112233445566778899aabbccddeeff'];
    const { cookie } = await learn({ protocol: { cookieSecrets } });
    const clock = new HeldClock(START + afterMs);
    const server = serve({ rows, clock, protocol: { cookieSecrets } });
    const seen = await ask(server, QUESTION, withCookie(cookie));
    expect(seen.rcode).toBe(0);
    expect(cookieOf(seen) === cookie).toBe(kept);
    expect(cookieOf(seen)).toHaveLength(48);
    expect(server.responder.counts.cookiesValid).toBe(valid ? 1 : 0);
    expect(server.responder.counts.cookiesBad).toBe(valid ? 0 : 1);
  });

  it('is good across the end of the 32 bits of its time (RFC 1982)', async () => {
    const cookieSecrets = ['00112233445566778899aabbccddeeff'];
    const end = 2 ** 32 * 1000;
    const before = serve({ rows, clock: new HeldClock(end - 1000), protocol: { cookieSecrets } });
    const cookie = cookieOf(await ask(before, QUESTION, withCookie(CLIENT))) as string;
    const after = serve({ rows, clock: new HeldClock(end + 1000), protocol: { cookieSecrets } });
    expect(cookieOf(await ask(after, QUESTION, withCookie(cookie)))).toBe(cookie);
  });

  const spoiled: [string, (cookie: string) => AskOptions][] = [
    ['of another address', (cookie) => withCookie(cookie, { from: '192.0.2.2' })],
    ['of another client cookie', (cookie) => withCookie(`ff${cookie.slice(2)}`)],
    ['of another version', (cookie) => withCookie(`${cookie.slice(0, 16)}02${cookie.slice(18)}`)],
    ['with another time', (cookie) => withCookie(`${cookie.slice(0, 28)}ffff${cookie.slice(32)}`)],
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((octet): [string, (cookie: string) => AskOptions] => [
      `with another octet ${octet} of its hash`,
      (cookie) => {
        const data = hex(cookie);
        data[16 + octet] = (data[16 + octet] as number) ^ 0x10;
        return withCookie(data.toString('hex'));
      },
    ]),
    ['that is too long', (cookie) => withCookie(`${cookie}00`)],
    ['that is too short', (cookie) => withCookie(cookie.slice(0, 32))],
  ];
  it.each(spoiled)('%s is bad, and replaced (RFC 7873 §5.2.4)', async (_, spoil) => {
    const { server, cookie } = await learn();
    const seen = await ask(server, QUESTION, spoil(cookie));
    expect(seen).toMatchObject({ rcode: 0, answer: { length: 1 } });
    expect(cookieOf(seen)).toHaveLength(48);
    expect(server.responder.counts).toMatchObject({ cookiesValid: 0, cookiesBad: 1 });
  });

  it('of this process holds over a reload, and nowhere else', async () => {
    const { server, cookie } = await learn();
    const reloaded = { answer: ANSWER_OPTIONS, protocol: PROTOCOL_OPTIONS };
    server.responder.setOptions({ ...reloaded, recursionAvailable: false });
    expect(cookieOf(await ask(server, QUESTION, withCookie(cookie)))).toBe(cookie);
    const other = serve({ rows, clock: new HeldClock(START) });
    expect(cookieOf(await ask(other, QUESTION, withCookie(cookie)))).not.toBe(cookie);
    expect(other.responder.counts.cookiesBad).toBe(1);
  });

  it('goes along over TCP and with every rcode', async () => {
    const { server } = await learn();
    for (const [question, rcode] of [
      ['A no.service.consul', 3],
      ['A example.com', 5],
      ['AXFR consul', 4],
    ] as const) {
      const seen = await ask(server, question, withCookie(CLIENT, { transport: 'tcp' }));
      expect([seen.rcode, cookieOf(seen)?.length]).toEqual([rcode, 48]);
    }
  });

  it('is not sent to a client that does not ask, nor when cookies are off', async () => {
    const { server } = await learn();
    expect((await ask(server, QUESTION, { edns: 1232 })).opt?.options).toEqual([]);
    const off = serve({ rows, protocol: { cookies: false } });
    for (const data of [CLIENT, '01', '']) {
      const seen = await ask(off, QUESTION, withCookie(data));
      expect([seen.rcode, seen.opt?.options]).toEqual([0, []]);
    }
    expect(off.responder.counts).toMatchObject({ cookiesValid: 0, cookiesBad: 0 });
  });

  it('is asked for with the first option when there are two (RFC 7873 §5.2)', async () => {
    const { server } = await learn();
    const ednsOptions = [CLIENT, 'ff'].map((data) => ({ code: COOKIE, data: hex(data) }));
    const seen = await ask(server, QUESTION, { edns: 1232, ednsOptions });
    expect([seen.rcode, seen.opt?.options?.length]).toEqual([0, 1]);
  });
});

describe('the length of a cookie', () => {
  const server = serve({ rows });
  const lengths: [octets: number, rcode: number][] = [
    [0, 1],
    [7, 1],
    [8, 0],
    [9, 1],
    [15, 1],
    [16, 0],
    [24, 0],
    [40, 0],
    [41, 1],
  ];
  it.each(lengths)('%i octets: rcode %i (RFC 7873 §5.2.2)', async (octets, rcode) => {
    const seen = await ask(server, QUESTION, withCookie('ab'.repeat(octets)));
    expect(seen.rcode).toBe(rcode);
    expect(seen.answer).toHaveLength(rcode === 0 ? 1 : 0);
    expect(cookieOf(seen)?.length).toBe(rcode === 0 ? 48 : undefined);
  });
});

describe('a query without a question (RFC 7873 §5.4)', () => {
  const CLIENT = '0123456789abcdef';
  const bare = (options: AskOptions): Buffer => {
    const message = Buffer.concat([query('A .').subarray(0, 12), opt(1232, options)]);
    message.writeUInt16BE(0, 4);
    message.writeUInt16BE(1, 10);
    return message;
  };
  const send = async (server: ReturnType<typeof serve>, message: Buffer) =>
    see((await server.responder.respond(message, clientOf())) as Uint8Array);

  it('is answered with a cookie, and the cookie confirmed', async () => {
    const server = serve({ rows });
    const first = await send(server, bare(withCookie(CLIENT)));
    expect(first).toMatchObject({ rcode: 0, answer: [], authority: [] });
    expect(first.bytes.readUInt16BE(0)).toBe(QUERY_ID);
    expect(first.bytes.readUInt16BE(4)).toBe(0);
    const cookie = cookieOf(first) as string;
    expect(cookie).toMatch(/^0123456789abcdef01000000.{24}$/);
    const second = await send(server, bare(withCookie(cookie)));
    expect([second.rcode, cookieOf(second)]).toEqual([0, cookie]);
  });

  it('has BADCOOKIE when the server cookie is bad', async () => {
    const seen = await send(serve({ rows }), bare(withCookie(`${CLIENT}${'00'.repeat(16)}`)));
    expect([seen.rcode, cookieOf(seen)?.length]).toEqual([23, 48]);
  });

  it.each<[string, ReturnType<typeof serve>, AskOptions]>([
    ['no cookie', serve({ rows }), {}],
    ['another option', serve({ rows }), { ednsOptions: [{ code: 3, data: Buffer.alloc(0) }] }],
    ['a malformed cookie', serve({ rows }), withCookie('01')],
    ['cookies off', serve({ rows, protocol: { cookies: false } }), withCookie(CLIENT)],
  ])('is a format error with %s (RFC 9619 §4)', async (_, server, options) => {
    const seen = await send(server, bare(options));
    expect([seen.rcode, seen.opt?.options]).toEqual([1, []]);
  });

  it('of another EDNS version is BADVERS', async () => {
    const seen = await send(serve({ rows }), bare({ ...withCookie(CLIENT), ednsVersion: 1 }));
    expect(seen.rcode).toBe(16);
  });
});
