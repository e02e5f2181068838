/** Answers of 500 and 5,000 instances, by the room that a client has: size, TC, and a fair subset each time. */
import { describe, expect, it } from 'vitest';
import { type AskOptions, ask, type Server, serve } from '../ask.ts';
import { fleet } from '../catalog-rows.ts';
import { chiSquaredFits } from '../view/chi-squared.ts';

const servers: Readonly<Record<number, Server>> = {
  500: serve({ rows: fleet('web', 500) }),
  5000: serve({ rows: fleet('web', 5000) }),
};

type Row = [
  instances: number,
  type: string,
  room: string,
  options: AskOptions,
  bytesMax: number,
  answers: [least: number, most: number],
  truncated: boolean,
];

describe('what fits is answered, and TC says when something did not', () => {
  it.each<Row>([
    [500, 'A', '512', {}, 512, [29, 29], true],
    [500, 'A', '1232', { edns: 1232 }, 1232, [70, 75], true],
    [500, 'A', '4096', { edns: 4096 }, 4096, [250, 254], true],
    [500, 'A', 'TCP', { transport: 'tcp' }, 65_535, [500, 500], false],
    [5000, 'A', '512', {}, 512, [29, 29], true],
    [5000, 'A', '1232', { edns: 1232 }, 1232, [70, 75], true],
    [5000, 'A', '4096', { edns: 4096 }, 4096, [250, 254], true],
    [5000, 'A', 'TCP', { transport: 'tcp' }, 65_535, [4090, 4096], true],
    [500, 'SRV', '512', {}, 512, [8, 12], true],
    [500, 'SRV', '1232', { edns: 1232 }, 1232, [21, 30], true],
    [500, 'SRV', '4096', { edns: 4096 }, 4096, [75, 110], true],
    [500, 'SRV', 'TCP', { transport: 'tcp' }, 65_535, [500, 500], false],
    [5000, 'SRV', '512', {}, 512, [8, 12], true],
    [5000, 'SRV', '1232', { edns: 1232 }, 1232, [21, 30], true],
    [5000, 'SRV', '4096', { edns: 4096 }, 4096, [75, 110], true],
    [5000, 'SRV', 'TCP', { transport: 'tcp', edns: 1232 }, 65_535, [1200, 1800], true],
  ])(
    '%d instances, %s, %s',
    async (count, type, _room, options, bytesMax, [least, most], truncated) => {
      const seen = await ask(servers[count]!, `${type} web.service.consul`, options);
      expect(seen.bytes.length).toBeLessThanOrEqual(bytesMax);
      expect(seen.answer.length).toBeGreaterThanOrEqual(least);
      expect(seen.answer.length).toBeLessThanOrEqual(most);
      expect(new Set(seen.answer).size).toBe(seen.answer.length);
      expect([seen.rcode, seen.tc]).toEqual([0, truncated]);
      expect(seen.opt === undefined).toBe(options.edns === undefined);
      // Whatever else could not be sent, the last answer nearly fills the room.
      if (truncated) expect(bytesMax - seen.bytes.length).toBeLessThan(60);
    },
  );
});

describe('what is left out is another part each time', () => {
  it.each<[number, string, AskOptions, number]>([
    [500, 'A', {}, 600],
    [500, 'SRV', { edns: 1232 }, 600],
    [5000, 'A', { edns: 1232 }, 1500],
    [5000, 'SRV', { edns: 4096 }, 900],
  ])(
    '%d instances, %s: each is seen, as often as the others',
    async (count, type, options, rounds) => {
      const counts = new Map<string, number>();
      let total = 0;
      for (let round = 0; round < rounds; round++) {
        const { answer } = await ask(servers[count]!, `${type} web.service.consul`, options);
        for (const record of answer) counts.set(record, (counts.get(record) ?? 0) + 1);
        total += answer.length;
      }
      expect(counts.size).toBe(count);
      const each = total / count;
      expect(chiSquaredFits([...counts.values()].map((seen) => [seen, each] as const))).toBe(true);
    },
  );
});
