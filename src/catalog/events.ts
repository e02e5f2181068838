/**
 * User events that this node took part in: the latest, in the order in which they came. Nothing of them is kept over a
 * restart, as with Consul's gossip: an event says that something happens now. Knows nothing of who fires and lists them.
 */
import { limits } from '../runtime/index.ts';
import type { Watch } from './watches.ts';

export interface UserEvent {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly payload: Uint8Array;
  /** Regular expressions that say which nodes take part; empty: all. */
  readonly nodeFilter: string;
  readonly serviceFilter: string;
  readonly tagFilter: string;
  /** Of the event's form, always 1. */
  readonly version: number;
  /** Lamport time: higher than that of every event before it, from 1 on; 0 for one that was not delivered. */
  readonly lTime: number;
}

export class UserEvents {
  readonly #events: UserEvent[] = [];
  #lTime = 0;
  readonly #waiting = new Set<() => void>();

  /** The oldest first. */
  get all(): readonly UserEvent[] {
    return this.#events;
  }

  add(event: UserEvent): void {
    this.#lTime++;
    this.#events.push({ ...event, lTime: this.#lTime });
    if (this.#events.length > limits.events.default) this.#events.shift();
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Calls `wake` once, at the next event. */
  onNext(wake: () => void): Watch {
    this.#waiting.add(wake);
    return { cancel: () => void this.#waiting.delete(wake) };
  }
}
