/**
 * The source of static names: picks the zone, looks up, and follows aliases wherever they lead, also into the
 * catalog and to an upstream. Skips what is in no zone of ours. Classes and transfers are dealt with by stages
 * before any source.
 */

import { followAliases } from '../answer/alias-chain.ts';
import type { Outcome, Query, Source } from '../answer/outcome.ts';
import type { Trace } from '../answer/trace.ts';
import { unpack } from '../wire/address-rrset.ts';
import { type Name, parentOf, ROOT } from '../wire/name.ts';
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
  const home = parts.zones().find(question.lowerName);
  if (home === undefined) return { kind: 'skip' };
  // RFC 4035 §3.1.4.1: the DS of an apex is the parent's, which may be here too.
  const belongsToParent = question.type === RecordType.DS && question.lowerName === home.apex;
  const parent = belongsToParent ? delegating(parts.zones(), home.apex) : undefined;
  // Consul asks its recursors for it.
  if (belongsToParent && parent === undefined && parts.forwards(question.lowerName)) {
    return { kind: 'skip' };
  }
  const zone = parent ?? home;
  const found = lookUp(zone, question);
  if (query.trace !== undefined) noteStored(parts, query.trace, zone, found, question.lowerName);
  // What is not in the file may still be the catalog's, which denies it after us or does not.
  if (found.kind === 'name-error' && parts.zones().isShared(zone)) return { kind: 'skip' };
  return found.kind === 'alias' ? followAlias(parts, query, found) : found;
}

/** The zone above `apex` that has its delegation; without one it cannot know whether there is a DS. */
function delegating(zones: ZoneStore, apex: Name): Zone | undefined {
  const above = apex === ROOT ? undefined : zones.find(parentOf(apex));
  return above?.nodes.get(apex)?.has(RecordType.NS) ? above : undefined;
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
  { follow }: ZoneSourceParts,
  query: Query,
  { answers: records, target, origin }: Alias,
): Outcome | Promise<Outcome> {
  const outcome = followAliases(query, { records, target, authoritative: true }, follow);
  return outcome instanceof Promise
    ? outcome.then((settled) => withOrigin(settled, origin))
    : withOrigin(outcome, origin);
}

/** Names under a wildcard are the like of each other wherever it leads. */
function withOrigin(outcome: Outcome, origin: Name | undefined): Outcome {
  return origin === undefined || outcome.kind !== 'answer' ? outcome : { ...outcome, origin };
}
