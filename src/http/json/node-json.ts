/** A node as `/v1/catalog` and `/v1/health` show it. */
import type { NodeRow, StringMap } from '../../catalog/index.ts';
import { GoMap } from './encode.ts';

export function nodeJson(row: NodeRow) {
  return {
    ID: row.id,
    Node: row.node,
    Address: row.address,
    Datacenter: row.datacenter,
    TaggedAddresses: mapOrNull(row.taggedAddresses),
    Meta: mapOrNull(row.meta),
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
    Locality: row.locality ?? undefined,
  };
}

/** Consul keeps no empty maps: they come back as null. */
export function mapOrNull(map: StringMap): GoMap | null {
  return isEmpty(map) ? null : new GoMap(map);
}

export function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return false;
  return true;
}
