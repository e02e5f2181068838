/**
 * `npm run fuzz [-- --target NAME] [--seconds N] [--seed S]`: all targets in turn, or one, until stopped or until the
 * seconds are over. What does not hold is printed and written to `crashers/`, and the target goes on after it.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { writeCrasher } from './crashers.ts';
import { formatCrash, runCases } from './run.ts';
import type { Target } from './target.ts';
import { targets } from './targets.ts';

/** How long one target has its turn before the next. */
const TURN_MS = 10_000;
/** So that a defect that every other case meets does not fill the folder. */
const CRASHES_MAX = 20;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: '' },
    seconds: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() >>> 0) },
  },
});

interface Progress {
  readonly target: Target;
  seed: number;
  cases: number;
  ms: number;
  crashes: number;
}

const chosen = targets.filter(({ name }) => values.target === '' || name === values.target);
if (chosen.length === 0) {
  console.error(`no target "${values.target}": ${targets.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const endsAt = values.seconds === '' ? Infinity : performance.now() + Number(values.seconds) * 1000;
let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});
const isOver = (): boolean => isStopped || performance.now() >= endsAt;

const all: Progress[] = chosen.map((target) => ({
  target,
  seed: Number(values.seed) >>> 0,
  cases: 0,
  ms: 0,
  crashes: 0,
}));
console.log(`seed ${values.seed}`);
while (!isOver()) {
  for (const progress of all) await takeTurn(progress);
}
const crashes = all.reduce((sum, one) => sum + one.crashes, 0);
console.log(crashes === 0 ? 'everything held' : `${crashes} cases did not hold`);
process.exitCode = crashes === 0 ? 0 : 1;

async function takeTurn(progress: Progress): Promise<void> {
  const { target } = progress;
  const startedAt = performance.now();
  const goesOn = (): boolean => !isOver() && performance.now() - startedAt < TURN_MS;
  while (goesOn() && progress.crashes < CRASHES_MAX) {
    const crash = await runCases(target, progress.seed, () => {
      if (!goesOn()) return false;
      progress.cases += 1;
      progress.seed = (progress.seed + 1) >>> 0;
      return true;
    });
    if (crash === undefined) break;
    progress.crashes += 1;
    console.log(formatCrash(crash));
    console.log(`written to ${writeCrasher(folder(), crash)}`);
  }
  progress.ms += performance.now() - startedAt;
  const { cases, ms, crashes: own, seed } = progress;
  const rate = Math.round((cases * 1000) / Math.max(ms, 1));
  // `isStopped` is looked at between cases only: signals need a turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  console.log(`${target.name}: ${cases} cases, ${rate}/s, next seed ${seed}, ${own} did not hold`);
}

function folder(): string {
  return join(process.cwd(), 'test/fuzz/crashers');
}
