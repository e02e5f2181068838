import { expect, it } from 'vitest';
import { columns } from '../../src/cli/columns.ts';

const table: readonly [string, string[][], string][] = [
  ['nothing from no rows', [], ''],
  ['a single cell as it is', [['a']], 'a\n'],
  ['cells two spaces apart', [['a', 'b', 'c']], 'a  b  c\n'],
  [
    'columns as wide as their widest cell',
    [
      ['Node', 'DC'],
      ['n1', 'dc1'],
    ],
    'Node  DC\nn1    dc1\n',
  ],
  [
    'no spaces at the end of a line',
    [
      ['a', 'b'],
      ['ccc', ''],
    ],
    'a    b\nccc\n',
  ],
  ['rows of different lengths', [['a'], ['bb', 'c']], 'a\nbb  c\n'],
  [
    'characters outside the basic plane as one',
    [
      ['𝄞', 'x'],
      ['ab', 'y'],
    ],
    '𝄞   x\nab  y\n',
  ],
];

it.each(table)('columns makes %s', (_title, rows, expected) => {
  expect(columns(rows)).toBe(expected);
});

it('columns takes another gap', () => {
  expect(columns([['web', 'v1']], 6)).toBe('web      v1\n');
});
