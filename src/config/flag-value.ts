/** Reads the text of one flag as Go's flag package does, with its messages. */
import { parseDuration } from '../runtime/index.ts';
import type { Flag } from './flags.ts';

export type FlagValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** The spellings of Go's strconv.ParseBool. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
};

/** The value of a flag as it would stand in a configuration file; a pair as a list of two. */
export function readFlagValue(flag: Flag, text: string): FlagValue {
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

function invalid(flag: Flag, text: string): FlagValue {
  return { ok: false, message: `invalid value "${text}" for flag -${flag.name}: parse error` };
}
