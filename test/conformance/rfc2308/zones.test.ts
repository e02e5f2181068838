/** RFC 2308 for master files: which SOA a denial carries, for how long it may be kept, and what has none. */
import { describe } from 'vitest';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const zone = (soaTtl: number, minimum: number): string => `$TTL 600
@        ${soaTtl} SOA ns host 1 3600 600 86400 ${minimum}
@        NS    ns
ns       A     192.0.2.1
a.ent    A     192.0.2.2
*.wild   A     192.0.2.3
to-none  CNAME none
to-data  CNAME ns
other    CNAME none.minimum.test.
cut      NS    ns.cut
ns.cut   A     192.0.2.4
old      DNAME new
`;

const agent = referenceAgent({
  zones: {
    'minimum.test.zone': zone(900, 30),
    'ttl.test.zone': zone(20, 900),
    'zero.test.zone': zone(900, 0),
    'sub.minimum.test.zone': zone(900, 45),
  },
});

const soaOf = (apex: string, ttl: number, minimum: number): RegExp =>
  new RegExp(`^${apex.replaceAll('.', '\\.')}\\. ${ttl} IN SOA ns\\.${apex}\\. .* ${minimum}$`);
const soa = soaOf('minimum.test', 30, 30);
const noData = { has: 'aa', answers: [], authority: [soa] };
const nameError = { status: 'NXDOMAIN', ...noData };

describe('RFC 2308 §2.1, name error', () => {
  digTable(agent, [
    ['a name that is not there', 'none.minimum.test A', nameError],
    ['of any type', 'none.minimum.test TYPE65400', nameError],
    ['below a name that is', 'x.ns.minimum.test A', nameError],
    ['below an empty non-terminal', 'x.ent.minimum.test A', nameError],
    [
      'at the end of an alias: the alias, the rcode and SOA of its target',
      'to-none.minimum.test A',
      {
        status: 'NXDOMAIN',
        has: 'aa',
        answers: ['to-none.minimum.test. 600 IN CNAME none.minimum.test.'],
        authority: [soa],
      },
    ],
    [
      'at the end of a DNAME',
      'x.old.minimum.test A',
      {
        status: 'NXDOMAIN',
        answers: [
          'old.minimum.test. 600 IN DNAME new.minimum.test.',
          'x.old.minimum.test. 600 IN CNAME x.new.minimum.test.',
        ],
        authority: [soa],
      },
    ],
    [
      'an alias into another zone: the SOA of that zone',
      'other.ttl.test A',
      {
        status: 'NXDOMAIN',
        answers: ['other.ttl.test. 600 IN CNAME none.minimum.test.'],
        authority: [soa],
      },
    ],
    [
      'the SOA of the zone nearest to the name',
      'none.sub.minimum.test A',
      { status: 'NXDOMAIN', authority: [soaOf('sub.minimum.test', 45, 45)] },
    ],
  ]);
});

describe('RFC 2308 §2.2, no data', () => {
  digTable(agent, [
    ['a name without the type', 'ns.minimum.test AAAA', noData],
    ['the apex', 'minimum.test A', noData],
    ['an empty non-terminal', 'ent.minimum.test A', noData],
    ['a wildcard without the type', 'x.wild.minimum.test TXT', noData],
    [
      'at the end of an alias',
      'to-data.minimum.test TXT',
      {
        has: 'aa',
        answers: ['to-data.minimum.test. 600 IN CNAME ns.minimum.test.'],
        authority: [soa],
      },
    ],
    [
      '§2.2: a referral has NS and no SOA, and so is none',
      'x.cut.minimum.test A',
      { lacks: 'aa', authority: ['cut.minimum.test. 600 IN NS ns.cut.minimum.test.'] },
    ],
  ]);
});

describe('RFC 2308 §3 and §5, the TTL of a denial', () => {
  digTable(agent, [
    ['MINIMUM, when it is the lesser', 'none.minimum.test A', nameError],
    [
      'the TTL of the SOA, when that is',
      'none.ttl.test A',
      { status: 'NXDOMAIN', authority: [soaOf('ttl.test', 20, 900)] },
    ],
    ['for no data too', 'ns.ttl.test TXT', { authority: [soaOf('ttl.test', 20, 900)] }],
    [
      '§5: 0 is not to be kept',
      'none.zero.test A',
      { status: 'NXDOMAIN', authority: [soaOf('zero.test', 0, 0)] },
    ],
    [
      '§4: an SOA that is asked for has its own TTL',
      'minimum.test SOA',
      { answers: [soaLine('minimum.test', 900, 30)] },
    ],
  ]);
});

function soaLine(apex: string, ttl: number, minimum: number): string {
  return `${apex}. ${ttl} IN SOA ns.${apex}. host.${apex}. 1 3600 600 86400 ${minimum}`;
}
