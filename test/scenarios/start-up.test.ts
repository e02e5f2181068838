/**
 * Goal: a start loads what it needs and nothing else, since many agents may start at once. Method: run the built program
 * with a note of the packages that each of its threads loaded. Time is not measured here.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../cli/run-program.ts';
import { startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');

it('the version is printed without any package but the one that reads flags', async () => {
  const noted = noting();
  const { exitCode } = await runProgram(['version', '-format=json'], { env: noted.env });
  expect(exitCode).toBe(0);
  expect(noted.packages()).toEqual([['commander']]);
});

it('an agent without HTTP checks starts without what only some agents need', async () => {
  const noted = noting();
  const settings = Object.entries(noted.env).map(([name, value]) => `${name}=${value}`);
  const agent = await startAgentChild({
    within: ['env', ...settings],
    args: ['-server', '-bootstrap-expect=1', '-data-dir', temporaryFolder(), '-client=127.0.0.1'],
  });
  await agent.stop();
  const loaded = noted.packages().flat();
  expect(loaded).toEqual(expect.arrayContaining(['commander', 'fastify', 'pino']));
  const some = ['undici', 'pino-pretty', 're2js', 'reflect-metadata', 'ajv'];
  expect(loaded.filter((name) => some.includes(name))).toEqual([]);
});

it.each(['dns/server/worker', 'engine/embedded/store-check-process'])(
  '%s begins with one file',
  (entry) => {
    const text = readFileSync(join(root, 'dist', `${entry}.js`), 'utf8');
    const others = [...text.matchAll(/^(?:import|export) .*from ["'](\..*)["']/gm)];
    expect(others.map(([, path]) => path)).toEqual([]);
  },
);

/** The environment of a program whose threads note their packages, and what they noted. */
function noting() {
  const file = join(temporaryFolder(), 'packages');
  return {
    env: {
      NODE_OPTIONS: `--require=${join(root, 'test/support/note-packages.cjs')}`,
      NOTE_PACKAGES_IN: file,
    },
    packages: (): string[][] =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}
