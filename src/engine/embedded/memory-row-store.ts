/** Keeps nothing: state lives as long as the process, which is what `-dev` promises. */
import type { RowStore } from './row-store.ts';

export function createMemoryRowStore(): RowStore {
  return {
    load: () => 0,
    write: async () => {},
    close: async () => {},
  };
}
