export {
  CHECK_STATUSES,
  type CheckDefinition,
  type CheckKind,
  type CheckStatus,
  kindOf,
  validateCheck,
} from './definition.ts';
export type { Probe, ProbeKind, ProbeResult } from './probe.ts';
export { PROBE_KINDS, unbuiltKind } from './probes.ts';
export {
  CheckKindError,
  type CheckReport,
  CheckRunner,
  type CheckRunnerOptions,
  type HeartbeatProblem,
  type InitialState,
} from './runner.ts';
