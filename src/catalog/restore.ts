/**
 * Puts a whole catalog in the place of the one that is there: one command, after which the rows are those given. It
 * is a write like any other, so what is the same stays as it is, what differs has the index of the command, and none
 * goes back: not that of a row, of a name, or of a fence. The command is one step, so what can be done before it is
 * (`recognizeRows`).
 */
import { indexKeys } from './index-keys.ts';
import type { CaSignerRow, KvRow, TableName } from './rows.ts';
import { CA_SIGNER_KEY, schema, TABLE_NAMES } from './schema.ts';
import type { State } from './state.ts';
import { equalRow, type Transaction } from './transaction.ts';

export type WholeCatalog = ReadonlyMap<TableName, ReadonlyMap<string, object>>;

/** Rows that say what happened here, which what is restored does not undo. */
const KEPT: ReadonlySet<TableName> = new Set([
  'indexes',
  'kv_tombstones',
  'lock_delays',
  // Certificates that a root signed are out in the world.
  'ca_roots',
  'ca_signers',
]);

/** Rows that are compared before all others have their turn: some milliseconds where each has the largest value. */
const ROWS_AT_ONCE = 128;

/**
 * The same catalog, with the very rows that are in `state` where they are equal: nothing has to be compared any more
 * where they still are there when it is restored, and the others are in memory once.
 */
export async function recognizeRows(state: State, catalog: WholeCatalog): Promise<WholeCatalog> {
  const recognized = new Map<TableName, ReadonlyMap<string, object>>();
  let compared = 0;
  for (const [table, rows] of catalog) {
    const known = new Map<string, object>();
    for (const [key, row] of rows) {
      const present = state.tables[table].get(key);
      known.set(key, present !== undefined && equalRow(present, row) ? present : row);
      compared++;
      if (compared % ROWS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    recognized.set(table, known);
  }
  return recognized;
}

/** Of rows in some tables. */
export type RowKeys = ReadonlyMap<TableName, ReadonlySet<string>>;

const NO_KEYS: ReadonlySet<string> = new Set();

/** The rows have to be sound: nothing is checked. What is there under keys of `own`, or is not, stays so. */
export function restoreCatalog(
  transaction: Transaction,
  catalog: WholeCatalog,
  own: RowKeys = new Map(),
): void {
  for (const table of TABLE_NAMES) {
    const rows = catalog.get(table) ?? new Map();
    if (table === 'kv') restoreKv(transaction, rows as ReadonlyMap<string, KvRow>);
    else if (!KEPT.has(table)) {
      restoreTable(transaction, table, { rows, own: own.get(table) ?? NO_KEYS });
    }
  }
  for (const table of ['lock_delays', 'ca_roots'] as const) {
    for (const row of catalog.get(table)?.values() ?? []) transaction.put(table, row as never);
  }
  for (const row of catalog.get('ca_signers')?.values() ?? []) {
    restoreSigner(transaction, row as CaSignerRow);
  }
  touchAll(transaction, catalog.get('indexes') ?? new Map());
}

interface TableRestore {
  readonly rows: ReadonlyMap<string, object>;
  readonly own: ReadonlySet<string>;
}

function restoreTable(
  transaction: Transaction,
  table: TableName,
  { rows, own }: TableRestore,
): void {
  for (const row of [...transaction.all(table)]) {
    const key = schema[table].key(row as never);
    if (!rows.has(key) && !own.has(key)) transaction.delete(table, key);
  }
  for (const [key, row] of rows) {
    if (!own.has(key)) transaction.put(table, row as never);
  }
}

/** A key that goes is remembered as any that is deleted; a lock that is taken later has a higher fence than any before. */
function restoreKv(transaction: Transaction, rows: ReadonlyMap<string, KvRow>): void {
  for (const { key, createIndex } of [...transaction.all('kv')]) {
    if (rows.has(key)) continue;
    transaction.delete('kv', key);
    transaction.put('kv_tombstones', { key, entryCreateIndex: createIndex });
  }
  for (const [key, row] of rows) {
    const lockIndex = transaction.get('kv', key)?.lockIndex ?? 0;
    const passed = lockIndex > row.lockIndex;
    transaction.put('kv', passed ? { ...row, lockIndex: lockIndex + 1 } : row);
  }
}

/** No serial number is given twice under one root. */
function restoreSigner(transaction: Transaction, row: CaSignerRow): void {
  const before = transaction.get('ca_signers', CA_SIGNER_KEY);
  const isSame = before?.rootId === row.rootId;
  const lastSerial = isSame ? Math.max(before.lastSerial, row.lastSerial) : row.lastSerial;
  transaction.put('ca_signers', { ...row, lastSerial });
}

/** What is asked under any name may have changed; names of what is gone are forgotten. */
function touchAll(transaction: Transaction, indexes: ReadonlyMap<string, object>): void {
  const ofRows = [indexKeys.service(''), indexKeys.node(''), DNS_NAMES];
  for (const { key } of [...transaction.all('indexes')]) {
    const isGone = !indexes.has(key) && ofRows.some((prefix) => key.startsWith(prefix));
    if (isGone) transaction.forget(key);
    else transaction.touch(key);
  }
  for (const key of indexes.keys()) transaction.touch(key);
  transaction.touch(indexKeys.serviceExtinction);
  transaction.touch(indexKeys.nodeExtinction);
  transaction.touch(indexKeys.dnsNameExtinction);
}

const DNS_NAMES = 'dns_name.';
