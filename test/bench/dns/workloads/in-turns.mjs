// What all workloads share: cases measured in turns, so that whatever else the machine does falls on all of them, and
// ratios of the runs that were made one after the other.
import { end } from '../machine.mjs';
import { pairedRatios } from '../statistics.mjs';

/**
 * Measures every case `rounds` times: A B A B A B.
 * @param cases `[{ server, measure() }]`; `measure` gives an object of figures
 * @returns rows `{ server, runs }`
 */
export async function inTurns(rounds, cases) {
  const rows = cases.map(({ server }) => ({ server, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [at, { measure }] of cases.entries()) rows[at].runs.push(await measure());
  }
  return rows;
}

/** One figure of all runs of a row. */
export const figuresOf = (row, figure) => row.runs.map((run) => run[figure]);

/** How `row` compares with `other` in `figure`; `aim` is `{ atLeast }`, `{ atMost }` or undefined. */
export const compare = (row, other, figure, aim) => ({
  of: row.server,
  to: other.server,
  figure,
  values: pairedRatios(figuresOf(row, figure), figuresOf(other, figure)),
  aim,
});

/** Runs `work` with `servers`, an array that it fills, and ends those that are in it. */
export async function withServers(work) {
  const servers = [];
  try {
    return await work(servers);
  } finally {
    for (const { child } of servers) await end(child);
  }
}
