/** A run of the real parts beside the model: after each step they must tell the same story. */
import { seededRandom } from '../../../src/runtime/index.ts';
import { expectedAnswer } from './expected.ts';
import { Model } from './model.ts';
import { formatStep, makeStep, QUESTIONS, type QueryType, type Step } from './steps.ts';
import { System } from './system.ts';

/** All questions are asked every so many steps; between, those that steps ask and one more. */
const SWEEP_STEPS = 500;
const SHOWN_STEPS = 20;
const RCODES: Readonly<Record<number, string>> = { 0: 'NOERROR', 3: 'NXDOMAIN', 5: 'REFUSED' };
const SERVICES = ['web', 'db', 'cache'];

/** What was seen on the way: a run that never met a thing proves nothing about it. */
export interface Tally {
  readonly steps: Map<string, number>;
  readonly answers: Map<string, number>;
  refused: number;
}

export const newTally = (): Tally => ({ steps: new Map(), answers: new Map(), refused: 0 });

const count = (counts: Map<string, number>, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1);

/** Throws an Error with the seed and the last steps when something does not hold. */
export async function runLifecycle(seed: number, steps: number, tally = newTally()): Promise<void> {
  try {
    await runSteps(seed, steps, SWEEP_STEPS, tally);
  } catch (error) {
    // Once more, with all questions after each step: what is wrong may have been so for a while.
    await runSteps(seed, steps, 1, newTally());
    throw error;
  }
}

async function runSteps(
  seed: number,
  steps: number,
  sweepSteps: number,
  tally: Tally,
): Promise<void> {
  const random = seededRandom(seed);
  const system = await System.start();
  const model = new Model();
  const taken: Step[] = [];
  const indexes = { state: 0, services: SERVICES.map(() => 0) };
  try {
    while (taken.length < steps) {
      const step = makeStep(random);
      taken.push(step);
      const refused = await system.apply(step);
      count(tally.steps, step.kind);
      if (refused) tally.refused += 1;
      compareRefusal(refused, model.apply(step));
      checkIndexes(system, indexes, taken.length);
      if (step.kind === 'query') compareAnswer(system, model, step.type, step.name, tally);
      const [type, name] = QUESTIONS[random.integer(QUESTIONS.length)]!;
      compareAnswer(system, model, type, name, tally);
      if (taken.length % sweepSteps === 0) sweep(system, model, tally);
    }
  } catch (error) {
    throw describeFailure(seed, taken, error);
  } finally {
    await system.close();
  }
}

function describeFailure(seed: number, taken: readonly Step[], cause: unknown): Error {
  const first = Math.max(taken.length - SHOWN_STEPS, 0);
  const last = taken.slice(first).map((step, at) => `  ${first + at + 1}. ${formatStep(step)}`);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const title = `seed ${seed}, step ${taken.length}: ${reason}`;
  return new Error(`${title}\nlast steps:\n${last.join('\n')}`, { cause });
}

function compareRefusal(refused: boolean, expected: boolean): void {
  if (refused !== expected) throw new Error(`the step was ${refused ? '' : 'not '}refused`);
}

function checkIndexes(
  system: System,
  last: { state: number; services: number[] },
  steps: number,
): void {
  const { index, viewIndex } = system;
  if (index < last.state) throw new Error(`the index went back from ${last.state} to ${index}`);
  // Index keys alone can move the catalog: the view is then behind, and never ahead.
  if (viewIndex > index) throw new Error(`the view is at ${viewIndex}, the catalog at ${index}`);
  last.state = index;
  // One of them a step: listing instances costs more than all the rest.
  const at = steps % SERVICES.length;
  const now = system.serviceIndex(SERVICES[at]!);
  const before = last.services[at]!;
  if (now < before)
    throw new Error(`the index of ${SERVICES[at]} went back from ${before} to ${now}`);
  last.services[at] = now;
}

function sweep(system: System, model: Model, tally: Tally): void {
  compareLists(system, model);
  for (const [type, name] of QUESTIONS) compareAnswer(system, model, type, name, tally);
}

function compareLists(system: System, model: Model): void {
  for (const name of SERVICES) {
    const listed = system.listed(name).sort().join('\n  ');
    const expected = model.listed(name).sort().join('\n  ');
    if (listed !== expected) {
      throw new Error(`HTTP lists for ${name}:\n  ${listed}\nexpected:\n  ${expected}`);
    }
  }
}

function compareAnswer(
  system: System,
  model: Model,
  type: QueryType,
  name: string,
  tally: Tally,
): void {
  const expected = expectedAnswer(model, type, name);
  const seen = system.ask(type, name);
  const rcode = RCODES[seen.rcode] ?? String(seen.rcode);
  const answers = seen.answer.map((record) => record.split(' ').toSpliced(0, 2).join(' '));
  count(
    tally.answers,
    `${type} ${rcode}${rcode === 'NOERROR' && answers.length === 0 ? ' empty' : ''}`,
  );
  const isNegative = rcode === 'NXDOMAIN' || (rcode === 'NOERROR' && answers.length === 0);
  const hasSoa = seen.authority.some((record) => record.split(' ')[2] === 'SOA');
  const isRight =
    rcode === expected.rcode &&
    areFilled(expected.answers, answers) &&
    isNegative === hasSoa &&
    !seen.tc;
  if (isRight) return;
  const wanted = expected.answers.map((choices) => choices.join(' or ')).join(', ');
  throw new Error(
    `${type} ${name} (only_passing ${model.onlyPassing}):\n  ${rcode}${hasSoa ? ' with SOA' : ''}: ${answers.join(', ')}\n  expected ${expected.rcode}: ${wanted}`,
  );
}

/** Each place takes one answer, and none is left. */
function areFilled(places: readonly (readonly string[])[], answers: readonly string[]): boolean {
  if (places.length !== answers.length) return false;
  const left = new Set(answers.map((answer) => answer.toLowerCase()));
  if (left.size !== answers.length) return false;
  return places.every((choices) => choices.some((one) => left.delete(one.toLowerCase())));
}
