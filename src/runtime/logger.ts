/**
 * The log port. Modules take a Logger; only the composition root knows that pino writes it.
 * Messages are lower case; facts travel as fields, never inside the message.
 */
import { type DestinationStream, pino } from 'pino';

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

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface RootLogger extends Logger {
  setLevel(level: LogLevel): void;
}

/** Builds the process logger over `stream` (one JSON object a line). */
export function createLogger(level: LogLevel, stream: DestinationStream): RootLogger {
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return Object.assign(wrap(root), {
    setLevel: (next: LogLevel) => {
      root.level = next;
    },
  });
}

function wrap(target: pino.Logger): Logger {
  return {
    trace: (fields, message) => target.trace(fields, message),
    debug: (fields, message) => target.debug(fields, message),
    info: (fields, message) => target.info(fields, message),
    warn: (fields, message) => target.warn(fields, message),
    error: (fields, message) => target.error(fields, message),
    child: (fields) => wrap(target.child(fields)),
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
