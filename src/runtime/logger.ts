/**
 * The log port. Modules take a Logger; only the composition root knows that pino writes it.
 * Messages are lower case; facts travel as fields, never inside the message. pino is loaded with the first logger, since
 * threads and most commands have none.
 */
import { createRequire } from 'node:module';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { type LogFollower, type LogLevel, LogLines } from './log-lines.ts';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  trace(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds `fields` to every line, e.g. `{ module: 'dns' }`. */
  child(fields: LogFields): Logger;
}

export interface RootLogger extends Logger {
  /** Holds for its children, too. */
  setLevel(level: LogLevel): void;
  /** Hands on every line from the follower's level on, whatever the log's own level is. @returns what ends it */
  follow(follower: LogFollower): () => void;
  /** Calls `listener` when the least level that anybody wants is another: for loggers of other threads. */
  onLeastLevel(listener: (level: LogLevel) => void): void;
}

/** Builds the process logger over `stream` (one JSON object a line). */
export function createLogger(level: LogLevel, stream: DestinationStream): RootLogger {
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino');
  const lines = new LogLines(level, stream);
  const root = pino(
    {
      // Which lines are wanted changes, and pino's children would keep the level that they began with.
      level: 'trace',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
  return {
    ...wrap(root, lines),
    setLevel: (next) => lines.setLevel(next),
    follow: (follower) => lines.follow(follower),
    onLeastLevel: (listener) => lines.onLeastLevel(listener),
  };
}

function wrap(target: PinoLogger, lines: LogLines): Logger {
  const write =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void => {
      if (lines.wants(level)) target[level](fields, message);
    };
  return {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(target.child(fields), lines),
  };
}

/** Swallows everything: for tests and for tools that have nothing to say. */
export const silentLogger: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
