/**
 * Ends lock delays when their time is over. A delay is a row (`lock_delays`) for as long as it lasts, so nobody who
 * locks looks at a clock; after a restart it lasts its full time again, never less.
 */
import type { LockDelayRow, StagedCommand } from '../catalog/index.ts';
import type { Timer } from '../runtime/index.ts';
import type { SessionKeeperDeps } from './session-keeper.ts';

const RETRY_MS = 1000;

export class LockDelays {
  readonly #deps: SessionKeeperDeps;
  readonly #timers = new Set<Timer>();
  #started = false;

  constructor(deps: SessionKeeperDeps) {
    this.#deps = deps;
    deps.state.follow((commands) => this.#follow(commands));
  }

  start(): void {
    this.#started = true;
    this.#await([...this.#deps.state.tables.lock_delays.all()]);
  }

  /** Delays stay as they are. May be called twice. */
  close(): void {
    this.#started = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #follow(commands: readonly StagedCommand[]): void {
    if (!this.#started) return;
    const rows = commands.flatMap(({ changes }) =>
      changes.filter(({ table }) => table === 'lock_delays').map(({ after }) => after),
    );
    this.#await(rows.filter((row) => row !== undefined) as LockDelayRow[]);
  }

  /** One timer for all that end together: a session can hold many keys. */
  #await(rows: readonly LockDelayRow[]): void {
    const byDelay = new Map<number, LockDelayRow[]>();
    for (const row of rows) {
      const same = byDelay.get(row.delayMs);
      if (same === undefined) byDelay.set(row.delayMs, [row]);
      else same.push(row);
    }
    for (const [delayMs, same] of byDelay) this.#schedule(delayMs, same);
  }

  #schedule(delayMs: number, rows: readonly LockDelayRow[]): void {
    const timer = this.#deps.clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      void this.#end(rows);
    });
    this.#timers.add(timer);
  }

  async #end(rows: readonly LockDelayRow[]): Promise<void> {
    const { commit, logger } = this.#deps;
    try {
      await commit((transaction) => {
        for (const { key, modifyIndex } of rows) {
          // A later delay of the same key has a timer of its own.
          if (transaction.get('lock_delays', key)?.modifyIndex !== modifyIndex) continue;
          transaction.delete('lock_delays', key);
        }
      });
    } catch (error) {
      logger.warn({ keys: rows.length, err: error }, 'lock delays could not be ended');
      if (this.#started) this.#schedule(RETRY_MS, rows);
    }
  }
}
