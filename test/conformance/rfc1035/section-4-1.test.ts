/** RFC 1035 §2.3.4, §4.1.1, §4.1.2 and §4.2: limits of names, the header, the question, the transports. */
import { describe, expect, it } from 'vitest';
import { QUERY_ID, query } from '../../dns/ask.ts';
import { DB_COUNT, referenceAgent } from '../../support/reference-agent.ts';
import { askWire, exchange, isDropped, WIRE_TRANSPORTS } from '../../support/wire-client.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();

/** A query for type A of a name given as raw octets. */
function rawQuery(name: Buffer, fields: { readonly flags?: number; readonly count?: number } = {}) {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(QUERY_ID, 0);
  header.writeUInt16BE(fields.flags ?? 0x0100, 2);
  header.writeUInt16BE(fields.count ?? 1, 4);
  return Buffer.concat([header, name, Buffer.from([0, 1, 0, 1])]);
}

const label = (octets: number, fill = 'x'): Buffer =>
  Buffer.concat([Buffer.from([octets]), Buffer.alloc(octets, fill)]);
const consul = Buffer.from('\x06consul\0', 'latin1');

describe('RFC 1035 §4.1.1, the header', () => {
  digTable(agent, [
    ['AA: "the responding name server is an authority"', 'web.service.consul A', { has: 'qr aa' }],
    ['AA is not set for what is not ours', 'www.example.com A', { status: 'REFUSED', lacks: 'aa' }],
    ['RD: "is copied into the response"', 'web.service.consul A +rec', { has: 'rd', lacks: 'ra' }],
    ['RD is not set when it was not asked', 'web.service.consul A +norec', { lacks: 'rd ra' }],
    ['AD is not claimed', 'web.service.consul A +adflag', { lacks: 'ad' }],
    ['CD is copied (RFC 4035 §3.1.6)', 'web.service.consul A +cdflag', { has: 'cd' }],
    ['Z: "must be zero": dig would warn', 'web.service.consul A +zflag', { lacks: 'z' }],
  ]);

  it.each(WIRE_TRANSPORTS)('ID: "is copied": every id over %s', async (transport) => {
    for (const id of [0, 1, 0x7fff, 0x8000, 0xffff]) {
      const message = query('A web.service.consul');
      message.writeUInt16BE(id, 0);
      expect((await exchange(agent.dns, message, transport)).readUInt16BE(0)).toBe(id);
    }
  });

  it.each(WIRE_TRANSPORTS)(
    'RCODE 4 for every opcode that is not QUERY over %s',
    async (transport) => {
      for (let opcode = 1; opcode < 16; opcode++) {
        const message = query('A web.service.consul', { flags: opcode << 11 });
        const reply = await exchange(agent.dns, message, transport);
        const flags = reply.readUInt16BE(2);
        expect([opcode, (flags >>> 11) & 15, flags & 15, flags >>> 15]).toEqual([
          opcode,
          opcode,
          4,
          1,
        ]);
      }
    },
  );

  it('QR: a response is never answered', async () => {
    const response = query('A web.service.consul', { flags: 0x8000 });
    const good = query('A web.service.consul');
    good.writeUInt16BE(99, 0);
    expect(await isDropped(agent.dns, response, good)).toBe(true);
    expect(await isDropped(agent.dns, query('A web.service.consul').subarray(0, 11), good)).toBe(
      true,
    );
  });

  it('TC: "due to length greater than that permitted", and not over TCP', async () => {
    const udp = await agent.dig('db.service.consul A +noedns +ignore');
    expect(udp.flags).toContain('tc');
    expect(udp.answers.length).toBeLessThan(DB_COUNT);
    const tcp = await agent.dig('db.service.consul A +noedns +tcp');
    expect(tcp.flags).not.toContain('tc');
    expect(new Set(tcp.answers).size).toBe(DB_COUNT);
    // dig without +ignore sees TC and comes back over TCP by itself.
    expect((await agent.dig('db.service.consul A +noedns')).answers).toHaveLength(DB_COUNT);
  });
});

