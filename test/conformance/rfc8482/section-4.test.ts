/** RFC 8482 §4: ANY is answered with one RRset, over every transport, so that it amplifies nothing. */
import { describe, expect, it } from 'vitest';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();

const typesOf = (records: readonly string[]): string[] => [
  ...new Set(records.map((line) => line.split(' ')[3] ?? '')),
];

describe('RFC 8482 §4.1, "select one or a subset of the available RRsets"', () => {
  it.each([
    'www.consul',
    'n1.node.consul',
    'described.node.consul',
    'consul',
    'example.org',
    'web.service.consul',
    'db.service.consul',
    'six.service.consul',
    'mail.consul',
    'odd.consul',
    'x.wild.consul',
    '1.0.1.10.in-addr.arpa',
  ])('%s has one RRset', async (name) => {
    const both = [`${name} ANY +notcp +bufsize=4096`, `${name} ANY +tcp`];
    for (const { status, answers, flags } of await agent.digAll(...both)) {
      expect([status, typesOf(answers).length, flags.includes('aa')]).toEqual(['NOERROR', 1, true]);
    }
  });

  it('the RRset is whole: as many records as when it is asked for', async () => {
    for (const name of [
      'www.consul',
      'db.service.consul',
      'mail.consul',
      'described.node.consul',
    ]) {
      const { answers } = await agent.dig(`${name} ANY +tcp`);
      const [type] = typesOf(answers);
      const asked = await agent.dig(`${name} ${type} +tcp`);
      expect([...answers].sort()).toEqual([...asked.answers].sort());
    }
  });

  digTable(agent, [
    [
      '§4.1: "if there is a CNAME … it may be that", and not followed',
      'chain.consul ANY',
      { answers: ['chain.consul. 60 IN CNAME alias.consul.'] },
    ],
    [
      'a name without records is NODATA',
      'service.consul ANY',
      { answers: [], authority: [/ SOA /] },
    ],
    [
      'no such name is NXDOMAIN',
      'nosuch.service.consul ANY',
      { status: 'NXDOMAIN', authority: [/ SOA /] },
    ],
    [
      'below a cut it is a referral',
      'x.lab.consul ANY',
      { lacks: 'aa', authority: [/ NS ns1\.lab/] },
    ],
  ]);
});
