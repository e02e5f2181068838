/**
 * Clients that wait for an upstream: a bounded number, shared fairly. Each waits until there is an outcome, its patience
 * is at an end, or others have a better claim to its place. What it is told then is for the forwarder to say.
 */
import { type Clock, limits } from '../../runtime/index.ts';
import type { Outcome } from '../answer/outcome.ts';
import { FairPlaces, type Holder, type Place } from './fair-places.ts';

export interface Wait {
  /** Undefined: not within `patienceMs`, or not any more, or there is nothing to wait for. Gives the place back. */
  until(fresh: Promise<Outcome> | undefined, patienceMs?: number): Promise<Outcome | undefined>;
}

export class WaitingClients {
  readonly #clock: Clock;
  readonly #places = new FairPlaces({
    most: limits.forwardWaiting.default,
    graceMs: limits.forwardGraceMs.default,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined: too many wait. */
  take({ group, client }: Holder): Wait | undefined {
    let giveUp = (): void => {};
    const givenUp = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    const place: Place = { group, client, sinceMs: this.#clock.monotonic(), lose: giveUp };
    if (!this.#places.take(place)) return undefined;
    return {
      until: async (fresh, patienceMs) => {
        const timer =
          patienceMs === undefined ? undefined : this.#clock.schedule(patienceMs, giveUp);
        try {
          return await (fresh === undefined ? undefined : Promise.race([fresh, givenUp]));
        } finally {
          timer?.cancel();
          this.#places.free(place);
        }
      },
    };
  }
}
