import { describe, expect, it } from 'vitest';
import { type GoFlag, parseGoFlags } from '../../src/runtime/index.ts';

const TABLE: readonly GoFlag[] = [
  { name: 'yes', kind: 'boolean' },
  { name: 'text', kind: 'string' },
  { name: 'count', kind: 'integer' },
  { name: 'wait', kind: 'duration' },
  { name: 'many', kind: 'list' },
  { name: 'pair', kind: 'pairs' },
];

describe('flags are read by the rules of Go', () => {
  const table: [string, Record<string, unknown[]>, string[]][] = [
    ['-yes', { yes: [true] }, []],
    ['--yes', { yes: [true] }, []],
    ['-yes=false', { yes: [false] }, []],
    ['-yes=F', { yes: [false] }, []],
    ['-yes false', { yes: [true] }, ['false']],
    ['-text a', { text: ['a'] }, []],
    ['--text=a=b', { text: ['a=b'] }, []],
    ['-text=', { text: [''] }, []],
    ['-text -yes', { text: ['-yes'] }, []],
    ['-count -1', { count: [-1] }, []],
    ['-wait 5s', { wait: ['5s'] }, []],
    ['-many a -many=b', { many: ['a', 'b'] }, []],
    ['-pair a:b:c', { pair: [['a', 'b:c']] }, []],
    ['-pair a', { pair: [['a', '']] }, []],
    ['-yes -- -text', { yes: [true] }, ['-text']],
    ['rest -yes', {}, ['rest', '-yes']],
    ['- -yes', {}, ['-', '-yes']],
    ['', {}, []],
  ];
  it.each(table)('%s', (line, given, rest) => {
    const parsed = parseGoFlags(line === '' ? [] : line.split(' '), TABLE);
    expect(parsed.ok && Object.fromEntries(parsed.flags.given)).toEqual(given);
    expect(parsed.ok && parsed.flags.rest).toEqual(rest);
  });

  it('in their order', () => {
    const parsed = parseGoFlags(['-many=a', '-text=b', '-many=c'], TABLE);
    expect(parsed.ok && parsed.flags.sequence).toEqual([
      ['many', 'a'],
      ['text', 'b'],
      ['many', 'c'],
    ]);
  });
});

describe('flags that are wrong are refused in the words of Go', () => {
  const table: [string, string][] = [
    ['-nope', 'flag provided but not defined: -nope'],
    ['--nope=1', 'flag provided but not defined: -nope'],
    ['-text', 'flag needs an argument: -text'],
    ['---text', 'bad flag syntax: ---text'],
    ['-=x', 'bad flag syntax: -=x'],
    ['-yes=maybe', 'invalid boolean value "maybe" for -yes: parse error'],
    ['-count x', 'invalid value "x" for flag -count: parse error'],
    ['-wait 5', 'invalid value "5" for flag -wait: parse error'],
  ];
  it.each(table)('%s: %s', (line, message) => {
    expect(parseGoFlags(line.split(' '), TABLE)).toEqual({ ok: false, message });
  });
});
