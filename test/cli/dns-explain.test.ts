/** `dns explain`: what it asks of the agent, and how the explanation is written for people. */
import { describe, expect, it } from 'vitest';
import { fakeAgent } from './fake-agent.ts';
import { runCommand } from './run-command.ts';

const EXPLANATION = {
  Name: 'v1.web.service.consul.',
  Type: 'A',
  Client: '127.0.0.1',
  Transport: 'udp',
  Parsed: { Kind: 'service', Domain: 'consul.', Service: 'web', Tag: 'v1', PeerName: 'east' },
  Source: 'catalog',
  Outcome: 'answer',
  Rcode: 'NOERROR',
  Why: '1 of 2 instances may be answered',
  Notes: ['a_record_limit lets 1 of 2 through'],
  TTL: { Seconds: 5, Rule: 'dns_config.service_ttl["web"]' },
  Instances: [
    {
      Node: 'n1',
      ServiceID: 'web-1',
      Address: '192.0.2.1',
      Port: 80,
      Status: 'passing',
      Weight: 10,
      Kept: true,
      Reason: 'answered',
      Detail: 'it is in the reply',
    },
    {
      Node: 'node-2',
      ServiceID: 'w2',
      Address: '192.0.2.2',
      Port: 80,
      Status: 'warning',
      Weight: 1,
      Kept: false,
      Reason: 'tag',
      Detail: 'it does not have the tag',
    },
  ],
  Truncated: true,
  Bytes: 55,
  BytesMax: 512,
  Reply: [';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 0', '', ';; QUESTION SECTION:'],
};

async function explain(reply: unknown, ...argv: string[]) {
  const { address, asked } = await fakeAgent({ 'GET /v1/dns/explain': reply });
  const outcome = await runCommand(['dns', 'explain', '-http-addr', address, ...argv]);
  return { ...outcome, url: asked[0]?.url };
}

describe('a request', () => {
  const requests: [argv: string[], query: string][] = [
    [['web.service.consul'], 'name=web.service.consul'],
    [['web', 'SRV'], 'name=web&type=SRV'],
    [
      ['-bufsize=0', '-client', '::1', '-tcp', 'a b'],
      'name=a%20b&bufsize=0&client=%3A%3A1&transport=tcp',
    ],
  ];
  it.each(requests)('of %j is %s', async (argv, query) => {
    expect((await explain(EXPLANATION, ...argv)).url).toBe(`/v1/dns/explain?${query}`);
  });

  it.each([
    [[], 'A name is needed'],
    [['a', 'A', 'B'], 'Too many arguments (expected 2 at most, got 3)'],
    [['-format=table', 'a'], 'Invalid format "table", valid formats are "pretty" and "json"'],
  ])('of %j is refused', async (argv: string[], message) => {
    const { exitCode, stderr, url } = await explain(EXPLANATION, ...argv);
    expect([exitCode, stderr.split('\n', 1)[0], url]).toEqual([1, message, undefined]);
  });
});

describe('an explanation', () => {
  it('has its lines, its table, its notes and the reply', async () => {
    expect(await explain(EXPLANATION, 'web')).toMatchObject({
      exitCode: 0,
      stdout: [
        'Asked    v1.web.service.consul. A, by 127.0.0.1 over udp',
        'Read as  service "web", domain "consul.", tag "v1", peer name "east"',
        'Answer   NOERROR from catalog: 1 of 2 instances may be answered',
        'TTL      5 s, from dns_config.service_ttl["web"]',
        'Size     55 of 512 octets, truncated',
        '',
        'Node    Service ID  Address    Port  Status   Weight  Kept  Why',
        'n1      web-1       192.0.2.1  80    passing  10      yes   it is in the reply',
        'node-2  w2          192.0.2.2  80    warning  1       no    it does not have the tag',
        '',
        'Notes:',
        '  a_record_limit lets 1 of 2 through',
        '',
        'Reply:',
        '  ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 0',
        '',
        '  ;; QUESTION SECTION:',
        '',
      ].join('\n'),
    });
  });

  it('leaves out what there is not', async () => {
    const bare = {
      ...EXPLANATION,
      Parsed: null,
      TTL: null,
      Instances: [],
      Notes: [],
      Truncated: false,
      Reply: [],
    };
    expect((await explain(bare, 'web')).stdout).toBe(
      [
        'Asked    v1.web.service.consul. A, by 127.0.0.1 over udp',
        'Read as  no name of the catalog',
        'Answer   NOERROR from catalog: 1 of 2 instances may be answered',
        'Size     55 of 512 octets',
        '',
      ].join('\n'),
    );
  });

  it('is the JSON of the API when it is to be', async () => {
    expect(JSON.parse((await explain(EXPLANATION, '-format=json', 'web')).stdout)).toEqual(
      EXPLANATION,
    );
  });
});
