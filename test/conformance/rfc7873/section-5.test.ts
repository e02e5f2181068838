/** RFC 7873 §5 and RFC 9018 §4: cookies, by dig and by octets. */
import { describe, expect, it } from 'vitest';
import { query, type Seen } from '../../dns/ask.ts';
import { referenceAgent } from '../../support/reference-agent.ts';
import { askWire, WIRE_TRANSPORTS, type WireTransport } from '../../support/wire-client.ts';

const agent = referenceAgent();
const COOKIE = 10;
const CLIENT = '0123456789abcdef';

function cookieOf({ opt }: Seen): Buffer | undefined {
  const options = (opt?.options ?? []) as readonly { code: number; data: Buffer }[];
  return options.find(({ code }) => code === COOKIE)?.data;
}

function asked(cookie: Buffer, text = 'A web.service.consul'): Buffer {
  return query(text, { edns: 1232, ednsOptions: [{ code: COOKIE, data: cookie }] });
}

async function fresh(transport: WireTransport = 'udp'): Promise<Buffer> {
  const cookie = cookieOf(await askWire(agent.dns, asked(Buffer.from(CLIENT, 'hex')), transport));
  if (cookie === undefined) throw new Error('no cookie');
  return cookie;
}

describe('RFC 7873 §5.2, what a server does', () => {
  it.each(WIRE_TRANSPORTS)(
    '§5.2.3: a client cookie gets a server cookie over %s',
    async (transport) => {
      const cookie = await fresh(transport);
      expect(cookie.length).toBe(24);
      expect(cookie.toString('hex', 0, 8)).toBe(CLIENT);
      // RFC 9018 §4: VERSION 1, RESERVED 0, TIMESTAMP in seconds, HASH.
      expect(cookie.toString('hex', 8, 12)).toBe('01000000');
      expect(Math.abs(cookie.readUInt32BE(12) - Date.now() / 1000)).toBeLessThan(300);
    },
  );

  it('§5.2.5: its own cookie, sent back, is good: it is answered and returned', async () => {
    const cookie = await fresh();
    for (const transport of WIRE_TRANSPORTS) {
      const seen = await askWire(agent.dns, asked(cookie), transport);
      expect([seen.rcode, seen.answer.length]).toEqual([0, 1]);
      expect(cookieOf(seen)?.toString('hex')).toBe(cookie.toString('hex'));
    }
  });

  it('§5.2.4: a server cookie that is not ours gets a fresh one', async () => {
    const good = await fresh();
    for (const at of [8, 12, 16, 23]) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ 0x55;
      const seen = await askWire(agent.dns, asked(bad));
      const cookie = cookieOf(seen);
      expect([cookie?.length, cookie?.toString('hex', 0, 8)]).toEqual([24, CLIENT]);
      expect(cookie?.equals(bad)).toBe(false);
      // Either the answer, or BADCOOKIE (23) with the cookie to come back with.
      expect([0, 23]).toContain(seen.rcode);
    }
  });

  it('§4.2: nor is one that was made for another client cookie', async () => {
    const moved = await fresh();
    moved[0] = (moved[0] as number) ^ 1;
    expect(cookieOf(await askWire(agent.dns, asked(moved)))?.equals(moved)).toBe(false);
  });

  it.each([16, 17, 23, 25, 32, 40])(
    '§5.2.4: a cookie of %d octets is well formed, and not ours',
    async (length) => {
      const seen = await askWire(agent.dns, asked(Buffer.alloc(length, 1)));
      expect([0, 23]).toContain(seen.rcode);
      expect(cookieOf(seen)?.length).toBe(24);
    },
  );

  const malformed = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 41, 100];
  it.each(malformed)('§5.2.2: %d octets are a format error', async (length) => {
    for (const transport of WIRE_TRANSPORTS) {
      const seen = await askWire(agent.dns, asked(Buffer.alloc(length, 1)), transport);
      expect([seen.rcode, seen.answer]).toEqual([1, []]);
    }
  });

  it('§5.2.1: without the option there is none in the reply', async () => {
    const seen = await askWire(agent.dns, query('A web.service.consul', { edns: 1232 }));
    expect([seen.rcode, cookieOf(seen)]).toEqual([0, undefined]);
  });

  it('§5.2: every rcode has it', async () => {
    for (const [text, rcode] of [
      ['A nosuch.consul', 3],
      ['MX web.service.consul', 0],
      ['A www.example.com', 5],
      ['AXFR consul', 4],
    ] as const) {
      const seen = await askWire(agent.dns, asked(Buffer.from(CLIENT, 'hex'), text));
      expect([seen.rcode, cookieOf(seen)?.length]).toEqual([rcode, 24]);
    }
  });
});

describe('RFC 7873 §5.4, querying for a server cookie', () => {
  /** A header and an OPT: no question. */
  function onlyCookie(cookie: Buffer): Buffer {
    const whole = asked(cookie);
    const header = Buffer.from(whole.subarray(0, 12));
    header.writeUInt16BE(0, 4);
    return Buffer.concat([header, whole.subarray(query('A web.service.consul').length)]);
  }

  it.each(WIRE_TRANSPORTS)(
    'QDCOUNT 0 with a cookie is NOERROR with one over %s',
    async (transport) => {
      const seen = await askWire(agent.dns, onlyCookie(Buffer.from(CLIENT, 'hex')), transport);
      expect([seen.rcode, seen.answer, cookieOf(seen)?.length]).toEqual([0, [], 24]);
      expect(seen.bytes.readUInt16BE(4)).toBe(0);
    },
  );

  it('with the one it got, too; with a malformed one it is a format error', async () => {
    const seen = await askWire(agent.dns, onlyCookie(await fresh()));
    expect([seen.rcode, cookieOf(seen)?.length]).toEqual([0, 24]);
    expect((await askWire(agent.dns, onlyCookie(Buffer.alloc(5)))).rcode).toBe(1);
  });
});

describe('dig with cookies', () => {
  it('calls the cookie good, and what it learned is good again', async () => {
    for (const transport of ['+notcp', '+tcp']) {
      const first = await agent.dig(`web.service.consul A +cookie=${CLIENT} ${transport}`);
      const [line = ''] = first.edns?.options ?? [];
      expect(line).toMatch(new RegExp(`^COOKIE: ${CLIENT}01000000[0-9a-f]{24} \\(good\\)$`));
      const cookie = line.split(' ')[1];
      const second = await agent.dig(`web.service.consul A +cookie=${cookie} ${transport}`);
      expect(second).toMatchObject({ status: 'NOERROR', edns: { options: [line] } });
    }
  });
});
