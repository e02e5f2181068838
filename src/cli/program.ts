/**
 * The program: finds the command that argv names, reads its flags and runs it. Exit codes are Consul's: 127 for no
 * or an unknown command, 1 for a flag or argument that is refused, else the command's own. Knows no command by name
 * but `version`, which `-v` stands for.
 */
import { Command as CommanderCommand } from 'commander';
import {
  type Command,
  type CommandContext,
  CommandError,
  type Flag,
  UsageError,
} from './command.ts';
import { FlagValues } from './flag-values.ts';
import { asksForHelp, normaliseArguments } from './go-arguments.ts';
import { commandUsage, PROGRAM_NAME, programUsage } from './usage.ts';

const EXIT_NO_COMMAND = 127;

/** Runs `argv` (without the interpreter and the program's name) and answers the exit code. */
export async function runProgram(
  commands: readonly Command[],
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { stdout, stderr } = context;
  const words = ['-v', '-version', '--version'].includes(argv[0] ?? '')
    ? ['version', ...argv.slice(1)]
    : [...argv];
  const leading = words.findIndex((word) => !word.startsWith('-'));
  const misplaced = words.splice(0, leading === -1 ? words.length : leading);
  const command = findCommand(commands, words);

  if (command !== undefined) {
    const args = words.slice(command.path.length);
    if (asksForHelp(misplaced) || asksForHelp(args, command))
      return say(stdout, commandUsage(command), 0);
    if (misplaced.length > 0) {
      stderr.write('Flags of a command go after its name.\n\n');
      return say(stderr, commandUsage(command), 1);
    }
    return runCommand(commands, command, args, context);
  }

  const group = findGroup(commands, words);
  if (asksForHelp([...misplaced, ...words])) return say(stdout, programUsage(commands, group), 0);
  // Consul: a group without one of its commands is a command that was used wrongly, not an unknown one.
  return say(stderr, programUsage(commands, group), group.length > 0 ? 1 : EXIT_NO_COMMAND);
}

async function runCommand(
  commands: readonly Command[],
  command: Command,
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { stderr } = context;
  const normalised = command.readsOwnArguments
    ? ({ kind: 'ok', tokens: ['--', ...args] } as const)
    : normaliseArguments(args, command);
  if (normalised.kind === 'refused') return refuse(command, normalised.message, stderr);

  let exitCode = 1;
  const program = buildProgram(commands, async (named, given, operands) => {
    const flags = new FlagValues(given);
    exitCode = await named.run({ ...context, flags, operands });
  });
  try {
    await program.parseAsync([...command.path, ...normalised.tokens], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof UsageError) return refuse(command, error.message, stderr);
    if (error instanceof CommandError) return say(stderr, `${error.message}\n`, error.exitCode);
    throw error;
  }
}

type Action = (
  command: Command,
  given: ReadonlyMap<string, readonly string[]>,
  operands: readonly string[],
) => Promise<void>;

/** The commander program of all `commands`; `act` gets what was read. */
function buildProgram(commands: readonly Command[], act: Action): CommanderCommand {
  const program = new CommanderCommand(PROGRAM_NAME).exitOverride();
  const groups = new Map<string, CommanderCommand>([['', program]]);
  for (const command of commands) {
    const parent = groupOf(groups, command.path.slice(0, -1));
    const given = new Map<string, string[]>();
    const target = parent.command(command.path.at(-1) ?? '').argument('[operands...]');
    for (const flag of command.flags)
      target.option(`--${flag.name} <value>`, flag.help, collect(flag, given));
    target.action((operands: string[]) => act(command, given, operands));
  }
  return program;
}

function groupOf(groups: Map<string, CommanderCommand>, path: readonly string[]): CommanderCommand {
  const key = path.join(' ');
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = groupOf(groups, path.slice(0, -1)).command(path.at(-1) ?? '');
  groups.set(key, group);
  return group;
}

function collect(flag: Flag, given: Map<string, string[]>): (value: string) => string {
  return (value) => {
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
    return value;
  };
}

function findCommand(commands: readonly Command[], words: readonly string[]): Command | undefined {
  return commands.find(({ path }) => path.every((word, at) => words[at] === word));
}

/** The longest start of `words` that leads to commands. */
function findGroup(commands: readonly Command[], words: readonly string[]): readonly string[] {
  const leads = (group: readonly string[]): boolean =>
    commands.some(({ path }) => group.every((word, at) => path[at] === word));
  const group: string[] = [];
  for (const word of words) {
    if (!leads([...group, word])) break;
    group.push(word);
  }
  return group;
}

function refuse(command: Command, message: string, stderr: NodeJS.WritableStream): number {
  return say(stderr, `${message}\n\n${commandUsage(command)}`, 1);
}

function say(stream: NodeJS.WritableStream, text: string, exitCode: number): number {
  stream.write(text);
  return exitCode;
}
