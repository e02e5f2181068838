/** Answers of the catalog with a CNAME and what stands at its end, which `alias-chain.ts` finds out. */
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordType } from '../wire/types.ts';
import { alone, followAliases } from './alias-chain.ts';
import type { CatalogContext } from './catalog-context.ts';
import type { Outcome, Query } from './outcome.ts';

export interface Alias {
  readonly record: ResourceRecord;
  /** Where it leads, as registered. */
  readonly target: Name;
  readonly additional: readonly ResourceRecord[];
}

export function followAlias(
  { follow }: CatalogContext,
  query: Query,
  { record, target, additional }: Alias,
): Outcome | Promise<Outcome> {
  const aliases = { records: [record], target, additional, authoritative: true };
  // RFC 1034 §3.6.2: a question for the CNAME itself is not restarted.
  return query.question.type === RecordType.CNAME
    ? alone(aliases)
    : followAliases(query, aliases, follow);
}
