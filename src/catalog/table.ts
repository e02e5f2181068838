/**
 * Tables in memory. A Table holds committed rows with their secondary indexes; a TableOverlay holds changes on top
 * of another view without touching it, so that a transaction sees its own writes and nobody else does.
 * Neither knows of commits or durability (`state.ts`).
 */
import type { TableSchema } from './schema.ts';

/** Read access to rows, wherever they lie. `find` and `all` promise no order. */
export interface TableView<Row> {
  get(key: string): Row | undefined;
  /** Rows that the secondary index `index` files under `value`. */
  find(index: string, value: string): Row[];
  all(): Iterable<Row>;
}

/** Rows filed under one index value: most buckets hold one row, and then need no map. */
type Bucket<Row extends object> = Row | Map<string, Row>;

interface SecondaryIndex<Row extends object> {
  readonly name: string;
  readonly valuesOf: (row: Row) => readonly string[];
  readonly buckets: Map<string, Bucket<Row>>;
}

export class Table<Row extends object> implements TableView<Row> {
  readonly schema: TableSchema<Row>;
  readonly #rows = new Map<string, Row>();
  readonly #indexes: readonly SecondaryIndex<Row>[];
  #revision = 0;
  #octets = 0;

  constructor(schema: TableSchema<Row>) {
    this.schema = schema;
    this.#indexes = Object.entries(schema.indexes).map(([name, valuesOf]) => ({
      name,
      valuesOf,
      buckets: new Map(),
    }));
  }

  get size(): number {
    return this.#rows.size;
  }

  /** What all rows take together, in a table whose schema counts that. */
  get octets(): number {
    return this.#octets;
  }

  /** Grows with every change: what was made of all rows holds as long as this is the same. */
  get revision(): number {
    return this.#revision;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  find(index: string, value: string): Row[] {
    const bucket = this.#buckets(index).get(value);
    if (bucket === undefined) return [];
    return bucket instanceof Map ? [...bucket.values()] : [bucket];
  }

  all(): Iterable<Row> {
    return this.#rows.values();
  }

  /** Distinct values of an index, e.g. all service names. */
  values(index: string): Iterable<string> {
    return this.#buckets(index).keys();
  }

  put(row: Row): void {
    this.#revision++;
    const key = this.schema.key(row);
    const before = this.#rows.get(key);
    if (before !== undefined) this.#unfile(key, before);
    this.#rows.set(key, row);
    const { octets } = this.schema;
    if (octets !== undefined) this.#octets += octets(row) - (before ? octets(before) : 0);
    for (const { valuesOf, buckets } of this.#indexes) {
      for (const value of valuesOf(row)) this.#file(buckets, value, key, row);
    }
  }

  delete(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#revision++;
    this.#unfile(key, row);
    this.#rows.delete(key);
    this.#octets -= this.schema.octets?.(row) ?? 0;
  }

  #buckets(name: string): Map<string, Bucket<Row>> {
    for (const index of this.#indexes) {
      if (index.name === name) return index.buckets;
    }
    throw new Error(`no index "${name}"`);
  }

  #file(buckets: Map<string, Bucket<Row>>, value: string, key: string, row: Row): void {
    const bucket = buckets.get(value);
    if (bucket === undefined) buckets.set(value, row);
    else if (bucket instanceof Map) bucket.set(key, row);
    else buckets.set(value, new Map([[this.schema.key(bucket), bucket]]).set(key, row));
  }

  #unfile(key: string, row: Row): void {
    for (const { valuesOf, buckets } of this.#indexes) {
      for (const value of valuesOf(row)) {
        const bucket = buckets.get(value);
        if (bucket instanceof Map) {
          bucket.delete(key);
          if (bucket.size === 0) buckets.delete(value);
        } else buckets.delete(value);
      }
    }
  }
}

/** A changed row, or null for a deleted one. */
type Change<Row> = Row | null;

/** Up to so many changes are looked through one by one; beyond that they get indexes of their own. */
const SCANNED_CHANGES_MAX = 16;

export class TableOverlay<Row extends object> implements TableView<Row> {
  readonly #base: TableView<Row>;
  readonly #schema: TableSchema<Row>;
  readonly #changes = new Map<string, Change<Row>>();
  /** The put rows once more, with their indexes, once there are many. */
  #indexed: Table<Row> | undefined;
  #octets = 0;

  constructor(base: TableView<Row>, schema: TableSchema<Row>) {
    this.#base = base;
    this.#schema = schema;
  }

  get changes(): ReadonlyMap<string, Change<Row>> {
    return this.#changes;
  }

  /** What the put rows take together, in a table whose schema counts that. */
  get octets(): number {
    return this.#octets;
  }

  get(key: string): Row | undefined {
    const change = this.#changes.get(key);
    if (change === undefined) return this.#base.get(key);
    return change ?? undefined;
  }

  find(index: string, value: string): Row[] {
    const below = this.#base.find(index, value);
    if (this.#changes.size === 0) return below;
    const unchanged = below.filter((row) => !this.#changes.has(this.#schema.key(row)));
    for (const row of this.#found(index, value)) unchanged.push(row);
    return unchanged;
  }

  *all(): Iterable<Row> {
    for (const row of this.#base.all()) {
      if (!this.#changes.has(this.#schema.key(row))) yield row;
    }
    for (const row of this.#changes.values()) {
      if (row !== null) yield row;
    }
  }

  put(row: Row): void {
    const key = this.#schema.key(row);
    this.#count(key, row);
    this.#changes.set(key, row);
    this.#indexed?.put(row);
  }

  delete(key: string): void {
    this.#count(key);
    this.#changes.set(key, null);
    this.#indexed?.delete(key);
  }

  /** Forgets the change of `key`: the base now says the same. */
  settle(key: string): void {
    this.#count(key);
    this.#changes.delete(key);
    this.#indexed?.delete(key);
  }

  /** The same for all of them. */
  settleAll(): void {
    this.#changes.clear();
    this.#indexed = undefined;
    this.#octets = 0;
  }

  /** Counts `after` in the place of what `key` was put as before. */
  #count(key: string, after?: Row): void {
    const { octets } = this.#schema;
    if (octets === undefined || (after === undefined && this.#octets === 0)) return;
    const before = this.#changes.get(key);
    this.#octets += (after ? octets(after) : 0) - (before ? octets(before) : 0);
  }

  #found(index: string, value: string): Row[] {
    if (this.#changes.size > SCANNED_CHANGES_MAX) this.#indexed ??= this.#index();
    if (this.#indexed !== undefined) return this.#indexed.find(index, value);
    const valuesOf = this.#schema.indexes[index];
    const found: Row[] = [];
    for (const row of this.#changes.values()) {
      if (row !== null && valuesOf?.(row).includes(value)) found.push(row);
    }
    return found;
  }

  #index(): Table<Row> {
    const table = new Table(this.#schema);
    for (const row of this.#changes.values()) {
      if (row !== null) table.put(row);
    }
    return table;
  }
}
