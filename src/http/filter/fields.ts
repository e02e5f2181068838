/**
 * The fields that a filter may name in a kind of record, and how each is compared. A table of them stands beside the
 * JSON that a client sees; it is checked before any row is looked at, so that a wrong name is told even where there
 * are no rows. Which kinds take which operators, and what a missing key means, is as go-bexpr 0.1.2 has it.
 */
import { compileRegExp } from '../../runtime/index.ts';
import { quoteAsGo } from '../go-quote.ts';
import type { Match, Operator } from './expression.ts';
import { type GoValue, type IntegerKind, parseFlag, parseInteger } from './go-values.ts';
import type { Work } from './work.ts';

export type Test<Row> = (row: Row) => boolean;

/** By the name that a selector has for it. */
export type Fields<Row> = Readonly<Record<string, Field<Row>>>;

export interface Field<Row> {
  /**
   * The test that `match` makes of a row; its selector has come as far as `depth`.
   * @throws FilterFault
   */
  readonly bind: (match: Match, depth: number, work: Work) => Test<Row>;
}

/** A filter that cannot be put to this kind of record; the message is for the client. */
export class FilterFault extends Error {}

/** Looks the next name of the selector up in `fields`. */
export function bindIn<Row>(
  fields: Fields<Row>,
  match: Match,
  depth: number,
  work: Work,
): Test<Row> {
  const name = match.selector[depth];
  if (name === undefined) throw operatorFault(match);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw selectorFault(match, depth);
  return field.bind(match, depth + 1, work);
}

// ---- Kinds of fields

export function text<Row>(read: (row: Row) => string): Field<Row> {
  return leaf(['equal', 'in', 'matches'], (match, work) => {
    const { operator, value, negated } = match;
    if (operator === 'matches') return patternTest(read, match, work);
    if (operator === 'equal') return costing(1, work, (row) => (read(row) === value) !== negated);
    return (row) => {
      const own = read(row);
      work.spend(1 + own.length * value.length * STEPS_PER_SEARCHED_PAIR);
      return own.includes(value) !== negated;
    };
  });
}

export function integer<Row>(read: (row: Row) => number, kind: IntegerKind = 'int'): Field<Row> {
  return leaf(['equal'], (match, work) => {
    const wanted = Number(coerced(match, parseInteger(match.value, kind)));
    return costing(1, work, (row) => (read(row) === wanted) !== match.negated);
  });
}

export function flag<Row>(read: (row: Row) => boolean): Field<Row> {
  return leaf(['equal'], (match, work) => {
    const wanted = coerced(match, parseFlag(match.value));
    return costing(1, work, (row) => (read(row) === wanted) !== match.negated);
  });
}

/** A list of texts; `contains` asks for a whole element. */
export function texts<Row>(read: (row: Row) => readonly string[]): Field<Row> {
  return leaf(['in', 'empty'], ({ operator, value, negated }, work) => {
    if (operator === 'empty')
      return costing(1, work, (row) => (read(row).length === 0) !== negated);
    return (row) => {
      const own = read(row);
      work.spend(1 + own.length);
      return own.includes(value) !== negated;
    };
  });
}

/** Values under keys; `contains` asks for a key, and a further name of the selector is one. */
export function map<Row, Value>(
  read: (row: Row) => Readonly<Record<string, Value>>,
  value: Field<Value>,
): Field<Row> {
  const itself = leaf<Row>(['in', 'empty'], (match, work) => {
    const { operator, negated } = match;
    const holds: Test<Row> =
      operator === 'empty'
        ? (row) => isEmpty(read(row))
        : (row) => Object.hasOwn(read(row), match.value);
    return costing(1, work, (row) => holds(row) !== negated);
  });
  return {
    bind: (match, depth, work) => {
      const key = match.selector[depth];
      if (key === undefined) return itself.bind(match, depth, work);
      const test = value.bind(match, depth + 1, work);
      const whenMissing = isTrueOfMissing(match);
      return (row) => {
        const own = read(row);
        if (!Object.hasOwn(own, key)) return whenMissing;
        return test(own[key] as Value);
      };
    },
  };
}

