/** Goal: a group of any size is encoded as its last state, in slices between which others have their turn. */
import { expect, it } from 'vitest';
import type { RowChange, StagedCommand } from '../../src/catalog/index.ts';
import { encodeGroup, type StoredRow } from '../../src/engine/embedded/encode-group.ts';
import { decodeValue, splitRowKey } from '../../src/engine/embedded/row-codec.ts';

const change = (key: string, value: string | undefined, modifyIndex = 1): RowChange => {
  const row = { key, value: value ?? '', flags: '0', lockIndex: 0, session: '' };
  const after = value === undefined ? undefined : { ...row, createIndex: 1, modifyIndex };
  return { table: 'kv', key, before: undefined, after };
};

/** Key and value of each, undefined where it goes. */
const decoded = (rows: readonly StoredRow[]) =>
  rows.map(({ key, value }) => [
    splitRowKey(key)[1],
    value && (decodeValue(key, value) as { value: string }).value,
  ]);

it('has the last change of each row', async () => {
  const commands: StagedCommand[] = [
    { index: 1, changes: [change('a', 'one'), change('b', 'one'), change('c', undefined)] },
    { index: 2, changes: [change('a', 'two'), change('b', undefined)] },
  ];
  expect(decoded(await encodeGroup(commands))).toEqual([
    ['a', 'two'],
    ['b', undefined],
    ['c', undefined],
  ]);
});

const large: [what: string, rows: number, length: number, turns: number][] = [
  ['many rows', 30_000, 0, 10],
  ['large rows', 100, 500_000, 10],
  ['a few', 1000, 10, 0],
];
it.each(large)(
  'of %s lets others have their turn if it must',
  async (...[, count, length, turns]) => {
    const changes = Array.from({ length: count }, (_, at) => change(`${at}`, 'v'.repeat(length)));
    let seen = 0;
    let isOver = false;
    const watch = (): void => {
      if (isOver) return;
      seen++;
      setImmediate(watch);
    };
    setImmediate(watch);
    const rows = await encodeGroup([{ index: 1, changes }]);
    isOver = true;
    expect(rows.map(({ key }) => splitRowKey(key)[1])).toEqual(changes.map(({ key }) => key));
    if (turns === 0) expect(seen).toBe(0);
    else expect(seen).toBeGreaterThan(turns);
  },
);
