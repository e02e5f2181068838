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

export interface Engine {
  /**
   * Runs `body`, and resolves once its changes are durable and published, in that order.
   * Rejects with what `body` throws (nothing is kept), or with a StoreError.
   */
  commit<Result>(body: (transaction: Transaction) => Result): Promise<Commit<Result>>;
  /** Resolves once reads see every write acknowledged before the call: what `?consistent` asks for. */
  barrier(): Promise<void>;
  /** Finishes what is under way and releases the store; may be called twice. */
  close(): Promise<void>;
}
