export { type Clock, systemClock, type Timer } from './clock.ts';
export { formatDuration, type ParsedDuration, parseDuration } from './duration.ts';
export { type Limit, limits } from './limits.ts';
export { logStream } from './log-stream.ts';
export {
  createLogger,
  LOG_LEVELS,
  type LogFields,
  type Logger,
  type LogLevel,
  type RootLogger,
  silentLogger,
} from './logger.ts';
export { type Random, seededRandom, shuffle, systemRandom } from './random.ts';
export { workerEntry } from './worker-entry.ts';
