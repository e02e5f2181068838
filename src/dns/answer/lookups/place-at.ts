/** The datacenter that a name leads to. */
import { isHere, type Locality } from '../../names.ts';
import type { Place } from '../../view/place.ts';
import type { CatalogContext } from '../catalog-context.ts';
import { NO_DATACENTER, NO_PEER } from '../explanations.ts';
import type { Explanation } from '../outcome.ts';

/** Undefined for a datacenter of which nothing is known, and for peers, of which there are none. */
export function placeAt({ view }: CatalogContext, locality: Locality): Place | undefined {
  if (isHere(locality)) return view.here;
  return locality.peer === '' ? view.elsewhere(locality.datacenter) : undefined;
}

export function unknownPlace({ peer }: Locality): Explanation {
  return peer === '' ? NO_DATACENTER : NO_PEER;
}
