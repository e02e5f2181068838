/** Runs cases of a target. Each has a seed of its own, so any one can be made again without those before it. */
import { seededRandom } from '../../src/runtime/index.ts';
import type { Target } from './target.ts';

/** A case that does not hold. */
export interface Crash {
  readonly target: string;
  /** `--seed` of a run that begins with this case. */
  readonly seed: number;
  readonly input: Uint8Array;
  readonly error: unknown;
}

/** Runs cases `seed`, `seed + 1`, … while `goesOn` says so. @returns the first that does not hold */
export async function runCases(
  target: Target,
  seed: number,
  goesOn: (cases: number) => boolean,
): Promise<Crash | undefined> {
  for (let cases = 0; goesOn(cases); cases++) {
    const own = (seed + cases) >>> 0;
    const input = target.generate(seededRandom(Math.imul(own, 0x9e37_79b1)));
    const crash = await runInput(target, input, own);
    if (crash !== undefined) return crash;
  }
  return undefined;
}

export async function runInput(
  target: Target,
  input: Uint8Array,
  seed: number,
): Promise<Crash | undefined> {
  try {
    const checking = target.check(input);
    if (checking !== undefined) await checking;
    return undefined;
  } catch (error) {
    return { target: target.name, seed, input, error };
  }
}

/** All that is needed to see it again. */
export function formatCrash({ target, seed, input, error }: Crash): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `target ${target}, seed ${seed}: ${text}\ninput ${Buffer.from(input).toString('hex')}`;
}
