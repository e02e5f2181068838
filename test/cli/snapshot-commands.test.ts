/** Goal: what a file was saved of comes back from it. Method: the commands on a built agent and a real disk. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runCommand } from './run-command.ts';

async function start() {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const folder = temporaryFolder();
  const run = (...argv: string[]) => runCommand(argv, { CONSUL_HTTP_ADDR: url });
  return { folder, file: join(folder, 'a.snap'), run };
}

it('a snapshot is saved, inspected and restored', async () => {
  const { folder, file, run } = await start();
  await run('kv', 'put', 'a', 'one');
  const saved = await run('snapshot', 'save', file);
  expect(saved).toMatchObject({ exitCode: 0, stderr: '' });
  const index = /^Saved and verified snapshot to index (\d+)\n$/.exec(saved.stdout)?.[1];
  expect(readdirSync(folder)).toEqual(['a.snap']);

  const { stdout } = await run('snapshot', 'inspect', file);
  expect(stdout).toMatch(
    new RegExp(`^ ID {11}\\d+-${index}-\\d+\n Size {9}\\d+\n Index {8}${index}\n Term {9}\\d+\n`),
  );
  expect(stdout).toMatch(/\n\n Type +Count {6}Size\n ---- +---- {7}----\n/);
  expect(stdout).toMatch(/\n kv +1 {10}\d+B\n/);
  expect(stdout).toMatch(/\n Total +[\d.]+K?B\n$/);
  const json = await run('snapshot', 'inspect', '-format=json', file);
  expect(JSON.parse(json.stdout)).toMatchObject({ Meta: { Index: Number(index), Version: 1 } });

  await run('kv', 'put', 'a', 'two');
  expect(await run('snapshot', 'restore', file)).toMatchObject({ stdout: 'Restored snapshot\n' });
  expect(await run('kv', 'get', 'a')).toMatchObject({ stdout: 'one\n' });
});

it('a file that is not whole is refused by name', async () => {
  const { folder, file, run } = await start();
  await run('snapshot', 'save', file);
  writeFileSync(file, readFileSync(file).subarray(0, -20));
  const problem = 'failed to decompress snapshot: unexpected EOF';
  expect(await run('snapshot', 'inspect', file)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `Error verifying snapshot file: ${problem}\n`,
  });
  expect((await run('snapshot', 'restore', file)).stderr).toMatch(
    /^Error restoring snapshot: Unexpected response code: \d+ \(failed to decompress snapshot/,
  );
  expect((await run('snapshot', 'save', join(folder, 'none', 'a'))).stderr).toMatch(
    /^Error writing snapshot file: .*no such file or directory/,
  );
  expect((await run('snapshot', 'restore', `${file}.none`)).stderr).toMatch(
    /^Error opening snapshot file: .*no such file or directory/,
  );
  expect((await run('snapshot', 'save')).stderr).toBe('Missing FILE argument\n');
});
