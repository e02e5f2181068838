/**
 * Goal: no ghost, no loss, no wrong negative, whatever happens to the catalog. Method: 100,000 random steps against a
 * plain model (`test/fuzz/lifecycle/`), a DNS answer compared after each. `LIFECYCLE_STEPS` and `LIFECYCLE_SEED` make
 * the run longer, or another one.
 */
import { describe, expect, it } from 'vitest';
import { newTally, runLifecycle } from '../fuzz/lifecycle/lifecycle.ts';

const STEPS = Number(process.env.LIFECYCLE_STEPS ?? 100_000);
const SEED = Number(process.env.LIFECYCLE_SEED ?? 20_261_121);

/** One run is long enough to fill the catalog many times over; a failure is found again by its own seed. */
const STEPS_A_RUN = 5000;

describe('the catalog, asked over DNS', () => {
  it(`answers as a plain model says, over ${STEPS} random steps`, async () => {
    const tally = newTally();
    for (let done = 0; done < STEPS; done += STEPS_A_RUN) {
      await runLifecycle(SEED + done, Math.min(STEPS_A_RUN, STEPS - done), tally);
    }
    // The run is worth something only when it reaches all of them.
    expect(tally.steps.size).toBe(14);
    expect([...tally.answers.keys()]).toEqual(
      expect.arrayContaining([
        'A NOERROR',
        'A NOERROR empty',
        'A NXDOMAIN',
        'AAAA NOERROR',
        'AAAA NOERROR empty',
        'SRV NOERROR',
        'SRV NOERROR empty',
        'SRV NXDOMAIN',
        'PTR NOERROR',
        'PTR REFUSED',
      ]),
    );
    expect(tally.refused).toBeGreaterThan(STEPS / 100);
    expect(tally.refused).toBeLessThan(STEPS / 2);
  }, 3_600_000);
});
