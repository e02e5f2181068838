/**
 * The grammar of filter expressions, as Consul 1.16 has it (go-bexpr 0.1.2): no JSON pointers, no `is empty` without
 * a blank before it. Chains of `and` and `or` are read in a loop, so that only parentheses and `not` nest.
 *
 *     expression := and { _ "or" _ and }        and := not { _ "and" _ not }
 *     not        := "not" _ not | "(" [_] expression [_] ")" | match
 *     match      := selector ( "==" | "!=" | ["not"] "contains" | ["not"] "matches" ) value
 *                 | selector "is" ["not"] "empty"  |  value ["not"] "in" selector
 *     selector   := identifier { "." identifier | "[" [_] string [_] "]" }
 *     value      := selector | number | string
 */
import { limits } from '../../runtime/index.ts';
import { HttpError } from '../errors.ts';
import { unquoteGo } from '../go-quote.ts';
import type { Expression, Match, Operator } from './expression.ts';
import { Scanner } from './scanner.ts';

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  /** In the words of Consul's parser, with the place. */
  | { readonly ok: false; readonly message: string };

/** @throws HttpError `filter_too_large` */
export function parseExpression(text: string): Parsed {
  const { default: charactersMax } = limits.filterCharacters;
  if (text.length > charactersMax) {
    throw tooLarge(`the filter is longer than ${charactersMax} characters`);
  }
  const scanner = new Scanner(text);
  blanks(scanner);
  const expression = readOr(scanner, 0);
  if (expression !== undefined) blanks(scanner);
  const message = scanner.problem(expression !== undefined && scanner.end());
  if (message !== undefined || expression === undefined)
    return { ok: false, message: message ?? '' };
  return { ok: true, expression };
}

const tooLarge = (text: string): HttpError => new HttpError('filter_too_large', text, 'filter');

// ---- Expressions. A reader that finds nothing of its kind returns undefined and leaves the scanner where it was.

type Reader<Read> = (scanner: Scanner, depth: number) => Read | undefined;

const readAnd: Reader<Expression> = (scanner, depth) => readChain(scanner, depth, 'and', readNot);
const readOr: Reader<Expression> = (scanner, depth) => readChain(scanner, depth, 'or', readAnd);

function readChain(
  scanner: Scanner,
  depth: number,
  kind: 'or' | 'and',
  readPart: Reader<Expression>,
): Expression | undefined {
  const first = readPart(scanner, depth);
  if (first === undefined) return undefined;
  const parts = [first];
  for (;;) {
    const next = attempt(scanner, () =>
      blanks(scanner) && scanner.literal(kind) && blanks(scanner)
        ? readPart(scanner, depth)
        : undefined,
    );
    if (next === undefined) return parts.length === 1 ? first : { kind, parts };
    parts.push(next);
  }
}

function readNot(scanner: Scanner, depth: number): Expression | undefined {
  const { default: depthMax } = limits.filterDepth;
  if (depth > depthMax) throw tooLarge(`the filter nests more than ${depthMax} levels deep`);
  const part = attempt(scanner, () =>
    scanner.literal('not') && blanks(scanner) ? readNot(scanner, depth + 1) : undefined,
  );
  if (part === undefined) return readGroup(scanner, depth);
  return part.kind === 'not' ? part.part : { kind: 'not', part };
}

function readGroup(scanner: Scanner, depth: number): Expression | undefined {
  if (scanner.text.charAt(scanner.at) !== '(') {
    scanner.literal('(');
    return readMatch(scanner);
  }
  return attempt(scanner, () => {
    scanner.literal('(');
    blanks(scanner);
    const inner = readOr(scanner, depth + 1);
    if (inner === undefined) return undefined;
    blanks(scanner);
    return scanner.literal(')') ? inner : scanner.fault('grouping', 'Unmatched parentheses');
  });
}

// ---- Matches

function readMatch(scanner: Scanner): Expression | undefined {
  const match =
    attempt(scanner, () => readSelectorFirst(scanner)) ??
    attempt(scanner, () => readValueFirst(scanner));
  return match && { kind: 'match', match };
}

function readSelectorFirst(scanner: Scanner): Match | undefined {
  const selector = readSelector(scanner);
  if (selector === undefined) return undefined;
  const compared = attempt(scanner, () => {
    const found = COMPARISONS.find(({ read }) =>
      attempt(scanner, () => read(scanner) || undefined),
    );
    const value = found && readValue(scanner);
    return value === undefined ? undefined : found && matchOf(selector, found, value);
  });
  if (compared !== undefined) return compared;
  const found = EMPTINESS.find(({ read }) => attempt(scanner, () => read(scanner) || undefined));
  return found && matchOf(selector, found, '');
}

function readValueFirst(scanner: Scanner): Match | undefined {
  const value = readValue(scanner);
  if (value === undefined) return undefined;
  const found = MEMBERSHIP.find(({ read }) => attempt(scanner, () => read(scanner) || undefined));
  if (found === undefined) return undefined;
  const selector = readSelector(scanner);
  if (selector === undefined) return scanner.fault('match', 'Invalid selector');
  return matchOf(selector, found, value);
}

