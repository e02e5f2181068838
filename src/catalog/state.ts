/**
 * The catalog's state: committed tables, and above them the commands that were staged but are not durable yet.
 *
 *   begin ─▶ Transaction ─▶ stage (gets its index) ─▶ [engine: durable] ─▶ publish: tables ▸ watchers ▸ followers
 *
 * Readers see committed rows only; the next transaction also sees the staged ones, so that commands can be
 * batched while the disk works. An engine drives it (src/engine); nothing else calls begin, stage or publish.
 */
import type { TableName, TableRows, Versioned } from './rows.ts';
import { schema, TABLE_NAMES } from './schema.ts';
import { Table, TableOverlay } from './table.ts';
import { type RowChange, type TableViews, Transaction } from './transaction.ts';
import { topicsOf, Watches } from './watches.ts';

export type Tables = { readonly [Name in TableName]: Table<TableRows[Name]> };

/** A command that has its index and waits to become durable. */
export interface StagedCommand {
  readonly index: number;
  readonly changes: readonly RowChange[];
}

/** Is told of every publication, in order, after the tables and the watchers. Must not throw. */
export type Follower = (commands: readonly StagedCommand[]) => void;

type PendingOverlays = { readonly [Name in TableName]: TableOverlay<TableRows[Name]> };

export class State {
  readonly tables: Tables = newTables();
  readonly watches = new Watches();
  readonly #followers: Follower[] = [];
  #pending: PendingOverlays = overlaysOn(this.tables);
  /** The newest staged change of each row that is not committed yet, by table. */
  #newest: Record<TableName, Map<string, RowChange>> = newestOf();
  #index = 0;
  #stagedIndex = 0;

  /** Index of the last committed command. */
  get index(): number {
    return this.#index;
  }

  /** Index of the last staged command; equals `index` when nothing is under way. */
  get stagedIndex(): number {
    return this.#stagedIndex;
  }

  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  /** The commit that last touched what `key` speaks of (`nodes`, `service.web`, …); 0 when none did. */
  indexOf(key: string): number {
    return this.tables.indexes.get(key)?.modifyIndex ?? 0;
  }
  /** Number of commands that are staged and not published. */
  get underWay(): number {
    return this.#underWay;
  }

  /** What the keys and their values take; a key that is on its way to the disk counts beside what it replaces. */
  get kvOctets(): number {
    return this.tables.kv.octets + this.#pending.kv.octets;
  }


  /** Puts a recovered row in place; only before the first transaction. */
  restore<Name extends TableName>(table: Name, row: TableRows[Name]): void {
    (this.tables[table] as unknown as Table<TableRows[Name]>).put(row);
  }

  /** Sets the index that recovery found; it never goes back. */
  restoreIndex(index: number): void {
    this.#index = Math.max(this.#index, index);
    this.#stagedIndex = this.#index;
  }

  begin(): Transaction {
    return new Transaction(this.#pending as unknown as TableViews);
  }

  /** As `begin`, over what is committed alone: for a command that must not wait for the staged ones. */
  beginCommitted(): Transaction {
    return new Transaction(this.tables as unknown as TableViews, { overtakes: true });
  }

  /**
   * Gives the transaction the next index, which is past `above` too, and shows it to later ones. Undefined when it
   * changed nothing.
   */
  stage(transaction: Transaction, above = 0): StagedCommand | undefined {
    const index = Math.max(this.#stagedIndex, above) + 1;
    const changes = transaction.changes(index);
    if (changes.length === 0) return undefined;
    this.#stagedIndex = index;
    for (const change of changes) this.#overlay(change);
    return { index, changes };
  }

  /** Makes durable commands visible: first the tables, then the watchers, then the followers. */
  publish(commands: readonly StagedCommand[]): void {
    const woken = new Set<string>();
    const applied: StagedCommand[] = [];
    for (const { index, changes } of commands) {
      const current = changes.filter((change) => this.#apply(change, index));
      for (const change of current) {
        for (const topic of topicsOf(change, this.watches.prefixLengths)) woken.add(topic);
      }
      applied.push({ index, changes: current });
      this.#index = Math.max(this.#index, index);
    }
    this.watches.wake(woken);
    for (const follower of this.#followers) follower(applied);
  }

  /** Drops everything staged: it did not become durable, and later commands were computed from it. */
  rollback(): void {
    this.#pending = overlaysOn(this.tables);
    this.#newest = newestOf();
    this.#stagedIndex = this.#index;
  }

  #overlay(change: RowChange): void {
    const overlay = this.#pending[change.table] as unknown as TableOverlay<object>;
    if (change.after === undefined) overlay.delete(change.key);
    else overlay.put(change.after);
    this.#newest[change.table].set(change.key, change);
  }

  /** @returns false when the table already says something newer: a command did not wait for the disk */
  #apply(change: RowChange, index: number): boolean {
    const table = this.tables[change.table] as unknown as Table<Versioned>;
    this.#settle(change);
    const overtaken = (table.get(change.key)?.modifyIndex ?? 0) > index;
    // What was taken out stays out, whatever was found about it meanwhile; an index alone never goes back.
    if (overtaken && (change.after !== undefined || change.table === 'indexes')) return false;
    if (change.after === undefined) table.delete(change.key);
    else table.put(change.after);
    return true;
  }

  /** The pending layer no longer needs this change, unless a newer one of the row is staged. */
  #settle(change: RowChange): void {
    const newest = this.#newest[change.table];
    if (newest.get(change.key) !== change) return;
    newest.delete(change.key);
    this.#pending[change.table].settle(change.key);
  }
}

function newestOf(): Record<TableName, Map<string, RowChange>> {
  const entries = TABLE_NAMES.map((name) => [name, new Map<string, RowChange>()]);
  return Object.fromEntries(entries) as Record<TableName, Map<string, RowChange>>;
}

function newTables(): Tables {
  const entries = TABLE_NAMES.map((name) => [name, new Table(schema[name] as never)]);
  return Object.fromEntries(entries) as Tables;
}

function overlaysOn(tables: Tables): PendingOverlays {
  const entries = TABLE_NAMES.map((name) => [
    name,
    new TableOverlay(tables[name] as never, schema[name] as never),
  ]);
  return Object.fromEntries(entries) as PendingOverlays;
}