/** What belongs together under one name. */
export function struct<Row, Part>(read: (row: Row) => Part, fields: Fields<Part>): Field<Row> {
  return {
    bind: (match, depth, work) => {
      const test = bindIn(fields, match, depth, work);
      return (row) => test(read(row));
    },
  };
}

/** A list of records: what is asked must hold of any of them, a negated operator included. */
export function structs<Row, Part>(
  read: (row: Row) => readonly Part[],
  fields: Fields<Part>,
): Field<Row> {
  const itself = leaf<Row>(['empty'], ({ negated }, work) =>
    costing(1, work, (row) => (read(row).length === 0) !== negated),
  );
  return {
    bind: (match, depth, work) => {
      if (match.selector.length === depth) return itself.bind(match, depth, work);
      const test = bindIn(fields, match, depth, work);
      return (row) => read(row).some(test);
    },
  };
}

// ---- What they share

/** A search may compare each character of one with each of the other, though it hardly ever does. */
const STEPS_PER_SEARCHED_PAIR = 1 / 16;
/** What a pattern costs at worst; most are run as automata and take one step a character. */
const STEPS_PER_INSTRUCTION = 1 / 2;

/** A field without names below it. */
function leaf<Row>(
  operators: readonly Operator[],
  test: (match: Match, work: Work) => Test<Row>,
): Field<Row> {
  return {
    bind: (match, depth, work) => {
      if (match.selector.length > depth) throw selectorFault(match, depth);
      if (!operators.includes(match.operator)) throw operatorFault(match);
      return test(match, work);
    },
  };
}

function costing<Row>(steps: number, work: Work, test: Test<Row>): Test<Row> {
  return (row) => {
    work.spend(steps);
    return test(row);
  };
}

function patternTest<Row>(read: (row: Row) => string, match: Match, work: Work): Test<Row> {
  const compiled = compileRegExp(match.value);
  if (!compiled.ok) {
    const pattern = quoteAsGo(match.value);
    throw new FilterFault(`Failed to compile regular expression ${pattern}: ${compiled.message}`);
  }
  const { matcher } = compiled;
  return (row) => {
    const own = read(row);
    work.spend(1 + own.length * matcher.instructions * STEPS_PER_INSTRUCTION);
    return matcher.test(own) !== match.negated;
  };
}

/** go-bexpr: of a key that is not there, whatever is not asked to be is true, and so is every `matches`. */
function isTrueOfMissing({ operator, negated }: Match): boolean {
  if (operator === 'matches') return true;
  return operator === 'empty' ? !negated : negated;
}

function coerced<Value>(match: Match, parsed: GoValue<Value>): Value {
  if (parsed.ok) return parsed.value;
  const what = `value ${quoteAsGo(match.value)} for selector ${shown(match)}`;
  throw new FilterFault(`Failed to coerce ${what}: ${parsed.message}`);
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return false;
  return true;
}

const OPERATOR_NAMES: Readonly<Record<Operator, readonly [string, negated: string]>> = {
  equal: ['Equal', 'Not Equal'],
  in: ['In', 'Not In'],
  empty: ['Is Empty', 'Is Not Empty'],
  matches: ['Matches', 'Not Matches'],
};

function operatorFault(match: Match): FilterFault {
  const name = OPERATOR_NAMES[match.operator][match.negated ? 1 : 0];
  return new FilterFault(`Invalid match operator "${name}" for selector ${shown(match)}`);
}

function selectorFault(match: Match, depth: number): FilterFault {
  return new FilterFault(`Selector ${shown(match, depth + 1)} is not valid`);
}

const shown = ({ selector }: Match, count = selector.length): string =>
  quoteAsGo(selector.slice(0, count).join('.'));
