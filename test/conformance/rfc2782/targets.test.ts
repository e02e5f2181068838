/** RFC 2782: every target of an SRV answer is a host with address records, and the fields mean what they say. */
import dnsPacket from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { query } from '../../dns/ask.ts';
import { DB_COUNT, referenceAgent } from '../../support/reference-agent.ts';
import { exchange } from '../../support/wire-client.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();

const services = [
  'web',
  'own',
  'own6',
  'host',
  'shaky',
  'six',
  'described',
  'spaced',
  'long-node',
  String.raw`web\032app`,
];

describe('RFC 2782, Target', () => {
  it.each(services)(
    '"there MUST be one or more address records for this name": %s',
    async (service) => {
      const { answers, additional } = await agent.dig(`${service}.service.consul SRV`);
      const target = answers[0]?.split(' ').at(-1) ?? '';
      const found = await agent.digAll(`${target} A`, `${target} AAAA`);
      const addresses = found.flatMap((one) => one.answers);
      expect(found.map((one) => one.status)).toEqual(['NOERROR', 'NOERROR']);
      expect(addresses.length).toBeGreaterThan(0);
      // "The name MUST NOT be an alias", and the additional section says the same as the name itself.
      expect(addresses.join()).not.toContain('CNAME');
      expect(additional).toEqual(expect.arrayContaining(addresses));
    },
  );

  it('is the same host as the instance, for each of many', async () => {
    const { answers } = await agent.dig('db.service.consul SRV +tcp');
    const ports = answers.map((line) => Number(line.split(' ')[6]));
    expect(new Set(ports).size).toBe(DB_COUNT);
    for (const line of answers) {
      const [port, target] = line.split(' ').slice(6);
      expect(target).toBe(`db${Number(port) - 7999}.node.dc1.consul.`);
    }
  });

  it('is never compressed', async () => {
    const reply = await exchange(agent.dns, query('SRV db.service.consul'), 'tcp');
    const packet = dnsPacket.decode(reply);
    for (const answer of (packet.answers ?? []).slice(0, 10)) {
      const { target } = (answer as unknown as { data: dnsPacket.SrvData }).data;
      const labels = target.split('.').map((label) => String.fromCharCode(label.length) + label);
      expect(reply.includes(Buffer.from(`${labels.join('')}\0`, 'latin1'))).toBe(true);
    }
  });
});

describe('RFC 2782, the fields and the name', () => {
  const shaky = ['shaky.service.consul. 0 IN SRV 1 3 83 n1.node.dc1.consul.'];
  digTable(agent, [
    [
      'Weight is that of a passing instance',
      'web.service.consul SRV',
      { answers: ['web.service.consul. 0 IN SRV 1 5 8080 n1.node.dc1.consul.'] },
    ],
    ['Weight is that of a warning instance', 'shaky.service.consul SRV', { answers: shaky }],
    [
      '"_Service._Proto.Name"',
      '_web._tcp.service.consul SRV',
      { answers: ['_web._tcp.service.consul. 0 IN SRV 1 5 8080 n1.node.dc1.consul.'] },
    ],
    [
      'the protocol is a tag too',
      '_web._v1.service.consul SRV',
      { answers: ['_web._v1.service.consul. 0 IN SRV 1 5 8080 n1.node.dc1.consul.'] },
    ],
    ['"_Service" that nobody has', '_nosuch._tcp.service.consul SRV', { status: 'NXDOMAIN' }],
    [
      'an instance that is critical is no answer',
      'sick.service.consul SRV',
      { status: 'NXDOMAIN' },
    ],
  ]);
});
