/** `bin/rollcall` itself: under another name, away from home, and without a build. */
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PROGRAM, runProgram } from './run-program.ts';

it('it runs through a symbolic link of another name', async () => {
  const link = join(temporaryFolder(), 'consul');
  symlinkSync(PROGRAM, link);
  const { exitCode, stdout } = await runProgram(['version'], { program: link });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('\nConsul v1.16.4 ');
});

it('it passes the exit code on, and nothing but results to stdout', async () => {
  expect(await runProgram([])).toMatchObject({ exitCode: 127, stdout: '' });
});

it('it says what to do when it is not built', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'rollcall.mjs');
  copyFileSync(PROGRAM, program);
  const { exitCode, stderr } = await runProgram(['version'], { program });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^rollcall is not built, run "npm run build" in its folder: /);
});
