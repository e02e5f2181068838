/**
 * What is known of each upstream: its smoothed round trip and whether it is dead. Orders those that may be asked, and
 * says which one to try on the side. Pure over the clock and randomness it is given; opens nothing.
 */
import { type Clock, limits, type Random, shuffle } from '../../runtime/index.ts';
import type { RecursorStrategy, UpstreamAddress } from '../options.ts';

export interface Plan {
  /** All of them, in the order to be asked. */
  readonly order: readonly UpstreamAddress[];
  /** One of the later ones, to be asked beside the first to see how it is. */
  readonly probe: UpstreamAddress | undefined;
}

/** What has become of a try. `unable`: it said so of the name; `late`: no answer yet, when there should have been one. */
export type Sign = 'answered' | 'unable' | 'late' | 'silent' | 'broken';

interface State {
  /** Undefined until it has answered. */
  roundTripMs: number | undefined;
  /** When it last answered anything. */
  answeredMs: number;
  /** When it last did so well. */
  goodMs: number;
  /** Tries without a reply since the last one. */
  missesInRow: number;
  /** Tried again on the side then; while it is dead. */
  probeMs: number;
  probeEveryMs: number;
}

const DEAD_AFTER = 2;
const FIRST_PROBE_MS = 1000;
/** RFC 6298 §2.3: a reply moves the average by an eighth. */
const NEW_SHARE = 1 / 8;
const SAMPLED = 0.05;
const HEDGE_MS_MIN = 100;
const GAP_MS_MIN = 50;

export class UpstreamHealth {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #random: Random;
  readonly #states = new Map<UpstreamAddress, State>();

  constructor(clock: Pick<Clock, 'monotonic'>, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  plan(upstreams: readonly UpstreamAddress[], strategy: RecursorStrategy): Plan {
    const wanted = this.#wanted(upstreams, strategy);
    const alive = wanted.filter((upstream) => !this.#isDead(upstream));
    // When all of them are, any may have come back.
    if (alive.length === 0) return { order: wanted, probe: undefined };
    const dead = wanted.filter((upstream) => this.#isDead(upstream));
    const order = [...alive, ...dead];
    return { order, probe: this.#due(dead) ?? this.#sample(alive, strategy) };
  }

  /** How long `upstream` may be silent before the next is asked as well, with so many to go through. */
  patienceMs(upstream: UpstreamAddress, strategy: RecursorStrategy, count: number): number {
    const gaps = Math.max(count - 1, 1);
    const share = Math.max(limits.forwardSpreadMs.default / gaps, GAP_MS_MIN);
    const most = Math.min(limits.forwardHedgeMs.default, share);
    const { roundTripMs } = this.#stateOf(upstream);
    if (strategy !== 'fastest' || roundTripMs === undefined) return most;
    return Math.min(Math.max(2 * roundTripMs, HEDGE_MS_MIN), most);
  }

  note(upstream: UpstreamAddress, sign: Sign, tookMs: number): void {
    const state = this.#stateOf(upstream);
    const { roundTripMs } = state;
    const nowMs = this.#clock.monotonic();
    if (sign === 'answered' || sign === 'unable') {
      state.answeredMs = nowMs;
      if (sign === 'answered') state.goodMs = nowMs;
      state.roundTripMs =
        roundTripMs === undefined ? tookMs : roundTripMs + (tookMs - roundTripMs) * NEW_SHARE;
      state.missesInRow = 0;
      state.probeEveryMs = FIRST_PROBE_MS;
      return;
    }
    // A slow name is no slow server: others were answered meanwhile.
    if (sign !== 'broken' && state.answeredMs > nowMs - tookMs) return;
    // Nobody waits for less than it took to say nothing.
    state.roundTripMs = Math.max(roundTripMs ?? 0, tookMs);
    state.missesInRow += 1;
    if (state.missesInRow === DEAD_AFTER) {
      state.probeMs = nowMs + state.probeEveryMs;
    }
  }

  /** When any of them last answered well. */
  lastGoodMs(upstreams: readonly UpstreamAddress[]): number {
    return Math.max(...upstreams.map((upstream) => this.#stateOf(upstream).goodMs));
  }

  #wanted(
    upstreams: readonly UpstreamAddress[],
    strategy: RecursorStrategy,
  ): readonly UpstreamAddress[] {
    switch (strategy) {
      case 'sequential':
        return upstreams;
      case 'random':
        return shuffle([...upstreams], this.#random);
      case 'fastest':
        // Those that were never asked come first, so that all get to be known.
        return [...upstreams].sort((one, other) => this.#roundTrip(one) - this.#roundTrip(other));
    }
  }

  #roundTrip(upstream: UpstreamAddress): number {
    return this.#stateOf(upstream).roundTripMs ?? 0;
  }

  #isDead(upstream: UpstreamAddress): boolean {
    return this.#stateOf(upstream).missesInRow >= DEAD_AFTER;
  }

  /** A dead one whose time has come; each time it waits twice as long for the next. */
  #due(dead: readonly UpstreamAddress[]): UpstreamAddress | undefined {
    const nowMs = this.#clock.monotonic();
    const due = dead.find((upstream) => this.#stateOf(upstream).probeMs <= nowMs);
    if (due === undefined) return undefined;
    const state = this.#stateOf(due);
    state.probeEveryMs = Math.min(2 * state.probeEveryMs, limits.forwardDeadMs.default);
    state.probeMs = nowMs + state.probeEveryMs;
    return due;
  }

  /** One that was slower may have become faster. */
  #sample(
    alive: readonly UpstreamAddress[],
    strategy: RecursorStrategy,
  ): UpstreamAddress | undefined {
    if (strategy !== 'fastest' || alive.length < 2) return undefined;
    if (this.#random.float() >= SAMPLED) return undefined;
    return alive[1 + this.#random.integer(alive.length - 1)];
  }

  #stateOf(upstream: UpstreamAddress): State {
    let state = this.#states.get(upstream);
    if (state === undefined) {
      state = {
        roundTripMs: undefined,
        answeredMs: Number.NEGATIVE_INFINITY,
        goodMs: Number.NEGATIVE_INFINITY,
        missesInRow: 0,
        probeMs: 0,
        probeEveryMs: FIRST_PROBE_MS,
      };
      this.#states.set(upstream, state);
    }
    return state;
  }
}
