/** JSON as Go's encoder writes it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeJson, encodePrettyJson, GoMap } from '../../src/http/json/encode.ts';

describe('the encoder', () => {
  it.each([
    ['null', null, 'null'],
    ['a number', 1.5, '1.5'],
    ['a plain text', 'a b', '"a b"'],
    ['quotes and backslashes', 'a"b\\c', '"a\\"b\\\\c"'],
    ['what is special in HTML', '<a href="x">&', '"\\u003ca href=\\"x\\"\\u003e\\u0026"'],
    ['line separators', 'a\u2028b\u2029', '"a\\u2028b\\u2029"'],
    ['control characters', '\b\f\n\r\t\u0001', '"\\u0008\\u000c\\n\\r\\t\\u0001"'],
    ['a backslash before a b', '\\b', '"\\\\b"'],
    ['half a surrogate pair', 'a\ud800', '"a\ufffd"'],
    ['other scripts', 'grün 🟢', '"grün 🟢"'],
    ['an empty struct', {}, '{}'],
    ['a struct in its own order', { b: 1, a: [true] }, '{"b":1,"a":[true]}'],
    ['a struct without its undefined fields', { b: undefined, a: 1 }, '{"a":1}'],
    ['a map by its keys', new GoMap({ b: 1, a: 2 }), '{"a":2,"b":1}'],
    ['a map of numbers by their text', new GoMap({ 9: 1, 10: 2 }), '{"10":2,"9":1}'],
    ['an empty map', new GoMap({}), '{}'],
    ['an odd key', new GoMap({ '<': [] }), '{"\\u003c":[]}'],
  ])('writes %s', (_, value, expected) => {
    expect(encodeJson(value)).toBe(expected);
  });

  it('refuses what has no JSON form', () => {
    expect(() => encodeJson({ a: Symbol('a') })).toThrow(TypeError);
  });

  it('indents by four spaces, ends with a newline and leaves texts alone', () => {
    expect(encodePrettyJson({ a: [], b: {}, c: [1, { d: '{"x": [1,2]}' }] })).toBe(
      '{\n    "a": [],\n    "b": {},\n    "c": [\n        1,\n        {\n            "d": "{\\"x\\": [1,2]}"\n        }\n    ]\n}\n',
    );
  });

  it('writes what any reader reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(encodeJson(read))).toEqual(read);
        expect(JSON.parse(encodePrettyJson(read))).toEqual(read);
      }),
    );
  });
});
