/** Names without records of their own that have names below them. */
import { describe, expect, it } from 'vitest';
import { ask, type Seen, type Server, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';

const SOA = 'consul 0 SOA ns.consul hostmaster.consul 7 3600 600 86400 0';
const NXDOMAIN = { rcode: 3, aa: true, answer: [], authority: [SOA], additional: [] };
const NODATA = { rcode: 0, aa: true, answer: [], authority: [SOA], additional: [] };
const foo = node('foo', '10.0.0.1');

async function check(server: Server, question: string, expected: Partial<Seen>): Promise<void> {
  expect(await ask(server, question)).toMatchObject(expected);
}

describe('names above others are NODATA, which QNAME minimisation (RFC 9156) needs', () => {
  const server = serve({ rows: [foo, instance('db', 'foo', { tags: ['v1.primary'] })] });
  it.each([
    'service.consul',
    'node.consul',
    'addr.consul',
    'query.consul',
    'connect.consul',
    'dc1.consul',
    'dc.consul',
    'dc1.dc.consul',
    'service.dc1.consul',
    'node.dc1.consul',
    'addr.dc1.consul',
    'query.dc1.consul',
    'service.dc1.dc.consul',
    '_tcp.service.consul',
    '_tcp.service.dc1.consul',
    '_tcp.consul',
    '_tcp.dc1.consul',
    'primary.db.service.consul',
    'dc.dc1.dc.consul',
    'consul',
  ])('%s', async (name) => {
    await check(server, `A ${name}`, NODATA);
    await check(server, `TXT ${name}`, NODATA);
  });
  it.each([
    'dc2.consul',
    'service.dc2.consul',
    '_tcp.dc2.consul',
    'x.dc1.consul',
    'dc2.dc.consul',
    'web.consul',
  ])('%s has nothing below it and is denied', (name) => check(server, `A ${name}`, NXDOMAIN));
});
