/**
 * Brings argv as Go's package flag takes it (one dash or two, `-x v` and `-x=v`, booleans only as `-x` or
 * `-x=false`) into the one spelling that commander reads without ambiguity. The grammar and its error texts are
 * those of the agent's flags, in `src/config`. Unlike Go, a flag may follow an operand, unless a `--` is given.
 */
import { parseGoFlags } from '../config/index.ts';
import type { Flag } from './command.ts';

export type NormalisedArguments =
  | { readonly kind: 'ok'; readonly tokens: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

/** `--name=value` for every flag, then `--`, then the operands. */
export function normaliseArguments(
  args: readonly string[],
  flags: readonly Flag[],
): NormalisedArguments {
  const table = flags.map(({ name, kind, help }) => ({
    name,
    kind: GRAMMAR_KINDS[kind],
    path: '',
    description: help,
  }));
  const options: string[] = [];
  const operands: string[] = [];
  let left = args;
  while (left.length > 0) {
    const parsed = parseGoFlags(left, table);
    if (!parsed.ok) return { kind: 'refused', message: parsed.message };
    for (const [name, values] of parsed.flags.given) {
      const flag = flags.find((one) => one.name === name);
      for (const value of values) {
        const problem = flag?.kind === 'map' ? pairProblem(name, String(value)) : undefined;
        if (problem !== undefined) return { kind: 'refused', message: problem };
        options.push(`--${name}=${value}`);
      }
    }
    const taken = args.includes('--') ? parsed.flags.rest.length : 1;
    operands.push(...parsed.flags.rest.slice(0, taken));
    left = parsed.flags.rest.slice(taken);
  }
  return { kind: 'ok', tokens: [...options, '--', ...operands] };
}

/** `-h`, `-help` or `--help` before a `--`. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  return before.some((arg) => ['-h', '--h', '-help', '--help'].includes(arg));
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

function pairProblem(name: string, value: string): string | undefined {
  if (splitPair(value) !== undefined) return undefined;
  return `invalid value "${value}" for flag -${name}: Missing "=" value in argument: ${value}`;
}
