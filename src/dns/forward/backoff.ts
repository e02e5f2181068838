/**
 * When a question that failed is asked again: after a while, or once the upstreams are back when it was they who failed
 * and not the name. A function of times alone; knows neither the question nor who was asked.
 */
import { limits } from '../../runtime/index.ts';

export interface Backoff {
  readonly untilMs: number;
  /** When it failed, if no upstream had a good answer to anything at that time. */
  readonly outageMs: number | undefined;
}

/** RFC 9520 §3.2: "for at least 1 second". */
const LEAST_MS = 1000;

export interface FailedTries {
  readonly startMs: number;
  readonly nowMs: number;
  /** When the upstreams last answered anything well. */
  readonly lastGoodMs: number;
}

export function backOff({ startMs, nowMs, lastGoodMs }: FailedTries, forMs: number): Backoff {
  // Some failures are there at once, and say little of who else was answered at the time.
  const sinceMs = Math.min(startMs, nowMs - limits.forwardHedgeMs.default);
  return { untilMs: nowMs + forMs, outageMs: lastGoodMs < sinceMs ? nowMs : undefined };
}

export function isOver({ untilMs, outageMs }: Backoff, nowMs: number, lastGoodMs: number): boolean {
  if (nowMs >= untilMs) return true;
  return outageMs !== undefined && lastGoodMs > outageMs && nowMs >= outageMs + LEAST_MS;
}
