/** RFC 2782, the SRV record. */
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../../dns/ask.ts';
import { instance, node } from '../../dns/catalog-rows.ts';

const rows = [
  node('n', '10.0.0.1'),
  instance('web', 'n', { port: 80, weights: [5, 1], tags: ['v1'] }),
  instance('own', 'n', { port: 81, address: '10.0.0.2' }),
];

describe('RFC 2782', () => {
  it('"_Service._Proto.Name": the service is found under both labels', async () => {
    const { answer } = await ask(serve({ rows }), 'SRV _web._tcp.service.consul');
    expect(answer).toEqual(['_web._tcp.service.consul 0 SRV 1 5 80 n.node.dc1.consul']);
  });

  it.each(['web', 'own'])(
    '"There MUST be one or more address records for this name": %s',
    async (service) => {
      const server = serve({ rows });
      const { answer } = await ask(server, `SRV ${service}.service.consul`);
      const target = answer[0]?.split(' ').at(-1);
      const { rcode, answer: addresses } = await ask(server, `A ${target}`);
      expect([rcode, addresses.length]).toEqual([0, 1]);
    },
  );

  it('"the name MUST NOT be an alias": a target of ours has no CNAME', async () => {
    const server = serve({ rows });
    expect((await ask(server, 'CNAME n.node.dc1.consul')).answer).toEqual([]);
  });

  it('"name compression is not to be used for this field"', async () => {
    const { bytes } = await ask(serve({ rows }), 'SRV web.service.consul');
    expect(bytes.includes(Buffer.from('\x01n\x04node\x03dc1\x06consul\0', 'latin1'))).toBe(true);
  });
});
