/**
 * The engine for one machine: one writer, commands numbered by a counter, made durable in groups.
 *
 *   commit(body) ─▶ run and stage ─▶ queue ─▶ [store.write: one group, one sync] ─▶ publish ─▶ resolve
 *                        └ while a group is being written the next one collects
 *
 * Invariant: a caller is answered only when everything its command read is durable too, so a command that changed
 * nothing still waits for the staged ones it may have seen.
 */
import type { StagedCommand, State, Transaction } from '../../catalog/index.ts';
import { type Logger, limits } from '../../runtime/index.ts';
import type { Commit, Engine } from '../engine.ts';
import { reasonOf, StoreError } from '../store-error.ts';
import type { RowStore } from './row-store.ts';

export interface EmbeddedEngineDeps {
  readonly state: State;
  readonly store: RowStore;
  readonly logger: Logger;
}

/** A command on its way to the disk. `staged` is absent for one that changed nothing. */
interface Waiting {
  readonly staged: StagedCommand | undefined;
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

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
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor({ state, store, logger }: EmbeddedEngineDeps) {
    this.#state = state;
    this.#store = store;
    this.#logger = logger;
  }

  async commit<Result>(body: (transaction: Transaction) => Result): Promise<Commit<Result>> {
    this.#refuseWhenClosed();
    if (this.#queue.length >= limits.stagedCommands.default) {
      throw new StoreError('store_busy', 'too many writes are waiting for the disk');
    }
    const transaction = this.#state.begin();
    const result = body(transaction);
    const staged = this.#state.stage(transaction);
    const index = staged?.index ?? this.#state.stagedIndex;
    if (staged !== undefined || index > this.#state.index) await this.#durable(staged);
    return { result, index };
  }

  async barrier(): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#state.stagedIndex > this.#state.index) await this.#durable(undefined);
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      while (this.#writing !== undefined) await this.#writing;
      await this.#store.close();
    })();
    return this.#closed;
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== undefined) throw new StoreError('store_closed', 'the store is closed');
  }

  #durable(staged: StagedCommand | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ staged, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    // Callers that are ready in this turn of the event loop share the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, limits.commandsPerCommit.default);
      await this.#writeGroup(group);
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const commands = group
      .map((waiting) => waiting.staged)
      .filter((staged) => staged !== undefined);
    try {
      if (commands.length > 0) await this.#store.write(commands);
    } catch (error) {
      this.#abandon(group, error);
      return;
    }
    this.#state.publish(commands);
    for (const waiting of group) waiting.resolve();
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
    for (const waiting of refused) waiting.reject(error);
  }
}
