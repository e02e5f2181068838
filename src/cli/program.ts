/**
 * The program: finds the command that argv names, reads its flags and runs it. Exit codes are Consul's: 127 for no
 * or an unknown command, 1 for a flag or argument that is refused, else the command's own. Knows no command by name
 * but `version`, which `-v` stands for.
 */
import { Command as CommanderCommand } from 'commander';
import {
  type Command,
  type CommandContext,
  type CommandEntry,
  CommandError,
  type Flag,
  type Invocation,
  UsageError,
} from './command.ts';
import { FlagValues } from './flag-values.ts';
import { asksForHelp, normaliseArguments } from './go-arguments.ts';
import { commandUsage, PROGRAM_NAME, programUsage } from './usage.ts';

const EXIT_NO_COMMAND = 127;

/** Runs `argv` (without the interpreter and the program's name) and answers the exit code. */
export async function runProgram(
  commands: readonly CommandEntry[],
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { stdout, stderr } = context;
  const words = ['-v', '-version', '--version'].includes(argv[0] ?? '')
    ? ['version', ...argv.slice(1)]
    : [...argv];
  const leading = words.findIndex((word) => !word.startsWith('-'));
  const misplaced = words.splice(0, leading === -1 ? words.length : leading);
  const entry = findCommand(commands, words);

  if (entry !== undefined) {
    const { path } = entry;
    const { command } = await entry.load();
    const args = words.slice(path.length);
    const usage = commandUsage(path, command);
    if (asksForHelp(misplaced) || asksForHelp(args, command)) return say(stdout, usage, 0);
    if (misplaced.length > 0) {
      return say(stderr, `Flags of a command go after its name.\n\n${usage}`, 1);
    }
    return runCommand({ command, usage, args }, context);
  }

  const group = findGroup(commands, words);
  if (asksForHelp([...misplaced, ...words])) return say(stdout, programUsage(commands, group), 0);
  // Consul: a group without one of its commands is a command that was used wrongly, not an unknown one.
  return say(stderr, programUsage(commands, group), group.length > 0 ? 1 : EXIT_NO_COMMAND);
}

/** A command as it was called. */
interface Call {
  readonly command: Command;
  /** What a refused argument is answered with. */
  readonly usage: string;
  readonly args: readonly string[];
}

async function runCommand(
  { command, usage, args }: Call,
  context: CommandContext,
): Promise<number> {
  const { stderr } = context;
  const refuse = (message: string): number => say(stderr, `${message}\n\n${usage}`, 1);
  const normalised = command.readsOwnArguments
    ? ({ kind: 'ok', tokens: ['--', ...args] } as const)
    : normaliseArguments(args, command);
  if (normalised.kind === 'refused') return refuse(normalised.message);

  const { flags, operands } = readTokens(command, normalised.tokens);
  try {
    return await command.run({ ...context, flags, operands });
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message);
    if (error instanceof CommandError) return say(stderr, `${error.message}\n`, error.exitCode);
    throw error;
  }
}

/** Has commander read what was normalised. */
function readTokens(
  { flags }: Command,
  tokens: readonly string[],
): Pick<Invocation, 'flags' | 'operands'> {
  const given = new Map<string, string[]>();
  const program = new CommanderCommand(PROGRAM_NAME).exitOverride().argument('[operands...]');
  for (const flag of flags) {
    program.option(`--${flag.name} <value>`, flag.help, collect(flag, given));
  }
  program.parse(tokens, { from: 'user' });
  return { flags: new FlagValues(given), operands: program.args };
}

function collect(flag: Flag, given: Map<string, string[]>): (value: string) => string {
  return (value) => {
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
    return value;
  };
}

function findCommand(
  commands: readonly CommandEntry[],
  words: readonly string[],
): CommandEntry | undefined {
  return commands.find(({ path }) => path.every((word, at) => words[at] === word));
}

/** The longest start of `words` that leads to commands. */
function findGroup(commands: readonly CommandEntry[], words: readonly string[]): readonly string[] {
  const leads = (group: readonly string[]): boolean =>
    commands.some(({ path }) => group.every((word, at) => path[at] === word));
  const group: string[] = [];
  for (const word of words) {
    if (!leads([...group, word])) break;
    group.push(word);
  }
  return group;
}

function say(stream: NodeJS.WritableStream, text: string, exitCode: number): number {
  stream.write(text);
  return exitCode;
}
