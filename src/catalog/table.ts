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

export class Table<Row extends object> implements TableView<Row> {
  readonly schema: TableSchema<Row>;
  readonly #rows = new Map<string, Row>();
  readonly #indexes: ReadonlyMap<string, Map<string, Bucket<Row>>>;

  constructor(schema: TableSchema<Row>) {
    this.schema = schema;
    this.#indexes = new Map(Object.keys(schema.indexes).map((name) => [name, new Map()]));
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  find(index: string, value: string): Row[] {
    const bucket = this.#index(index).get(value);
    if (bucket === undefined) return [];
    return bucket instanceof Map ? [...bucket.values()] : [bucket];
  }

  all(): Iterable<Row> {
    return this.#rows.values();
  }

  /** Distinct values of an index, e.g. all service names. */
  values(index: string): Iterable<string> {
    return this.#index(index).keys();
  }

  put(row: Row): void {
    const key = this.schema.key(row);
    const before = this.#rows.get(key);
    if (before !== undefined) this.#unfile(key, before);
    this.#rows.set(key, row);
    for (const [name, valuesOf] of Object.entries(this.schema.indexes)) {
      for (const value of valuesOf(row)) this.#file(name, value, key, row);
    }
  }

  delete(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#unfile(key, row);
    this.#rows.delete(key);
  }

  #index(name: string): Map<string, Bucket<Row>> {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`no index "${name}"`);
    return index;
  }

  #file(name: string, value: string, key: string, row: Row): void {
    const index = this.#index(name);
    const bucket = index.get(value);
    if (bucket === undefined) index.set(value, row);
    else if (bucket instanceof Map) bucket.set(key, row);
    else index.set(value, new Map([[this.schema.key(bucket), bucket]]).set(key, row));
  }

  #unfile(key: string, row: Row): void {
    for (const [name, valuesOf] of Object.entries(this.schema.indexes)) {
      const index = this.#index(name);
      for (const value of valuesOf(row)) {
        const bucket = index.get(value);
        if (bucket instanceof Map) {
          bucket.delete(key);
          if (bucket.size === 0) index.delete(value);
        } else index.delete(value);
      }
    }
  }
}

/** A changed row, or null for a deleted one. */
type Change<Row> = Row | null;

export class TableOverlay<Row extends object> implements TableView<Row> {
  readonly #base: TableView<Row>;
  readonly #schema: TableSchema<Row>;
  readonly #changes = new Map<string, Change<Row>>();
  /** The put rows once more, with their indexes. */
  readonly #put: Table<Row>;

  constructor(base: TableView<Row>, schema: TableSchema<Row>) {
    this.#base = base;
    this.#schema = schema;
    this.#put = new Table(schema);
  }

  get changes(): ReadonlyMap<string, Change<Row>> {
    return this.#changes;
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
    return [...unchanged, ...this.#put.find(index, value)];
  }

  *all(): Iterable<Row> {
    for (const row of this.#base.all()) {
      if (!this.#changes.has(this.#schema.key(row))) yield row;
    }
    yield* this.#put.all();
  }

  put(row: Row): void {
    this.#changes.set(this.#schema.key(row), row);
    this.#put.put(row);
  }

  delete(key: string): void {
    this.#changes.set(key, null);
    this.#put.delete(key);
  }

  /** Forgets the change of `key`: the base now says the same. */
  settle(key: string): void {
    this.#changes.delete(key);
    this.#put.delete(key);
  }
}
