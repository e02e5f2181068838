/**
 * Brings what checks find into the catalog. A new status is committed at once, and is urgent: a failing instance must
 * leave DNS also while the store cannot be written. A new output alone is shown locally at once and committed later, as
 * in Consul, so that a page with a clock in it does not cost a disk write every ten seconds.
 */
import {
  type CheckRow,
  onNodeKey,
  type State,
  type Transaction,
  updateCheckTxn,
} from '../catalog/index.ts';
import type { CheckReport } from '../checks/index.ts';
import type { Clock, LogFields, Logger, Random, Timer } from '../runtime/index.ts';

export interface CheckSyncDeps {
  readonly state: State;
  /** An urgent commit is shown even while the store cannot be written. */
  readonly commit: (
    body: (transaction: Transaction) => void,
    options: { readonly urgent: boolean },
  ) => Promise<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly node: string;
  /** Mean delay before a new output alone is committed; 0 commits it at once. */
  readonly outputIntervalMs: number;
}

const RETRY_MS = 1000;

/** What a check found that the catalog does not say yet. */
interface Unsynced {
  readonly report: CheckReport;
  /** Fields of the log line: what made the check say so. */
  readonly origin: LogFields;
  timer: Timer | undefined;
  /** Of the commit under way; it never rejects. */
  committing: Promise<void> | undefined;
}

export class CheckSync {
  readonly #deps: CheckSyncDeps;
  readonly #unsynced = new Map<string, Unsynced>();
  #closed = false;

  constructor(deps: CheckSyncDeps) {
    this.#deps = deps;
  }

  /** The newest finding about a check that the catalog lacks. */
  pending(checkId: string): CheckReport | undefined {
    return this.#unsynced.get(checkId)?.report;
  }

  /** Takes a finding of the runner; `origin` goes into the log line. */
  report(report: CheckReport, origin: LogFields = {}): void {
    const row = this.#row(report.checkId);
    // The catalog may be about to say something else than it says now.
    const overtaking = this.#unsynced.get(report.checkId)?.committing !== undefined;
    this.forget(report.checkId);
    if (row === undefined || this.#closed) return;
    if (!overtaking && row.status === report.status && row.output === report.output) return;
    const unsynced: Unsynced = { report, origin, timer: undefined, committing: undefined };
    this.#unsynced.set(report.checkId, unsynced);
    const { outputIntervalMs, clock, random } = this.#deps;
    if (overtaking || row.status !== report.status || outputIntervalMs === 0) {
      this.#commit(unsynced, row);
      return;
    }
    const delayMs = outputIntervalMs * (0.5 + random.float());
    unsynced.timer = clock.schedule(delayMs, () => this.#commit(unsynced, row));
  }

  /** Resolves once a finding that is being committed is kept, or is to be tried again. */
  async settled(checkId: string): Promise<void> {
    await this.#unsynced.get(checkId)?.committing;
  }

  /** The check is gone: nothing about it is of interest any more. */
  forget(checkId: string): void {
    this.#unsynced.get(checkId)?.timer?.cancel();
    this.#unsynced.delete(checkId);
  }

  /** Commits every output that still waits, and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    const waiting = [...this.#unsynced.values()];
    for (const unsynced of waiting) {
      unsynced.timer?.cancel();
      const row = this.#row(unsynced.report.checkId);
      if (row !== undefined && unsynced.committing === undefined) this.#commit(unsynced, row);
    }
    await Promise.all(waiting.map((unsynced) => unsynced.committing));
  }

  #commit(unsynced: Unsynced, row: CheckRow): void {
    unsynced.committing = this.#keep(unsynced, row).finally(() => {
      unsynced.committing = undefined;
    });
  }

  async #keep(unsynced: Unsynced, row: CheckRow): Promise<void> {
    const { report } = unsynced;
    const { node, logger } = this.#deps;
    try {
      const urgent = row.status !== report.status;
      await this.#deps.commit((transaction) => updateCheckTxn(transaction, node, report), {
        urgent,
      });
    } catch (error) {
      this.#retry(unsynced, row, error);
      return;
    }
    if (this.#unsynced.get(report.checkId) === unsynced) this.#unsynced.delete(report.checkId);
    if (row.status !== report.status) {
      logger.info(
        {
          ...unsynced.origin,
          check: report.checkId,
          service: row.serviceName || undefined,
          from: row.status,
          to: report.status,
        },
        'check changed its status',
      );
    }
  }

  #retry(unsynced: Unsynced, row: CheckRow, error: unknown): void {
    const { clock, logger } = this.#deps;
    const { checkId, status } = unsynced.report;
    logger.warn({ check: checkId, status, err: error }, 'check status could not be committed');
    if (this.#closed || this.#unsynced.get(checkId) !== unsynced) return;
    unsynced.timer = clock.schedule(RETRY_MS, () => this.#commit(unsynced, row));
  }

  #row(checkId: string): CheckRow | undefined {
    return this.#deps.state.tables.checks.get(onNodeKey(this.#deps.node, checkId));
  }
}
