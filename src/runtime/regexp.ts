/**
 * Regular expressions that clients write: RE2's syntax, as Go has it, matched in time that grows with the text and
 * never with the number of ways to read it. V8's own engine goes back and tries again, so that a short pattern of a
 * stranger could hold a thread for hours. Loaded when first needed, since most processes meet no such pattern.
 */
import { createRequire } from 'node:module';
import { limits } from './limits.ts';

export interface RegExpMatcher {
  /** A match takes no more steps than these times the characters of the text. */
  readonly instructions: number;
  /** Whether it matches anywhere in `text`. */
  test(text: string): boolean;
  /** What the groups of the first match hold, the whole match first; undefined when there is no match. */
  groups(text: string): readonly string[] | undefined;
}

export type CompiledRegExp =
  | { readonly ok: true; readonly matcher: RegExpMatcher }
  /** In Go's words. */
  | { readonly ok: false; readonly message: string };

/** `pattern` is unanchored. */
export function compileRegExp(pattern: string): CompiledRegExp {
  const bytesMax = limits.regexpBytes.default;
  if (Buffer.byteLength(pattern) > bytesMax) return refused(`longer than ${bytesMax} bytes`);
  if (expandedSize(pattern) > limits.regexpAtoms.default) return refused('expression too large');
  try {
    return { ok: true, matcher: matcherOf(re2().RE2JS.compile(pattern)) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'RE2JSSyntaxException') throw error;
    return { ok: false, message: error.message };
  }
}

/** A token of a pattern: an escape, a class, a counted repeat, a parenthesis, or any other character. */
const TOKEN =
  /\\(?:[pPx]\{[^}]*\}|.)|\[\^?\]?(?:\\.|\[:\w+:\]|[^\\\]])*\]|\{(\d+)(?:,(\d*))?\}|[()]|./gsu;

/** How many characters and classes there are once every counted repeat is written out, which is what compiling costs. */
function expandedSize(pattern: string): number {
  /** Sizes of what is before the groups that are open. */
  const outer: number[] = [];
  let size = 0;
  let last = 0;
  for (const [token, least, most] of pattern.matchAll(TOKEN)) {
    if (token === '(') {
      outer.push(size);
      size = 0;
      last = 0;
    } else if (token === ')') {
      last = size;
      size += outer.pop() ?? 0;
    } else if (least !== undefined) {
      const times = Math.max(Number(most || least), 1);
      size += last * (times - 1);
      last *= times;
    } else {
      last = 1;
      size += 1;
    }
  }
  return size + outer.reduce((sum, one) => sum + one, 0);
}

function refused(reason: string): CompiledRegExp {
  return { ok: false, message: `error parsing regexp: ${reason}` };
}

type Re2 = typeof import('re2js');
type Compiled = InstanceType<Re2['RE2JS']>;

let loaded: Re2 | undefined;

function re2(): Re2 {
  loaded ??= createRequire(import.meta.url)('re2js') as Re2;
  return loaded;
}

function matcherOf(compiled: Compiled): RegExpMatcher {
  return {
    instructions: compiled.programSize(),
    test: (text) => compiled.test(text),
    groups(text) {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      const count = matcher.groupCount() + 1;
      return Array.from({ length: count }, (_, at) => matcher.group(at) ?? '');
    },
  };
}
