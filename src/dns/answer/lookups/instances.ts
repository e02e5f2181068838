/**
 * From a selection of instances to an answer: which kind of record a question wants of them. Each kind has a file; this
 * one knows the list, and says so when instances are answered that are not healthy.
 */
import type { Selection } from '../../view/selection.ts';
import { unpack } from '../../wire/address-rrset.ts';
import { RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { failOpen } from '../explanations.ts';
import type { Outcome } from '../outcome.ts';
import { addresses } from './addresses.ts';
import type { AnswerKind, Found } from './answer-kind.ts';
import { bindings } from './bindings.ts';
import { srv } from './srv.ts';
import { texts } from './texts.ts';

const kinds: ReadonlyMap<number, AnswerKind> = new Map<number, AnswerKind>([
  [RecordType.SRV, srv],
  [RecordType.TXT, texts],
  [RecordType.SVCB, bindings],
  [RecordType.HTTPS, bindings],
]);

/** An alias leads on whatever is asked, but for SRV records, which lead there themselves. */
function kindOf(type: number, selection: Selection): AnswerKind {
  const kind = kinds.get(type) ?? addresses;
  if (kind === addresses || kind === srv) return kind;
  return selection.isAlias(type) ? addresses : kind;
}

export function answerInstances(
  context: CatalogContext,
  asked: Asked,
  found: Found,
): Outcome | Promise<Outcome> {
  const { selection } = found;
  const { query } = asked;
  const { type } = asked.question;
  const { seconds, rule } = found.ttl;
  query.trace?.steps.push({ kind: 'ttl', seconds, rule });
  const kind = found.srvOnly ? srv : kindOf(type, selection);
  query.trace?.steps.push({
    kind: 'records',
    of: (instance) => kind.recordsOf(context, asked, selection, instance),
  });
  const outcome = kind.answer(context, asked, found);
  // Of SRV records there is one for nearly every instance: where there is none, one was drawn first.
  const mayKeepDenial = found.mayKeep && kind !== srv && !selection.hasNames;
  const finish = (settled: Outcome): Outcome => {
    return settled.kind === 'no-data' && mayKeepDenial
      ? { ...settled, basis: { kind: 'fixed', question: asked.question, from: selection } }
      : finished(settled, asked, selection);
  };
  return outcome instanceof Promise ? outcome.then(finish) : finish(outcome);
}

function finished(outcome: Outcome, { query }: Asked, selection: Selection): Outcome {
  if (outcome.kind !== 'answer') return outcome;
  const floor = selection.failOpen;
  query.trace?.steps.push({ kind: 'drawn', records: unpack(outcome.answers) });
  if (floor === undefined) return outcome;
  const { basis: _, ...answer } = outcome;
  return { ...answer, failOpen: true, explanation: failOpen(floor.healthy, floor.total) };
}
