/** Goal: a command learns of each change, once. Method: the built program beside a built agent that is written to. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { bin, startAgentChild } from '../support/agent-child.ts';
import { runCommand } from './run-command.ts';

function startWatch(url: string, ...argv: string[]) {
  const child = spawn(process.execPath, [bin, 'watch', '-http-addr', url, ...argv]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  return { child, ended, line };
}

const put = (url: string, path: string, body = '') => fetch(url + path, { method: 'PUT', body });

it('a view is printed once without a command', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  await put(url, '/v1/kv/a?flags=18446744073709551615', 'one');
  await put(url, '/v1/agent/service/register', '{"Name":"web","Tags":["v1"],"Check":{"TTL":"1h"}}');
  const shown = async (...argv: string[]) => {
    const { exitCode, stdout } = await runCommand(['watch', '-http-addr', url, ...argv]);
    expect(exitCode).toBe(0);
    return stdout;
  };
  expect(await shown('-type=key', '-key=a')).toMatch(
    /^\{\n {4}"Session": "",\n {4}"LockIndex": 0,\n {4}"Key": "a",\n {4}"Flags": 18446744073709551615,/,
  );
  expect(await shown('-type=key', '-key=none')).toBe('null\n');
  const parsed = async (...argv: string[]): Promise<unknown> => JSON.parse(await shown(...argv));
  expect(await parsed('-type=keyprefix', '-prefix=a')).toMatchObject([{ Key: 'a' }]);
  expect(await parsed('-type=services')).toMatchObject({ web: ['v1'] });
  expect(await parsed('-type=nodes', '-filter=Node == n1')).toMatchObject([{ Node: 'n1' }]);
  expect(await parsed('-type=service', '-service=web', '-tag=v1')).toHaveLength(1);
  expect(await parsed('-type=service', '-service=web', '-passingonly=true')).toEqual([]);
  expect(await parsed('-type=checks', '-state=critical')).toMatchObject([
    { CheckID: 'service:web' },
  ]);
  expect(await parsed('-type=checks', '-service=web')).toHaveLength(1);
  expect(await parsed('-type=event')).toEqual([]);
  const root = { Active: true, RootCert: expect.stringContaining('BEGIN CERTIFICATE') };
  expect(await parsed('-type=connect_roots')).toMatchObject({ Roots: [root] });
  expect(await parsed('-type=connect_leaf', '-service=web')).toMatchObject({
    Service: 'web',
    PrivateKeyPEM: expect.stringContaining('PRIVATE KEY'),
  });
  expect(await parsed('-type=agent_service', '-service=web')).toMatchObject({ ID: 'web' });
});

it('a command gets each change of a key with its index, until a signal ends the watch', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const { child, ended, line } = startWatch(url, '-type=key', '-key=a', 'echo $CONSUL_INDEX; cat');
  expect(await line()).toMatch(/^\d+$/);
  expect(await line()).toBe('null');
  for (const value of ['one', 'two']) {
    await put(url, '/v1/kv/a', value);
    const index = Number(await line());
    const Value = Buffer.from(value).toString('base64');
    expect(JSON.parse(await line())).toMatchObject({ Key: 'a', Value, ModifyIndex: index });
  }
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

it('a command gets only the events that are new', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  await put(url, '/v1/event/fire/deploy', '1');
  const { line } = startWatch(url, '-type=event', '-name=deploy', '-shell=false', 'cat');
  const payloads = async () =>
    (JSON.parse(await line()) as { Payload: string }[]).map(({ Payload }) => atob(Payload));
  expect(await payloads()).toEqual(['1']);
  await put(url, '/v1/event/fire/deploy', '2');
  expect(await payloads()).toEqual(['2']);
});

it('a command gets each change of an instance, which has a hash in place of an index', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const register = (port: number) =>
    put(url, '/v1/agent/service/register', `{"Name":"web","Port":${port}}`);
  await register(1);
  const handler = 'echo "<$CONSUL_INDEX>"; cat';
  const { line } = startWatch(url, '-type=agent_service', '-service=web', handler);
  for (const port of [1, 2, 3]) {
    if (port > 1) await register(port);
    expect(await line()).toBe('<>');
    expect(JSON.parse(await line())).toMatchObject({ ID: 'web', Port: port });
  }
});

it('a command gets a certificate with the index that the next one is waited for by', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  const handler = 'echo $CONSUL_INDEX; cat';
  const { line } = startWatch(url, '-type=connect_leaf', '-service=web', handler);
  const index = Number(await line());
  expect(JSON.parse(await line())).toMatchObject({ Service: 'web', ModifyIndex: index });
});

it('a command that fails ends the watch', async () => {
  const { url } = await startAgentChild({ args: ['-dev'] });
  expect(await startWatch(url, '-type=nodes', 'exit 3').ended).toBe(1);
});

it.each([
  ['', /^Watch type must be specified\n\nUsage: /],
  ['-type=moon', /^Unsupported watch type: moon\n$/],
  ['-type=key', /^Must specify a single key to watch\n$/],
  ['-type=keyprefix', /^Must specify a single prefix to watch\n$/],
  ['-type=service', /^Must specify a single service to watch\n$/],
  ['-type=connect_leaf', /^Must specify a single service to watch\n$/],
  ['-type=agent_service', /^Must specify a single service to watch\n$/],
  ['-type=checks -service=a -state=any', /^Cannot specify service and state\n$/],
  ['-type=service -service=a -passingonly=x', /^Failed to parse passingonly flag: /],
  ['-type=nodes -http-addr=127.0.0.1:1 cat', /^Error querying Consul agent: .*connection refused/],
])('"watch %s" is refused', async (line, message) => {
  const { exitCode, stderr } = await runCommand(['watch', ...line.split(' ').filter(Boolean)]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
});
