/**
 * A private overlay on the tables in which one command runs: it sees its own writes, and nobody sees them before
 * the engine made them durable. It records what it read and wrote, which is what an engine with other writers
 * compares. A transaction body is synchronous: no `await` between checking a row and using what was checked.
 */
import { equalJson } from './equal-json.ts';
import type { IndexRow, TableName, TableRows, Unversioned, Versioned } from './rows.ts';
import { schema, TABLE_NAMES } from './schema.ts';
import { TableOverlay, type TableView } from './table.ts';

export type TableViews = { readonly [Name in TableName]: TableView<TableRows[Name]> };
/** A table is overlaid once something is written to it, or from the start. */
type Overlays = { [Name in TableName]?: TableOverlay<TableRows[Name]> };

/** What became of one row. `before` and `after` are not both absent. */
export interface RowChange<Name extends TableName = TableName> {
  readonly table: Name;
  readonly key: string;
  readonly before: TableRows[Name] | undefined;
  readonly after: TableRows[Name] | undefined;
}

export class Transaction {
  readonly #base: TableViews;
  readonly #overlays: Overlays = {};
  /** Table and key in turn. */
  readonly #reads: string[] = [];
  readonly #touched = new Set<string>();
  readonly #forgotten = new Set<string>();

  /**
   * Over committed rows alone, past what is staged: it may not write rows that a staged command computes from, since
   * that command comes to an end after it.
   */
  readonly overtakes: boolean;

  constructor(base: TableViews, { overtakes = false } = {}) {
    this.#base = base;
    this.overtakes = overtakes;
  }

  /** Every row that was looked at by key: table and key in turn, perhaps more than once. */
  get reads(): readonly string[] {
    return this.#reads;
  }

  get<Name extends TableName>(table: Name, key: string): TableRows[Name] | undefined {
    this.#reads.push(table, key);
    return this.#view(table).get(key);
  }

  find<Name extends TableName>(table: Name, index: string, value: string): TableRows[Name][] {
    return this.#view(table).find(index, value);
  }

  all<Name extends TableName>(table: Name): Iterable<TableRows[Name]> {
    return this.#view(table).all();
  }

  /**
   * Writes a row. Writing what is already there changes nothing.
   * @returns whether anything changed
   */
  put<Name extends TableName>(table: Name, row: Unversioned<TableRows[Name]>): boolean {
    const key = schema[table].key(row as TableRows[Name]);
    const before = this.get(table, key);
    if (before !== undefined && equalRow(before, row)) return false;
    const createIndex = before?.createIndex ?? 0;
    const unstamped = { ...row, createIndex, modifyIndex: 0 } as unknown as TableRows[Name];
    this.#overlay(table).put(unstamped);
    return true;
  }

  /** @returns whether there was such a row */
  delete(table: TableName, key: string): boolean {
    if (this.get(table, key) === undefined) return false;
    this.#overlay(table).delete(key);
    return true;
  }

  /** Moves the index named `key` to the one of this commit: what was asked under it may have changed. */
  touch(key: string): void {
    this.#touched.add(key);
    this.#forgotten.delete(key);
  }

  /** Drops the index named `key`: what it spoke of is gone. Call only after touching what outlives it. */
  forget(key: string): void {
    this.#forgotten.add(key);
    this.#touched.delete(key);
  }

  /** Whether anything was put or deleted. */
  get isChanged(): boolean {
    return TABLE_NAMES.some((table) => (this.#overlays[table]?.changes.size ?? 0) > 0);
  }

  /**
   * Everything that was written, rows stamped with `index`: also what was changed and changed back, as in Consul. Empty
   * when nothing was changed.
   */
  changes(index: number): RowChange[] {
    const changes: RowChange[] = [];
    for (const table of TABLE_NAMES) this.#collect(table, index, changes);
    if (changes.length === 0) return changes;
    for (const key of this.#touched) {
      const before = this.#base.indexes.get(key);
      const after: IndexRow = {
        key,
        createIndex: before?.createIndex ?? index,
        modifyIndex: index,
      };
      changes.push({ table: 'indexes', key, before, after });
    }
    for (const key of this.#forgotten) {
      const before = this.#base.indexes.get(key);
      if (before !== undefined) changes.push({ table: 'indexes', key, before, after: undefined });
    }
    return changes;
  }

  #collect<Name extends TableName>(table: Name, index: number, changes: RowChange[]): void {
    const overlay = this.#overlays[table] as TableOverlay<TableRows[Name]> | undefined;
    if (overlay === undefined) return;
    const base = this.#base[table] as TableView<TableRows[Name]>;
    for (const [key, row] of overlay.changes) {
      const before = base.get(key);
      if (row !== null) changes.push({ table, key, before, after: stamp(row, index) });
      else if (before !== undefined) changes.push({ table, key, before, after: undefined });
    }
  }

  #view<Name extends TableName>(table: Name): TableView<TableRows[Name]> {
    return (this.#overlays[table] ?? this.#base[table]) as unknown as TableView<TableRows[Name]>;
  }

  #overlay<Name extends TableName>(table: Name): TableOverlay<TableRows[Name]> {
    const existing = this.#overlays[table] as TableOverlay<TableRows[Name]> | undefined;
    if (existing !== undefined) return existing;
    const overlay = new TableOverlay(this.#view(table), schema[table]);
    (this.#overlays as Record<TableName, unknown>)[table] = overlay;
    return overlay;
  }
}

/**
 * The row is this transaction's own copy, seen by nobody yet: it is stamped in place. One that was not there when it was
 * put has no index yet, be it that there was another before.
 */
function stamp<Row extends Versioned>(row: Row, index: number): Row {
  return Object.assign(row, { createIndex: row.createIndex || index, modifyIndex: index });
}

const VERSION_FIELDS = new Set(['createIndex', 'modifyIndex']);

/** Whether two rows say the same, whenever they were written. */
export function equalRow(one: object, other: object): boolean {
  return equalJson(one, other, VERSION_FIELDS);
}
