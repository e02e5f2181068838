/**
 * The commit seam. Whatever changes state is a synchronous function over a Transaction; an Engine runs it, makes
 * what it wrote durable, and only then lets anybody see it. `embedded/` keeps rows in LMDB on this machine.
 */
import type { Transaction } from '../catalog/index.ts';

export interface Commit<Result> {
  readonly result: Result;
  /** Of this command, or of the state it found when it changed nothing. */
  readonly index: number;
}

export interface CommitOptions {
  /**
   * The one exception to "durable first": a failing instance must leave DNS also while the store cannot be written.
   * When a write fails, or takes longer than a second, the body runs again and what it changes is shown from memory,
   * and written with the first group that succeeds. For results of checks, and nothing else.
   */
  readonly urgent?: boolean;
  /** The command gets an index beyond this one: it brings rows from a catalog that was so far. */
  readonly above?: number;
}

export interface Engine {
  /**
   * Runs `body`, and resolves once its changes are durable and published, in that order. An urgent body may run twice.
   * Rejects with what `body` throws (nothing is kept), or with a StoreError.
   */
  commit<Result>(
    body: (transaction: Transaction) => Result,
    options?: CommitOptions,
  ): Promise<Commit<Result>>;
  /** Rows that are shown and not durable yet: results of checks, while the store does not take them. */
  readonly unsavedRows: number;
  /** Resolves once reads see every write acknowledged before the call: what `?consistent` asks for. */
  barrier(): Promise<void>;
  /** Finishes what is under way and releases the store; may be called twice. */
  close(): Promise<void>;
}
