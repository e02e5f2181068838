/** RFC 8906 §8: the tests that it has a server pass, in its order, over UDP and TCP with real dig. */
import { describe, expect, it } from 'vitest';
import { query } from '../../dns/ask.ts';
import { referenceAgent } from '../../support/reference-agent.ts';
import { askWire, WIRE_TRANSPORTS } from '../../support/wire-client.ts';
import { type DigRow, digTable } from '../dig-table.ts';

const agent = referenceAgent();

describe('RFC 8906 §8.1, basic DNS', () => {
  const soa = { has: 'qr aa', lacks: 'tc ra ad', status: 'NOERROR' };
  const rows: DigRow[] = [
    ['§8.1.1: is the server configured for the zone', 'consul SOA +noedns +noad +norec', soa],
    ['§8.1.2: an unknown type', 'consul TYPE1000 +noedns +noad +norec', { ...soa, answers: [] }],
    ['§8.1.3.1: CD', 'consul SOA +noedns +noad +norec +cd', soa],
    ['§8.1.3.2: AD, which is not claimed', 'consul SOA +noedns +ad +norec', soa],
    [
      '§8.1.3.3: the reserved bit is not copied',
      'consul SOA +noedns +noad +norec +zflag',
      { ...soa, lacks: 'z' },
    ],
    [
      '§8.1.3.4: RD, without RA in the answer',
      'consul SOA +noedns +noad +rec',
      { ...soa, has: 'qr aa rd' },
    ],
    ['§8.1.5: TCP', 'consul SOA +noedns +noad +norec +tcp', soa],
  ];
  digTable(agent, rows);

  it.each(WIRE_TRANSPORTS)(
    '§8.1.4: "+noedns +noad +opcode=15 +norec +header-only" over %s',
    async (transport) => {
      const header = query('SOA consul', { flags: 15 << 11 }).subarray(0, 12);
      header.writeUInt16BE(0, 4);
      const seen = await askWire(agent.dns, Buffer.from(header), transport);
      expect(seen).toMatchObject({
        rcode: 4,
        answer: [],
        authority: [],
        aa: false,
        rd: false,
        ad: false,
      });
      expect((seen.bytes.readUInt16BE(2) >>> 11) & 15).toBe(15);
    },
  );

  it.each([0, 1])(
    '§8.1.4: an unknown opcode with %d question is NOTIMP by dig too',
    async (count) => {
      const only = count === 0 ? ' +header-only' : '';
      for (const transport of ['+notcp', '+tcp']) {
        const args = `consul SOA +noedns +noad +norec +opcode=15${only} ${transport}`;
        expect((await agent.dig(args)).status).toBe('NOTIMP');
      }
    },
  );

  it.each(WIRE_TRANSPORTS)(
    '§3.1.3: each of the reserved bits of a query is ignored over %s',
    async (transport) => {
      // QR makes it a reply; the opcode has tests of its own.
      for (const bit of [0x0400, 0x0200, 0x0080, 0x0040, 0x000f]) {
        const seen = await askWire(
          agent.dns,
          query('A web.service.consul', { flags: bit }),
          transport,
        );
        expect([bit, seen.rcode, seen.tc, seen.ra, seen.answer.length]).toEqual([
          bit,
          0,
          false,
          false,
          1,
        ]);
        expect(seen.bytes.readUInt16BE(2) & 0x0040).toBe(0);
      }
    },
  );
});

describe('RFC 8906 §8.2, extended DNS', () => {
  const rows: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['§8.2.1: minimal EDNS', '+edns=0 +nocookie', 'NOERROR', []],
    ['§8.2.2: another version', '+edns=1 +noednsneg +nocookie', 'BADVERS', []],
    ['§8.2.3: an unknown option', '+edns=0 +nocookie +ednsopt=100', 'NOERROR', []],
    ['§8.2.4: an unknown flag', '+edns=0 +nocookie +ednsflags=0x40', 'NOERROR', []],
    [
      '§8.2.5: another version with an unknown flag',
      '+edns=1 +noednsneg +nocookie +ednsflags=0x40',
      'BADVERS',
      [],
    ],
    [
      '§8.2.6: another version with an unknown option',
      '+edns=1 +noednsneg +nocookie +ednsopt=100',
      'BADVERS',
      [],
    ],
    ['§8.2.8: DO', '+edns=0 +nocookie +dnssec', 'NOERROR', ['do']],
    ['§8.2.9: another version with DO', '+edns=1 +noednsneg +nocookie +dnssec', 'BADVERS', ['do']],
    [
      '§8.2.10: several defined options',
      '+edns=0 +cookie +nsid +expire +subnet=0.0.0.0/0',
      'NOERROR',
      [],
    ],
  ];

  it.each(rows)('%s: dig %s', async (_, args, status, flags) => {
    const asked = `consul SOA ${args} +noad +norec`;
    for (const dug of await agent.digAll(`${asked} +notcp`, `${asked} +tcp`)) {
      expect(dug, dug.text).toMatchObject({ status, edns: { version: 0, flags } });
      expect(dug.answers).toHaveLength(status === 'NOERROR' ? 1 : 0);
      expect(dug.edns?.options.join()).not.toMatch(/OPT=/);
    }
  });

  it('§8.2.7: truncated UDP answers have their OPT', async () => {
    const dug = await agent.dig('db.service.consul SRV +norec +dnssec +bufsize=512 +ignore +notcp');
    expect(dug).toMatchObject({ status: 'NOERROR', edns: { version: 0, flags: ['do'] } });
    expect([dug.flags.includes('tc'), dug.bytes <= 512]).toEqual([true, true]);
  });
});
