/** What checks say of an instance: the worst status counts, its own checks and those of its node alike. */
import type { CheckMark } from './delta.ts';

/** Aggregated over all checks; the worst counts. */
export type Health = 'passing' | 'warning' | 'critical' | 'other';

/** Why an instance is not among those that an answer may be made of. */
export type Drop =
  | { readonly reason: 'critical' | 'warning' | 'maintenance'; readonly check: CheckMark }
  | { readonly reason: 'tag' | 'no-node' | 'condition' };

const NODE_MAINTENANCE = '_node_maintenance';
const SERVICE_MAINTENANCE = '_service_maintenance:';

export function isMaintenance({ checkId }: CheckMark): boolean {
  return checkId === NODE_MAINTENANCE || checkId.startsWith(SERVICE_MAINTENANCE);
}

/** The worse of `start` and what `marks` say. */
export function worstOf(marks: readonly CheckMark[], start: Health): Health {
  let worst = start;
  for (const mark of marks) {
    if (mark.status === 'critical' || isMaintenance(mark)) return 'critical';
    if (mark.status === 'warning' && worst !== 'critical') worst = 'warning';
    else if (worst === 'passing') worst = 'other';
  }
  return worst;
}

/** The mark for which an instance is left out, when there is one. Maintenance goes first: somebody wanted it. */
export function dropFor(marks: readonly CheckMark[], onlyPassing: boolean): Drop | undefined {
  const maintenance = marks.find(isMaintenance);
  if (maintenance !== undefined) return { reason: 'maintenance', check: maintenance };
  const critical = marks.find(({ status }) => status === 'critical');
  if (critical !== undefined) return { reason: 'critical', check: critical };
  const [mark] = marks;
  return onlyPassing && mark !== undefined ? { reason: 'warning', check: mark } : undefined;
}
