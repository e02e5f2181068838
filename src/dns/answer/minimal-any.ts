/**
 * The stage that answers ANY with one RRset (RFC 8482 §4.1): the next best thing to all of them for whoever is
 * debugging, and nothing to amplify a forged query with. What an upstream answered stays what it is.
 */
import { isPacked } from '../wire/address-rrset.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordType } from '../wire/types.ts';
import type { Outcome } from './outcome.ts';
import type { Stage } from './stages.ts';

/** What a client that asks for ANY most likely wants. */
const PREFERRED: readonly number[] = [RecordType.A, RecordType.AAAA, RecordType.CNAME];

export const answerMinimalAny: Stage = (next, settings) => (query) => {
  if (query.question.type !== RecordType.ANY || !settings.answer.minimalAny) return next(query);
  const outcome = next(query);
  return outcome instanceof Promise ? outcome.then(minimal) : minimal(outcome);
};

function minimal(outcome: Outcome): Outcome {
  if (outcome.kind !== 'answer') return outcome;
  const { answers } = outcome;
  // Packed addresses are one RRset.
  if (isPacked(answers)) return { ...outcome, additional: [] };
  const kept = oneRRset(answers);
  // What is missing would stand last, and is missed only where the last ones are kept.
  const partial = outcome.partial === true && kept.at(-1) === answers.at(-1);
  return { ...outcome, answers: kept, additional: [], partial };
}

function oneRRset(answers: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const [first] = answers;
  if (first === undefined) return answers;
  // Those behind an alias belong to another name.
  const own = answers.filter(({ owner }) => owner === first.owner);
  const preferred = PREFERRED.find((wanted) => own.some(({ type }) => type === wanted));
  const kept = preferred ?? first.type;
  return own.filter(({ type }) => type === kept);
}
