/** Goal: no text takes the main thread, the stack or the memory: it is refused by a limit, and in known words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fields, text, texts } from '../../../src/http/filter/fields.ts';
import { parseExpression } from '../../../src/http/filter/parse.ts';
import { compileFilter } from '../../../src/http/filter/row-filter.ts';
import { limits } from '../../../src/runtime/index.ts';

type Row = { readonly name: string; readonly tags: readonly string[] };
const FIELDS: Fields<Row> = { Name: text((row) => row.name), Tags: texts((row) => row.tags) };
const row = (name: string): Row => ({ name, tags: [] });

const refusedWith = (code: string) => expect.objectContaining({ name: 'HttpError', code });
const depthMax = limits.filterDepth.default;
const nested = (before: string, depth: number, after: string): string =>
  `${before.repeat(depth)}Name == a${after.repeat(depth)}`;

describe('a filter', () => {
  it.each([
    ['parentheses', '(', ')'],
    ['not', 'not ', ''],
    ['both', 'not (', ')'],
  ])('nests as deep as it may, and no deeper: %s', (_, before, after) => {
    const levels = before === 'not (' ? depthMax / 2 : depthMax;
    expect(compileFilter(nested(before, levels, after), FIELDS)([row('b')])).toHaveLength(
      before === '(' ? 0 : levels % 2,
    );
    for (const depth of [levels + 1, 5000 / before.length]) {
      const deep = nested(before, depth, after);
      expect(() => parseExpression(deep)).toThrow(refusedWith('filter_too_large'));
    }
  });

  it('is as long as it may be, and no longer', () => {
    const chain = (count: number): string => new Array(count).fill('Name == abc').join(' or ');
    const fits = Math.floor((limits.filterCharacters.default + 4) / 15);
    expect(compileFilter(chain(fits), FIELDS)([row('abc'), row('x')])).toHaveLength(1);
    expect(() => parseExpression(chain(fits + 2))).toThrow(refusedWith('filter_too_large'));
  });

  it('is told from what is left open, however often it is opened', () => {
    const open = `${'(Name == a and '.repeat(depthMax)}Name == a`;
    expect(parseExpression(open)).toMatchObject({ ok: false });
  });
});

describe('the work of a filter', () => {
  const filled = (count: number, name: string): Row[] => new Array(count).fill(row(name));

  it('ends where it takes too long: many rows and comparisons', () => {
    const filter = compileFilter(new Array(1000).fill('Name == x').join(' or '), FIELDS);
    expect(filter(filled(1000, 'y'))).toEqual([]);
    const rows = filled(Math.ceil(limits.filterSteps.default / 1000) + 1, 'y');
    expect(() => filter(rows)).toThrow(refusedWith('filter_too_costly'));
  });

  it('ends where it takes too long: a pattern over a long text', () => {
    const filter = compileFilter('Name matches "(.?){200}[yz]"', FIELDS);
    expect(filter(filled(1, 'x'.repeat(4096)))).toEqual([]);
    expect(() => filter(filled(1, 'x'.repeat(1 << 20)))).toThrow(refusedWith('filter_too_costly'));
  });

  it('ends where it takes too long: a long text in a longer one', () => {
    const filter = compileFilter(`Name contains "b${'a'.repeat(8000)}"`, FIELDS);
    expect(() => filter(filled(1, 'a'.repeat(1 << 20)))).toThrow(refusedWith('filter_too_costly'));
  });

  it('is counted anew each time', () => {
    const filter = compileFilter(`Name contains "${'b'.repeat(256)}"`, FIELDS);
    const long = row('a'.repeat(1 << 16));
    const stepsEach = (256 << 16) / 16;
    for (let spent = 0; spent <= limits.filterSteps.default; spent += stepsEach) {
      expect(filter([long])).toEqual([]);
    }
  });

  it('does not grow with the ways to read a text', () => {
    const filter = compileFilter('Name matches "^(a+)+$"', FIELDS);
    expect(filter([row(`${'a'.repeat(1000)}!`)])).toEqual([]);
  });
});

it('any text is an expression, or refused by it', () => {
  const token = fc.constantFrom(
    ...['(', ')', 'not', 'and', 'or', '==', '!=', 'in', 'is', 'empty', 'contains', 'matches'],
    ...[
      'Name',
      'Tags',
      'a',
      '"',
      '`',
      '[',
      ']',
      '.',
      '-',
      '1',
      '\\',
      '\n',
      'é',
      '\0',
      '\ud800',
      ' ',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join('')),
    fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join(' ')),
  );
  fc.assert(
    fc.property(texts, (filter) => {
      try {
        compileFilter(filter, FIELDS)([row('a')]);
      } catch (error) {
        expect(error).toEqual(expect.objectContaining({ name: 'HttpError', field: 'filter' }));
      }
    }),
    { numRuns: 1000 },
  );
});
