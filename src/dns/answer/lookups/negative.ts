/** Negative outcomes of the catalog: the SOA is that of the domain, and each says why. */
import type { Asked } from '../catalog-context.ts';
import { NO_RECORD } from '../explanations.ts';
import type { Explanation, NameError, NoData } from '../outcome.ts';

export function noData(asked: Asked, explanation: Explanation = NO_RECORD): NoData {
  return { kind: 'no-data', zone: asked.domain, explanation };
}

export function nameError(asked: Asked, explanation: Explanation): NameError {
  return { kind: 'name-error', zone: asked.domain, explanation };
}
