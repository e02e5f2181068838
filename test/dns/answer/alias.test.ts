import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/dns/answer/outcome.ts';
import { limits } from '../../../src/runtime/index.ts';
import { ask, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';
import { rr } from '../records.ts';

const CNAME = 'ext.service.consul 0 CNAME www.example.com';

/** A service that is a host name elsewhere, of which the forwarder says `outcome`. */
function withUpstream(outcome: Outcome) {
  return serve({
    rows: [node('foo', '10.0.0.1'), instance('ext', 'foo', { address: 'www.example.com' })],
    forward: [{ name: 'forward', answer: async () => outcome }],
    recursionAvailable: true,
  });
}

const relayed = {
  kind: 'relayed',
  rcode: 0,
  answers: [rr('www.example.com. 300 IN A 192.0.2.9')],
  authority: [],
  additional: [],
  truncated: false,
  authenticData: true,
} as const;

describe('an alias of a service', () => {
  it('goes before the upstream’s answer with AA and without AD (RFC 4035 §3.2.3)', async () => {
    expect(await ask(withUpstream(relayed), 'A ext.service.consul')).toMatchObject({
      rcode: 0,
      aa: true,
      ad: false,
      answer: [CNAME, 'www.example.com 300 A 192.0.2.9'],
    });
  });

  it('takes the AD from an NXDOMAIN as well', async () => {
    const denied = withUpstream({ ...relayed, rcode: 3, answers: [] });
    const seen = await ask(denied, 'A ext.service.consul');
    expect(seen).toMatchObject({ rcode: 3, aa: true, ad: false, answer: [CNAME] });
  });

  it('fails with its target when recursion was asked for, and says why', async () => {
    const explanation = { code: 22, text: 'nobody answered' };
    const server = withUpstream({ kind: 'failure', explanation });
    const failed = await ask(server, 'A ext.service.consul', { edns: 1232 });
    expect(failed).toMatchObject({ rcode: 2, answer: [] });
    expect(failed.bytes.includes('nobody answered')).toBe(true);
    const alone = await ask(server, 'A ext.service.consul', { flags: 0 });
    expect(alone).toMatchObject({ rcode: 0, aa: true, answer: [CNAME] });
  });

  it('stands alone when nobody may be asked about its target', async () => {
    const alone = await ask(withUpstream({ kind: 'skip' }), 'A ext.service.consul');
    expect(alone).toMatchObject({ rcode: 0, aa: true, answer: [CNAME] });
  });

  it('in a loop is answered once (RFC 2181 §5)', async () => {
    const server = serve({
      rows: [
        node('foo', '10.0.0.1'),
        instance('a', 'foo', { address: 'B.service.consul' }),
        instance('b', 'foo', { address: 'a.service.consul' }),
      ],
    });
    const { answer } = await ask(server, 'A a.service.consul');
    expect(answer.map((record) => record.toLowerCase())).toEqual([
      'a.service.consul 0 cname b.service.consul',
      'b.service.consul 0 cname a.service.consul',
    ]);
  });
});

describe('SRV targets elsewhere', () => {
  /** Host names `h0.example.com`, … as targets; the forwarder knows both addresses of each. */
  const many = (count: number, outcomeOf: (type: number, name: string) => Outcome) => {
    const asked: string[] = [];
    const hosts = Array.from({ length: count }, (_, at) => `h${at}.example.com`);
    const server = serve({
      rows: [
        node('foo', '10.0.0.1'),
        ...hosts.map((address, port) => instance('ext', 'foo', { id: address, port, address })),
      ],
      forward: [
        {
          name: 'forward',
          answer: async ({ question }) => {
            const host = question.lowerName.slice(1, 1 + question.lowerName.charCodeAt(0));
            asked.push(`${host} ${question.type}`);
            return outcomeOf(question.type, `${host}.example.com.`);
          },
        },
      ],
      recursionAvailable: true,
    });
    return { server, asked };
  };
  const both = (type: number, name: string): Outcome => ({
    ...relayed,
    answers: [rr(type === 1 ? `${name} 60 IN A 192.0.2.1` : `${name} 60 IN AAAA 2001:db8::1`)],
  });

  it('bring their addresses of both families, with their own TTLs', async () => {
    const { server } = many(1, both);
    expect(await ask(server, 'SRV ext.service.consul', { edns: 1232 })).toMatchObject({
      aa: true,
      answer: ['ext.service.consul 0 SRV 1 1 0 h0.example.com'],
      additional: ['h0.example.com 60 A 192.0.2.1', 'h0.example.com 60 AAAA 2001:db8::1'],
    });
  });

  it.each<[string, Outcome]>([
    ['a failure', { kind: 'failure' }],
    ['a denial', { ...relayed, rcode: 3, answers: [] }],
    ['nobody to ask', { kind: 'skip' }],
  ])('go without when there are none to be had: %s', async (_title, outcome) => {
    const seen = await ask(many(1, () => outcome).server, 'SRV ext.service.consul');
    expect([seen.rcode, seen.answer.length, seen.additional.length]).toEqual([0, 1, 0]);
  });

  it('are looked up for a few of many', async () => {
    const { server, asked } = many(50, both);
    const seen = await ask(server, 'SRV ext.service.consul', { edns: 4096 });
    expect(seen.answer).toHaveLength(50);
    expect(asked).toHaveLength(2 * limits.targetsLookedUp.default);
  });
});
