export { openEmbeddedEngine } from './embedded/embedded-engine.ts';
export { openLmdbRowStore } from './embedded/lmdb-row-store.ts';
export { createMemoryRowStore } from './embedded/memory-row-store.ts';
export type { RestoreRow, RowStore } from './embedded/row-store.ts';
export type { Commit, CommitOptions, Engine } from './engine.ts';
export { STORE_ERROR_CODES, StoreError, type StoreErrorCode } from './store-error.ts';
