import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerName } from '../../../src/dns/wire/name.ts';
import { buildZone } from '../../../src/dns/zone/build-zone.ts';
import { lookUp } from '../../../src/dns/zone/zone.ts';
import { name, parse } from './zone-text.ts';

const word = fc.constantFrom(
  '@',
  '*',
  'a',
  'b.a',
  'x.',
  '\\.',
  '\\300',
  '\\',
  '"',
  '"s"',
  '(',
  ')',
  ';',
  '\n',
  '\n ',
  '60',
  '1h',
  'IN',
  'CH',
  'A',
  'AAAA',
  'NS',
  'SOA',
  'CNAME',
  'DNAME',
  'MX',
  'TXT',
  'LOC',
  'SVCB',
  'NSEC',
  'TYPE7',
  '\\#',
  '192.0.2.1',
  '::1',
  '$ORIGIN',
  '$TTL',
  '$INCLUDE',
  'example.zone',
  'alpn=h2',
  'key1',
  'N',
  'E',
  '\u00e9',
  '\0',
  '\r',
);
const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));

describe('any text', () => {
  it('is a zone or a list of faults, never an exception', () => {
    const head = '$TTL 1\n@ SOA ns host 1 2 3 4 5\n@ NS ns.x.\n';
    const zoneFile = { file: 'zones/example.zone', origin: name('example.'), apexIsOrigin: false };
    fc.assert(
      fc.property(text, fc.string({ unit: 'binary' }), (words, noise) => {
        for (const body of [head + words, words + noise, noise]) {
          const built = buildZone(zoneFile, parse({ 'zones/example.zone': body }));
          expect(built.zone === undefined).toBe(built.faults.length > 0);
          if (built.zone === undefined) continue;
          for (const asked of ['a.example.', 'x.b.a.example.', '*.example.']) {
            lookUp(built.zone, { name: name(asked), lowerName: lowerName(name(asked)), type: 1 });
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