describe('RFC 1035 §4.1.2, the question', () => {
  digTable(agent, [
    [
      'comes back in the case it was asked in',
      'wEb.SERVICE.Consul A',
      { question: 'wEb.SERVICE.Consul. IN A', answers: ['wEb.SERVICE.Consul. 0 IN A 127.0.0.1'] },
    ],
    [
      'comes back with a name error too',
      'NoSuch.service.consul TYPE999',
      { status: 'NXDOMAIN', question: 'NoSuch.service.consul. IN TYPE999' },
    ],
    [
      'comes back when refused',
      'WWW.example.COM MX',
      { status: 'REFUSED', question: 'WWW.example.COM. IN MX' },
    ],
    [
      'QCLASS CH is not served here',
      'web.service.consul A CH',
      { status: 'REFUSED', question: 'web.service.consul. CH A', lacks: 'aa', answers: [] },
    ],
    [
      'QCLASS ANY is answered, without AA (§6.2)',
      'web.service.consul A CLASS255',
      {
        question: 'web.service.consul. ANY A',
        answers: ['web.service.consul. 0 IN A 127.0.0.1'],
        lacks: 'aa',
      },
    ],
  ]);

  const counts = [0, 2, 65_535];
  it.each(counts)('with QDCOUNT %d is FORMERR (RFC 9619 §4)', async (count) => {
    for (const transport of WIRE_TRANSPORTS) {
      const message = rawQuery(consul, { count });
      expect(await askWire(agent.dns, message, transport)).toMatchObject({ rcode: 1, answer: [] });
    }
  });
});

describe('RFC 1035 §2.3.4, size limits', () => {
  it('labels: 63 octets are a name, 64 a format error', async () => {
    const of = (octets: number): Buffer => rawQuery(Buffer.concat([label(octets), consul]));
    expect((await askWire(agent.dns, of(63))).rcode).toBe(3);
    expect((await askWire(agent.dns, of(64))).rcode).toBe(1);
  });

  it('names: 255 octets are a name, 256 a format error', async () => {
    const of = (last: number): Buffer =>
      rawQuery(Buffer.concat([label(63), label(63), label(63), label(last), consul]));
    // 3 * 64 + 1 + last + 8
    expect((await askWire(agent.dns, of(54))).rcode).toBe(3);
    expect((await askWire(agent.dns, of(55))).rcode).toBe(1);
  });

  it.each([
    ['a pointer in the question', Buffer.from([0xc0, 12])],
    ['a pointer into the header', Buffer.from([0xc0, 0])],
    ['a pointer past the end', Buffer.from([0xff, 0xff])],
    ['the label type 01', Buffer.from([0x41, 0, 0])],
    ['the label type 10', Buffer.from([0x81, 0, 0])],
    ['a label past the end', Buffer.from([60, 1, 2])],
  ])('%s is a format error', async (_, name) => {
    for (const transport of WIRE_TRANSPORTS) {
      const seen = await askWire(agent.dns, rawQuery(name), transport);
      expect(seen).toMatchObject({ rcode: 1, answer: [], authority: [], additional: [] });
    }
  });

  it('UDP messages: "512 octets or less" without EDNS, whatever is asked', async () => {
    for (const args of [
      'db.service.consul A',
      'db.service.consul SRV',
      'db.service.consul ANY +notcp',
    ]) {
      const { bytes } = await agent.dig(`${args} +noedns +ignore`);
      expect([args, bytes <= 512]).toEqual([args, true]);
    }
  });
});

describe('RFC 1035 §3.3 and §3.4, RDATA', () => {
  digTable(agent, [
    [
      'MX',
      'mail.consul MX',
      {
        answers: [
          'mail.consul. 60 IN MX 10 www.consul.',
          'mail.consul. 60 IN MX 20 mx.example.org.',
        ],
      },
    ],
    [
      'TXT: character-strings and their escapes',
      'text.consul TXT',
      { answers: ['text.consul. 60 IN TXT "one" "two words" "\\"quoted\\\\"'] },
    ],
    ['HINFO', 'hinfo.consul HINFO', { answers: ['hinfo.consul. 60 IN HINFO "CPU" "OS"'] }],
    [
      'PTR, §3.5',
      '1.0.1.10.in-addr.arpa PTR',
      { has: 'aa', answers: ['1.0.1.10.in-addr.arpa. 0 IN PTR db1.node.dc1.consul.'] },
    ],
    [
      'AAAA (RFC 3596)',
      'six.service.consul AAAA',
      { answers: ['six.service.consul. 0 IN AAAA 2001:db8::6'] },
    ],
    [
      'SRV (RFC 2782)',
      'own.service.consul SRV',
      { answers: ['own.service.consul. 0 IN SRV 1 1 81 c000020a.addr.dc1.consul.'] },
    ],
  ]);
});
