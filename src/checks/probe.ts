/**
 * One look at one thing: what every kind of active check is to the runner. A probe knows how to look and how to
 * word what it saw; when to look, for how long, and what a result changes are the runner's business.
 */
import type { CheckDefinition, CheckKind, CheckStatus } from './definition.ts';

export interface ProbeResult {
  readonly status: CheckStatus;
  readonly output: string;
}

export interface Probe {
  readonly kind: string;
  /**
   * Looks once. Settles at once when `signal` aborts, with the text for a timeout; a failure of the thing looked
   * at is a critical result, never a rejection. Nothing it opened outlives the promise.
   */
  run(signal: AbortSignal): Promise<ProbeResult>;
}

export interface ProbeKind {
  readonly kind: CheckKind;
  /** `outputBytesMax` bounds what a result carries of what was read. */
  create(definition: CheckDefinition, outputBytesMax: number): Probe;
}
