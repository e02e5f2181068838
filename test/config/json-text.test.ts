import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSyntaxError, parseJson } from '../../src/config/json-text.ts';

function failure(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${error.line}:${error.column} ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('parseJson says where the mistake is', () => {
  const table: [string, string][] = [
    ['', '1:1 expected a value, found the end of the file'],
    ['{', '1:2 expected a key in double quotes, found the end of the file'],
    ['{"a":1,}', '1:8 expected a key in double quotes, found "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3 expected "," or "}", found "\\""'],
    ['{"a" 1}', '1:6 expected ":" after the key, found "1"'],
    ['{"a":\n  tru}', '2:3 expected a value, found "t"'],
    ['[1 2]', '1:4 expected "," or "]", found "2"'],
    ['{} {}', '1:4 expected the end of the file, found "{"'],
    ['// no', '1:1 expected a value, found "/"'],
    ['{"a":01}', '1:6 expected a value, found "0"'],
    ['"abc', '1:1 string does not end'],
    ['["a\nb"]', '1:2 string holds a bad escape or a raw line break'],
    ['["\\x"]', '1:2 string holds a bad escape or a raw line break'],
    ['{"a":1,\n "a":2}', '2:2 key "a" is given twice'],
    ['['.repeat(100), '1:66 nested deeper than 64 levels'],
  ];
  it.each(table)('%j: %s', (text, message) => {
    expect(failure(text)).toBe(message);
  });
});

it('a byte order mark in front is ignored', () => {
  expect(parseJson('\uFEFF{"a":1}')).toEqual({ a: 1 });
});

it('no key is special', () => {
  const object = parseJson('{"__proto__":{"polluted":1},"constructor":2}') as object;
  expect(Object.keys(object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

it('reads whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

it('any text is read or refused with a position, as JSON.parse would', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[[\]{}",:0-9a-n \\-]{0,20}$/)),
      (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const result = failure(text);
        expect(result === 'none' || result.includes('given twice')).toBe(valid);
      },
    ),
  );
});
