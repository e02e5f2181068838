/**
 * The stage that answers ANY with one RRset (RFC 8482 §4.1): the next best thing to all of them for whoever is
 * debugging, and nothing to amplify a forged query with. What an upstream answered stays what it is.
 */
import { isPacked } from '../wire/address-rrset.ts';
import { lowerName, type Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordType } from '../wire/types.ts';
import type { Outcome } from './outcome.ts';
import type { Stage } from './stages.ts';

/** What a client that asks for ANY most likely wants. */
const PREFERRED: readonly number[] = [RecordType.A, RecordType.AAAA, RecordType.CNAME];

export const answerMinimalAny: Stage = (next, settings) => (query) => {
  if (query.question.type !== RecordType.ANY || !settings.answer.minimalAny) return next(query);
  const outcome = next(query);
  const { lowerName: asked } = query.question;
  return outcome instanceof Promise
    ? outcome.then((settled) => minimal(settled, asked))
    : minimal(outcome, asked);
};

function minimal(outcome: Outcome, asked: Name): Outcome {
  if (outcome.kind !== 'answer') return outcome;
  const { answers } = outcome;
  const reduced = { ...outcome, additional: [], basis: undefined };
  // Packed addresses are one RRset.
  if (isPacked(answers)) return reduced;
  // An answer that was cut before is no whole RRset now either, as far as anybody can tell.
  return { ...reduced, answers: oneRRset(answers, asked) };
}

/** What stands behind an alias belongs to another name, but a DNAME goes before what is made of it (RFC 6672 §3.1). */
function oneRRset(answers: readonly ResourceRecord[], asked: Name): readonly ResourceRecord[] {
  const own = answers.filter(({ owner }) => lowerName(owner) === asked);
  const preferred = PREFERRED.find((wanted) => own.some(({ type }) => type === wanted));
  const kept = preferred ?? own[0]?.type;
  return answers.filter(
    (record) =>
      (own.includes(record) && record.type === kept) ||
      (!own.includes(record) && record.type === RecordType.DNAME),
  );
}
