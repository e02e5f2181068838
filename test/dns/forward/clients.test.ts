/** What clients learn of others' names when names are not forwarded for them: nothing, by whatever way. */
import { describe, expect, it } from 'vitest';
import { createZoneSource } from '../../../src/dns/zone/zone-source.ts';
import { createZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { ask, type Server, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';
import { zone } from '../zone/zone-text.ts';
import { a, bench, FakeUpstream } from './fake-upstreams.ts';

const SERVED = '192.168.3.4';
const REFUSED = '198.51.100.1';

/** The catalog and a zone, each with an alias to a name that only an upstream knows, and an upstream that leads back. */
function server() {
  const upstream = new FakeUpstream(1, (name, type) =>
    name === 'back.test'
      ? { answers: [{ type: 'CNAME', name, ttl: 60, data: 'web.service.consul' }] }
      : a(60)(name, type),
  );
  const isOurs = (name: string): boolean => name.endsWith('consul.') || name.endsWith('example.');
  const { forwarder } = bench([upstream], { allowed: ['192.168.0.0/16'] }, (name) =>
    isOurs(name) ? { kind: 'skip' } : undefined,
  );
  const store = createZoneStore({
    catalogApexes: [],
    zones: [zone('$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nout CNAME www.test.\n')],
  });
  const made: Server = serve({
    rows: [
      node('foo', '10.0.0.1'),
      instance('web', 'foo'),
      instance('ext', 'foo', { address: 'www.test' }),
    ],
    recursionAvailable: forwarder.scope.isForwarding,
    zones: [
      createZoneSource({
        zones: () => store,
        follow: (query) => made.responder.ask(query),
        forwards: (name) => forwarder.scope.reaches(name),
      }),
    ],
    forward: [forwarder],
    forwards: (name) => forwarder.scope.reaches(name),
    forwardsFor: (address) => forwarder.scope.serves(address),
  });
  return { made, upstream };
}

describe('a client that names are not forwarded for', () => {
  it.each([
    ['A ext.service.consul', ['ext.service.consul 0 CNAME www.test']],
    ['A out.example', ['out.example 60 CNAME www.test']],
    ['SRV ext.service.consul', ['ext.service.consul 0 SRV 1 1 0 www.test']],
  ])('%s: follows an alias or target out of our zones by itself', async (text, own) => {
    const { made, upstream } = server();
    const refused = await ask(made, text, { from: REFUSED });
    expect(refused).toMatchObject({ rcode: 0, aa: true, ra: false, answer: own, additional: [] });
    expect(upstream.asked).toEqual([]);
    const served = await ask(made, text, { from: SERVED });
    expect(served).toMatchObject({ rcode: 0, aa: true, ra: true });
    expect([...served.answer, ...served.additional]).toEqual([...own, 'www.test 60 A 192.0.2.1']);
    // Nor does it get what is kept.
    expect(await ask(made, text, { from: REFUSED })).toMatchObject({ answer: own, additional: [] });
  });

  it('is refused with EDE 18 and without RA, also where the alias would lead back to us', async () => {
    const { made, upstream } = server();
    for (const text of ['A www.test', 'A back.test']) {
      const refused = await ask(made, text, { from: REFUSED, edns: 1232 });
      expect(refused).toMatchObject({ rcode: 5, ra: false, answer: [] });
      expect(refused.bytes.includes(Buffer.from('\0\x12names are not forwarded'))).toBe(true);
    }
    expect(upstream.asked).toEqual([]);
  });
});
