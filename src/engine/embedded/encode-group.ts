/**
 * The rows of a group of commands as the store keeps them, the last change of each row alone. Those of a large group
 * are encoded in slices, between which requests, checks and timers have their turn; nothing is written before all of
 * them are, so the commands stay together.
 */
import type { RowChange, StagedCommand, TableName } from '../../catalog/index.ts';
import { encodeValue, rowKey } from './row-codec.ts';

/** A row for the store. */
export interface StoredRow {
  readonly table: TableName;
  readonly key: Buffer;
  /** Absent: the row is taken out. */
  readonly value: Buffer | undefined;
}

/** A slice ends after so many rows or octets: some milliseconds of work, which a group of ordinary commands is within. */
const SLICE_ROWS = 4096;
const SLICE_OCTETS = 2 << 20;

/** `commands` in the order of their indexes. */
export async function encodeGroup(commands: readonly StagedCommand[]): Promise<StoredRow[]> {
  const newest = new Map<string, RowChange>();
  let seen = 0;
  for (const { changes } of commands) {
    for (const change of changes) {
      newest.set(`${change.table}\0${change.key}`, change);
      if (++seen % SLICE_ROWS === 0) await turn();
    }
  }
  const rows: StoredRow[] = [];
  let octets = 0;
  for (const { table, key, after } of newest.values()) {
    const stored = rowKey(table, key);
    const value = after && encodeValue(stored, after);
    rows.push({ table, key: stored, value });
    octets += value?.length ?? 0;
    if (rows.length % SLICE_ROWS > 0 && octets < SLICE_OCTETS) continue;
    octets = 0;
    await turn();
  }
  return rows;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
