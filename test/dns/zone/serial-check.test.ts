/** Which zones a reload tells of, and serial arithmetic (RFC 1982). */
import { describe, expect, it } from 'vitest';
import { checkSerials, isLater } from '../../../src/dns/zone/serial-check.ts';
import { runAtOnce } from '../../../src/dns/zone/steps.ts';
import { createZoneStore, type ZoneStore } from '../../../src/dns/zone/zone-store.ts';
import { zone } from './zone-text.ts';

const store = (serial: number, records = ''): ZoneStore => {
  const head = `$TTL 60\n@ SOA ns host ${serial} 2 3 4 5\n@ NS ns.x.\n`;
  return createZoneStore({ zones: [zone(head + records)], catalogApexes: [] });
};
const problems = (before: ZoneStore, after: ZoneStore): string[] =>
  runAtOnce(checkSerials(before, after), () => '').map(({ problem }) => problem);

describe('the serial of a zone that is read again', () => {
  const changed = ['the records of a zone changed and its serial did not'];
  const back = ['the serial of a zone went back'];
  const cases: [string, ZoneStore, ZoneStore, string[]][] = [
    ['nothing changed', store(1, 'a A 192.0.2.1'), store(1, 'a A 192.0.2.1'), []],
    ['advanced', store(1, 'a A 192.0.2.1'), store(2, 'a A 192.0.2.2'), []],
    ['advanced, nothing else changed', store(1), store(2), []],
    ['advanced over the end', store(2 ** 32 - 1), store(0), []],
    ['a record changed', store(1, 'a A 192.0.2.1'), store(1, 'a A 192.0.2.2'), changed],
    ['a TTL changed', store(1, 'a 5 A 192.0.2.1'), store(1, 'a 6 A 192.0.2.1'), changed],
    ['a record more', store(1, 'a A 192.0.2.1'), store(1, 'a A 192.0.2.1\na A 192.0.2.2'), changed],
    ['a type more', store(1, 'a A 192.0.2.1'), store(1, 'a A 192.0.2.1\na TXT x'), changed],
    ['another type', store(1, 'a A 192.0.2.1'), store(1, 'a TXT x'), changed],
    ['another owner', store(1, 'a A 192.0.2.1'), store(1, 'b A 192.0.2.1'), changed],
    ['an owner less', store(1, 'a A 192.0.2.1'), store(1), changed],
    [
      'another order',
      store(1, 'a A 192.0.2.1\na A 192.0.2.2'),
      store(1, 'a A 192.0.2.2\na A 192.0.2.1'),
      [],
    ],
    ['went back', store(2), store(1), back],
    ['went back by half of all', store(2 ** 31), store(0), back],
    ['went back over the end', store(5), store(2 ** 32 - 5), back],
    [
      'a zone that is new',
      createZoneStore({ zones: [], catalogApexes: [] }),
      store(1, 'a A 192.0.2.1'),
      [],
    ],
  ];
  it.each(cases)('%s', (_, before, after, expected) => {
    expect(problems(before, after)).toEqual(expected);
  });
});

describe('RFC 1982 §3.2', () => {
  it.each([
    [1, 0, true],
    [0, 1, false],
    [44, 44, false],
    [2 ** 31 - 1, 0, true],
    [2 ** 31, 0, false],
    [0, 2 ** 31, false],
    [0, 2 ** 32 - 1, true],
    [100, 2 ** 32 - 100, true],
  ])('%d is later than %d: %s', (serial, other, expected) => {
    expect(isLater(serial, other)).toBe(expected);
  });
});
