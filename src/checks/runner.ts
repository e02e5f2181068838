/**
 * Runs the checks of one agent. It holds the status of each, tells `report` only of changes, and asks for a service
 * to be deregistered once a check of it has been critical for as long as its definition allows. What a service is,
 * where a status is kept and how it reaches DNS it does not know. One table, keyed by check id.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Clock, type Logger, limits, type Random, type Timer } from '../runtime/index.ts';
import { startDeadline } from './deadline.ts';
import {
  type CheckDefinition,
  type CheckKind,
  type CheckStatus,
  INTERVAL_MS_MIN,
  kindOf,
} from './definition.ts';
import { IntervalCheck } from './interval-check.ts';
import type { Probe } from './probe.ts';
import { ProbeSlots } from './probe-slots.ts';
import { probeFor, unbuiltKind } from './probes.ts';
import { TtlCheck } from './ttl-check.ts';

export interface CheckReport {
  readonly checkId: string;
  /** Empty for a check of the node. */
  readonly serviceId: string;
  readonly status: CheckStatus;
  readonly output: string;
}

export interface CheckRunnerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A check's status or output is another than before. */
  readonly report: (report: CheckReport) => void;
  /** A check has been critical for too long; called again only after the check recovered in between. */
  readonly deregister: (serviceId: string, checkId: string) => void;
  /** Ceiling of every check's `outputMaxSize`; 4096 when absent. */
  readonly outputBytesMax?: number;
  /** Shorter values of `deregisterCriticalServiceAfterMs` are raised to this; one second when absent. */
  readonly deregisterMinimumMs?: number;
  readonly probesInFlight?: number;
  readonly probeFor?: (definition: CheckDefinition, outputBytesMax: number) => Probe | undefined;
}

export interface InitialState {
  readonly status: CheckStatus;
  readonly output: string;
}

/** A definition of a kind that no probe is built for. */
export class CheckKindError extends Error {
  readonly code = 'check-kind-not-supported';
  readonly kind: CheckKind;

  constructor(definition: CheckDefinition) {
    super(unbuiltKind(definition) ?? `no probe for check "${definition.checkId}"`);
    this.kind = kindOf(definition);
  }
}

/** Why a heartbeat was not taken. */
export interface HeartbeatProblem {
  readonly code: 'unknown-check' | 'not-ttl';
  /** Consul's text. */
  readonly message: string;
}

interface RunningCheck {
  readonly definition: CheckDefinition;
  readonly work: TtlCheck | IntervalCheck;
  status: CheckStatus;
  output: string;
  /** Monotonic time since which the check is critical. */
  criticalSince: number | undefined;
  deregistration: Timer | undefined;
}

const OUTPUT_BYTES_MAX_DEFAULT = 4096;
const DEREGISTER_MS_MIN_DEFAULT = 1_000;

export class CheckRunner {
  readonly #options: CheckRunnerOptions;
  readonly #slots: ProbeSlots;
  readonly #checks = new Map<string, RunningCheck>();

  constructor(options: CheckRunnerOptions) {
    this.#options = options;
    this.#slots = new ProbeSlots(options.probesInFlight ?? limits.probesInFlight.default);
  }

  /**
   * Runs `definition` from `initial` on. A check that already runs by the same definition goes on undisturbed, a
   * TTL check with its time renewed; one by another definition is replaced.
   * Throws CheckKindError for a kind that can't be run; then nothing has changed.
   */
  start(definition: CheckDefinition, initial: InitialState): void {
    const before = this.#checks.get(definition.checkId);
    if (before !== undefined && isDeepStrictEqual(before.definition, definition)) {
      if (before.work instanceof TtlCheck) before.work.renew();
      return;
    }
    const work = this.#begin(definition);
    this.stop(definition.checkId);
    const check: RunningCheck = {
      definition,
      work,
      ...initial,
      criticalSince: initial.status === 'critical' ? before?.criticalSince : undefined,
      deregistration: undefined,
    };
    this.#checks.set(definition.checkId, check);
    this.#watchCritical(check);
  }

