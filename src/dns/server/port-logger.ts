/** A Logger whose lines are written by another thread: filters by level here, posts the rest. */
import { LOG_LEVELS, type LogFields, type Logger, type LogLevel } from '../../runtime/index.ts';

export type PostLine = (level: LogLevel, fields: LogFields, message: string) => void;

export interface PortLogger extends Logger {
  setLevel(level: LogLevel): void;
}

export function createPortLogger(level: LogLevel, post: PostLine): PortLogger {
  let least = LOG_LEVELS.indexOf(level);
  const build = (bound: LogFields): Logger => {
    const line =
      (at: LogLevel) =>
      (fields: LogFields, message: string): void => {
        if (LOG_LEVELS.indexOf(at) >= least) post(at, { ...bound, ...fields }, message);
      };
    return {
      trace: line('trace'),
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      child: (fields) => build({ ...bound, ...fields }),
    };
  };
  return {
    ...build({}),
    setLevel(next) {
      least = LOG_LEVELS.indexOf(next);
    },
  };
}
