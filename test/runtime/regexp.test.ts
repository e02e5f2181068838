/** Patterns of clients: Go's syntax and words, and no pattern that takes more than it may. */
import { describe, expect, it } from 'vitest';
import { compileRegExp } from '../../src/runtime/index.ts';

function compiled(pattern: string) {
  const result = compileRegExp(pattern);
  if (!result.ok) throw new Error(result.message);
  return result.matcher;
}

describe('a regular expression of a client', () => {
  it.each<[string, string, readonly string[] | undefined]>([
    ['b', 'abc', ['b']],
    ['^geo-db-(.*?)-([^\\-]+?)$', 'geo-db-a-b-c', ['geo-db-a-b-c', 'a-b', 'c']],
    ['(a)|(b)', 'b', ['b', '', 'b']],
    ['(?i)WEB', 'my-web', ['web']],
    ['[[:digit:]]{2}', 'a12', ['12']],
    ['^x$', 'xx', undefined],
  ])('%s reads %s', (pattern, text, groups) => {
    expect(compiled(pattern).groups(text)).toEqual(groups);
    expect(compiled(pattern).test(text)).toBe(groups !== undefined);
  });

  it.each([
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['a(?=b)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['[z-a]', 'error parsing regexp: invalid character class range: `z-a`'],
    ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
    ['x'.repeat(1025), 'error parsing regexp: longer than 1024 bytes'],
    ['x{1000}y{25}', 'error parsing regexp: expression too large'],
    ['(ab[c-e]\\pL{11}){100}', 'error parsing regexp: expression too large'],
    ['((a|bc){30}d){12}', 'error parsing regexp: expression too large'],
  ])('%s is refused', (pattern, message) => {
    expect(compileRegExp(pattern)).toEqual({ ok: false, message });
  });

  it('takes each counted repeat for what it is', () => {
    expect(compileRegExp('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}').ok).toBe(true);
    expect(compileRegExp('x{1000}y{24}').ok).toBe(true);
  });

  it('does not try every way to read a text', () => {
    // A backtracking engine needs 2^40 steps.
    expect(compiled('^(a+)+$').test(`${'a'.repeat(40)}!`)).toBe(false);
  });

  it('tells what a match costs at most', () => {
    const cost = (pattern: string): number => compiled(pattern).instructions;
    expect(cost('a')).toBeLessThan(10);
    expect(cost('a{500}')).toBeGreaterThanOrEqual(500);
  });
});
