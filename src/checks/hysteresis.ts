/**
 * How many results in a row it takes to change a status. Pure: counters go in, counters and a verdict come out.
 * The rules are those of Consul 1.16: passing and warning both count as success, and the counters start at their
 * limits, so that the very first result always applies.
 */
import type { CheckDefinition, CheckStatus } from './definition.ts';

export interface Thresholds {
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
}

export interface Streak {
  readonly successes: number;
  readonly failures: number;
}

export interface Verdict {
  readonly streak: Streak;
  /** The status that now holds, or undefined when the result is not enough to change anything. */
  readonly status: CheckStatus | undefined;
}

export function thresholdsOf(definition: CheckDefinition): Thresholds {
  const failuresBeforeCritical = definition.failuresBeforeCritical ?? 0;
  return {
    successBeforePassing: definition.successBeforePassing ?? 0,
    failuresBeforeWarning: definition.failuresBeforeWarning || failuresBeforeCritical,
    failuresBeforeCritical,
  };
}

export function firstStreak(thresholds: Thresholds): Streak {
  return {
    successes: thresholds.successBeforePassing,
    failures: thresholds.failuresBeforeCritical,
  };
}

/** What the result `status` means after `streak`. */
export function judge(streak: Streak, status: CheckStatus, thresholds: Thresholds): Verdict {
  if (status !== 'critical') {
    const successes = streak.successes + 1;
    const applies = successes >= thresholds.successBeforePassing;
    return { streak: { successes, failures: 0 }, status: applies ? status : undefined };
  }
  const failures = streak.failures + 1;
  return { streak: { successes: 0, failures }, status: afterFailures(failures, thresholds) };
}

function afterFailures(failures: number, thresholds: Thresholds): CheckStatus | undefined {
  if (failures >= thresholds.failuresBeforeCritical) return 'critical';
  if (failures >= thresholds.failuresBeforeWarning) return 'warning';
  return undefined;
}
