/**
 * Where a client is, for answers that put near instances first: by the client subnet that its resolver tells
 * (RFC 7871), or else by the address that the query came from.
 */
import { parseAddress, type Subnet } from '../subnet.ts';
import type { Path } from '../view/locations.ts';
import type { Edns } from '../wire/question.ts';
import { EdnsOptionCode } from '../wire/types.ts';
import type { CatalogContext } from './catalog-context.ts';
import type { Query } from './outcome.ts';

export interface Nearness {
  /** Undefined: no locations are configured, or the client is in none. */
  readonly path: Path | undefined;
  /** What the reply says about the client subnet; undefined: it did not matter. */
  readonly subnetScope: number | undefined;
}

const NOWHERE: Nearness = Object.freeze({ path: undefined, subnetScope: undefined });

export function locateClient({ settings }: CatalogContext, query: Query): Nearness {
  const { locations } = settings.rules;
  if (locations === undefined) return NOWHERE;
  const subnet = clientSubnet(query.question.edns);
  const address = subnet?.octets ?? parseAddress(query.client.address);
  if (address === undefined) return NOWHERE;
  const { path, scopeBits } = locations.locate(address, subnet?.bits);
  query.trace?.steps.push({ kind: 'near', locations: path });
  return { path, subnetScope: subnet === undefined ? undefined : scopeBits };
}

/** The client's network; undefined when the query tells none, or wants none told (RFC 7871 §7.1.2). */
function clientSubnet(edns: Edns | undefined): Subnet | undefined {
  const data = edns?.options.find(({ code }) => code === EdnsOptionCode.CLIENT_SUBNET)?.data;
  if (data === undefined || data[2] === 0) return undefined;
  const address = new Uint8Array(data[1] === 2 ? 16 : 4);
  address.set(data.subarray(4));
  return { octets: address, bits: data[2] as number };
}
