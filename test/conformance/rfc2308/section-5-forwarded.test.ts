/** RFC 2308, Negative Caching of DNS Queries: section 5, for denials of upstreams. */
import { describe, expect, it } from 'vitest';
import { bench, FakeUpstream, keeping, type Said, soa } from '../../dns/forward/fake-upstreams.ts';

/** For how many seconds a reply is kept. */
async function keptFor(said: Said, options = keeping({ staleSeconds: 0, prefetch: false })) {
  const upstream = new FakeUpstream(1, () => said);
  const { say, forwarder, clock } = bench([upstream], options);
  await say('www.example. A');
  if (forwarder.scope.stats.cacheEntries === 0) return 0;
  for (let second = 1; ; second++) {
    clock.advance(1000);
    await say('www.example. A');
    if (upstream.asked.length > 1) return second;
  }
}

describe('§5: a denial', () => {
  it.each([
    ['NXDOMAIN by the TTL of the SOA', { rcode: 3, authorities: [soa('example', 7, 99)] }, 7],
    ['NXDOMAIN by MINIMUM', { rcode: 3, authorities: [soa('example', 99, 7)] }, 7],
    ['NODATA alike', { authorities: [soa('example', 99, 7)] }, 7],
    ['not without an SOA', { rcode: 3 }, 0],
    ['not with the SOA of another zone', { rcode: 3, authorities: [soa('test', 7, 7)] }, 0],
    ['not with a MINIMUM of 0', { rcode: 3, authorities: [soa('example', 99, 0)] }, 0],
  ] as [string, Said, number][])('is kept %s', async (_, said, seconds) => {
    expect(await keptFor(said)).toBe(seconds);
  });

  it('at the end of an alias is kept by the shortest of both', async () => {
    const answers = [{ type: 'CNAME', name: 'www.example', ttl: 3, data: 'gone.test' }] as const;
    const said = { rcode: 3, answers: [...answers], authorities: [soa('test', 99, 99)] };
    expect(await keptFor(said)).toBe(3);
  });

  it('is kept for 3 hours at most', async () => {
    const said = { rcode: 3, authorities: [soa('example', 1_000_000, 1_000_000)] };
    const upstream = new FakeUpstream(1, () => said);
    const { say, clock } = bench([upstream], keeping({ prefetch: false }));
    expect(await say('www.example. A')).toBe('rcode 3, example. 10800 SOA');
    clock.advance(10_799_000);
    expect(await say('www.example. A')).toBe('rcode 3, example. 1 SOA');
    clock.advance(1000);
    await say('www.example. A');
    expect(upstream.asked).toHaveLength(2);
  });
});
