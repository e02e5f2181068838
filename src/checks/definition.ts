/**
 * What a health check is told to be: the plain definition that API bodies, configuration files and the store all
 * turn into, its kind, and the rules it must keep. Every kind of Consul's has its fields here, so that a definition
 * survives a round trip even where rollcall can't run that kind yet. Knows nothing of running checks.
 */

export const CHECK_STATUSES = ['passing', 'warning', 'critical'] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

/** The `Type` of a check as Consul shows it; empty when no kind can be told. */
export type CheckKind =
  | 'grpc'
  | 'http'
  | 'ttl'
  | 'tcp'
  | 'udp'
  | 'alias'
  | 'docker'
  | 'script'
  | 'h2ping'
  | 'os_service'
  | '';

/** Plain JSON. A field that is absent has Consul's zero value; durations are milliseconds. */
export interface CheckDefinition {
  /** Unique on its agent. */
  readonly checkId: string;
  readonly name: string;
  /** Empty for a check of the node itself. */
  readonly serviceId: string;
  readonly notes?: string;
  /** The status before the first result; Consul's default is `critical`. */
  readonly status?: CheckStatus;

  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly ttlMs?: number;
  /** Deregister the service once the check has been critical for so long. */
  readonly deregisterCriticalServiceAfterMs?: number;
  readonly successBeforePassing?: number;
  /** Defaults to `failuresBeforeCritical`. */
  readonly failuresBeforeWarning?: number;
  readonly failuresBeforeCritical?: number;
  /** Most bytes of output that are kept. */
  readonly outputMaxSize?: number;

  readonly http?: string;
  readonly method?: string;
  readonly header?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string;
  readonly disableRedirects?: boolean;
  readonly tlsServerName?: string;
  readonly tlsSkipVerify?: boolean;

  readonly tcp?: string;
  readonly tcpUseTls?: boolean;
  readonly udp?: string;
  readonly grpc?: string;
  readonly grpcUseTls?: boolean;
  readonly h2ping?: string;
  /** Consul's default is true where `h2ping` is given. */
  readonly h2pingUseTls?: boolean;
  readonly aliasNode?: string;
  readonly aliasService?: string;
  readonly dockerContainerId?: string;
  readonly shell?: string;
  /** Command of a script or docker check. */
  readonly args?: readonly string[];
  readonly osService?: string;
}

export const INTERVAL_MS_MIN = 1_000;
const ALIAS_INTERVAL_MS = 60_000;
const TIMEOUT_MS_DEFAULT = 10_000;
const COMMAND_TIMEOUT_MS_DEFAULT = 30_000;

const isPositive = (value: number | undefined): boolean => value !== undefined && value > 0;
const isGiven = (value: string | undefined): boolean => value !== undefined && value !== '';

const hasCommand = (check: CheckDefinition): boolean => (check.args?.length ?? 0) > 0;
const isAlias = (check: CheckDefinition): boolean =>
  isGiven(check.aliasNode) || isGiven(check.aliasService);
const isProbed = (check: CheckDefinition): boolean =>
  hasCommand(check) ||
  [check.http, check.tcp, check.udp, check.grpc, check.h2ping, check.osService].some(isGiven);

type Test = (check: CheckDefinition) => boolean;

/** In Consul's order: the first that matches names the kind. */
const KINDS: readonly (readonly [CheckKind, Test])[] = [
  ['grpc', (check) => isGiven(check.grpc) && isPositive(check.intervalMs)],
  ['http', (check) => isGiven(check.http) && isPositive(check.intervalMs)],
  ['ttl', (check) => isPositive(check.ttlMs)],
  ['tcp', (check) => isGiven(check.tcp) && isPositive(check.intervalMs)],
  ['udp', (check) => isGiven(check.udp) && isPositive(check.intervalMs)],
  ['alias', isAlias],
  [
    'docker',
    (check) =>
      hasCommand(check) && isGiven(check.dockerContainerId) && isPositive(check.intervalMs),
  ],
  ['script', hasCommand],
  ['h2ping', (check) => isGiven(check.h2ping) && isPositive(check.intervalMs)],
  ['os_service', (check) => isGiven(check.osService) && isPositive(check.intervalMs)],
];

/** The check's `Type`, as Consul derives it from the fields that are set. */
export function kindOf(definition: CheckDefinition): CheckKind {
  return KINDS.find(([, matches]) => matches(definition))?.[0] ?? '';
}

/** In Consul's order: the text of the first rule that is broken is the answer. */
const RULES: readonly (readonly [string, Test])[] = [
  [
    'Interval and TTL cannot both be specified',
    (check) => isPositive(check.intervalMs) && isPositive(check.ttlMs),
  ],
  [
    'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks',
    (check) => isProbed(check) && !isPositive(check.intervalMs),
  ],
  ['Interval cannot be set for Alias checks', (check) => isProbed(check) && isAlias(check)],
  [
    'TTL must be not be set for Alias checks', // sic
    (check) => isAlias(check) && isPositive(check.ttlMs),
  ],
  [
    'TTL must be > 0 for TTL checks',
    (check) => !isProbed(check) && !isAlias(check) && !isPositive(check.ttlMs),
  ],
  ['MaxOutputMaxSize must be positive', (check) => (check.outputMaxSize ?? 0) < 0],
  [
    "FailuresBeforeWarning can't be higher than FailuresBeforeCritical",
    (check) => (check.failuresBeforeWarning ?? 0) > (check.failuresBeforeCritical ?? 0),
  ],
];

/** Consul's text for the first rule that `definition` breaks (without `Invalid check: `), or undefined. */
export function validateCheck(definition: CheckDefinition): string | undefined {
  return RULES.find(([, isBroken]) => isBroken(definition))?.[0];
}

/** Time from one result to the next run: at least one second. */
export function intervalMsOf(definition: CheckDefinition): number {
  const given = definition.intervalMs ?? 0;
  if (given <= 0) return ALIAS_INTERVAL_MS;
  return Math.max(given, INTERVAL_MS_MIN);
}

/** Time that one run may take. */
export function timeoutMsOf(definition: CheckDefinition): number {
  const given = definition.timeoutMs ?? 0;
  if (given > 0) return given;
  return hasCommand(definition) ? COMMAND_TIMEOUT_MS_DEFAULT : TIMEOUT_MS_DEFAULT;
}
