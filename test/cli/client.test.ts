/** The client against real sockets: how it identifies itself and what it says when nobody answers. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fakeAgent } from './fake-agent.ts';
import { runCommand } from './run-command.ts';

const REPLIES = { 'GET /v1/catalog/datacenters': ['dc1'] };

it('a flag is preferred to the environment', async () => {
  const agent = await fakeAgent(REPLIES);
  const argv = ['catalog', 'datacenters', '-http-addr', agent.address, '-token=flag'];
  const env = { CONSUL_HTTP_ADDR: '127.0.0.1:1', CONSUL_HTTP_TOKEN: 'env' };
  expect(await runCommand(argv, env)).toMatchObject({ exitCode: 0, stdout: 'dc1\n' });
  expect(agent.asked).toMatchObject([{ token: 'flag' }]);
});

it('the environment gives address, token and login', async () => {
  const agent = await fakeAgent(REPLIES);
  const env = {
    CONSUL_HTTP_ADDR: `http://${agent.address}`,
    CONSUL_HTTP_TOKEN: 'env',
    CONSUL_HTTP_AUTH: 'user:pass',
  };
  expect(await runCommand(['catalog', 'datacenters'], env)).toMatchObject({ exitCode: 0 });
  expect(agent.asked).toMatchObject([{ token: 'env', authorization: 'Basic dXNlcjpwYXNz' }]);
});

it('a unix socket is asked as a port is', async () => {
  const { address } = await fakeAgent(REPLIES, join(temporaryFolder(), 'http.sock'));
  const env = { CONSUL_HTTP_ADDR: address };
  expect(await runCommand(['catalog', 'datacenters'], env)).toMatchObject({ stdout: 'dc1\n' });
});

it('a port that nobody listens on is one line on stderr', async () => {
  // Port 1 of loopback: reserved, and refused by every host that does not serve tcpmux.
  const stderr =
    'Error listing datacenters: Get "http://127.0.0.1:1/v1/catalog/datacenters": dial tcp 127.0.0.1:1: connect: connection refused\n';
  const argv = ['catalog', 'datacenters', '-http-addr=127.0.0.1:1'];
  expect(await runCommand(argv)).toEqual({ exitCode: 1, stdout: '', stderr });
});

it('a write to nobody names its method', async () => {
  const { stderr } = await runCommand(['reload', '-http-addr=127.0.0.1:1']);
  expect(stderr).toMatch(
    /^Error reloading: Put "http:\/\/127\.0\.0\.1:1\/v1\/agent\/reload": dial tcp /,
  );
});

it('a socket that does not exist is one line on stderr', async () => {
  const path = join(temporaryFolder(), 'none.sock');
  const { exitCode, stderr } = await runCommand(['members', `-http-addr=unix://${path}`]);
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    `Error retrieving members: Get "http://127.0.0.1/v1/agent/members": dial unix ${path}: connect: no such file or directory\n`,
  );
});

it('a reply that is not JSON is an error', async () => {
  const { address } = await fakeAgent({ 'GET /v1/agent/members': '200 <html>' });
  const { exitCode, stderr } = await runCommand(['members', `-http-addr=${address}`]);
  expect(exitCode).toBe(1);
  expect(stderr).toBe('Error retrieving members: the agent did not answer with JSON\n');
});
