/** Every crasher again, and a bounded run of every target. `npm run fuzz` goes on for as long as one likes. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCrashers } from './crashers.ts';
import { formatCrash, runCases, runInput } from './run.ts';
import { targets } from './targets.ts';

const SEED = 20_261_121;
const crashers = readCrashers(join(import.meta.dirname, 'crashers'));

function mustHold(crash: Awaited<ReturnType<typeof runInput>>): void {
  if (crash !== undefined) throw new Error(formatCrash(crash), { cause: crash.error });
}

describe('inputs that once did not hold', () => {
  for (const { file, target: name, input } of crashers) {
    it(`${file} holds now`, async () => {
      const target = targets.find((one) => one.name === name);
      if (target === undefined) throw new Error(`${file} names no target`);
      mustHold(await runInput(target, input, 0));
    });
  }

  it('are each in a file that names its target', () => {
    const names = targets.map(({ name }) => name);
    expect(crashers.filter(({ target }) => !names.includes(target))).toEqual([]);
  });
});

describe('random inputs', () => {
  for (const target of targets) {
    it(`hold for ${target.name}`, async () => {
      mustHold(await runCases(target, SEED, (cases) => cases < target.casesInTests));
    }, 120_000);
  }
});
