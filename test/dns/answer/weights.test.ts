/** Weights decide over order and subset of addresses and SRV records alike (RFC 2782). */
import { describe, expect, it } from 'vitest';
import type { ViewChange } from '../../../src/dns/index.ts';
import { type AskOptions, ask, type Server, type ServerSetup, serve } from '../ask.ts';
import { instance, node } from '../catalog-rows.ts';
import { chiSquaredFits } from '../view/chi-squared.ts';

const ROUNDS = 6000;
const WEIGHTS = [1, 2, 3, 4, 10];
const TOTAL = 20;

/** An instance a weight: number n at 10.0.0.n and 2001:db8::n, on port n. */
function weighted(fields: Parameters<typeof instance>[2] = {}): ViewChange[] {
  return WEIGHTS.flatMap((weight, at) => {
    const name = `n${at}`;
    const tagged = {
      lan_ipv4: { address: `10.0.0.${at}`, port: 0 },
      lan_ipv6: { address: `2001:db8::${at}`, port: 0 },
    };
    return [
      node(name, `10.0.1.${at}`),
      instance('web', name, { port: at, tagged, weights: [weight, 1], ...fields }),
    ];
  });
}

/** Number of the instance that a record is about. */
const numberOf = (record: string): number =>
  Number(/ SRV \d+ \d+ (\d+) /.exec(record)?.[1] ?? /(\d+)$/.exec(record)?.[1] ?? 0);

async function firsts(server: Server, question: string, options: AskOptions = {}) {
  const counts = WEIGHTS.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const { answer } = await ask(server, question, options);
    counts[numberOf(answer[0]!)]! += 1;
  }
  return counts;
}

const fitsWeights = (counts: readonly number[], weights: readonly number[]): boolean => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return chiSquaredFits(
    counts.map((count, at) => [count, (weights[at]! / total) * ROUNDS] as const),
  );
};

describe('the first of a reply is drawn by weight', () => {
  it.each<[string, string, ServerSetup]>([
    ['A', 'A web.service.consul', {}],
    ['AAAA', 'AAAA web.service.consul', {}],
    ['SRV', 'SRV web.service.consul', {}],
    ['ANY, of several families', 'ANY web.service.consul', { answer: { minimalAny: false } }],
    ['A, when a limit lets one through', 'A web.service.consul', { answer: { aRecordLimit: 1 } }],
  ])('%s', async (_title, question, setup) => {
    const server = serve({ rows: weighted(), ...setup });
    expect(fitsWeights(await firsts(server, question), WEIGHTS)).toBe(true);
  });

  it('the warning weight counts while warning', async () => {
    const rows = weighted({ status: 'warning', weights: [9, 1] });
    rows.push(instance('web', 'n0', { port: 0, weights: [1, 5], status: 'warning' }));
    rows.push(instance('web', 'n0', { port: 0, weights: [1, 5], status: 'warning' }));
    const server = serve({ rows });
    expect(fitsWeights(await firsts(server, 'SRV web.service.consul'), [5, 1, 1, 1, 1])).toBe(true);
    expect((await ask(server, 'SRV web.service.consul')).answer.map(weightOf).sort()).toEqual([
      1, 1, 1, 1, 5,
    ]);
  });

  it('all count the same where that is wanted', async () => {
    const server = serve({ rows: weighted(), answer: { weighted: false } });
    for (const question of ['A web.service.consul', 'SRV web.service.consul']) {
      expect(fitsWeights(await firsts(server, question), [1, 1, 1, 1, 1])).toBe(true);
    }
  });

  it('the second is drawn among the rest', async () => {
    const server = serve({ rows: weighted() });
    const counts = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const { answer } = await ask(server, 'A web.service.consul');
      const pair = answer.slice(0, 2).map(numberOf).join();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const cells = WEIGHTS.flatMap((one, first) =>
      WEIGHTS.flatMap((other, second) => {
        if (first === second) return [];
        const chance = (one / TOTAL) * (other / (TOTAL - one));
        return [[counts.get(`${first},${second}`) ?? 0, chance * ROUNDS] as const];
      }),
    );
    expect(chiSquaredFits(cells)).toBe(true);
  });
});

const weightOf = (record: string): number => Number(/ SRV \d+ (\d+) /.exec(record)?.[1]);

it('instances at one address weigh together', async () => {
  const rows = [
    node('n', '10.0.9.9'),
    ...[0, 0, 0, 1].map((last, at) =>
      instance('web', 'n', { id: `i${at}`, address: `10.0.0.${last}`, weights: [at + 1, 1] }),
    ),
  ];
  const server = serve({ rows });
  let first = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { answer } = await ask(server, 'A web.service.consul');
    expect(answer).toHaveLength(2);
    if (numberOf(answer[0]!) === 0) first += 1;
  }
  expect(
    chiSquaredFits([
      [first, 0.6 * ROUNDS],
      [ROUNDS - first, 0.4 * ROUNDS],
    ]),
  ).toBe(true);
});

it('a weight of zero is rare among others, and still seen', async () => {
  const rows = [
    node('n', '10.0.9.9'),
    instance('web', 'n', { id: 'one', address: '10.0.0.1', weights: [1, 1] }),
    instance('web', 'n', { id: 'zero', address: '10.0.0.2', weights: [0, 0] }),
  ];
  const server = serve({ rows, answer: { aRecordLimit: 1 } });
  let zero = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { answer } = await ask(server, 'A web.service.consul');
    if (numberOf(answer[0]!) === 2) zero += 1;
  }
  expect(zero).toBeGreaterThan(0);
  expect(zero).toBeLessThan(ROUNDS / 50);
});
