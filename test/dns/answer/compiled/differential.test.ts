/**
 * A compiled answer is what the generic way would say, octet for octet: two servers with the same catalog and the same
 * randomness are asked the same, one of them for datagrams, through changes of rows and of settings.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnswerOptions } from '../../../../src/dns/options.ts';
import { type Random, seededRandom } from '../../../../src/runtime/index.ts';
import { ROWS } from '../../../fuzz/catalog.ts';
import { makeQuery } from '../../../fuzz/queries.ts';
import { oneIn } from '../../../fuzz/target.ts';
import { makeAnswerOptions } from '../../../fuzz/targets/responder.ts';
import { servedZones } from '../../../fuzz/zones.ts';
import { HeldClock } from '../../../support/held-clock.ts';
import type { ServerSetup } from '../../ask.ts';
import { Pair } from './pair.ts';
import { makeChanges, makeQuestion, makeRows } from './random-world.ts';

/** Any settings, and more often than not such that answers can be compiled. */
function makeSettings(random: Random): Partial<AnswerOptions> {
  const answer = makeAnswerOptions(random);
  return {
    ...answer,
    ...(oneIn(4, random) ? {} : { near: {}, disableCompression: false }),
  };
}

function setupOf(random: Random): ServerSetup {
  return {
    rows: makeRows(random),
    answer: oneIn(2, random) ? {} : makeSettings(random),
    protocol: { cookies: !oneIn(4, random) },
    recursionAvailable: oneIn(3, random),
    identity: { altDomain: 'alt.example.' },
    seed: random.integer(1 << 30),
    clock: new HeldClock(),
  };
}

/** One thing that may happen: mostly a question, else a change. */
async function step(pair: Pair, random: Random): Promise<void> {
  switch (random.integer(40)) {
    case 0:
      pair.apply(makeChanges(random), random.integer(2));
      return;
    case 1:
      if (oneIn(6, random)) pair.setOptions(makeSettings(random), oneIn(3, random));
      return;
    case 2:
      pair.setUnsaved(oneIn(8, random));
      return;
    default:
      await pair.ask(makeQuestion(random));
  }
}

it('through a few thousand questions and changes', async () => {
  const random = seededRandom(20_261_121);
  const pair = new Pair(setupOf(random));
  for (let count = 0; count < 8000; count++) await step(pair, random);
  pair.compareCounts();
  // It would be no test of compiled answers if hardly any were given.
  const { hits } = pair.stats;
  expect(hits).toBeGreaterThan(1000);
});

it('in any short history', async () => {
  const history = fc.record({
    setup: fc.nat(),
    steps: fc.array(fc.nat(), { maxLength: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(history, async ({ setup, steps }) => {
      const pair = new Pair(setupOf(seededRandom(setup)));
      for (const seed of steps) await step(pair, seededRandom(seed));
      pair.compareCounts();
    }),
    { numRuns: 60 },
  );
});

it('whatever the message is', async () => {
  const random = seededRandom(7);
  for (let set = 0; set < 6; set++) {
    const answer = set === 0 ? {} : makeSettings(random);
    const pair = new Pair({ rows: ROWS, answer, clock: new HeldClock() }, servedZones);
    for (let count = 0; count < 1500; count++) await pair.ask(makeQuery(random));
    pair.compareCounts();
  }
});
