/**
 * The rules of Go's flag package, with its messages: one dash or two, `-x v` or `-x=v`, and a boolean is `-x` or
 * `-x=false`, never `-x false`. Knows no flag by name.
 */
import { parseDuration } from './duration.ts';

export const FLAG_KINDS = ['boolean', 'string', 'integer', 'duration', 'list', 'pairs'] as const;
/** `list`: may be given several times; `pairs`: the same, each `key:value`. */
export type FlagKind = (typeof FLAG_KINDS)[number];

export interface GoFlag {
  /** Without dashes. */
  readonly name: string;
  readonly kind: FlagKind;
}

/** What the flags of a command line say. */
export interface GoFlagValues {
  /** Values by flag name, in the order they were given; booleans as `true` and `false`. */
  readonly given: ReadonlyMap<string, readonly unknown[]>;
  /** The same in the order of the command line. */
  readonly sequence: readonly (readonly [name: string, value: unknown])[];
  /** What follows the flags. */
  readonly rest: readonly string[];
}

export type ParsedFlags =
  | { readonly ok: true; readonly flags: GoFlagValues }
  | { readonly ok: false; readonly message: string };

/** Reads `argv` by Go's rules; the message of a failure is Go's. */
export function parseGoFlags(argv: readonly string[], table: readonly GoFlag[]): ParsedFlags {
  const given = new Map<string, unknown[]>();
  const sequence: [string, unknown][] = [];
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (!/^-./.test(word)) break;
    if (word === '--') {
      at += 1;
      break;
    }
    const [, name = '', text] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === '') return { ok: false, message: `bad flag syntax: ${word}` };
    const found = table.find((one) => one.name === name);
    if (found === undefined) {
      return { ok: false, message: `flag provided but not defined: -${name}` };
    }
    const takesNext = text === undefined && found.kind !== 'boolean';
    if (takesNext) at += 1;
    const value = takesNext ? argv[at] : (text ?? 'true');
    if (value === undefined) return { ok: false, message: `flag needs an argument: -${name}` };
    const read = readFlagValue(found, value);
    if (!read.ok) return read;
    given.set(name, [...(given.get(name) ?? []), read.value]);
    sequence.push([name, read.value]);
  }
  return { ok: true, flags: { given, sequence, rest: argv.slice(at) } };
}

type FlagValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** The spellings of Go's strconv.ParseBool. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
};

/** The value of a flag as it would stand in a configuration file; a pair as a list of two. */
function readFlagValue(flag: GoFlag, text: string): FlagValue {
  switch (flag.kind) {
    case 'boolean': {
      if (Object.hasOwn(BOOLEANS, text)) return { ok: true, value: BOOLEANS[text] };
      const message = `invalid boolean value "${text}" for -${flag.name}: parse error`;
      return { ok: false, message };
    }
    case 'integer':
      return /^[-+]?[0-9]+$/.test(text) ? { ok: true, value: Number(text) } : invalid(flag, text);
    case 'duration':
      return parseDuration(text).ok ? { ok: true, value: text } : invalid(flag, text);
    case 'pairs': {
      // Consul: everything after the first colon is the value; a key alone has an empty one.
      const colon = text.indexOf(':');
      const pair = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
      return { ok: true, value: pair };
    }
    default:
      return { ok: true, value: text };
  }
}

function invalid(flag: GoFlag, text: string): FlagValue {
  return { ok: false, message: `invalid value "${text}" for flag -${flag.name}: parse error` };
}
