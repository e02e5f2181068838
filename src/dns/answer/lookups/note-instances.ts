/** What `explain` is told of instances: every one that was looked at, and why it was left out. */
import type { Selection } from '../../view/selection.ts';
import type { ServiceEntry } from '../../view/service-entry.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';

interface Looked {
  readonly service: string;
  readonly entry: ServiceEntry | undefined;
  readonly wanted: Parameters<ServiceEntry['candidates']>[0];
  readonly selection: Selection | undefined;
}

/** Tells the trace, when there is one, which instances were looked at. */
export function noteInstances(
  { settings }: CatalogContext,
  { query }: Asked,
  { service, entry, wanted, selection }: Looked,
): void {
  if (query.trace === undefined || entry === undefined) return;
  const candidates = entry.candidates(wanted, selection, settings.rules);
  query.trace.steps.push({ kind: 'instances', service, candidates, selection });
}
