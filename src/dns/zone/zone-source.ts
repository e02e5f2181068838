/**
 * The source of static names: picks the zone, looks up, and follows aliases wherever they lead, also into the
 * catalog and to an upstream. Skips what is in no zone of ours. Classes and transfers are dealt with by stages
 * before any source.
 */

import { joinRecords, joinRelayed, questionAt } from '../answer/alias-chain.ts';
import type { Answer, NameError, NoData, Outcome, Query, Source } from '../answer/outcome.ts';
import type { Trace } from '../answer/trace.ts';
import { unpack } from '../wire/address-rrset.ts';
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { formatType, RecordType } from '../wire/types.ts';
import { type Alias, type LookUp, lookUp, type Zone } from './zone.ts';
import type { ZoneStore } from './zone-store.ts';

export interface ZoneSourceParts {
  /** The zones of this moment; a reload puts others in their place. */
  readonly zones: () => ZoneStore;
  /** Whether an RRset was written through HTTP; only asked for an explanation. */
  readonly isStored?: (zone: Name, owner: Name, type: number) => boolean;
  /** Asks all sources, the catalog first, for the target of an alias. */
  readonly follow: (query: Query) => Outcome | Promise<Outcome>;
  /** Whether there is an upstream to ask about a lower-cased name, which the parent zone owns. */
  readonly forwards: (name: Name) => boolean;
}

export function createZoneSource(parts: ZoneSourceParts): Source {
  return { name: 'zone', answer: (query) => answer(parts, query) };
}

function answer(parts: ZoneSourceParts, query: Query): Outcome | Promise<Outcome> {
  const { question } = query;
  const zone = parts.zones().find(question.lowerName);
  if (zone === undefined) return { kind: 'skip' };
  // RFC 4035 §3.1.4.1: the DS of an apex is the parent's; Consul asks its recursors for it.
  const belongsToParent = question.type === RecordType.DS && question.lowerName === zone.apex;
  if (belongsToParent && parts.forwards(question.lowerName)) return { kind: 'skip' };
  const found = lookUp(zone, question);
  if (query.trace !== undefined) noteStored(parts, query.trace, zone, found, question.lowerName);
  // What is not in the file may still be the catalog's, which denies it after us or does not.
  if (found.kind === 'name-error' && parts.zones().isShared(zone)) return { kind: 'skip' };
  return found.kind === 'alias' ? followAlias(parts, query, found) : found;
}

function noteStored(
  { isStored }: ZoneSourceParts,
  { steps }: Trace,
  { apex }: Zone,
  found: LookUp,
  name: Name,
): void {
  if (found.kind !== 'answer' && found.kind !== 'alias') return;
  const type = unpack(found.answers)[0]?.type ?? 0;
  if (isStored?.(apex, found.origin ?? name, type) !== true) return;
  steps.push({ kind: 'note', text: `the ${formatType(type)} records were written through HTTP` });
}

function followAlias(
  parts: ZoneSourceParts,
  query: Query,
  alias: Alias,
): Outcome | Promise<Outcome> {
  const next = questionAt(alias.target, query);
  // A loop, or as good as one: what there is of the chain goes out.
  if (next === undefined) return withOrigin(chainAlone(alias.answers), alias);
  const outcome = parts.follow(next);
  return outcome instanceof Promise
    ? outcome.then((settled) => withOrigin(prepend(alias.answers, settled, query), alias))
    : withOrigin(prepend(alias.answers, outcome, query), alias);
}

/** Names under a wildcard are the like of each other wherever it leads. */
function withOrigin(outcome: Outcome, { origin }: Alias): Outcome {
  return origin === undefined || outcome.kind !== 'answer' ? outcome : { ...outcome, origin };
}

/** What the client gets when the target leads nowhere from here: the alias, to follow by itself. */
function chainAlone(answers: readonly ResourceRecord[]): Answer {
  return { kind: 'answer', answers, authority: [], additional: [], authoritative: true };
}

/** RFC 1034 §4.3.2 step 3a: the alias goes before what was found for its target, whose rcode stands. */
function prepend(chain: readonly ResourceRecord[], outcome: Outcome, { question }: Query): Outcome {
  switch (outcome.kind) {
    case 'answer':
      // RFC 1035 §4.1.1: AA is about the name asked for, and that one is ours.
      return {
        ...outcome,
        answers: joinRecords(chain, unpack(outcome.answers)),
        authoritative: true,
      };
    case 'no-data':
    case 'name-error':
      return withChain(chain, outcome);
    case 'relayed':
      return joinRelayed(chain, outcome) ?? chainAlone(chain);
    case 'referral': {
      const { authority, additional } = outcome;
      return { kind: 'answer', answers: chain, authority, additional, authoritative: true };
    }
    case 'overflow':
      return { ...outcome, answers: joinRecords(chain, outcome.answers) };
    case 'failure':
      // Who asked us to find out is told that we could not, and why; others follow the alias themselves.
      return question.recursionDesired ? outcome : chainAlone(chain);
    case 'refused':
    case 'not-implemented':
    case 'skip':
      return chainAlone(chain);
  }
}

function withChain<Negative extends NoData | NameError>(
  chain: readonly ResourceRecord[],
  outcome: Negative,
): Negative {
  return { ...outcome, answers: joinRecords(chain, outcome.answers ?? []) };
}
