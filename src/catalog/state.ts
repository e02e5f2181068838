/**
 * The catalog's state: committed tables, and above them the commands that were staged but are not durable yet.
 *
 *   begin ─▶ Transaction ─▶ stage (gets its index) ─▶ [engine: durable] ─▶ publish: tables ▸ watchers ▸ followers
 *
 * Readers see committed rows only; the next transaction also sees the staged ones, so that commands can be
 * batched while the disk works. An engine drives it (src/engine); nothing else calls begin, stage or publish.
 *
 * A command over committed rows alone may be published ahead of staged ones. Each of those is late then: what is newer
 * stays, or is merged (`schema.ts`), and its index rows are given an index past all that was shown, since clients may
 * wait on one already.
 */
import type { TableName, TableRows, Versioned } from './rows.ts';
import { schema, TABLE_NAMES } from './schema.ts';
import { Table, TableOverlay } from './table.ts';
import { equalRow, type RowChange, type TableViews, Transaction } from './transaction.ts';
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
  #underWay = 0;
  /** Staged commands below this index were overtaken. */
  #lateBelow = 0;
  /** The last index given to a late command; 0 while none was since the last overtaking. */
  #lateIndex = 0;

  /** Index of the last committed command. */
  get index(): number {
    return this.#index;
  }

  /** Index of the last staged command; equals `index` when nothing is under way. */
  get stagedIndex(): number {
    return this.#stagedIndex;
  }

  /** Number of commands that are staged and not published. */
  get underWay(): number {
    return this.#underWay;
  }

  /** What the keys and their values take; a key that is on its way to the disk counts beside what it replaces. */
  get kvOctets(): number {
    return this.tables.kv.octets + this.#pending.kv.octets;
  }

  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  /** The commit that last touched what `key` speaks of (`nodes`, `service.web`, …); 0 when none did. */
  indexOf(key: string): number {
    return this.tables.indexes.get(key)?.modifyIndex ?? 0;
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
    if (transaction.overtakes && this.#underWay > 0) {
      this.#lateBelow = index;
      this.#lateIndex = 0;
    }
    this.#underWay++;
    for (const change of changes) {
      if (transaction.overtakes) this.#overlayNewer(change);
      else this.#overlay(change);
    }
    return { index, changes };
  }

  /**
   * Makes durable commands visible: first the tables, then the watchers, then the followers.
   * @returns those of them that were late, as they are shown
   */
  publish(commands: readonly StagedCommand[]): readonly StagedCommand[] {
    const woken = new Set<string>();
    const late: StagedCommand[] = [];
    const applied = commands.map((command) => {
      if (command.index >= this.#lateBelow) return this.#apply(command);
      const shown = this.#applyLate(command);
      late.push(shown);
      return shown;
    });
    for (const { index, changes } of applied) {
      for (const change of changes) {
        for (const topic of topicsOf(change, this.watches.prefixLengths)) {
          if (this.watches.has(topic)) woken.add(topic);
        }
      }
      this.#index = Math.max(this.#index, index);
    }
    this.#underWay -= commands.length;
    if (this.#underWay === 0) this.#settleAll();
    else for (const command of commands) this.#settle(command);
    this.watches.wake(woken);
    for (const follower of this.#followers) follower(applied);
    return late;
  }

  /** Drops everything staged: it did not become durable, and later commands were computed from it. */
  rollback(): void {
    this.#pending = overlaysOn(this.tables);
    this.#newest = newestOf();
    this.#stagedIndex = this.#index;
    this.#underWay = 0;
  }

  #overlay(change: RowChange): void {
    const overlay = this.#pending[change.table] as unknown as TableOverlay<object>;
    if (change.after === undefined) overlay.delete(change.key);
    else overlay.put(change.after);
    this.#newest[change.table].set(change.key, change);
  }

  /** As `#overlay`, for a change that overtakes: what is staged of the row is seen as it is going to be shown. */
  #overlayNewer(change: RowChange): void {
    const { table, key, before, after } = change;
    const staged = this.#newest[table].get(key);
    if (staged === undefined) {
      this.#overlay(change);
      return;
    }
    // It goes, or another comes in its place.
    if (staged.after?.createIndex !== before?.createIndex) return;
    const merged = mergeOvertaken(table, staged.after, after);
    if (merged === after) this.#overlay(change);
    else (this.#pending[table] as unknown as TableOverlay<object>).put(merged as object);
  }

  #apply(command: StagedCommand): StagedCommand {
    for (const change of command.changes) this.#put(change);
    return command;
  }

  /**
   * @returns the command as it is shown: without what is newer already, and with an index of its own on all that is
   * shown otherwise than it was made durable
   */
  #applyLate({ index, changes }: StagedCommand): StagedCommand {
    const lateIndex = this.#nextLateIndex();
    const shown: RowChange[] = [];
    for (const change of changes) {
      if (change.table === 'indexes') continue;
      const before = this.tables[change.table].get(change.key);
      const after = isOutdated(change.after, before, index)
        ? mergeOvertaken(change.table, change.after, before, lateIndex)
        : change.after;
      if (after !== before) shown.push(this.#put({ ...change, before, after } as RowChange));
    }
    if (shown.length === 0) return { index, changes: shown };
    for (const { table, key, after } of changes) {
      if (table !== 'indexes') continue;
      const before = this.tables.indexes.get(key);
      const moved = after && { ...after, modifyIndex: lateIndex };
      shown.push(this.#put({ table, key, before, after: moved }));
    }
    return { index: lateIndex, changes: shown };
  }

  /** Past all that was staged. The first one keeps an index for everything under way: none is late twice. */
  #nextLateIndex(): number {
    if (this.#lateIndex === 0) {
      this.#lateIndex = this.#stagedIndex;
      this.#lateBelow = this.#stagedIndex + 1;
      this.#stagedIndex += this.#underWay;
    }
    this.#lateIndex++;
    return this.#lateIndex;
  }

  #put(change: RowChange): RowChange {
    const table = this.tables[change.table] as unknown as Table<Versioned>;
    if (change.after === undefined) table.delete(change.key);
    else table.put(change.after);
    return change;
  }

  /** The pending layer no longer needs these changes, unless a newer one of the row is staged. */
  #settle({ changes }: StagedCommand): void {
    for (const change of changes) {
      const newest = this.#newest[change.table];
      if (newest.get(change.key) !== change) continue;
      newest.delete(change.key);
      this.#pending[change.table].settle(change.key);
    }
  }

  /** Nothing is staged any more, which is forgotten faster as a whole. */
  #settleAll(): void {
    for (const table of TABLE_NAMES) {
      if (this.#newest[table].size > 0) this.#newest[table].clear();
      if (this.#pending[table].changes.size > 0) this.#pending[table].settleAll();
    }
    // Some may have been kept for late commands and not needed.
    this.#stagedIndex = this.#index;
  }
}

/** What was taken out stays out, and what came in its place is there, whatever was found about it meanwhile. */
function isOutdated(
  after: Versioned | undefined,
  current: Versioned | undefined,
  index: number,
): boolean {
  if (after === undefined || current === undefined) return false;
  return current.modifyIndex > index && current.createIndex === after.createIndex;
}

/** @returns `newer` itself where it says all that there is to say */
function mergeOvertaken(
  table: TableName,
  row: Versioned | undefined,
  newer: Versioned | undefined,
  modifyIndex = row?.modifyIndex ?? 0,
): Versioned | undefined {
  const merge = schema[table].overtaken as ((row: object, newer: object) => Versioned) | undefined;
  if (merge === undefined || row === undefined || newer === undefined) return newer;
  const merged = { ...merge(row, newer), modifyIndex };
  return equalRow(merged, newer) ? newer : merged;
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
