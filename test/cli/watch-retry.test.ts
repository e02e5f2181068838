/**
 * Goal: a watch goes on with an agent that was set up anew. Method: the command in this process, which does not wait
 * between attempts, beside a server whose index goes back over a failure.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runCommand } from './run-command.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

/** Says these in turn: an index, or undefined for a failure. */
async function startServer(indexes: (number | undefined)[]) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const index = indexes.shift();
    response.writeHead(index === undefined ? 500 : 200, { 'X-Consul-Index': `${index}` });
    response.end(JSON.stringify([{ Key: 'b', ModifyIndex: index }]));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it('a failure makes the next reading one that does not wait', async () => {
  const { address, asked } = await startServer([17, undefined, 5]);
  // Fails at the second change, which ends the watch.
  const handler = `mkdir ${join(temporaryFolder(), 'once')} 2>&-`;
  const argv = ['watch', '-http-addr', address, '-type=key', '-key=b', handler];
  expect(await runCommand(argv)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('trying again in 5s\n'),
  });
  expect(asked).toEqual(['/v1/kv/b', '/v1/kv/b?index=17', '/v1/kv/b']);
});
