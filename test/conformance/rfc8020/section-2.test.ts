/** RFC 8020 §2: NXDOMAIN for a name says that there is nothing below it either. */
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../../dns/ask.ts';
import { instance, node } from '../../dns/catalog-rows.ts';

const server = serve({
  rows: [
    node('a.b.c', '10.0.0.1'),
    instance('web', 'a.b.c', { tags: ['v1.blue'] }),
    instance('consul', 'a.b.c'),
  ],
});

describe('RFC 8020 §2', () => {
  it.each([
    'A v1.blue.web.service.dc1.dc.consul',
    'SRV _web._tcp.service.consul',
    'SRV _web._tcp.dc1.consul',
    'A a.b.c.node.dc1.consul',
    'A 0a000001.addr.dc1.consul',
    'SRV web.service.consul',
  ])('no name above %s is denied', async (question) => {
    const [type, text] = question.split(' ') as [string, string];
    expect((await ask(server, question)).rcode).toBe(0);
    const labels = text.split('.');
    for (let at = 1; at < labels.length; at++) {
      const above = labels.slice(at).join('.');
      for (const asked of [type, 'A', 'NS']) {
        expect([above, (await ask(server, `${asked} ${above}`)).rcode]).toEqual([above, 0]);
      }
    }
  });
});
