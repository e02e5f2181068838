/** The demonstrations as a user runs them: a real agent, real sockets, the same output each time. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runProgram } from './run-program.ts';

it.each([
  ['-golden', 'ok'],
  ['-failure', 'expected_error'],
])('demo %s ends in %s, says the same twice and leaves nothing behind', async (flag, last) => {
  const folder = join(temporaryFolder(), 'tmp');
  mkdirSync(folder);
  const run = () => runProgram(['demo', flag], { env: { TMPDIR: folder } });
  const [first, second] = await Promise.all([run(), run()]);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout.trimEnd().split('\n').at(-1)).toBe(last);
  expect(second).toEqual(first);
  expect(readdirSync(folder)).toEqual([]);
});
