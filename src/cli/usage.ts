/**
 * The usage texts: of the program, of a group of commands and of one command. Made from the command table, so
 * that a command or flag cannot be missing from them.
 */
import { SHARED_FLAGS } from './client-settings.ts';
import { columns } from './columns.ts';
import type { Command, CommandEntry, Flag } from './command.ts';

export const PROGRAM_NAME = 'rollcall';
const LINE_WIDTH = 78;
const HELP_INDENT = '     ';

/** What `group` (a first word such as `catalog`, or nothing) leads to: name and synopsis. */
export function programUsage(
  commands: readonly CommandEntry[],
  group: readonly string[] = [],
): string {
  const prefix = [PROGRAM_NAME, ...group].join(' ');
  const lines = listed(commands, group).map(([name, synopsis]) => [`    ${name}`, synopsis]);
  return [
    group.length === 0
      ? `Usage: ${prefix} [--version] [--help] <command> [<args>]`
      : `Usage: ${prefix} <subcommand> [options] [args]`,
    '',
    group.length === 0 ? 'Available commands are:' : 'Subcommands:',
    '',
    columns(lines, 4),
  ].join('\n');
}

export function commandUsage(path: CommandEntry['path'], command: Command): string {
  const own = command.flags.filter((flag) => !SHARED_FLAGS.has(flag));
  const client = command.flags.filter((flag) => SHARED_FLAGS.has(flag));
  const parts = [
    `Usage: ${[PROGRAM_NAME, ...path, command.takes].join(' ').trimEnd()}\n`,
    `${wrapped(command.description, '  ')}\n`,
    section('HTTP API Options', client),
    section('Command Options', own),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** The words after `group`, each once: a group of its own shows how many commands it holds by name. */
function listed(commands: readonly CommandEntry[], group: readonly string[]): [string, string][] {
  const found = new Map<string, string>();
  for (const { path, synopsis } of commands) {
    if (!group.every((word, at) => path[at] === word)) continue;
    const name = path[group.length];
    if (name === undefined) continue;
    const rest = path[group.length + 1];
    if (rest === undefined) found.set(name, synopsis);
    else found.set(name, [found.get(name) ?? `Subcommands:`, rest].join(' '));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function section(title: string, flags: readonly Flag[]): string {
  if (flags.length === 0) return '';
  const sorted = [...flags].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${title}\n\n${sorted.map(flagUsage).join('\n')}`;
}

function flagUsage({ name, kind, value, help }: Flag): string {
  const repeats = kind === 'list' || kind === 'map' ? ' May be given more than once.' : '';
  const shown = kind === 'boolean' ? '' : `=<${value ?? kind}>`;
  return `  -${name}${shown}\n${wrapped(help + repeats, HELP_INDENT)}\n`;
}

function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const current = lines.at(-1);
    if (current !== undefined && current.length + 1 + word.length <= LINE_WIDTH) {
      lines[lines.length - 1] = `${current} ${word}`;
    } else {
      lines.push(indent + word);
    }
  }
  return lines.join('\n');
}
