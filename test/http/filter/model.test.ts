/**
 * Goal: the filter engine against a plain model of the language. Random expressions are made as trees, written as
 * text in any spelling, and evaluated over random records twice: by the engine, and by the few lines below.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Fields,
  flag,
  integer,
  map,
  structs,
  text,
  texts,
} from '../../../src/http/filter/fields.ts';
import { compileFilter } from '../../../src/http/filter/row-filter.ts';

interface Check {
  readonly Name: string;
}

interface Row {
  readonly Name: string;
  readonly Port: number;
  readonly On: boolean;
  readonly Tags: readonly string[];
  readonly Meta: Readonly<Record<string, string>>;
  readonly Checks: readonly Check[];
}

const FIELDS: Fields<Row> = {
  Name: text((row) => row.Name),
  Port: integer((row) => row.Port),
  On: flag((row) => row.On),
  Tags: texts((row) => row.Tags),
  Meta: map(
    (row) => row.Meta,
    text((value: string) => value),
  ),
  Checks: structs((row) => row.Checks, { Name: text((check: Check) => check.Name) }),
};

// ---- Records and expressions

const word = fc.constantFrom('', 'a', 'b', 'ab', 'web', 'a b', 'é"`\\', '1', 'true');
const key = fc.constantFrom('a', 'b', 'x y');

const row: fc.Arbitrary<Row> = fc.record({
  Name: word,
  Port: fc.constantFrom(0, 1, 80),
  On: fc.boolean(),
  Tags: fc.array(word, { maxLength: 3 }),
  Meta: fc.dictionary(key, word, { maxKeys: 3 }),
  Checks: fc.array(fc.record({ Name: word }), { maxLength: 2 }),
});

type Leaf = { readonly path: readonly string[]; readonly operator: string; readonly value: string };
type Tree =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'not'; readonly of: Tree }
  | { readonly kind: 'and' | 'or'; readonly left: Tree; readonly right: Tree };

const COMPARED = ['==', '!='];
const SEARCHED = ['contains', 'not contains', 'in', 'not in'];
const EMPTIED = ['is empty', 'is not empty'];
const MATCHED = ['matches', 'not matches'];

function leaves(path: readonly string[], operators: string[], value: fc.Arbitrary<string>) {
  return fc.record({ path: fc.constant(path), operator: fc.constantFrom(...operators), value });
}

const pattern = fc.constantFrom('a', '^a', 'b$', '^(a|b)+$', 'é');
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  ...[['Name'], ['Checks', 'Name'], ['Meta', 'a'], ['Meta', 'x y']].flatMap((path) => [
    leaves(path, [...COMPARED, ...SEARCHED], word),
    leaves(path, MATCHED, pattern),
  ]),
  leaves(['Port'], COMPARED, fc.constantFrom('0', '1', '80')),
  leaves(['On'], COMPARED, fc.constantFrom('true', 'false')),
  leaves(['Tags'], [...SEARCHED, ...EMPTIED], word),
  leaves(['Meta'], [...SEARCHED, ...EMPTIED], key),
  leaves(['Checks'], EMPTIED, word),
);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.record({ kind: fc.constant('leaf' as const), leaf }),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
}));

// ---- As text

const blank = fc.constantFrom(' ', '  ', '\n', ' \t');

/** `choose` gives the next of the random spellings. */
function written(node: Tree, choose: () => number): string {
  switch (node.kind) {
    case 'leaf':
      return leafText(node.leaf, choose);
    case 'not':
      return `not (${written(node.of, choose)})`;
    default:
      return `(${written(node.left, choose)}) ${node.kind} (${written(node.right, choose)})`;
  }
}

function leafText({ path, operator, value }: Leaf, choose: () => number): string {
  const [root = '', ...names] = path;
  const selector = names.reduce(
    (before, name) =>
      before + (/^\w+$/.test(name) && choose() % 2 === 0 ? `.${name}` : `["${name}"]`),
    root,
  );
  if (EMPTIED.includes(operator)) return `${selector} ${operator}`;
  const bare = /^[a-z]+$/.test(value) || (root === 'Port' && choose() % 2 === 0);
  const spelt = bare ? value : stringText(value, choose() % 2 === 0);
  return operator.endsWith('in') && !operator.endsWith('contains')
    ? `${spelt} ${operator} ${selector}`
    : `${selector} ${operator} ${spelt}`;
}

/** A string of the grammar ends at the first quote of its kind, so that a quote in it is written as its octet. */
function stringText(value: string, raw: boolean): string {
  if (raw && !value.includes('`')) return `\`${value}\``;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\x22')}"`;
}

// ---- The model

function modelHolds(node: Tree, value: Row): boolean {
  switch (node.kind) {
    case 'leaf':
      return leafHolds(node.leaf, value);
    case 'not':
      return !modelHolds(node.of, value);
    case 'and':
      return modelHolds(node.left, value) && modelHolds(node.right, value);
    case 'or':
      return modelHolds(node.left, value) || modelHolds(node.right, value);
  }
}

function leafHolds({ path, operator, value }: Leaf, { Checks, ...rest }: Row): boolean {
  const [root = '', name = ''] = path;
  if (root === 'Checks') {
    if (path.length === 1) return compare(Checks, operator, value);
    return Checks.some((check) => compare(check.Name, operator, value));
  }
  if (path.length === 1) return compare(rest[root as keyof typeof rest], operator, value);
  if (Object.hasOwn(rest.Meta, name)) return compare(rest.Meta[name], operator, value);
  return !['==', 'contains', 'in'].includes(operator);
}

function compare(own: unknown, operator: string, value: string): boolean {
  if (operator.includes('not ')) return !compare(own, operator.replace('not ', ''), value);
  if (operator === '!=') return !compare(own, '==', value);
  if (operator === '==') return String(own) === value;
  if (operator === 'matches') return new RegExp(value).test(own as string);
  const holds = typeof own === 'string' || Array.isArray(own) ? own : Object.keys(own as object);
  return operator === 'is empty' ? holds.length === 0 : holds.includes(value);
}

it('keeps the records that the model keeps', () => {
  const spelling = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(
      tree,
      fc.array(row, { maxLength: 8 }),
      spelling,
      blank,
      (node, rows, stream, gap) => {
        const filter = written(node, () => stream.next().value ?? 0);
        const spaced = `${gap}${filter}${gap}`;
        const kept = rows.filter((one) => modelHolds(node, one));
        expect(compileFilter(spaced, FIELDS)(rows)).toEqual(kept);
      },
    ),
    { numRuns: 1000 },
  );
});