  /** Ends a check; a result that is on its way is dropped. Unknown ids are ignored. */
  stop(checkId: string): void {
    const check = this.#checks.get(checkId);
    if (check === undefined) return;
    check.work.stop();
    check.deregistration?.cancel();
    this.#checks.delete(checkId);
  }

  stopAll(): void {
    for (const checkId of [...this.#checks.keys()]) this.stop(checkId);
  }

  has(checkId: string): boolean {
    return this.#checks.has(checkId);
  }

  /** What a running check said last. */
  current(checkId: string): CheckReport | undefined {
    const check = this.#checks.get(checkId);
    if (check === undefined) return undefined;
    const { definition, status, output } = check;
    return { checkId, serviceId: definition.serviceId, status, output };
  }

  isTtl(checkId: string): boolean {
    return this.#checks.get(checkId)?.work instanceof TtlCheck;
  }

  /** Takes the heartbeat of a TTL check; the problem when it is none. */
  ttl(checkId: string, status: CheckStatus, output: string): HeartbeatProblem | undefined {
    const check = this.#checks.get(checkId);
    if (check?.work instanceof TtlCheck) {
      check.work.heartbeat(status, output);
      return undefined;
    }
    return {
      code: check === undefined ? 'unknown-check' : 'not-ttl',
      message: `CheckID "${checkId}" does not have associated TTL`,
    };
  }

  #begin(definition: CheckDefinition): TtlCheck | IntervalCheck {
    const { clock, random, logger } = this.#options;
    const outputBytesMax = this.#outputBytesMax(definition);
    const apply = (status: CheckStatus, output: string): void =>
      this.#apply(definition, status, output);
    if (kindOf(definition) === 'ttl') {
      return new TtlCheck({ clock, ttlMs: definition.ttlMs ?? 0, outputBytesMax, apply });
    }
    const probe = (this.#options.probeFor ?? probeFor)(definition, outputBytesMax);
    if (probe === undefined) throw new CheckKindError(definition);
    const { checkId, intervalMs = 0 } = definition;
    if (intervalMs > 0 && intervalMs < INTERVAL_MS_MIN) {
      logger.warn({ checkId, intervalMs }, 'interval of a check is raised to one second');
    }
    return new IntervalCheck({
      clock,
      random,
      logger,
      slots: this.#slots,
      definition,
      probe,
      apply,
    });
  }

  #outputBytesMax(definition: CheckDefinition): number {
    const ceiling = this.#options.outputBytesMax || OUTPUT_BYTES_MAX_DEFAULT;
    const wanted = definition.outputMaxSize ?? 0;
    return wanted > 0 ? Math.min(wanted, ceiling) : ceiling;
  }

  #apply(definition: CheckDefinition, status: CheckStatus, output: string): void {
    const { checkId, serviceId } = definition;
    const check = this.#checks.get(checkId);
    if (check === undefined) return;
    if (check.status === status && check.output === output) return;
    check.status = status;
    check.output = output;
    this.#watchCritical(check);
    this.#options.report({ checkId, serviceId, status, output });
  }

  /** Keeps the time for which the check is critical, and acts when it is up. */
  #watchCritical(check: RunningCheck): void {
    if (check.status !== 'critical') {
      check.criticalSince = undefined;
      check.deregistration?.cancel();
      check.deregistration = undefined;
      return;
    }
    const { clock, deregister, deregisterMinimumMs = DEREGISTER_MS_MIN_DEFAULT } = this.#options;
    check.criticalSince ??= clock.monotonic();
    const { serviceId, checkId, deregisterCriticalServiceAfterMs = 0 } = check.definition;
    if (check.deregistration !== undefined || serviceId === '') return;
    if (deregisterCriticalServiceAfterMs <= 0) return;

    const allowedMs = Math.max(deregisterCriticalServiceAfterMs, deregisterMinimumMs);
    const leftMs = check.criticalSince + allowedMs - clock.monotonic();
    check.deregistration = startDeadline(clock, Math.max(leftMs, 0), () =>
      deregister(serviceId, checkId),
    );
  }
}
