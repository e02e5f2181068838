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

it('what is below which keys is told, as deep as one likes', async () => {
  const { file, run } = await start();
  const keys = ['app/web/one', 'app/web/two', 'app/db', 'single', 'apple/'];
  for (const key of keys) await run('kv', 'put', key, 'x'.repeat(2000 / key.length));
  await run('snapshot', 'save', file);
  const inspect = (...argv: string[]) => run('snapshot', 'inspect', ...argv, file);
  expect((await inspect('-kvfilter=app', '-kvdepth=1')).stdout).not.toContain('Key Name');
  const { stdout } = await inspect('-kvdetails');
  expect(stdout.split('\n\n')[2]).toMatch(
    /^ Key Name {6}Count {6}Size\n ---- {10}---- {7}----\n(?: \S+ +\d+ +[\d.]+K?B\n)+ ---- +---- +----\n Total +[\d.]+KB\n$/,
  );
  const counted = async (...argv: string[]) => {
    const report = JSON.parse((await inspect('-kvdetails', '-format=json', ...argv)).stdout);
    const sums = report.StatsKV?.map(({ Sum }: { Sum: number }) => Sum) ?? [];
    expect(sums).toEqual(sums.toSorted((a: number, b: number) => b - a));
    expect(report.TotalSizeKV).toBe(sums.reduce((sum: number, one: number) => sum + one, 0));
    const stats: { Name: string; Count: number }[] = report.StatsKV ?? [];
    return Object.fromEntries(stats.map(({ Name, Count }) => [Name, Count]));
  };
  expect(await counted()).toEqual({ 'app/web': 2, 'app/db': 1, single: 1, 'apple/': 1 });
  expect(await counted('-kvdepth=1')).toEqual({ app: 3, single: 1, apple: 1 });
  expect(await counted('-kvdepth=9', '-kvfilter=app/')).toEqual({
    'app/web/one': 1,
    'app/web/two': 1,
    'app/db': 1,
  });
  expect(await counted('-kvfilter=none')).toEqual({});
  expect((await inspect('-kvdetails', '-kvdepth=0')).stderr).toMatch(/^Invalid -kvdepth 0: /);
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
