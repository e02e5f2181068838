/** What `explain` is told of instances: every one that was looked at, and why it was left out. */
import type { ServiceEntry } from '../../view/service-entry.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';

interface Looked {
  readonly service: string;
  readonly entry: ServiceEntry | undefined;
  readonly wanted: Parameters<ServiceEntry['candidates']>[0];
}

/** Tells the trace, when there is one, which instances were looked at. */
export function noteInstances(
  { settings }: CatalogContext,
  { query }: Asked,
  { service, entry, wanted }: Looked,
): void {
  if (query.trace === undefined || entry === undefined) return;
  const { rules } = settings;
  const selection =
    typeof wanted === 'object' ? entry.selectFor(wanted, rules) : entry.select(wanted, rules);
  const candidates = entry.candidates(wanted, rules);
  query.trace.steps.push({ kind: 'instances', service, candidates, selection });
}