interface OperatorText {
  readonly operator: Operator;
  readonly negated: boolean;
  readonly read: (scanner: Scanner) => boolean;
}

const matchOf = (
  selector: readonly string[],
  { operator, negated }: OperatorText,
  value: string,
): Match => ({ selector, operator, negated, value });

/** Blanks around them may be left out. */
function symbol(text: string, operator: Operator, negated: boolean): OperatorText {
  const read = (scanner: Scanner): boolean => {
    blanks(scanner);
    if (!scanner.literal(text)) return false;
    blanks(scanner);
    return true;
  };
  return { operator, negated, read };
}

/** Words with blanks before and between; after the last where `closed` does not say that nothing follows. */
function words(text: string, operator: Operator, closed = false): OperatorText {
  const all = text.split(' ');
  const read = (scanner: Scanner): boolean =>
    all.every((word) => blanks(scanner) && scanner.literal(word)) && (closed || blanks(scanner));
  return { operator, negated: all.includes('not'), read };
}

const COMPARISONS: readonly OperatorText[] = [
  symbol('==', 'equal', false),
  symbol('!=', 'equal', true),
  words('contains', 'in'),
  words('not contains', 'in'),
  words('matches', 'matches'),
  words('not matches', 'matches'),
];
const EMPTINESS = [words('is empty', 'empty', true), words('is not empty', 'empty', true)] as const;
const MEMBERSHIP = [words('in', 'in'), words('not in', 'in')] as const;

// ---- Selectors and values

function readSelector(scanner: Scanner): readonly string[] | undefined {
  const first = readIdentifier(scanner);
  if (first === undefined) return undefined;
  const names = [first];
  for (;;) {
    const next =
      attempt(scanner, () => (scanner.literal('.') ? readIdentifier(scanner) : undefined)) ??
      attempt(scanner, () => readIndex(scanner));
    if (next === undefined) return names;
    names.push(next);
  }
}

function readIdentifier(scanner: Scanner): string | undefined {
  const start = scanner.at;
  if (!scanner.one(LETTER)) return undefined;
  scanner.many(NAME_CHARACTER);
  return scanner.text.slice(start, scanner.at);
}

function readIndex(scanner: Scanner): string | undefined {
  if (!scanner.literal('[')) return undefined;
  blanks(scanner);
  const key = readString(scanner);
  if (key === undefined) return scanner.fault('index', 'Invalid index');
  blanks(scanner);
  return scanner.literal(']') ? key : scanner.fault('index', 'Unclosed index expression');
}

function readValue(scanner: Scanner): string | undefined {
  const bare = readSelector(scanner);
  if (bare !== undefined) return bare.join('.');
  return attempt(scanner, () => readNumber(scanner)) ?? readString(scanner);
}

function readNumber(scanner: Scanner): string | undefined {
  const start = scanner.at;
  scanner.literal('-');
  if (!scanner.literal('0')) {
    if (!scanner.one(DIGIT_BUT_ZERO)) return undefined;
    scanner.many(DIGIT);
  }
  attempt(scanner, () => (scanner.literal('.') && scanner.many(DIGIT)) || undefined);
  const end = scanner.at;
  const ends = blanks(scanner) || scanner.end() || scanner.literal(')');
  scanner.at = end;
  return ends ? scanner.text.slice(start, end) : scanner.fault('number', 'Invalid number literal');
}

function readString(scanner: Scanner): string | undefined {
  const { text, at: start } = scanner;
  if (!scanner.literal('`') && !scanner.literal('"')) return undefined;
  const end = text.indexOf(text.charAt(start), scanner.at);
  if (end < 0) {
    scanner.fault('string', 'Unterminated string literal', text.length);
    scanner.at = start;
    return undefined;
  }
  scanner.at = end + 1;
  const value = unquoteGo(text.slice(start, end + 1));
  if (value === undefined) scanner.fault('string', 'invalid syntax', start);
  return value ?? '';
}

const BLANK = { shown: '[ \\t\\r\\n]', test: /^[ \t\r\n]/ };
const LETTER = { shown: '[a-zA-Z]', test: /^[a-zA-Z]/ };
const NAME_CHARACTER = { shown: '[a-zA-Z0-9_]', test: /^[a-zA-Z0-9_]/ };
const DIGIT = { shown: '[0-9]', test: /^[0-9]/ };
const DIGIT_BUT_ZERO = { shown: '[1-9]', test: /^[1-9]/ };

/** Passes over blanks, and tells whether there were any. */
const blanks = (scanner: Scanner): boolean => scanner.many(BLANK);

/** Goes back to where it was when nothing was read. */
function attempt<Read>(scanner: Scanner, read: () => Read | undefined): Read | undefined {
  const { at } = scanner;
  const found = read();
  if (found === undefined) scanner.at = at;
  return found;
}
