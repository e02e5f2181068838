/**
 * From a selection of instances to an answer: which kind of record a question wants of them. Each kind has a file; this
 * one knows the list, and says so when instances are answered that are not healthy.
 */
import type { Selection } from '../../view/selection.ts';
import { RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { failOpen } from '../explanations.ts';
import type { Outcome } from '../outcome.ts';
import type { ServiceTtl } from '../service-ttl.ts';
import { answerAddresses } from './addresses.ts';
import { answerBindings } from './bindings.ts';
import { answerSrv } from './srv.ts';
import { answerTexts } from './texts.ts';

/** What a look-up found. */
export interface Found {
  readonly selection: Selection;
  readonly ttl: ServiceTtl;
  /** The name has SRV records and nothing else. */
  readonly srvOnly: boolean;
}

type AnswerKind = (
  context: CatalogContext,
  asked: Asked,
  found: Found,
) => Outcome | Promise<Outcome>;

const kinds: ReadonlyMap<number, AnswerKind> = new Map<number, AnswerKind>([
  [RecordType.SRV, answerSrv],
  [RecordType.TXT, answerTexts],
  [RecordType.SVCB, answerBindings],
  [RecordType.HTTPS, answerBindings],
]);

export function answerInstances(
  context: CatalogContext,
  asked: Asked,
  found: Found,
): Outcome | Promise<Outcome> {
  const { seconds, rule } = found.ttl;
  asked.query.trace?.steps.push({ kind: 'ttl', seconds, rule });
  const answer = found.srvOnly ? answerSrv : (kinds.get(asked.question.type) ?? answerAddresses);
  const outcome = answer(context, asked, found);
  const { failOpen: floor } = found.selection;
  if (floor === undefined) return outcome;
  const mark = (settled: Outcome): Outcome =>
    settled.kind === 'answer'
      ? { ...settled, failOpen: true, explanation: failOpen(floor.healthy, floor.total) }
      : settled;
  return outcome instanceof Promise ? outcome.then(mark) : mark(outcome);
}
