/** RFC 3597: types and classes that nobody knows yet. */
import { describe, expect, it } from 'vitest';
import { query } from '../../dns/ask.ts';
import { referenceAgent, SOA_MINIMUM } from '../../support/reference-agent.ts';
import { exchange, WIRE_TRANSPORTS } from '../../support/wire-client.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();
const soa = new RegExp(`^consul\\. ${SOA_MINIMUM} IN SOA `);

describe('RFC 3597 §3, transparency', () => {
  digTable(agent, [
    [
      'RDATA of an unknown type',
      'odd.consul TYPE65400',
      { has: 'aa', answers: [String.raw`odd.consul. 60 IN TYPE65400 \# 4 DEADBEEF`] },
    ],
    [
      'RDATA of no octets',
      'empty.consul TYPE65401',
      { has: 'aa', answers: [String.raw`empty.consul. 60 IN TYPE65401 \# 0`] },
    ],
    [
      'ANY has them as well',
      'odd.consul ANY',
      { answers: [String.raw`odd.consul. 60 IN TYPE65400 \# 4 DEADBEEF`] },
    ],
    [
      'an unknown type is asked for like any other: no data',
      'web.service.consul TYPE65400',
      { question: 'web.service.consul. IN TYPE65400', answers: [], authority: [soa] },
    ],
    [
      'or no such name',
      'nosuch.service.consul TYPE65400',
      { status: 'NXDOMAIN', question: 'nosuch.service.consul. IN TYPE65400', authority: [soa] },
    ],
    [
      'an unknown class is echoed and not served',
      'web.service.consul TYPE1 CLASS4242',
      { status: 'REFUSED', question: 'web.service.consul. CLASS4242 A', answers: [] },
    ],
    [
      'both unknown',
      'odd.consul TYPE65400 CLASS65279',
      { status: 'REFUSED', question: 'odd.consul. CLASS65279 TYPE65400', answers: [] },
    ],
  ]);
});

describe('RFC 3597 §5, text representation', () => {
  digTable(agent, [
    [
      'a known type written as an unknown one is the known one',
      'generic.consul A',
      { answers: ['generic.consul. 60 IN A 192.0.2.9'] },
    ],
    ['"TYPE1" in a question is A', 'generic.consul TYPE1', { question: 'generic.consul. IN A' }],
  ]);
});

describe('RFC 3597 §4, domain name compression', () => {
  /** The RDATA of the only answer, which begins behind the question, a pointer and ten octets. */
  async function rdata(question: string, transport: 'udp' | 'tcp'): Promise<Buffer> {
    const asked = query(question);
    const reply = await exchange(agent.dns, asked, transport);
    expect(reply.readUInt16BE(6)).toBe(1);
    const at = asked.length + 10;
    return reply.subarray(at + 2, at + 2 + reply.readUInt16BE(at));
  }

  it.each(WIRE_TRANSPORTS)(
    'none in an unknown type: its octets as they are, over %s',
    async (transport) => {
      expect((await rdata('TYPE65400 odd.consul', transport)).toString('hex')).toBe('deadbeef');
    },
  );

  it.each([
    ['SRV _ldap._tcp.consul', '\x03www\x06consul\0'],
    ['SVCB svcb.consul', '\x03www\x06consul\0'],
    ['NAPTR naptr.consul', '\0'],
  ])('"MUST NOT" be used in types beyond RFC 1035: %s', async (question, name) => {
    const octets = await rdata(question, 'udp');
    expect(octets.includes(Buffer.from(name, 'latin1'))).toBe(true);
    expect(octets.includes(0xc0)).toBe(false);
  });
});
