/** Entries of the key-value store and sessions as `/v1/kv`, `/v1/session` and `/v1/txn` show them. */
import type { KvRow, SessionRow } from '../../catalog/index.ts';

export function kvJson(row: KvRow) {
  return {
    LockIndex: row.lockIndex,
    Key: row.key,
    Flags: BigInt(row.flags),
    Value: row.value === '' ? null : row.value,
    Session: row.session || undefined,
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}

/** How a transaction shows a key that is not there. */
export function noEntryJson(key: string) {
  return { LockIndex: 0, Key: key, Flags: 0, Value: null, CreateIndex: 0, ModifyIndex: 0 };
}

export function sessionJson(row: SessionRow) {
  return {
    ID: row.id,
    Name: row.name,
    Node: row.node,
    LockDelay: row.lockDelayNs,
    Behavior: row.behavior,
    TTL: row.ttl,
    NodeChecks: row.nodeChecks,
    ServiceChecks:
      row.serviceChecks?.map(({ id, namespace }) => ({ ID: id, Namespace: namespace })) ?? null,
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}
