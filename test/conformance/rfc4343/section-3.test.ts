/** RFC 4343: ASCII letters match in any case, come back as they were asked, and nothing else is folded. */
import { describe, expect, it } from 'vitest';
import { referenceAgent } from '../../support/reference-agent.ts';
import { digTable } from '../dig-table.ts';

const agent = referenceAgent();

describe('RFC 4343 §3, matching', () => {
  digTable(agent, [
    ['a service', 'WEB.SeRvIcE.CONSUL SRV', { question: 'WEB.SeRvIcE.CONSUL. IN SRV' }],
    [
      'a tag',
      'bLUE.web.service.consul A',
      { answers: ['bLUE.web.service.consul. 0 IN A 127.0.0.1'] },
    ],
    [
      'a node and a datacenter',
      'N1.NODE.DC1.consul A',
      { answers: ['N1.NODE.DC1.consul. 0 IN A 127.0.0.1'] },
    ],
    [
      'an address',
      '0A0000fF.ADDR.consul A',
      { answers: ['0A0000fF.ADDR.consul. 0 IN A 10.0.0.255'] },
    ],
    [
      'a name of a master file, however it is written there',
      'mIXED.cASE.consul A',
      { answers: ['mIXED.cASE.consul. 60 IN A 192.0.2.3'] },
    ],
    ['a wildcard', 'X.WILD.consul A', { answers: ['X.WILD.consul. 60 IN A 192.0.2.42'] }],
    [
      'a reverse name',
      '1.0.1.10.IN-ADDR.ARPA PTR',
      { answers: ['1.0.1.10.IN-ADDR.ARPA. 0 IN PTR db1.node.dc1.consul.'] },
    ],
    ['the zone itself', 'CONSUL SOA', { has: 'aa' }],
    [
      'RFC 2782 names',
      '_WEB._TCP.service.consul SRV',
      { answers: ['_WEB._TCP.service.consul. 0 IN SRV 1 5 8080 n1.node.dc1.consul.'] },
    ],
  ]);
});

describe('RFC 4343 §2 and §4', () => {
  digTable(agent, [
    [
      '§4.1: letters written as escapes are letters',
      String.raw`\119\069b.service.consul A`,
      { answers: ['wEb.service.consul. 0 IN A 127.0.0.1'] },
    ],
    [
      '§2: octets beyond ASCII are the same octets only',
      String.raw`STRA\195\159E.service.consul SRV`,
      { answers: [String.raw`STRA\195\159E.service.consul. 0 IN SRV 1 1 87 n1.node.dc1.consul.`] },
    ],
    [
      // 0x9f with bit 0x20 turned over, as 'A' is to 'a'.
      '§2: and not folded by their sixth bit',
      String.raw`stra\195\191e.service.consul SRV`,
      { status: 'NXDOMAIN' },
    ],
    [
      // 0xc3 and 0xe3 are the two cases of a letter in Latin-1.
      '§2: nor as letters of another character set',
      String.raw`stra\227\159e.service.consul SRV`,
      { status: 'NXDOMAIN' },
    ],
    [
      '§3: "@" is not "`", "[" is not "{"',
      String.raw`n\096me_x.node.consul A`,
      { status: 'NXDOMAIN' },
    ],
  ]);

  it('§4.1: each of many mixtures comes back exactly (0x20)', async () => {
    const names: string[] = [];
    for (let mixture = 1; mixture < 64; mixture += 3) {
      const letters = [...'web.service.consul'].map((letter, at) =>
        (mixture >> (at % 6)) & 1 ? letter.toUpperCase() : letter,
      );
      names.push(letters.join(''));
    }
    const dugs = await agent.digAll(...names.map((name) => `${name} A`));
    for (const [at, { question, answers }] of dugs.entries()) {
      const name = names[at];
      expect([question, answers]).toEqual([`${name}. IN A`, [`${name}. 0 IN A 127.0.0.1`]]);
    }
  });
});
