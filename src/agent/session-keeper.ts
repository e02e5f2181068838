/**
 * Ends sessions that nobody renews, and those whose check failed in a command that could not end them itself. Times are
 * kept in memory alone, so that a renewal costs no write: after a restart every session has its full time again, as in
 * Consul with a new leader. Knows nothing of what a session held (`catalog/sessions.ts`).
 */
import {
  destroySession,
  hasLostCheck,
  type RowChange,
  type SessionRow,
  type StagedCommand,
  type State,
} from '../catalog/index.ts';
import { type Clock, type Logger, parseDuration, type Timer } from '../runtime/index.ts';
import type { AgentDeps } from './agent.ts';

export interface SessionKeeperDeps {
  readonly state: State;
  readonly commit: AgentDeps['commit'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Consul promises that a session lives for its TTL at least, and ends it after twice that time. */
const TTL_FACTOR = 2;
const RETRY_MS = 1000;

/** A session that ends unless it is renewed. */
interface Kept {
  readonly lifeMs: number;
  /** On the monotonic clock. */
  endsAt: number;
  timer: Timer;
}

export class SessionKeeper {
  readonly #deps: SessionKeeperDeps;
  readonly #kept = new Map<string, Kept>();
  /** Sessions that are being ended, with what tries again where the store refused it. */
  readonly #ending = new Map<string, Timer | undefined>();
  #started = false;

  constructor(deps: SessionKeeperDeps) {
    this.#deps = deps;
    deps.state.follow((commands) => this.#follow(commands));
  }

  /** Takes up the sessions of before, each with its full time. */
  start(): void {
    this.#started = true;
    const { sessions, checks } = this.#deps.state.tables;
    for (const session of sessions.all()) {
      const isLost = hasLostCheck(session, (key) => checks.get(key));
      if (isLost) this.#end(session.id, 'its check failed');
      else this.#keep(session);
    }
  }

  /**
   * Gives a session its full time again. @returns undefined when there is no such session, and for one that is being
   * ended: nothing keeps it any more, however long the disk takes
   */
  renew(id: string): SessionRow | undefined {
    if (this.#ending.has(id)) return undefined;
    const session = this.#deps.state.tables.sessions.get(id);
    const kept = this.#kept.get(id);
    // The timer stays: it looks at the time when it fires.
    if (kept !== undefined) kept.endsAt = this.#deps.clock.monotonic() + kept.lifeMs;
    return session;
  }

  /** Sessions stay as they are. May be called twice. */
  close(): void {
    this.#started = false;
    for (const { timer } of this.#kept.values()) timer.cancel();
    for (const timer of this.#ending.values()) timer?.cancel();
    this.#kept.clear();
    this.#ending.clear();
  }

  #follow(commands: readonly StagedCommand[]): void {
    if (!this.#started) return;
    for (const { changes } of commands) {
      for (const change of changes) {
        if (change.table === 'sessions') this.#followSession(change as RowChange<'sessions'>);
        else if (change.table === 'checks') this.#followCheck(change as RowChange<'checks'>);
      }
    }
  }

  #followSession({ key, after }: RowChange<'sessions'>): void {
    this.#forget(key);
    if (after !== undefined) this.#keep(after);
  }

  /** Sessions that are still there after their check was published fell with nothing: the command was urgent. */
  #followCheck({ key, after }: RowChange<'checks'>): void {
    if (after !== undefined && after.status !== 'critical') return;
    for (const { id } of this.#deps.state.tables.sessions.find('check', key)) {
      this.#end(id, 'its check failed');
    }
  }

  #keep({ id, ttl }: SessionRow): void {
    const parsed = parseDuration(ttl);
    if (!parsed.ok || parsed.ms === 0) return;
    const { clock } = this.#deps;
    const lifeMs = parsed.ms * TTL_FACTOR;
    const timer = clock.schedule(lifeMs, () => this.#due(id));
    this.#kept.set(id, { lifeMs, endsAt: clock.monotonic() + lifeMs, timer });
  }

  #due(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    const leftMs = kept.endsAt - this.#deps.clock.monotonic();
    if (leftMs > 0) kept.timer = this.#deps.clock.schedule(leftMs, () => this.#due(id));
    else this.#end(id, 'its time is over');
  }

  #end(id: string, reason: string): void {
    if (this.#ending.has(id)) return;
    this.#ending.set(id, undefined);
    void this.#tryToEnd(id, reason);
  }

  async #tryToEnd(id: string, reason: string): Promise<void> {
    const { state, commit, clock, logger } = this.#deps;
    const session = state.tables.sessions.get(id);
    try {
      await commit((transaction) => destroySession(transaction, id));
      this.#ending.delete(id);
      if (session === undefined) return;
      logger.info({ session: id, name: session.name, node: session.node, reason }, 'session ended');
    } catch (error) {
      const isFirst = this.#ending.get(id) === undefined;
      if (isFirst) logger.warn({ session: id, err: error }, 'session cannot be ended yet');
      if (!this.#started) return;
      const retry = clock.schedule(RETRY_MS, () => void this.#tryToEnd(id, reason));
      this.#ending.set(id, retry);
    }
  }

  #forget(id: string): void {
    this.#kept.get(id)?.timer.cancel();
    this.#kept.delete(id);
  }
}
