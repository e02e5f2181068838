/**
 * Answers with a CNAME and what stands at its end. The chain may lead through the catalog, the master files and an
 * upstream; it is followed for a bounded number of hops, and what nobody here may find out is left to the client,
 * who has the CNAME.
 */

import { unpack } from '../wire/address-rrset.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordType } from '../wire/types.ts';
import { joinRelayed, questionAt } from './alias-chain.ts';
import type { CatalogContext } from './catalog-context.ts';
import { ELSEWHERE, ENDLESS } from './explanations.ts';
import type { Answer, Outcome, Query } from './outcome.ts';

export interface Alias {
  readonly record: ResourceRecord;
  /** Where it leads, as registered. */
  readonly target: string;
  readonly additional: readonly ResourceRecord[];
}

export function followAlias(
  context: CatalogContext,
  query: Query,
  alias: Alias,
): Outcome | Promise<Outcome> {
  // RFC 1034 §3.6.2: a question for the CNAME itself is not restarted.
  if (query.question.type === RecordType.CNAME) return alone(alias);
  const next = questionAt(alias.target, query);
  if (next === undefined) return { ...alone(alias), explanation: ENDLESS };
  query.trace?.steps.push({ kind: 'follow', target: alias.target });
  const outcome = context.follow(next);
  return outcome instanceof Promise
    ? outcome.then((settled) => join(alias, settled, query))
    : join(alias, outcome, query);
}

function alone({ record, additional }: Alias): Answer {
  return { kind: 'answer', answers: [record], authority: [], additional, authoritative: true };
}

/** What stands at its end is for the client to find out. */
function unknown(alias: Alias): Answer {
  return { ...alone(alias), explanation: ELSEWHERE };
}

/** RFC 1034 §4.3.2 step 3a: the CNAME goes first. RFC 6604 §3: the rcode is that of the end of the chain. */
function join(alias: Alias, outcome: Outcome, { question }: Query): Outcome {
  switch (outcome.kind) {
    case 'answer':
      return {
        ...outcome,
        answers: [alias.record, ...unpack(outcome.answers)],
        authority: [],
        additional: alias.additional,
        authoritative: true,
      };
    case 'no-data':
    case 'name-error':
      return { ...outcome, answers: [alias.record, ...(outcome.answers ?? [])] };
    case 'relayed': {
      const joined = joinRelayed([alias.record], outcome);
      if (joined?.kind === 'answer') return { ...joined, additional: alias.additional };
      return joined ?? unknown(alias);
    }
    case 'overflow':
      return { ...outcome, answers: [alias.record, ...outcome.answers] };
    case 'failure':
      // Who asked us to find out is told that we could not, and why; others follow the CNAME themselves.
      return question.recursionDesired ? outcome : unknown(alias);
    case 'referral':
    case 'refused':
    case 'not-implemented':
    case 'skip':
      return unknown(alias);
  }
}
