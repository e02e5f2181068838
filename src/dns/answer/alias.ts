/**
 * Answers with a CNAME and what stands at its end. The chain may lead through the catalog, the master files and an
 * upstream; it is followed for a bounded number of hops, and what can't be found out is left to the client, who
 * has the CNAME.
 */

import { limits } from '../../runtime/index.ts';
import { unpack } from '../wire/address-rrset.ts';
import { lowerName } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { Rcode, RecordType } from '../wire/types.ts';
import type { CatalogContext } from './catalog-context.ts';
import type { Answer, Outcome, Query, Relayed } from './outcome.ts';

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
  const aliasHops = (query.aliasHops ?? 0) + 1;
  // RFC 1034 §3.6.2: a question for the CNAME itself is not restarted.
  if (query.question.type === RecordType.CNAME || aliasHops > limits.aliasHops.default) {
    return alone(alias);
  }
  const name = alias.target;
  const question = { ...query.question, name, lowerName: lowerName(name) };
  const outcome = context.follow({ question, client: query.client, aliasHops });
  return outcome instanceof Promise
    ? outcome.then((settled) => join(alias, settled))
    : join(alias, outcome);
}

function alone({ record, additional }: Alias): Answer {
  return { kind: 'answer', answers: [record], authority: [], additional, authoritative: true };
}

/** RFC 1034 §4.3.2 step 3a: the CNAME goes first. RFC 6604 §3: the rcode is that of the end of the chain. */
function join(alias: Alias, outcome: Outcome): Outcome {
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
    case 'relayed':
      return joinRelayed(alias, outcome);
    case 'referral':
    case 'refused':
    case 'failure':
    case 'not-implemented':
    case 'skip':
      return alone(alias);
  }
}

function joinRelayed(alias: Alias, relayed: Relayed): Outcome {
  const answers = [alias.record, ...relayed.answers];
  switch (relayed.rcode) {
    case Rcode.NOERROR:
      // RFC 1035 §4.1.1: AA is about the name asked for, and that one is ours.
      return {
        kind: 'answer',
        answers,
        authority: relayed.authority,
        additional: alias.additional,
        authoritative: true,
        partial: relayed.truncated,
      };
    case Rcode.NXDOMAIN:
      return { ...relayed, answers };
    default:
      return alone(alias);
  }
}
