/**
 * The engine for one machine: one writer, commands numbered by a counter, made durable in groups.
 *
 *   commit(body) ─▶ run and stage ─▶ queue ─▶ [store.write: one group, one sync] ─▶ publish ─▶ resolve
 *                        └ while a group is being written the next one collects
 *
 * Invariant: a caller is answered only when everything its command read is durable too, so a command that changed
 * nothing still waits for the staged ones it may have seen. Urgent commands are the exception (`engine.ts`): they are
 * shown from memory while the store fails or stalls, and `#unsaved` keeps them for the next group.
 */
import type { RowChange, StagedCommand, State, Transaction } from '../../catalog/index.ts';
import { type Clock, type Logger, limits, systemClock, type Timer } from '../../runtime/index.ts';
import type { Commit, CommitOptions, Engine } from '../engine.ts';
import { reasonOf, StoreError } from '../store-error.ts';
import type { RowStore } from './row-store.ts';

export interface EmbeddedEngineDeps {
  readonly state: State;
  readonly store: RowStore;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Told when there is the first row that is shown and not durable, and when there is none any more. */
  readonly onUnsaved?: (hasUnsaved: boolean) => void;
}

type Body = (transaction: Transaction) => unknown;

/** A command on its way to the disk. */
interface Waiting {
  /** Absent for a command that changed nothing. */
  readonly staged: StagedCommand | undefined;
  /** What to run again when the store does not take it; urgent commands only. */
  readonly urgent: Body | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A write that takes longer is a disk that does not answer. */
const STALL_MS = 1000;
/** How soon what is only in memory is offered to the store again. */
const SAVE_AGAIN_MS = 1000;

/** Reads all rows into `deps.state` and takes over its commits. */
export function openEmbeddedEngine(deps: EmbeddedEngineDeps): Engine {
  const { state, store } = deps;
  state.restoreIndex(store.load((table, row) => state.restore(table, row)));
  return new EmbeddedEngine(deps);
}

class EmbeddedEngine implements Engine {
  readonly #state: State;
  readonly #store: RowStore;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #stalled = false;
  /** Changes that are shown and not durable, the newest of each row, each as a command of its own. */
  readonly #unsaved = new Map<string, StagedCommand>();
  #hasUnsaved = false;
  readonly #onUnsaved: (hasUnsaved: boolean) => void;
  #saveAgain: Timer | undefined;
  #closed: Promise<void> | undefined;

  constructor(deps: EmbeddedEngineDeps) {
    const { state, store, logger, clock = systemClock, onUnsaved = () => {} } = deps;
    this.#state = state;
    this.#store = store;
    this.#logger = logger;
    this.#clock = clock;
    this.#onUnsaved = onUnsaved;
  }

  get unsavedRows(): number {
    return this.#unsaved.size;
  }

  async commit<Result>(
    body: (transaction: Transaction) => Result,
    { urgent = false, above = 0 }: CommitOptions = {},
  ): Promise<Commit<Result>> {
    this.#refuseWhenClosed();
    if (this.#stalled && urgent) return this.#show(body);
    if (this.#stalled) throw stalled();
    if (this.#queue.length >= limits.stagedCommands.default) {
      throw new StoreError('store_busy', 'too many writes are waiting for the disk');
    }
    const transaction = this.#state.begin();
    const result = body(transaction);
    const staged = this.#state.stage(transaction, above);
    const index = staged?.index ?? this.#state.stagedIndex;
    if (this.#state.underWay > 0) {
      await this.#durable(staged, urgent ? body : undefined);
    }
    return { result, index };
  }

  async barrier(): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#state.underWay > 0) await this.#durable(undefined, undefined);
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#saveAgain?.cancel();
      while (this.#writing !== undefined) await this.#writing;
      if (this.#unsaved.size > 0) await this.#writeGroup([]);
      await this.#store.close();
    })();
    return this.#closed;
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== undefined) throw new StoreError('store_closed', 'the store is closed');
  }

  #durable(staged: StagedCommand | undefined, urgent: Body | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ staged, urgent, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    // Callers that are ready in this turn of the event loop share the first group.
    await new Promise((resolve) => setImmediate(resolve));
    do {
      await this.#writeGroup(this.#queue.splice(0, limits.commandsPerCommit.default));
    } while (this.#queue.length > 0);
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const commands = group
      .map((waiting) => waiting.staged)
      .filter((staged) => staged !== undefined);
    const unsaved = this.#unsavedBeside(commands);
    const all = [...commands, ...unsaved.map(([, command]) => command)];
    let stall: Timer | undefined;
    const handedOver = (): void => {
      stall = this.#clock.schedule(STALL_MS, () => this.#stall(group));
    };
    try {
      // The last one tells the store how far the index is.
      all.sort((one, other) => one.index - other.index);
      if (all.length > 0) await this.#store.write(all, handedOver);
    } catch (error) {
      this.#abandon(group, error);
      return;
    } finally {
      stall?.cancel();
      this.#stalled = false;
    }
    this.#saved(unsaved);
    this.#publish(commands);
    for (const waiting of group) waiting.resolve();
  }

