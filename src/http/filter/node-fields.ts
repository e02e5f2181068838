/** What filters may ask of a node: `/v1/catalog/nodes`, and `Node` of `/v1/health/service`. */
import type { NodeRow, StringMap } from '../../catalog/index.ts';
import { type Field, type Fields, map, text } from './fields.ts';

export const NODE_FIELDS: Fields<NodeRow> = {
  ID: text((row) => row.id),
  Node: text((row) => row.node),
  Address: text((row) => row.address),
  Datacenter: text((row) => row.datacenter),
  // Consul's structs have these two, and nothing in them without its enterprise features.
  PeerName: text(() => ''),
  Partition: text(() => ''),
  TaggedAddresses: textMap((row) => row.taggedAddresses),
  Meta: textMap((row) => row.meta),
};

/** A map of texts, whose values compare as texts do. */
export function textMap<Row>(read: (row: Row) => StringMap): Field<Row> {
  return map(
    read,
    text((value: string) => value),
  );
}
