/**
 * The digs of the ISC's EDNS compliance tests, over UDP and TCP, and what its tool expects of each. Its names for
 * what goes wrong (noopt, badversion, echoed, mbz, nodo, toobig) are the titles here.
 */
import { describe, expect, it } from 'vitest';
import type { Dug } from '../support/dig.ts';
import { referenceAgent } from '../support/reference-agent.ts';

const agent = referenceAgent();

interface Expected {
  readonly status: 'NOERROR' | 'BADVERS';
  /** Flags of the OPT in the reply; undefined: no OPT at all. */
  readonly edns: readonly string[] | undefined;
}

const plain: Expected = { status: 'NOERROR', edns: [] };
const badVersion: Expected = { status: 'BADVERS', edns: [] };

const table: readonly (readonly [test: string, args: string, expected: Expected])[] = [
  [
    'dns: no OPT without one in the query',
    '+noedns +noad +norec',
    { status: 'NOERROR', edns: undefined },
  ],
  ['edns: a version 0 OPT', '+edns=0 +noad +norec', plain],
  ['edns1: BADVERS, and no records', '+edns=1 +noednsneg +noad +norec', badVersion],
  ['edns@100: likewise', '+edns=100 +noednsneg +noad +norec', badVersion],
  ['ednsopt: an unknown option is not echoed', '+ednsopt=100 +noad +norec', plain],
  ['edns1opt: neither with BADVERS', '+edns=1 +noednsneg +ednsopt=100 +noad +norec', badVersion],
  ['ednsflags: an unknown flag is not echoed', '+ednsflags=0x80 +noad +norec', plain],
  ['do: DO is echoed', '+dnssec +noad +norec', { status: 'NOERROR', edns: ['do'] }],
  [
    'all together: only DO comes back',
    '+dnssec +ednsopt=100:aabb +ednsflags=0x8080 +nsid +subnet=192.0.2.0/24 +expire +noad +norec',
    { status: 'NOERROR', edns: ['do'] },
  ],
  [
    'all together with another version',
    '+edns=100 +noednsneg +dnssec +ednsopt=100:aabb +ednsflags=0x8080 +noad +norec',
    { status: 'BADVERS', edns: ['do'] },
  ],
];

/** Options that the tool takes for an echo: everything that has no definition. */
function unknownOptions({ edns }: Dug): string[] {
  return (edns?.options ?? []).filter((option) => option.startsWith('OPT='));
}

describe('EDNS compliance', () => {
  it.each(table)('%s: dig %s', async (_, args, expected) => {
    const questions = ['consul SOA', 'web.service.consul A'];
    const both = questions.flatMap((question) => [
      `${question} ${args} +notcp`,
      `${question} ${args} +tcp`,
    ]);
    for (const dug of await agent.digAll(...both)) {
      expect([dug.status, dug.edns?.flags, dug.edns?.version ?? 0], dug.text).toEqual([
        expected.status,
        expected.edns,
        0,
      ]);
      expect(dug.answers.length, dug.text).toBe(expected.status === 'NOERROR' ? 1 : 0);
      expect(unknownOptions(dug), dug.text).toEqual([]);
    }
  });

  it('signed, ednstcp: a large answer has TC, its OPT with DO, and no more than 512 octets', async () => {
    for (const type of ['SRV', 'A']) {
      const dug = await agent.dig(
        `db.service.consul ${type} +dnssec +bufsize=512 +ignore +norec +notcp`,
      );
      expect(dug).toMatchObject({ status: 'NOERROR', edns: { version: 0, flags: ['do'] } });
      expect(dug.flags).toContain('tc');
      expect(dug.bytes).toBeLessThanOrEqual(512);
      expect(dug.answers.length).toBeGreaterThan(0);
      const whole = await agent.dig(`db.service.consul ${type} +dnssec +bufsize=512 +norec +tcp`);
      expect(whole).toMatchObject({ status: 'NOERROR', edns: { version: 0, flags: ['do'] } });
      expect(whole.flags).not.toContain('tc');
      expect(whole.bytes).toBeGreaterThan(1232);
    }
  });

  it.each(['nosuch.consul A', 'www.consul MX', 'www.example.com A', 'consul A CH'])(
    'noopt: every rcode has an OPT: %s',
    async (question) => {
      expect((await agent.dig(`${question} +edns=0`)).edns).toMatchObject({
        version: 0,
        udp: 1232,
      });
      expect((await agent.dig(`${question} +noedns`)).edns).toBeUndefined();
    },
  );
});
