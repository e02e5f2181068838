import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientSettings } from '../../src/cli/client-settings.ts';
import { FlagValues } from '../../src/cli/flag-values.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Texts = Readonly<Record<string, string>>;

function settings(flags: Texts, env: Texts) {
  return clientSettings(
    new FlagValues(new Map(Object.entries(flags).map(([k, v]) => [k, [v]]))),
    env,
  );
}

describe('the address of the agent', () => {
  const table: readonly [string, Texts, Texts, string][] = [
    ['is local by default', {}, {}, 'http://127.0.0.1:8500'],
    [
      'is taken from the environment',
      {},
      { CONSUL_HTTP_ADDR: '192.0.2.1:1' },
      'http://192.0.2.1:1',
    ],
    [
      'is rather taken from the flag',
      { 'http-addr': '192.0.2.2:2' },
      { CONSUL_HTTP_ADDR: '192.0.2.1:1' },
      'http://192.0.2.2:2',
    ],
    [
      'may name its scheme',
      {},
      { CONSUL_HTTP_ADDR: 'http://agent.example:1' },
      'http://agent.example:1',
    ],
    [
      'may end in a slash',
      {},
      { CONSUL_HTTP_ADDR: 'http://agent.example:1/' },
      'http://agent.example:1',
    ],
    ['may be of IPv6', { 'http-addr': '[::1]:8500' }, {}, 'http://[::1]:8500'],
    [
      'may be secure',
      { 'http-addr': 'https://agent.example:8501' },
      {},
      'https://agent.example:8501',
    ],
    [
      'is secure when the environment says so',
      { 'http-addr': 'agent.example:8501' },
      { CONSUL_HTTP_SSL: 'true' },
      'https://agent.example:8501',
    ],
    ['ignores an empty variable', {}, { CONSUL_HTTP_ADDR: '' }, 'http://127.0.0.1:8500'],
  ];
  it.each(table)('%s', (_title, flags, env, origin) => {
    expect(settings(flags, env)).toMatchObject({ origin });
    expect(settings(flags, env)).not.toHaveProperty('socketPath');
  });

  it('may be a unix socket', () => {
    const env = { CONSUL_HTTP_ADDR: 'unix:///run/agent.sock' };
    expect(settings({}, env)).toMatchObject({ socketPath: '/run/agent.sock' });
  });

  it('is refused with a scheme that does not exist', () => {
    expect(() => settings({ 'http-addr': 'ftp://x' }, {})).toThrow('unknown protocol scheme: ftp');
  });

  it('is refused when it is none', () => {
    expect(() => settings({ 'http-addr': 'a b' }, {})).toThrow('invalid address "a b"');
  });
});

describe('the token', () => {
  const table: readonly [string, Texts, Texts, string | undefined][] = [
    ['is not sent when there is none', {}, {}, undefined],
    ['is taken from the environment', {}, { CONSUL_HTTP_TOKEN: 'env' }, 'env'],
    [
      'is taken from a file of the environment before that',
      {},
      { CONSUL_HTTP_TOKEN: 'env', CONSUL_HTTP_TOKEN_FILE: 'ENV_FILE' },
      'env file',
    ],
    [
      'is rather taken from the flag',
      { token: 'flag' },
      { CONSUL_HTTP_TOKEN: 'env', CONSUL_HTTP_TOKEN_FILE: 'ENV_FILE' },
      'flag',
    ],
    [
      'is taken from the file of the flag before that',
      { token: 'flag', 'token-file': 'FLAG_FILE' },
      { CONSUL_HTTP_TOKEN: 'env' },
      'flag file',
    ],
  ];
  it.each(table)('%s', (_title, flags, env, token) => {
    const paths = tokenFiles();
    const resolved = (texts: Texts): Texts =>
      Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, paths[text] ?? text]));
    expect(settings(resolved(flags), resolved(env)).headers['X-Consul-Token']).toBe(token);
  });

  it('is an error when its file is not there', () => {
    expect(() => settings({ 'token-file': '/nonexistent/token' }, {})).toThrow(
      'Error loading token file "/nonexistent/token"',
    );
  });
});

it('the login of the environment is sent as basic authorization', () => {
  const { headers } = settings({}, { CONSUL_HTTP_AUTH: 'user:pass' });
  expect(headers.Authorization).toBe('Basic dXNlcjpwYXNz');
});

it('datacenter and staleness are asked for with every request', () => {
  expect(settings({ datacenter: 'dc2', stale: 'true' }, {}).query).toEqual({
    dc: 'dc2',
    stale: '',
  });
});

/** Both token files, in a folder of the running test. */
function tokenFiles(): Texts {
  const folder = temporaryFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return { ENV_FILE: write('env', 'env file\n'), FLAG_FILE: write('flag', ' flag file ') };
}
