/** RFC 1034 §3.6.2 and §4.3.2: which records a name server answers, from the catalog and from master files. */
import { describe, expect, it } from 'vitest';
import { referenceAgent, SOA_MINIMUM } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();
const soa = new RegExp(`^consul\\. ${SOA_MINIMUM} IN SOA `);

describe('RFC 1034 §3.6.2, aliases', () => {
  const chain = [
    'chain.consul. 60 IN CNAME alias.consul.',
    'alias.consul. 60 IN CNAME www.consul.',
  ];
  digTable(agent, [
    [
      '"restarts the query at the domain name specified in the data field"',
      'chain.consul A',
      {
        has: 'aa',
        answers: [...chain, 'www.consul. 60 IN A 192.0.2.1', 'www.consul. 60 IN A 192.0.2.2'],
      },
    ],
    [
      'the restart asks for the same type',
      'chain.consul AAAA',
      { has: 'aa', answers: [...chain, 'www.consul. 60 IN AAAA 2001:db8::1'] },
    ],
    [
      '"except when … the query type matches CNAME"',
      'chain.consul CNAME',
      { answers: chain.slice(0, 1) },
    ],
    [
      'an alias of a live service leads to it',
      'live.consul A',
      {
        answers: [
          'live.consul. 60 IN CNAME web.service.consul.',
          'web.service.consul. 0 IN A 127.0.0.1',
        ],
      },
    ],
    [
      'a chain that ends at a name without the type is NODATA, with the chain',
      'chain.consul MX',
      { answers: chain, authority: [soa] },
    ],
    [
      'a chain that ends nowhere is a name error (RFC 6604 §3), with the chain',
      'lost.consul A',
      {
        status: 'NXDOMAIN',
        answers: ['lost.consul. 60 IN CNAME nowhere.service.consul.'],
        authority: [soa],
      },
    ],
    [
      '"CNAME chains should be followed and CNAME loops signalled": each link once',
      'loop-a.consul A',
      {
        answers: [
          'loop-a.consul. 60 IN CNAME loop-b.consul.',
          'loop-b.consul. 60 IN CNAME loop-a.consul.',
        ],
      },
    ],
    [
      'DNAME (RFC 6672 §3.2): the record, the alias made of it, and what is there',
      'x.old.example.org A',
      {
        answers: [
          'old.example.org. 300 IN DNAME new.example.org.',
          'x.old.example.org. 300 IN CNAME x.new.example.org.',
          'x.new.example.org. 300 IN A 198.51.100.2',
        ],
      },
    ],
    [
      'DNAME, ANY: the alias goes with the record that it was made from (RFC 6672 §3.1)',
      'x.old.example.org ANY',
      {
        answers: [
          'old.example.org. 300 IN DNAME new.example.org.',
          'x.old.example.org. 300 IN CNAME x.new.example.org.',
        ],
      },
    ],
    [
      'DNAME (RFC 6672 §2.2): a name that becomes too long is YXDOMAIN, with the DNAME',
      `${Array(4).fill('a'.repeat(56)).join('.')}.t.example.org A`,
      {
        status: 'YXDOMAIN',
        has: 'aa',
        answers: [`t.example.org. 300 IN DNAME ${'long'.repeat(15)}.new.example.org.`],
      },
    ],
  ]);
});

describe('RFC 1034 §4.3.2, the algorithm', () => {
  const referral = {
    lacks: 'aa',
    answers: [],
    authority: ['lab.consul. 60 IN NS ns1.lab.consul.'],
    additional: ['ns1.lab.consul. 60 IN A 192.0.2.53'],
  };
  digTable(agent, [
    [
      'step 3a: "if the whole of QNAME is matched": the records of the type, and AA',
      'www.consul A',
      {
        has: 'aa',
        answers: ['www.consul. 60 IN A 192.0.2.1', 'www.consul. 60 IN A 192.0.2.2'],
      },
    ],
    ['step 3a: a live name likewise', 'web.service.consul A', { has: 'aa' }],
    [
      'step 3a: no record of that type is NODATA',
      'www.consul MX',
      { answers: [], authority: [soa] },
    ],
    [
      'step 3a: a live name without the type is NODATA',
      'web.service.consul MX',
      { has: 'aa', answers: [], authority: [soa] },
    ],
    ['step 3b: a cut is a referral with glue, without AA', 'host.lab.consul A', referral],
    ['step 3b: at the cut itself too', 'lab.consul A', referral],
    ['step 3b: glue is not answered with authority', 'ns1.lab.consul A', referral],
    [
      'step 3c: no such name is NXDOMAIN with AA',
      'nosuch.consul A',
      { status: 'NXDOMAIN', has: 'aa', answers: [], authority: [soa] },
    ],
    [
      'step 3c: whatever the type',
      'nosuch.service.consul TYPE65400',
      { status: 'NXDOMAIN', has: 'aa', answers: [], authority: [soa] },
    ],
    [
      'step 3c: "*" gives its records under the name that was asked',
      'any.name.wild.consul A',
      { has: 'aa', answers: ['any.name.wild.consul. 60 IN A 192.0.2.42'] },
    ],
    [
      'step 3c: "*" without the type is NODATA',
      'x.wild.consul MX',
      { answers: [], authority: [soa] },
    ],
    [
      'RFC 4592 §2.2.2: an empty non-terminal exists',
      'b.deep.consul A',
      { has: 'aa', answers: [], authority: [soa] },
    ],
    [
      'step 2: "the nearest ancestor zone": another zone has its own SOA',
      'nosuch.example.org A',
      {
        status: 'NXDOMAIN',
        authority: [/^example\.org\. 300 IN SOA ns1\.example\.org\. /],
      },
    ],
    [
      'step 4: no zone and no recursor is REFUSED, without AA',
      'www.example.com A',
      { status: 'REFUSED', lacks: 'aa ra', answers: [], authority: [] },
    ],
    [
      'step 6: addresses that an SRV record leads to are added',
      '_ldap._tcp.consul SRV',
      {
        answers: ['_ldap._tcp.consul. 60 IN SRV 0 5 389 www.consul.'],
        additional: [
          'www.consul. 60 IN A 192.0.2.1',
          'www.consul. 60 IN A 192.0.2.2',
          'www.consul. 60 IN AAAA 2001:db8::1',
        ],
      },
    ],
  ]);
});

describe('RFC 1034 §4.2.1, the apex', () => {
  it('has one SOA, which every negative answer carries with the same serial', async () => {
    const [record] = (await agent.dig('consul SOA')).answers;
    const serial = (line: string | undefined): string | undefined => line?.split(' ')[6];
    expect(serial(record)).toMatch(/^\d+$/);
    for (const args of ['nosuch.consul A', 'www.consul MX', 'nosuch.node.consul A']) {
      expect(serial((await agent.dig(args)).authority[0])).toBe(serial(record));
    }
  });

  it('names servers, each of which has an address', async () => {
    const { answers } = await agent.dig('consul NS');
    expect(answers.length).toBeGreaterThan(0);
    for (const line of answers) {
      const server = line.split(' ').at(-1) ?? '';
      expect((await agent.dig(`${server} A`)).answers).toHaveLength(1);
    }
  });
});
