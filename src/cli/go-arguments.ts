/**
 * Brings argv as Go's package flag takes it (one dash or two, `-x v` and `-x=v`, booleans only as `-x` or
 * `-x=false`) into the one spelling that commander reads without ambiguity. The grammar and its error texts are
 * those of the agent's flags, too. Unlike Go, a flag may follow an operand, unless a `--` is given or the
 * command's operands are somebody else's words.
 */
import { type GoFlag, parseGoFlags } from '../runtime/index.ts';
import type { Command, Flag } from './command.ts';

export type NormalisedArguments =
  | { readonly kind: 'ok'; readonly tokens: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

type Arguments = Pick<Command, 'flags' | 'operandsEndFlags'>;

/** `--name=value` for every flag, then `--`, then the operands. */
export function normaliseArguments(
  args: readonly string[],
  { flags, operandsEndFlags = false }: Arguments,
): NormalisedArguments {
  const takesAll = operandsEndFlags || args.includes('--');
  const options: string[] = [];
  const operands: string[] = [];
  let left = args;
  while (left.length > 0) {
    const parsed = parseGoFlags(left, flags.map(grammarOf));
    if (!parsed.ok) return { kind: 'refused', message: parsed.message };
    for (const [name, values] of parsed.flags.given) {
      const flag = flags.find((one) => one.name === name);
      for (const value of values) {
        const problem = flag?.kind === 'map' ? pairProblem(name, String(value)) : undefined;
        if (problem !== undefined) return { kind: 'refused', message: problem };
        options.push(`--${name}=${value}`);
      }
    }
    const taken = takesAll ? parsed.flags.rest.length : 1;
    operands.push(...parsed.flags.rest.slice(0, taken));
    left = parsed.flags.rest.slice(taken);
  }
  return { kind: 'ok', tokens: [...options, '--', ...operands] };
}

/** `-h`, `-help` or `--help` before a `--`, or before the operands that end the flags. */
export function asksForHelp(args: readonly string[], command?: Arguments): boolean {
  const before = command?.operandsEndFlags
    ? args.slice(0, args.length - operandCount(args, command.flags))
    : args;
  const end = before.indexOf('--');
  return (end === -1 ? before : before.slice(0, end)).some((arg) =>
    ['-h', '--h', '-help', '--help'].includes(arg),
  );
}

const HELP_FLAGS: readonly Flag[] = ['h', 'help'].map((name) => ({
  name,
  kind: 'boolean',
  help: '',
}));

/** How many follow the flags; none when those are wrong. */
function operandCount(args: readonly string[], flags: readonly Flag[]): number {
  const parsed = parseGoFlags(args, [...flags, ...HELP_FLAGS].map(grammarOf));
  return parsed.ok ? parsed.flags.rest.length : 0;
}

/** `key=value`, split at the first equals sign. */
export function splitPair(text: string): readonly [string, string] | undefined {
  const at = text.indexOf('=');
  return at === -1 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

/** A map is `key=value` here and `key:value` among the agent's flags, so its pairs are split later. */
const GRAMMAR_KINDS = {
  text: 'string',
  integer: 'integer',
  boolean: 'boolean',
  list: 'list',
  map: 'list',
} as const;

function grammarOf({ name, kind }: Flag): GoFlag {
  return { name, kind: GRAMMAR_KINDS[kind] };
}

function pairProblem(name: string, value: string): string | undefined {
  if (splitPair(value) !== undefined) return undefined;
  return `invalid value "${value}" for flag -${name}: Missing "=" value in argument: ${value}`;
}
