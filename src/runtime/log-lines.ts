/**
 * Where pino writes to: the log's own stream, from its level on, and those who follow the log meanwhile, each from a
 * level of its own. Knows nothing of who follows; a follower must take a line at once and bounds what it keeps.
 */
import type { DestinationStream } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the log, read. */
export interface LogEntry {
  /** ISO 8601 with milliseconds. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  /** Where it comes from, e.g. `dns`; empty for the process itself. */
  readonly module: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LogFollower {
  /** Gets no line below it. */
  readonly level: LogLevel;
  take(entry: LogEntry): void;
}

/** Tells pino to set `lastLevel` before each line. The symbol is part of its interface. */
const WANTS_METADATA: unique symbol = Symbol.for('pino.metadata');

export class LogLines implements DestinationStream {
  readonly #stream: DestinationStream;
  readonly #followers = new Set<LogFollower>();
  readonly #onLeast: ((level: LogLevel) => void)[] = [];
  #level: LogLevel;
  #least: LogLevel;

  readonly [WANTS_METADATA] = true;
  lastLevel = 0;

  constructor(level: LogLevel, stream: DestinationStream) {
    this.#stream = stream;
    this.#level = level;
    this.#least = level;
  }

  /** Whether anybody wants a line of `level`. */
  wants(level: LogLevel): boolean {
    return VALUES[level] >= VALUES[this.#least];
  }

  setLevel(level: LogLevel): void {
    this.#level = level;
    this.#findLeast();
  }

  /** @returns what ends it */
  follow(follower: LogFollower): () => void {
    this.#followers.add(follower);
    this.#findLeast();
    return () => {
      this.#followers.delete(follower);
      this.#findLeast();
    };
  }

  onLeastLevel(listener: (level: LogLevel) => void): void {
    this.#onLeast.push(listener);
  }

  write(line: string): void {
    if (this.lastLevel >= VALUES[this.#level]) this.#stream.write(line);
    if (this.#followers.size === 0) return;
    const entry = readEntry(line);
    for (const follower of this.#followers) {
      if (VALUES[entry.level] >= VALUES[follower.level]) follower.take(entry);
    }
  }

  #findLeast(): void {
    const wanted = [this.#level, ...[...this.#followers].map(({ level }) => level)];
    const least = LOG_LEVELS.find((level) => wanted.includes(level)) ?? this.#level;
    if (least === this.#least) return;
    this.#least = least;
    for (const listener of this.#onLeast) listener(least);
  }
}

/** pino's numbers. */
const VALUES: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
};

function readEntry(line: string): LogEntry {
  const { time, level, msg, module = '', ...fields } = JSON.parse(line);
  return { time, level, message: msg, module, fields };
}
