/** RFC 2308 §2 to §5 over the wire: every negative answer of every source has its zone's SOA and may be kept. */
import { describe, expect, it } from 'vitest';
import { referenceAgent, SOA_MINIMUM, SOA_TTL } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();
const soa = new RegExp(`^consul\\. ${SOA_MINIMUM} IN SOA ns\\.consul\\. .* ${SOA_MINIMUM}$`);
const nameError = { status: 'NXDOMAIN', has: 'aa', lacks: 'tc', answers: [], authority: [soa] };
const noData = { status: 'NOERROR', has: 'aa', lacks: 'tc', answers: [], authority: [soa] };

describe('RFC 2308 §2.1, name error', () => {
  digTable(agent, [
    ['a service', 'nosuch.service.consul A', nameError],
    ['a tag', 'v9.web.service.consul SRV', nameError],
    ['an instance that is critical', 'sick.service.consul A', nameError],
    ['a node', 'nosuch.node.consul A', nameError],
    ['an address that is none', 'xyz.addr.consul A', nameError],
    ['a datacenter', 'web.service.dc9.consul A', nameError],
    ['a query', 'nosuch.query.consul A', nameError],
    ['a name of no kind', 'nosuch.consul TXT', nameError],
    ['without EDNS', 'nosuch.service.consul A +noedns', nameError],
  ]);
});

describe('RFC 2308 §2.2, no data', () => {
  digTable(agent, [
    ['a service of the other family', 'web.service.consul AAAA', noData],
    ['a service and a type that none has', 'web.service.consul MX', noData],
    ['a node of the other family', 'six.node.consul A', noData],
    ['an addr name of the other family', '0a000001.addr.consul AAAA', noData],
    ['a record of a master file', 'www.consul MX', noData],
    ['the apex', 'consul A', noData],
    ['a name that only has others below it', 'service.consul A', noData],
    ['a wildcard', 'x.wild.consul MX', noData],
    ['without EDNS', 'web.service.consul AAAA +noedns', noData],
  ]);
});

describe('RFC 2308 §3', () => {
  it('"the TTL of this record is set from the minimum of the MINIMUM field … and the TTL of the SOA itself"', async () => {
    // The SOA is written with a larger TTL than its MINIMUM, example.org with a smaller one.
    expect(SOA_TTL).toBeGreaterThan(SOA_MINIMUM);
    expect((await agent.dig('nosuch.consul A')).authority[0]).toMatch(soa);
    expect((await agent.dig('nosuch.example.org A')).authority[0]).toMatch(
      /^example\.org\. 300 IN SOA .* 900$/,
    );
  });

  it('§3: the SOA is that of the zone the name is in, not of one above', async () => {
    const { authority } = await agent.dig('nosuch.www.example.org A');
    expect(authority).toEqual([expect.stringMatching(/^example\.org\. /)]);
  });

  it('§2.2.1: "the authority section contains … a referral" is told from no data by its NS', async () => {
    const { authority, flags } = await agent.dig('x.lab.consul A');
    expect(authority).toEqual([expect.stringContaining(' NS ')]);
    expect(flags).not.toContain('aa');
  });
});
