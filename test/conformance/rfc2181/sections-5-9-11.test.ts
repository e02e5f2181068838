/** RFC 2181: §5 RRsets, §9 the TC bit, §11 name syntax. */
import { describe, expect, it } from 'vitest';
import type { Dug } from '../../support/dig.ts';
import { DB_COUNT, referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent({
  config: { dns_config: { service_ttl: { 'd*': '10s' }, node_ttl: '20s' } },
});

/** Owner, type and TTL of each record of a reply. */
function ttls(dug: Dug): Map<string, Set<string>> {
  const byRrset = new Map<string, Set<string>>();
  for (const line of [...dug.answers, ...dug.authority, ...dug.additional]) {
    const [owner, ttl = '', , type] = line.split(' ');
    const rrset = `${owner?.toLowerCase()} ${type}`;
    byRrset.set(rrset, (byRrset.get(rrset) ?? new Set()).add(ttl));
  }
  return byRrset;
}

describe('RFC 2181 §5', () => {
  const questions = [
    'db.service.consul SRV',
    'db.service.consul A',
    'described.service.consul SRV',
    'n1.node.consul ANY',
    'consul ANY',
    'consul NS',
    'www.consul ANY',
    'host.service.consul SRV',
    'chain.consul A',
    'nosuch.consul A',
    'x.lab.consul A',
  ];

  it.each(questions)('no record twice, and one TTL in an RRset (§5.2): %s', async (args) => {
    const dug = await agent.dig(`${args} +tcp`);
    for (const [rrset, values] of ttls(dug)) expect([rrset, values.size]).toEqual([rrset, 1]);
    const records = [...dug.answers, ...dug.authority, ...dug.additional];
    expect(records.length).toBeGreaterThan(0);
    expect(new Set(records).size).toBe(records.length);
  });

  digTable(agent, [
    [
      '§5: instances at one address are one record',
      'twin.service.consul A',
      { answers: ['twin.service.consul. 0 IN A 192.0.2.20'] },
    ],
    [
      '§5: and one SRV record when port and target are the same',
      'twin.service.consul SRV',
      { answers: ['twin.service.consul. 0 IN SRV 1 1 85 c0000214.addr.dc1.consul.'] },
    ],
  ]);
});

describe('RFC 2181 §9, "TC should not be set merely because some extra information could have been included"', () => {
  it('an answer that fits without what is additional has no TC', async () => {
    const whole = await agent.dig('described.service.consul SRV +tcp');
    const { bytes, flags, additional } = await agent.dig('host.service.consul SRV +noedns');
    expect(whole.additional.length).toBeGreaterThan(0);
    expect([flags.includes('tc'), bytes <= 512, additional.length > 0]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('TC says that an answer is missing, and every answer is there without it', async () => {
    for (const type of ['A', 'SRV']) {
      const sizes = [512, 700, 1232, 2048, 4096];
      const asked = sizes.map((size) => `db.service.consul ${type} +ignore +bufsize=${size}`);
      for (const [at, dug] of (await agent.digAll(...asked)).entries()) {
        const isWhole = dug.answers.length === DB_COUNT;
        expect([asked[at], dug.flags.includes('tc')]).toEqual([asked[at], !isWhole]);
        expect(dug.bytes).toBeLessThanOrEqual(sizes[at] as number);
      }
    }
  });

  it('what did not fit over UDP is all there over TCP', async () => {
    const { answers, flags } = await agent.dig('db.service.consul SRV +tcp');
    expect(answers).toHaveLength(DB_COUNT);
    expect(flags).not.toContain('tc');
  });
});

describe('RFC 2181 §11, "any binary string whatever can be used as the label of any resource record"', () => {
  digTable(agent, [
    [
      'octets 0 and 255 and a dot inside of a label',
      String.raw`\000\255\.x.consul A`,
      { answers: [String.raw`\000\255\.x.consul. 60 IN A 192.0.2.44`] },
    ],
    ['that dot does not part labels', String.raw`\000\255.x.consul A`, { status: 'NXDOMAIN' }],
    [
      'a node with a space',
      String.raw`my\032node.node.consul A`,
      { answers: [String.raw`my\032node.node.consul. 20 IN A 10.2.0.2`] },
    ],
    [
      'a node with @ and _',
      String.raw`n\@me_x.node.consul A`,
      { answers: [String.raw`n\@me_x.node.consul. 20 IN A 10.2.0.3`] },
    ],
    [
      'a service with a space',
      String.raw`web\032app.service.consul SRV`,
      { answers: [String.raw`web\032app.service.consul. 0 IN SRV 1 1 86 n1.node.dc1.consul.`] },
    ],
    [
      'a service beyond ASCII, in UTF-8',
      String.raw`stra\195\159e.service.consul SRV`,
      { answers: [String.raw`stra\195\159e.service.consul. 0 IN SRV 1 1 87 n1.node.dc1.consul.`] },
    ],
    [
      'a target with a space',
      'spaced.service.consul SRV',
      { answers: [String.raw`spaced.service.consul. 0 IN SRV 1 1 92 my\032node.node.dc1.consul.`] },
    ],
    [
      'a question of ours with any octets is answered, and echoed',
      String.raw`\001\127\128\254.service.consul A`,
      { status: 'NXDOMAIN', question: String.raw`\001\127\128\254.service.consul. IN A` },
    ],
  ]);
});
