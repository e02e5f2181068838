/** RFC 2308 §2 and §3: negative answers carry the SOA, and their TTL is the lesser of its TTL and MINIMUM. */
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../../dns/ask.ts';
import { instance, node } from '../../dns/catalog-rows.ts';
import { rr } from '../../dns/records.ts';

const rows = [node('n', '10.0.0.1'), instance('web', 'n')];

describe('RFC 2308', () => {
  it('§2.1: a name error is NXDOMAIN, no answer, the SOA in authority', async () => {
    expect(await ask(serve({ rows }), 'A nope.service.consul')).toMatchObject({
      rcode: 3,
      aa: true,
      answer: [],
      authority: [expect.stringContaining('consul 0 SOA')],
    });
  });

  it('§2.2: no data is NOERROR, no answer, the SOA in authority', async () => {
    for (const question of [
      'AAAA web.service.consul',
      'A consul',
      'MX n.node.consul',
      'A service.consul',
    ]) {
      expect(await ask(serve({ rows }), question)).toMatchObject({
        rcode: 0,
        aa: true,
        answer: [],
        authority: [expect.stringContaining('consul 0 SOA')],
      });
    }
  });

  it.each([
    [900, 300, 300],
    [300, 900, 300],
  ])('§3: of TTL %d and MINIMUM %d the SOA has %d', async (ttl, minimum, expected) => {
    const soa = rr(`consul. ${ttl} IN SOA a. b. 1 2 3 4 ${minimum}`);
    const { authority } = await ask(
      serve({ apex: { soaOf: () => soa, hasName: () => false } }),
      'A nope.service.consul',
    );
    expect(authority[0]).toMatch(new RegExp(`^consul ${expected} SOA`));
  });

  it('§5: the negative TTL is the same for every name', async () => {
    const server = serve({ answer: { soa: { minTtlSeconds: 30 } } });
    for (const question of ['A nope.service.consul', 'A nope.node.consul', 'A consul']) {
      expect((await ask(server, question)).authority[0]).toMatch(/^consul 30 SOA .* 30$/);
    }
  });
});
