/**
 * What a command is: its words, its flags and what it does. A command prints results on `stdout`, throws a
 * CommandError for what goes wrong, and answers the exit code. It knows nothing of how argv is read.
 */
import type { FlagValues } from './flag-values.ts';

export type FlagKind = 'text' | 'integer' | 'boolean' | 'list' | 'map';

export interface Flag {
  /** Without dashes, e.g. `http-addr`. */
  readonly name: string;
  readonly kind: FlagKind;
  /** What stands for the value in the usage text, e.g. `host:port`. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Invocation extends CommandContext {
  readonly flags: FlagValues;
  /** What is not a flag, in order. */
  readonly operands: readonly string[];
}

/** What is known of a command before its file is loaded. */
export interface CommandEntry {
  /** The words that name it, e.g. `['catalog', 'nodes']`. */
  readonly path: readonly string[];
  /** One line for the list of commands. */
  readonly synopsis: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export interface Command {
  /** What follows the name in the usage line, e.g. `[options] FILE...`. */
  readonly takes: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** As with Go's flags: what follows the first operand is an operand, too, and may begin with a dash. */
  readonly operandsEndFlags?: boolean;
  /** The command reads its arguments itself: they reach it as operands, untouched. */
  readonly readsOwnArguments?: boolean;
  run(invocation: Invocation): Promise<number>;
}

/** Ends a command: `message` goes to stderr, `exitCode` to the shell. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Arguments that the command refuses: the message is printed above its usage. */
export class UsageError extends CommandError {}

/** Refuses operands for a command that takes none, in Consul's words. */
export function expectNoOperands(operands: readonly string[]): void {
  if (operands.length === 0) return;
  throw new CommandError(`Too many arguments (expected 0, got ${operands.length})`);
}
