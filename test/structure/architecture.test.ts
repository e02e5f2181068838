/** src/ARCHITECTURE.md is checked, so that it cannot rot: its paths exist, and its table is the one that is executed. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'src/ARCHITECTURE.md'), 'utf8');

describe('src/ARCHITECTURE.md', () => {
  it('names only paths that exist', () => {
    const named = [...text.matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map((match) => match[1] as string);
    const missing = named.filter(
      (path) => !existsSync(join(root, 'src', path)) && !existsSync(join(root, path)),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  it('lists every folder of src', () => {
    const folders = readdirSync(join(root, 'src')).filter((name) =>
      statSync(join(root, 'src', name)).isDirectory(),
    );
    const unlisted = folders.filter((folder) => !text.includes(`| \`${folder}/\` |`));
    expect(unlisted).toEqual([]);
  });
});

it('no file of src is longer than can be read in one go', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const lengthOf = (path: string) =>
    readFileSync(join(root, 'src', path), 'utf8').split('\n').length;
  const sources = files.filter((path) => path.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.filter((path) => lengthOf(path) > 401)).toEqual([]);
});