  /** Those whose rows none of `commands` writes: what is left of the others is known once these are shown. */
  #unsavedBeside(
    commands: readonly StagedCommand[],
  ): readonly (readonly [string, StagedCommand])[] {
    if (this.#unsaved.size === 0) return [];
    const written = new Set(commands.flatMap(({ changes }) => changes.map(nameOf)));
    return [...this.#unsaved].filter(([name]) => !written.has(name));
  }

  #saved(unsaved: readonly (readonly [string, StagedCommand])[]): void {
    for (const [name, command] of unsaved) {
      if (this.#unsaved.get(name) === command) this.#unsaved.delete(name);
    }
  }

  /** Shows what is durable, and goes on keeping what is shown otherwise than it was written. */
  #publish(commands: readonly StagedCommand[]): void {
    const { tables } = this.#state;
    for (const late of this.#state.publish(commands)) {
      const moved = late.changes.filter(({ after }) => after?.modifyIndex === late.index);
      this.#keepUnsaved({ index: late.index, changes: moved });
    }
    // What was taken out, or replaced, while the disk did not answer must not be written again.
    for (const [name, { changes }] of this.#unsaved) {
      const isShown = changes.every(({ table, key, after }) => tables[table].get(key) === after);
      if (!isShown) this.#unsaved.delete(name);
    }
    if (this.#unsaved.size > 0) this.#saveLater();
    this.#tellUnsaved();
  }

  /** Row by row, since each is superseded by itself. */
  #keepUnsaved({ index, changes }: StagedCommand): void {
    for (const change of changes) {
      this.#unsaved.set(nameOf(change), { index, changes: [change] });
    }
  }

  /** Nothing of the group is durable, and what was staged after it was computed from it: all of it is refused. */
  #abandon(group: readonly Waiting[], cause: unknown): void {
    const refused = [...group, ...this.#queue];
    this.#queue = [];
    this.#state.rollback();
    const reason = reasonOf(cause);
    this.#logger.error({ err: reason, commands: refused.length }, 'the store refused a write');
    const error = new StoreError(
      'store_unavailable',
      `the store cannot be written: ${reason}`,
      cause,
    );
    for (const waiting of refused) {
      if (waiting.urgent === undefined) waiting.reject(error);
      else this.#showInstead(waiting, waiting.urgent);
    }
    if (this.#unsaved.size > 0) this.#saveLater();
  }

  /** The disk does not answer: urgent commands of the group and of the queue need not wait for it any longer. */
  #stall(group: readonly Waiting[]): void {
    this.#stalled = true;
    this.#logger.error({ ms: STALL_MS }, 'the store does not answer');
    for (const waiting of [...group, ...this.#queue]) {
      if (waiting.urgent !== undefined) this.#showInstead(waiting, waiting.urgent);
    }
  }

  #showInstead({ resolve, reject }: Waiting, body: Body): void {
    try {
      this.#show(body);
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  /** Runs an urgent body and publishes what it changes from memory. */
  #show<Result>(body: (transaction: Transaction) => Result): Commit<Result> {
    const transaction = this.#state.beginCommitted();
    const result = body(transaction);
    const staged = this.#state.stage(transaction);
    if (staged !== undefined) {
      this.#keepUnsaved(staged);
      this.#tellUnsaved();
      this.#state.publish([staged]);
      this.#logger.warn({ index: staged.index }, 'a check result is kept in memory only');
    }
    return { result, index: staged?.index ?? this.#state.index };
  }

  /** Says so when there is the first unsaved row, and when there is none any more. */
  #tellUnsaved(): void {
    const hasUnsaved = this.#unsaved.size > 0;
    if (hasUnsaved === this.#hasUnsaved) return;
    this.#hasUnsaved = hasUnsaved;
    this.#onUnsaved(hasUnsaved);
  }

  #saveLater(): void {
    if (this.#closed !== undefined) return;
    this.#saveAgain?.cancel();
    this.#saveAgain = this.#clock.schedule(SAVE_AGAIN_MS, () => {
      this.#writing ??= this.#writeAll();
    });
  }
}

function nameOf({ table, key }: RowChange): string {
  return `${table}/${key}`;
}

function stalled(): StoreError {
  return new StoreError(
    'store_unavailable',
    'the store cannot be written: the disk does not answer',
  );
}
