/** RFC 4592 §2: which names a wildcard stands for. The zone is that of §2.2.1, its queries are those of the text. */
import { describe } from 'vitest';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

/** §2.2.1, to the letter but for the name of the zone, the SOA, and addresses for the servers. */
const ZONE = `$ORIGIN example.
example.                 3600 IN  SOA   ns.example.com. host.example.com. 1 3600 600 86400 300
example.                 3600     NS    ns.example.com.
example.                 3600     NS    ns.example.net.
*.example.               3600     TXT   "this is a wildcard"
*.example.               3600     MX    10 host1.example.
sub.*.example.           3600     TXT   "this is not a wildcard"
host1.example.           3600     A     192.0.2.1
_ssh._tcp.host1.example. 3600     SRV   0 0 22 host1.example.
_ssh._tcp.host2.example. 3600     SRV   0 0 22 host2.example.
subdel.example.          3600     NS    ns.example.com.
subdel.example.          3600     NS    ns.example.net.
`;

const agent = referenceAgent({ zones: { 'example.zone': ZONE } });
const soa = /^example\. 300 IN SOA /;
const noData = { has: 'aa', answers: [], authority: [soa] };
const nameError = { status: 'NXDOMAIN', ...noData };

describe('RFC 4592 §2.2.1, the responses that are made of a wildcard', () => {
  digTable(agent, [
    [
      'QNAME=host3.example. QTYPE=MX: the owner is the name asked for',
      'host3.example MX',
      {
        has: 'aa',
        answers: ['host3.example. 3600 IN MX 10 host1.example.'],
        additional: ['host1.example. 3600 IN A 192.0.2.1'],
      },
    ],
    [
      'QNAME=host3.example. QTYPE=A: no data, since the wildcard has none',
      'host3.example A',
      noData,
    ],
    [
      'QNAME=foo.bar.example. QTYPE=TXT: bar.example does not exist',
      'foo.bar.example TXT',
      { has: 'aa', answers: ['foo.bar.example. 3600 IN TXT "this is a wildcard"'] },
    ],
  ]);
});

describe('RFC 4592 §2.2.1, the responses that are not', () => {
  const referral = {
    lacks: 'aa',
    answers: [],
    authority: [
      'subdel.example. 3600 IN NS ns.example.com.',
      'subdel.example. 3600 IN NS ns.example.net.',
    ],
  };
  digTable(agent, [
    ['QNAME=host1.example. QTYPE=MX: host1.example exists', 'host1.example MX', noData],
    ['QNAME=sub.*.example. QTYPE=MX: sub.*.example exists', 'sub.*.example MX', noData],
    [
      'QNAME=_telnet._tcp.host1.example. QTYPE=SRV: _tcp.host1.example exists without data',
      '_telnet._tcp.host1.example SRV',
      nameError,
    ],
    [
      'QNAME=host.subdel.example. QTYPE=A: subdel.example is a cut',
      'host.subdel.example A',
      referral,
    ],
    ['and at the cut itself', 'subdel.example TXT', referral],
    [
      'QNAME=ghost.*.example. QTYPE=MX: *.example exists, and so is the closest encloser',
      'ghost.*.example MX',
      nameError,
    ],
  ]);
});

describe('RFC 4592 §2.1.3 and §2.3, asking for the asterisk', () => {
  digTable(agent, [
    [
      'the wildcard by its own name is an ordinary one',
      '*.example TXT',
      { has: 'aa', answers: ['*.example. 3600 IN TXT "this is a wildcard"'] },
    ],
    [
      'sub.*.example is an ordinary name',
      'sub.*.example TXT',
      { has: 'aa', answers: ['sub.*.example. 3600 IN TXT "this is not a wildcard"'] },
    ],
    [
      'an asterisk that is part of a label is a letter like others',
      'a*.example TXT',
      { answers: ['a*.example. 3600 IN TXT "this is a wildcard"'] },
    ],
    [
      'the case of the name that was asked stays',
      'HoSt3.ExAmPle TXT',
      { answers: ['HoSt3.ExAmPle. 3600 IN TXT "this is a wildcard"'] },
    ],
  ]);
});

describe('RFC 4592 §2.2.2, empty non-terminals', () => {
  digTable(agent, [
    ['_tcp.host1.example exists', '_tcp.host1.example TXT', noData],
    ['host2.example exists, by what is two labels below it', 'host2.example TXT', noData],
    ['whatever the type', '_tcp.host2.example SRV', noData],
    ['a name below one is denied', 'x._tcp.host2.example SRV', nameError],
    ['a name beside it has the wildcard', '_tcp.host3.example TXT', { has: 'aa' }],
  ]);
});
