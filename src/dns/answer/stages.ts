/**
 * What happens to every query before a source is asked. A stage wraps the handler after it: it feels those after
 * it and ignores those before it. Adding one means a line in `stages` and a function.
 */
import { ExtendedError, RecordClass, RecordType } from '../wire/types.ts';
import { answerMinimalAny } from './minimal-any.ts';
import type { Explanation, Outcome, Query, Source } from './outcome.ts';
import { answerServerIdentity } from './server-identity.ts';
import type { Settings } from './settings.ts';

export type Handler = (query: Query) => Outcome | Promise<Outcome>;
export type Stage = (next: Handler, settings: Settings) => Handler;

const OTHER_CLASS: Explanation = Object.freeze({
  code: ExtendedError.NOT_SUPPORTED,
  text: 'only class IN is served',
});

const NO_TRANSFER: Explanation = Object.freeze({
  code: ExtendedError.NOT_SUPPORTED,
  text: 'zones are not transferred',
});

/** The catalog and the zones are class IN; Consul answers any class as if it were. */
const refuseOtherClasses: Stage = (next) => (query) => {
  const { class: asked } = query.question;
  if (asked === RecordClass.IN || asked === RecordClass.ANY) return next(query);
  return { kind: 'refused', explanation: because(OTHER_CLASS, query) };
};

/** There is no zone transfer: the catalog is read over HTTP. */
const refuseTransfers: Stage = (next) => (query) => {
  const { type } = query.question;
  const isTransfer = type === RecordType.AXFR || type === RecordType.IXFR;
  if (!isTransfer) return next(query);
  return { kind: 'not-implemented', explanation: because(NO_TRANSFER, query) };
};

/** No source is asked, so what is asked why has nothing else to go by. */
function because(explanation: Explanation, { trace }: Query): Explanation {
  trace?.steps.push({ kind: 'note', text: explanation.text });
  return explanation;
}

export const stages: readonly Stage[] = [
  answerServerIdentity,
  refuseOtherClasses,
  refuseTransfers,
  answerMinimalAny,
];

/** The first stage outermost. */
export function throughStages(
  list: readonly Stage[],
  settings: Settings,
  handler: Handler,
): Handler {
  return list.reduceRight((next, stage) => stage(next, settings), handler);
}

/** Asks each source in turn until one does not skip. */
export function askSources(sources: readonly Source[]): Handler {
  const askFrom = (query: Query, start: number): Outcome | Promise<Outcome> => {
    for (let at = start; at < sources.length; at++) {
      const source = sources[at] as Source;
      const outcome = source.answer(query);
      if (outcome instanceof Promise) {
        return outcome.then((settled) =>
          settled.kind === 'skip' ? askFrom(query, at + 1) : noted(query, source, settled),
        );
      }
      if (outcome.kind !== 'skip') return noted(query, source, outcome);
    }
    return { kind: 'skip' };
  };
  return (query) => askFrom(query, 0);
}

function noted({ trace }: Query, source: Source, outcome: Outcome): Outcome {
  trace?.steps.push({ kind: 'source', source: source.name, outcome });
  return outcome;
}
