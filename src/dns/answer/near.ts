/**
 * Where a client is, for answers that put near instances first: by the client subnet that its resolver tells
 * (RFC 7871), or else by the address that the query came from.
 */
import { parseAddress } from '../subnet.ts';
import type { Path } from '../view/locations.ts';
import type { CatalogContext } from './catalog-context.ts';
import { readClientSubnet } from './edns/client-subnet.ts';
import type { Query } from './outcome.ts';

export interface Nearness {
  /** Undefined: no locations are configured, or the client is in none. */
  readonly path: Path | undefined;
  /** What the reply says about the client subnet; undefined: it did not matter. */
  readonly subnetScope: number | undefined;
}

const NOWHERE: Nearness = Object.freeze({ path: undefined, subnetScope: undefined });

export function locateClient(context: CatalogContext, query: Query): Nearness {
  const locations = context.locations ?? context.settings.rules.locations;
  if (locations === undefined) return NOWHERE;
  const subnet = readClientSubnet(query.question.edns);
  const address = subnet?.octets ?? parseAddress(query.client.address);
  if (address === undefined) return NOWHERE;
  const { path, scopeBits } = locations.locate(address, subnet?.bits);
  query.trace?.steps.push({ kind: 'near', locations: path });
  return { path, subnetScope: subnet === undefined ? undefined : scopeBits };
}
