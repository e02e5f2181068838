/** Things of other datacenters, and their wan addresses (rows 58, 59 and 30). */
import { describe, expect, it } from 'vitest';
import { ask, type Seen, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const DC2 = { datacenter: 'dc2' };
const rows = [
  node('here', '127.0.0.9'),
  instance('db', 'here', { port: 1, tagged: { wan: { address: '198.18.0.9', port: 99 } } }),
  node('far', '127.0.0.1', { ...DC2, tagged: { wan: '127.0.0.2', wan_ipv6: '2001:db8::2' } }),
  instance('db', 'far', { ...DC2, port: 5432 }),
  instance('api', 'far', {
    ...DC2,
    port: 8080,
    address: '10.0.0.1',
    tagged: { wan: { address: '198.18.0.1', port: 80 } },
  }),
];

describe.each<[string, boolean, (readonly [string, Partial<Seen>])[]]>([
  [
    'with translate_wan_addrs',
    true,
    [
      ['A far.node.dc2.consul', { answer: ['far.node.dc2.consul 0 A 127.0.0.2'] }],
      ['AAAA far.node.dc2.consul', { answer: ['far.node.dc2.consul 0 AAAA 2001:db8::2'] }],
      ['A db.service.dc2.consul', { answer: ['db.service.dc2.consul 0 A 127.0.0.2'] }],
      [
        'SRV api.service.dc2.consul',
        {
          answer: ['api.service.dc2.consul 0 SRV 1 1 80 c6120001.addr.dc2.consul'],
          additional: ['c6120001.addr.dc2.consul 0 A 198.18.0.1'],
        },
      ],
      // Our own things are at their own addresses.
      ['SRV db.service.consul', { answer: ['db.service.consul 0 SRV 1 1 1 here.node.dc1.consul'] }],
    ],
  ],
  [
    'without',
    false,
    [
      ['A far.node.dc2.consul', { answer: ['far.node.dc2.consul 0 A 127.0.0.1'] }],
      ['AAAA far.node.dc2.consul', { rcode: 0, answer: [] }],
      [
        'SRV db.service.dc2.consul',
        {
          answer: ['db.service.dc2.consul 0 SRV 1 1 5432 far.node.dc2.consul'],
          additional: ['far.node.dc2.consul 0 A 127.0.0.1'],
        },
      ],
      [
        'SRV api.service.dc2.consul',
        { answer: ['api.service.dc2.consul 0 SRV 1 1 8080 0a000001.addr.dc2.consul'] },
      ],
    ],
  ],
])('%s', (_title, translateWanAddresses, questions) => {
  const server = serve({ rows, answer: { translateWanAddresses, minimalAny: false } });
  it.each(questions)('%s', async (question, expected) => {
    expect(await ask(server, question)).toMatchObject(expected);
  });

  it('what is unknown there is denied', async () => {
    for (const name of ['far.node.consul', 'api.service.consul', 'db.service.dc3.consul']) {
      expect((await ask(server, `A ${name}`)).rcode).toBe(3);
    }
    expect((await ask(server, 'PTR 1.0.0.127.in-addr.arpa')).rcode).toBe(5);
  });
});

it('a reload switches addresses at once, those of SRV targets included', async () => {
  const server = serve({ rows });
  expect((await ask(server, 'SRV api.service.dc2.consul')).answer[0]).toContain('0a000001');
  const { ANSWER_OPTIONS, PROTOCOL_OPTIONS } = await import('../options.ts');
  server.responder.setOptions({
    answer: { ...ANSWER_OPTIONS, translateWanAddresses: true },
    protocol: PROTOCOL_OPTIONS,
    recursionAvailable: false,
  });
  expect((await ask(server, 'SRV api.service.dc2.consul')).answer[0]).toContain('c6120001');
});
