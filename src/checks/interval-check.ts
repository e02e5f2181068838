/**
 * A check that looks for itself: first after a random part of its interval, then one interval after each result,
 * so that runs neither overlap nor pile up after a pause. Results pass through the hysteresis before they count.
 */
import type { Clock, Logger, Random, Timer } from '../runtime/index.ts';
import { startDeadline } from './deadline.ts';
import type { CheckDefinition, CheckStatus } from './definition.ts';
import { intervalMsOf, timeoutMsOf } from './definition.ts';
import { firstStreak, judge, type Streak, type Thresholds, thresholdsOf } from './hysteresis.ts';
import type { Probe, ProbeResult } from './probe.ts';
import type { ProbeSlots } from './probe-slots.ts';

export interface IntervalCheckOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly slots: ProbeSlots;
  readonly definition: CheckDefinition;
  readonly probe: Probe;
  /** Takes a status that holds, changed or not. */
  readonly apply: (status: CheckStatus, output: string) => void;
}

export class IntervalCheck {
  readonly #options: IntervalCheckOptions;
  readonly #intervalMs: number;
  readonly #thresholds: Thresholds;
  #streak: Streak;
  #stopped = false;
  /** What the check is waiting for: its time, its turn, or its result. */
  #pending: Timer;

  constructor(options: IntervalCheckOptions) {
    this.#options = options;
    this.#intervalMs = intervalMsOf(options.definition);
    this.#thresholds = thresholdsOf(options.definition);
    this.#streak = firstStreak(this.#thresholds);
    this.#pending = this.#after(options.random.float() * this.#intervalMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#pending.cancel();
  }

  #after(delayMs: number): Timer {
    return this.#options.clock.schedule(delayMs, () => this.#queue());
  }

  #queue(): void {
    let running: Timer | undefined;
    const turn = this.#options.slots.take((release) => {
      running = this.#run(release);
      this.#pending = running;
    });
    if (running === undefined) this.#pending = turn;
  }

  /** Starts one look; cancelling what it returns abandons the look, and the turn is free once the probe let go. */
  #run(release: () => void): Timer {
    const { clock, definition, probe } = this.#options;
    const controller = new AbortController();
    const deadline = startDeadline(clock, timeoutMsOf(definition), () => controller.abort());
    runSafely(probe, controller.signal)
      .then((result) => {
        deadline.cancel();
        if (!this.#stopped) this.#finish(result);
      })
      .catch((error: unknown) => {
        const { checkId } = definition;
        this.#options.logger.error({ checkId, error }, 'result of a check could not be handled');
      })
      .finally(release);
    return {
      cancel: () => {
        deadline.cancel();
        controller.abort();
      },
    };
  }

  #finish(result: ProbeResult): void {
    // Before the result is handed on, so that whatever becomes of it the check goes on.
    this.#pending = this.#after(this.#intervalMs);
    const verdict = judge(this.#streak, result.status, this.#thresholds);
    this.#streak = verdict.streak;
    if (verdict.status !== undefined) {
      this.#options.apply(verdict.status, result.output);
      return;
    }
    const { checkId } = this.#options.definition;
    const fields = { checkId, result: result.status, ...verdict.streak };
    this.#options.logger.debug(fields, 'check has not reached its threshold');
  }
}

/** A probe that breaks its promise never to reject is a critical result, too. */
async function runSafely(probe: Probe, signal: AbortSignal): Promise<ProbeResult> {
  try {
    return await probe.run(signal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'critical', output: `${probe.kind} check failed: ${reason}` };
  }
}
