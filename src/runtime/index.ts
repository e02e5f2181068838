export { type Clock, systemClock, type Timer } from './clock.ts';
export { formatDuration, type ParsedDuration, parseDuration } from './duration.ts';
export {
  type FlagKind,
  type GoFlag,
  type GoFlagValues,
  type ParsedFlags,
  parseGoFlags,
} from './go-flags.ts';
export { describeHost } from './host-facts.ts';
export { InTurn } from './in-turn.ts';
export { type Limit, limits } from './limits.ts';
export { LOG_LEVELS, type LogEntry, type LogFollower, type LogLevel } from './log-lines.ts';
export { logStream } from './log-stream.ts';
export {
  createLogger,
  type LogFields,
  type Logger,
  type RootLogger,
  silentLogger,
} from './logger.ts';
export { formatLossless, parseAsWritten, parseLossless, WrittenNumber } from './lossless-json.ts';
export { packageVersion } from './package-version.ts';
export { writePidFile } from './pid-file.ts';
export { measureProcess, type ProcessUsage } from './process-usage.ts';
export { type Random, seededRandom, shuffle, systemRandom } from './random.ts';
export { type CompiledRegExp, compileRegExp, type RegExpMatcher } from './regexp.ts';
export { listenToSignals, type SignalHandlers } from './signals.ts';
export { StopList } from './stop-list.ts';
export { workerEntry } from './worker-entry.ts';
