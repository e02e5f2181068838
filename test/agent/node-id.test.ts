import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeNodeId } from '../../src/agent/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ID = '0a1b2c3d-1111-2222-3333-444455556666';

it('makes an id once and finds it again', () => {
  const dataDirectory = join(temporaryFolder(), 'data');
  const first = takeNodeId({ configured: '', dataDirectory });
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(takeNodeId({ configured: '', dataDirectory })).toBe(first);
});

it('keeps the id that the configuration names', () => {
  const dataDirectory = temporaryFolder();
  expect(takeNodeId({ configured: ID.toUpperCase(), dataDirectory })).toBe(ID);
  expect(readFileSync(join(dataDirectory, 'node-id'), 'utf8')).toBe(`${ID}\n`);
  expect(takeNodeId({ configured: '', dataDirectory })).toBe(ID);
});

it('keeps nothing without a directory', () => {
  const source = { configured: '', dataDirectory: '' };
  expect(takeNodeId(source)).not.toBe(takeNodeId(source));
});

it('refuses a file that holds something else', () => {
  const dataDirectory = temporaryFolder();
  writeFileSync(join(dataDirectory, 'node-id'), 'nonsense\n');
  expect(() => takeNodeId({ configured: '', dataDirectory })).toThrow('does not hold a UUID');
});
