/**
 * Goal: a watch and a lock see at once that their agent was set up anew. Method: the commands in this process, which do
 * not wait between attempts, beside a server whose index goes back over a failure.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runCommand } from './run-command.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

/** Answers readings in turn with the key at an index, and one that is undefined with a failure; takes all writes. */
async function startServer(readings: (object | undefined)[]) {
  const asked: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    if (method !== 'GET') return void response.end(url.includes('create') ? '{"ID":"s"}' : 'true');
    asked.push(url);
    const entry = readings.shift();
    const index = entry !== undefined && 'ModifyIndex' in entry ? entry.ModifyIndex : 0;
    response.writeHead(entry === undefined ? 500 : 200, { 'X-Consul-Index': `${index}` });
    response.end(JSON.stringify(index === 0 ? [] : [entry]));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it('a watch does not wait in the first reading after a failure', async () => {
  const readings = [{ ModifyIndex: 17 }, undefined, { ModifyIndex: 5 }];
  const { address, asked } = await startServer(readings);
  // Fails at the second change, which ends the watch.
  const handler = `mkdir ${join(temporaryFolder(), 'once')} 2>&-`;
  const argv = ['watch', '-http-addr', address, '-type=key', '-key=b', handler];
  expect(await runCommand(argv)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('trying again in 5s\n'),
  });
  expect(asked).toEqual(['/v1/kv/b', '/v1/kv/b?index=17', '/v1/kv/b']);
});

it('a lock does not wait in the first reading after a failure', async () => {
  const held = { ModifyIndex: 17, Session: 's' };
  const { address, asked } = await startServer([{}, held, undefined, {}, {}]);
  const argv = ['lock', '-http-addr', address, '-verbose', 'job', 'exec sleep 60'];
  const { stdout } = await runCommand(argv);
  expect(stdout).toContain('Lock lost, killing child\n');
  const key = '/v1/kv/job%2F.lock';
  // The last one looks whether anybody else uses the key.
  expect(asked).toEqual([key, key, `${key}?index=17`, key, key]);
});
