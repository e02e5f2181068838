import { describe, expect, it } from 'vitest';
import type { Flag } from '../../src/cli/command.ts';
import { asksForHelp, normaliseArguments } from '../../src/cli/go-arguments.ts';

const FLAGS: readonly Flag[] = [
  { name: 'name', kind: 'text', help: '' },
  { name: 'port', kind: 'integer', help: '' },
  { name: 'quiet', kind: 'boolean', help: '' },
  { name: 'tag', kind: 'list', help: '' },
  { name: 'meta', kind: 'map', help: '' },
];

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('Go-style arguments become', () => {
  const table: readonly [string, string, string][] = [
    ['nothing but the separator when there are none', '', '--'],
    ['long options from one dash', '-name web', '--name=web --'],
    ['long options from two dashes', '--name web', '--name=web --'],
    ['the same from an equals sign', '-name=web', '--name=web --'],
    ['a value with an equals sign in it', '-name=a=b', '--name=a=b --'],
    ['an empty value', '-name=', '--name= --'],
    ['a value that looks like a flag', '-name -quiet', '--name=-quiet --'],
    ['a boolean without a value', '-quiet', '--quiet=true --'],
    ['a boolean that is switched off', '-quiet=false', '--quiet=false --'],
    ['a boolean in any spelling of Go', '-quiet=T', '--quiet=true --'],
    ['a boolean that leaves the next word alone', '-quiet false', '--quiet=true -- false'],
    ['a number', '-port 8080', '--port=8080 --'],
    ['each of several values', '-tag a -tag=b', '--tag=a --tag=b --'],
    ['each of several pairs', '-meta a=1 -meta b=', '--meta=a=1 --meta=b= --'],
    ['operands behind the separator', '-quiet a b', '--quiet=true -- a b'],
    [
      'flags in front, wherever they stood',
      'a -quiet b -name=web',
      '--quiet=true --name=web -- a b',
    ],
    [
      'operands after a separator, whatever they look like',
      '-quiet -- -name a',
      '--quiet=true -- -name a',
    ],
    ['a lone dash as an operand', '- -quiet', '--quiet=true -- -'],
  ];
  it.each(table)('%s', (_title, line, expected) => {
    expect(normaliseArguments(words(line), { flags: FLAGS })).toEqual({
      kind: 'ok',
      tokens: words(expected),
    });
  });
});

it("operands that end the flags are somebody else's words", () => {
  const command = { flags: FLAGS, operandsEndFlags: true };
  const tokens = words('--name=web -- ls -quiet -- -h');
  expect(normaliseArguments(words('-name web ls -quiet -- -h'), command)).toEqual({
    kind: 'ok',
    tokens,
  });
  expect(asksForHelp(words('-name web ls -h'), command)).toBe(false);
  expect(asksForHelp(words('-name web -h ls'), command)).toBe(true);
});

describe('Go-style arguments are refused', () => {
  const table: readonly [string, string, string][] = [
    ['for an unknown flag', '-nmae web', 'flag provided but not defined: -nmae'],
    ['for an unknown flag with a value', '--nmae=web', 'flag provided but not defined: -nmae'],
    ['for an unknown flag after an operand', 'a -nmae', 'flag provided but not defined: -nmae'],
    ['for a missing value', '-name', 'flag needs an argument: -name'],
    ['for three dashes', '---name', 'bad flag syntax: ---name'],
    ['for a nameless flag', '-=x', 'bad flag syntax: -=x'],
    [
      'for a boolean that is none',
      '-quiet=maybe',
      'invalid boolean value "maybe" for -quiet: parse error',
    ],
    ['for a number that is none', '-port http', 'invalid value "http" for flag -port: parse error'],
    [
      'for half a pair',
      '-meta a',
      'invalid value "a" for flag -meta: Missing "=" value in argument: a',
    ],
  ];
  it.each(table)('%s', (_title, line, message) => {
    expect(normaliseArguments(words(line), { flags: FLAGS })).toEqual({ kind: 'refused', message });
  });
});

describe('help is asked for', () => {
  const table: readonly [string, boolean][] = [
    ['-h', true],
    ['--help', true],
    ['-help', true],
    ['web.json -h', true],
    ['-- -h', false],
    ['-host', false],
    ['', false],
  ];
  it.each(table)('by "%s": %s', (line, expected) => {
    expect(asksForHelp(words(line))).toBe(expected);
  });
});
