/**
 * Goal: the tables of bounds put together lose no row, and each row is sound. Method: compare the whole with its parts.
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Limit, limits } from '../../src/runtime/index.ts';

const folder = resolve(import.meta.dirname, '../../src/runtime/limits');

it('puts the rows of every table together, each under a name of its own', async () => {
  const tables = readdirSync(folder).filter((name) => name !== 'limit.ts');
  const modules = await Promise.all(tables.map((name) => import(join(folder, name))));
  const rows = modules
    .flatMap((module) => Object.values(module))
    .flatMap((table) => Object.keys(table as object));
  expect(rows.toSorted()).toEqual(Object.keys(limits).toSorted());
});

it('has a default within each range, and a reason', () => {
  const unsound = Object.entries<Limit>(limits).filter(
    ([, { default: value, min, max, why }]) => value < min || value > max || why === '',
  );
  expect(unsound).toEqual([]);
});
