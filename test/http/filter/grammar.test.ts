/** Goal: filters are read as Consul 1.16 reads them, mistakes included. The error texts were taken from go-bexpr 0.1.2. */
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../src/http/filter/expression.ts';
import { parseExpression } from '../../../src/http/filter/parse.ts';

/** As a list of lists: `(and (equal [a b] "1") (not …))`. */
function shown(expression: Expression): string {
  switch (expression.kind) {
    case 'or':
    case 'and':
      return `(${expression.kind} ${expression.parts.map(shown).join(' ')})`;
    case 'not':
      return `(not ${shown(expression.part)})`;
    case 'match': {
      const { selector, operator, negated, value } = expression.match;
      const name = `${negated ? '!' : ''}${operator}`;
      return `(${name} [${selector.join(' ')}] ${JSON.stringify(value)})`;
    }
  }
}

function read(text: string): string {
  const parsed = parseExpression(text);
  return parsed.ok ? shown(parsed.expression) : parsed.message;
}

describe('an expression', () => {
  it.each([
    ['ID==a', '(equal [ID] "a")'],
    ['  ID \t!=\n a  ', '(!equal [ID] "a")'],
    ['Tags contains a', '(in [Tags] "a")'],
    ['Tags not contains a', '(!in [Tags] "a")'],
    ['a in Tags', '(in [Tags] "a")'],
    ['a  not  in Tags', '(!in [Tags] "a")'],
    ['Tags is empty', '(empty [Tags] "")'],
    ['Tags is not empty', '(!empty [Tags] "")'],
    ['ID matches `^a`', '(matches [ID] "^a")'],
    ['ID not matches "b$"', '(!matches [ID] "b$")'],
    ['not ID == a', '(not (equal [ID] "a"))'],
    ['not not ID == a', '(equal [ID] "a")'],
    ['a == 1 or b == 2 and c == 3', '(or (equal [a] "1") (and (equal [b] "2") (equal [c] "3")))'],
    ['(a == 1 or b == 2) and c == 3', '(and (or (equal [a] "1") (equal [b] "2")) (equal [c] "3"))'],
    [
      'a == 1 and (b == 2 and c == 3)',
      '(and (equal [a] "1") (and (equal [b] "2") (equal [c] "3")))',
    ],
    ['( ( a == 1 ) )', '(equal [a] "1")'],
  ])('%j is read', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['Meta.a.b == 1', '(equal [Meta a b] "1")'],
    ['Meta["a b"].c[ `d` ] == 1', '(equal [Meta a b c d] "1")'],
    ['not in Tags', '(in [Tags] "not")'],
    ['in not in in', '(!in [in] "in")'],
    ['not == is', '(equal [not] "is")'],
  ])('names what it asks for: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['web.example', 'web.example'],
    ['a["b c"].d', 'a.b c.d'],
    ['-1.50', '-1.50'],
    ['""', ''],
    ['`a\\n"b"`', 'a\\n"b"'],
    ['`a\r\nb`', 'a\nb'],
    ['"\\t\\\\\\x41\\101\\u00e9\\U0001f600"', '\t\\AAé😀'],
    ['"\\xc3\\xa9"', 'é'],
  ])('may have the value %j', (text, value) => {
    expect(read(`a == ${text}`)).toBe(`(equal [a] ${JSON.stringify(value)})`);
  });
});

describe('a mistake', () => {
  it.each([
    [
      '',
      '1:1 (0): no match found, expected: "(", "-", "0", "\\"", "`", "not", [ \\t\\r\\n], [1-9] or [a-zA-Z]',
    ],
    [
      'ID =',
      '1:4 (3): no match found, expected: "!=", "==", "contains", "in", "is", "matches", "not" or [ \\t\\r\\n]',
    ],
    [
      'ID ==',
      '1:6 (5): no match found, expected: "-", "0", "\\"", "`", [ \\t\\r\\n], [1-9] or [a-zA-Z]',
    ],
    ['ID == a and', '1:12 (11): no match found, expected: [ \\t\\r\\n]'],
    ['ID == a AND b == c', '1:9 (8): no match found, expected: "and", "or", [ \\t\\r\\n] or EOF'],
    ['ID == "é" xx', '1:11 (11): no match found, expected: "and", "or", [ \\t\\r\\n] or EOF'],
    [
      'ID == a\nand\n  ?',
      '3:3 (14): no match found, expected: "(", "-", "0", "\\"", "`", "not", [ \\t\\r\\n], [1-9] or [a-zA-Z]',
    ],
    [
      'not(ID == a)',
      '1:4 (3): no match found, expected: "!=", ".", "==", "[", [ \\t\\r\\n] or [a-zA-Z0-9_]',
    ],
    ['ID == - 1', '1:8 (7): no match found, expected: "0" or [1-9]'],
    ['ID == 10.0.0.1', '1:11 (10): rule "number": Invalid number literal'],
    ['ID == 01', '1:8 (7): rule "number": Invalid number literal'],
    ['ID == "a', '1:9 (8): rule "string": Unterminated string literal'],
    ['ID == "\\q"', '1:7 (6): rule "string": invalid syntax'],
    ['ID == "\\777"', '1:7 (6): rule "string": invalid syntax'],
    ['ID == "\\ud800"', '1:7 (6): rule "string": invalid syntax'],
    ['a in 3', '1:6 (5): rule "match": Invalid selector'],
    ['Meta[a] == 1', '1:6 (5): rule "index": Invalid index'],
    ['Meta["a" == 1', '1:10 (9): rule "index": Unclosed index expression'],
    [
      'Meta["a',
      '1:8 (7): rule "string": Unterminated string literal\n1:6 (5): rule "index": Invalid index',
    ],
    ['ID == a or (Port == 3', '1:22 (21): rule "grouping": Unmatched parentheses'],
  ])('in %j is told with its place', (text, message) => {
    expect(read(text)).toBe(message);
  });
});
