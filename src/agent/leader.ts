/**
 * What one server does for all, as Consul's leader: it ends sessions and lock delays when their time is over, and
 * forgets deleted keys.
 */
import type { SessionRow } from '../catalog/index.ts';
import { KvTombstones } from './kv-tombstones.ts';
import { LockDelays } from './lock-delays.ts';
import { SessionKeeper, type SessionKeeperDeps } from './session-keeper.ts';

export type LeaderDeps = SessionKeeperDeps;

export class Leader {
  readonly #sessions: SessionKeeper;
  readonly #lockDelays: LockDelays;
  readonly #tombstones: KvTombstones;

  constructor(deps: LeaderDeps) {
    this.#sessions = new SessionKeeper(deps);
    this.#lockDelays = new LockDelays(deps);
    this.#tombstones = new KvTombstones(deps);
  }

  /** Takes up what the store says; from here on every publication is followed. */
  start(): void {
    this.#sessions.start();
    this.#lockDelays.start();
    this.#tombstones.start();
  }

  /** Gives a session its full time again. @returns undefined when there is no such session */
  renewSession(id: string): SessionRow | undefined {
    return this.#sessions.renew(id);
  }

  /** May be called twice. */
  close(): void {
    this.#tombstones.close();
    this.#lockDelays.close();
    this.#sessions.close();
  }
}
