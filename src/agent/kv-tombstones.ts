/**
 * Forgets deleted keys after a while: a blocking read of their prefix has seen the deletion by then. What was deleted
 * when is told by the index that the catalog had at the time, so rows need no clock, and after a restart all are kept
 * for the full time again.
 */
import type { KvTombstoneRow } from '../catalog/index.ts';
import { limits, type Timer } from '../runtime/index.ts';
import type { SessionKeeperDeps } from './session-keeper.ts';

/** Consul's tombstone_ttl and tombstone_granularity. */
const KEEP_MS = 15 * 60_000;
const SWEEP_MS = 30_000;
/** So that forgetting many holds nobody up. */
const ROWS_PER_COMMIT = 4096;

export class KvTombstones {
  readonly #deps: SessionKeeperDeps;
  /** The catalog's index at times past, the oldest first. */
  #indexes: { readonly at: number; readonly index: number }[] = [];
  #timer: Timer | undefined;
  #started = false;

  constructor(deps: SessionKeeperDeps) {
    this.#deps = deps;
    deps.state.follow(() => this.#watch());
  }

  start(): void {
    this.#started = true;
    this.#watch();
  }

  /** May be called twice. */
  close(): void {
    this.#started = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The clock runs only while there is something to forget. */
  #watch(): void {
    const { state, clock } = this.#deps;
    const idle = this.#timer === undefined && state.tables.kv_tombstones.size > 0;
    if (!this.#started || !idle) return;
    this.#indexes.push({ at: clock.monotonic(), index: state.index });
    this.#timer = clock.schedule(SWEEP_MS, () => void this.#sweep());
  }

  async #sweep(): Promise<void> {
    const { commit, logger } = this.#deps;
    try {
      for (const keys of batches(this.#forgettable())) {
        await commit((transaction) => {
          for (const { key, modifyIndex } of keys) {
            if (transaction.get('kv_tombstones', key)?.modifyIndex !== modifyIndex) continue;
            transaction.delete('kv_tombstones', key);
          }
        });
      }
    } catch (error) {
      logger.warn({ err: error }, 'tombstones could not be forgotten');
    }
    this.#timer = undefined;
    if (this.#deps.state.tables.kv_tombstones.size === 0) this.#indexes = [];
    this.#watch();
  }

  /** Those past their time, and the oldest of too many. */
  #forgettable(): KvTombstoneRow[] {
    const { state, clock } = this.#deps;
    const since = clock.monotonic() - KEEP_MS;
    while ((this.#indexes[1]?.at ?? Number.POSITIVE_INFINITY) <= since) this.#indexes.shift();
    const [oldest] = this.#indexes;
    const lastIndex = oldest !== undefined && oldest.at <= since ? oldest.index : 0;
    const rows = [...state.tables.kv_tombstones.all()];
    const excess = rows.length - limits.kvTombstones.default;
    if (excess <= 0) return rows.filter((row) => row.modifyIndex <= lastIndex);
    rows.sort((one, other) => one.modifyIndex - other.modifyIndex);
    return rows.filter((row, at) => at < excess || row.modifyIndex <= lastIndex);
  }
}

function batches<Row>(rows: readonly Row[]): Row[][] {
  const count = Math.ceil(rows.length / ROWS_PER_COMMIT);
  return Array.from({ length: count }, (_, at) =>
    rows.slice(at * ROWS_PER_COMMIT, (at + 1) * ROWS_PER_COMMIT),
  );
}
