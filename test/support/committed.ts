/** A State whose commits are published at once: for tests of what commands do, not of how they become durable. */
import { State, type Transaction } from '../../src/catalog/index.ts';

export interface Committed {
  readonly state: State;
  /** @returns the index after the commit */
  commit(body: (transaction: Transaction) => void): number;
}

export function committed(): Committed {
  const state = new State();
  return {
    state,
    commit(body) {
      const transaction = state.begin();
      body(transaction);
      const staged = state.stage(transaction);
      if (staged !== undefined) state.publish([staged]);
      return state.index;
    },
  };
}
