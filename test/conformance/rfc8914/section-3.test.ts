/** RFC 8914: what is refused, denied or cut says why, in a code and in words, to clients with EDNS. */
import { describe, expect, it } from 'vitest';
import { query, type Seen } from '../../dns/ask.ts';
import { referenceAgent } from '../../support/reference-agent.ts';
import { askWire, WIRE_TRANSPORTS } from '../../support/wire-client.ts';

const agent = referenceAgent();
const EXTENDED_ERROR = 15;

interface Explained {
  readonly code: number;
  readonly text: string;
}

/** RFC 8914 §2: INFO-CODE (16) EXTRA-TEXT, in each option of that code. */
function extendedErrors({ opt }: Seen): Explained[] {
  const options = (opt?.options ?? []) as readonly { code: number; data: Buffer }[];
  return options
    .filter(({ code }) => code === EXTENDED_ERROR)
    .map(({ data }) => ({ code: data.readUInt16BE(0), text: data.subarray(2).toString() }));
}

const negative: readonly (readonly [string, string, number])[] = [
  ['NXDOMAIN, no such service', 'A nosuch.service.consul', 3],
  ['NXDOMAIN, no healthy instance', 'A sick.service.consul', 3],
  ['NXDOMAIN, no such tag', 'SRV v9.web.service.consul', 3],
  ['NXDOMAIN, no such node', 'A nosuch.node.consul', 3],
  ['NXDOMAIN, no such datacenter', 'A web.service.dc9.consul', 3],
  ['NXDOMAIN, no address', 'A xyz.addr.consul', 3],
  ['NODATA, a service', 'AAAA web.service.consul', 0],
  ['NODATA, a type', 'MX web.service.consul', 0],
  ['NODATA, a node', 'A six.node.consul', 0],
  ['NXDOMAIN, in a master file', 'A nosuch.example.org', 3],
  ['NODATA, the apex', 'A consul', 0],
  ['NODATA, in a master file', 'MX www.consul', 0],
  ['REFUSED, nobody’s name', 'A www.example.com', 5],
  ['NOTIMP, a transfer', 'AXFR consul', 4],
  ['NOTIMP, an incremental transfer', 'IXFR consul', 4],
];

describe('RFC 8914 §3, "the EDE option can be included in any response"', () => {
  it.each(negative)('%s', async (_, question, rcode) => {
    for (const transport of WIRE_TRANSPORTS) {
      const seen = await askWire(agent.dns, query(question, { edns: 1232 }), transport);
      const said = extendedErrors(seen);
      expect([seen.rcode, seen.answer.length, said.length]).toEqual([rcode, 0, 1]);
      expect(said[0]?.text).toMatch(/^\S.*\S$/);
    }
  });

  it('REFUSED, another class', async () => {
    const seen = await askWire(agent.dns, query('A web.service.consul', { edns: 1232, class: 4 }));
    expect([seen.rcode, extendedErrors(seen).length]).toEqual([5, 1]);
  });

  it('texts tell apart what codes do not', async () => {
    const texts = new Set<string | undefined>();
    for (const [, question] of negative.slice(0, 6)) {
      const seen = await askWire(agent.dns, query(question, { edns: 1232 }));
      texts.add(extendedErrors(seen)[0]?.text);
    }
    expect(texts.size).toBeGreaterThanOrEqual(4);
  });

  it('a truncated answer says so where there is room', async () => {
    let said = 0;
    for (let edns = 512; edns <= 1232; edns += 24) {
      const seen = await askWire(agent.dns, query('SRV db.service.consul', { edns }));
      expect([seen.tc, seen.answer.length > 0, seen.bytes.length <= edns]).toEqual([
        true,
        true,
        true,
      ]);
      said += extendedErrors(seen).length;
    }
    expect(said).toBeGreaterThan(0);
  });
});

describe('RFC 8914 §2 and §3, where there is none', () => {
  it.each(['A nosuch.service.consul', 'A www.example.com', 'AXFR consul'])(
    'no option without an OPT in the query: %s',
    async (question) => {
      const seen = await askWire(agent.dns, query(question));
      expect([seen.opt, seen.rcode === 0]).toEqual([undefined, false]);
    },
  );

  it.each(['A web.service.consul', 'SRV web.service.consul', 'A www.consul', 'SOA consul'])(
    'a good answer needs no explanation: %s',
    async (question) => {
      const seen = await askWire(agent.dns, query(question, { edns: 1232 }));
      expect([seen.rcode, extendedErrors(seen)]).toEqual([0, []]);
    },
  );

  it('dig shows it', async () => {
    const { edns } = await agent.dig('www.example.com A +nocookie');
    expect(edns?.options).toEqual([
      expect.stringMatching(/^EDE: 20 \(Not Authoritative\): \(.+\)$/),
    ]);
  });
});
