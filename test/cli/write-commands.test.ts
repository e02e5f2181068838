/** The commands that change something: what they send, print and answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type FakeAgent, fakeAgent } from './fake-agent.ts';
import { type Outcome, runCommand } from './run-command.ts';

const REPLIES = {
  'PUT /v1/agent/service/register': null,
  'PUT /v1/agent/service/deregister/web': null,
  'PUT /v1/agent/service/deregister/web-1': null,
  'PUT /v1/agent/service/deregister/nobody': '404 Unknown service ID "nobody".',
  'PUT /v1/agent/maintenance': null,
  'PUT /v1/agent/service/maintenance/web': null,
  'PUT /v1/agent/reload': null,
  'PUT /v1/agent/leave': null,
};

async function sent(
  argv: readonly string[],
  replies: Readonly<Record<string, unknown>> = REPLIES,
): Promise<Outcome & Pick<FakeAgent, 'asked'>> {
  const agent = await fakeAgent(replies);
  const outcome = await runCommand(argv, { CONSUL_HTTP_ADDR: agent.address });
  return { ...outcome, asked: agent.asked };
}

function file(content: unknown, name = 'web.json'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('services register', () => {
  const flags: readonly [string, unknown][] = [
    ['-name web', { Name: 'web' }],
    [
      '-name web -id w1 -port=80 -address 192.0.2.1',
      { Name: 'web', ID: 'w1', Port: 80, Address: '192.0.2.1' },
    ],
    [
      '-name web -tag a -tag b -meta k=v -kind connect-proxy',
      { Name: 'web', Tags: ['a', 'b'], Meta: { k: 'v' }, Kind: 'connect-proxy' },
    ],
    ['-name web -socket /run/web.sock', { Name: 'web', SocketPath: '/run/web.sock' }],
    [
      '-name web -tagged-address lan=192.0.2.1:80 -tagged-address wan=[2001:db8::1]:81 -tagged-address v6=::1',
      {
        Name: 'web',
        TaggedAddresses: {
          lan: { Address: '192.0.2.1', Port: 80 },
          wan: { Address: '2001:db8::1', Port: 81 },
          v6: { Address: '::1', Port: 0 },
        },
      },
    ],
  ];
  it.each(flags)('sends the flags %s', async (line, body) => {
    const outcome = await sent(['services', 'register', ...line.split(' ')]);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'Registered service: web\n', stderr: '' });
    expect(outcome.asked).toMatchObject([{ url: '/v1/agent/service/register', body }]);
    expect(outcome.asked[0]?.body).toEqual(body);
  });

  const files: readonly [string, unknown, unknown[]][] = [
    ['the service of a file', { service: { name: 'web', port: 80 } }, [{ Name: 'web', Port: 80 }]],
    [
      'the services of a file',
      { services: [{ name: 'web' }, { Name: 'db' }] },
      [{ Name: 'web' }, { Name: 'db' }],
    ],
    ['the body of an API call', { Name: 'web', Port: 80 }, [{ Name: 'web', Port: 80 }]],
    [
      'nested keys in the spelling of the API, and keys that are data as they are',
      {
        service: {
          name: 'web',
          enable_tag_override: true,
          tagged_addresses: { lan_ipv4: { address: '192.0.2.1', port: 80 } },
          meta: { my_key: 'v' },
          check: {
            id: 'c1',
            http: 'http://localhost',
            tls_skip_verify: true,
            header: { x_y: ['z'] },
          },
          checks: [{ deregister_critical_service_after: '90m', ttl: '15s' }],
          connect: { sidecar_service: { socket_path: '/x' } },
          unknown_key: 1,
        },
      },
      [
        {
          Name: 'web',
          EnableTagOverride: true,
          TaggedAddresses: { lan_ipv4: { address: '192.0.2.1', port: 80 } },
          Meta: { my_key: 'v' },
          Check: {
            CheckID: 'c1',
            HTTP: 'http://localhost',
            TLSSkipVerify: true,
            Header: { x_y: ['z'] },
          },
          Checks: [{ DeregisterCriticalServiceAfter: '90m', TTL: '15s' }],
          Connect: { SidecarService: { SocketPath: '/x' } },
          unknown_key: 1,
        },
      ],
    ],
  ];
  it.each(files)('sends %s', async (_title, content, bodies) => {
    const { exitCode, asked } = await sent(['services', 'register', file(content)]);
    expect(exitCode).toBe(0);
    expect(asked.map(({ body }) => body)).toEqual(bodies);
  });

  it('stops at the first service that is refused', async () => {
    const path = file({ services: [{ name: 'web' }, { name: 'db' }] });
    const replies = { 'PUT /v1/agent/service/register': '400 Invalid service address' };
    const { exitCode, stdout, stderr, asked } = await sent(['services', 'register', path], replies);
    expect({ exitCode, stdout, requests: asked.length }).toEqual({
      exitCode: 1,
      stdout: '',
      requests: 1,
    });
    const refusal = 'Unexpected response code: 400 (Invalid service address)';
    expect(stderr).toBe(`Error registering service "web": ${refusal}\n`);
  });

  const mistakes: readonly [string, () => string[], string][] = [
    [
      'nothing to register',
      () => [],
      'Service registration requires at least one argument or flags.\n',
    ],
    [
      'a file and flags',
      () => [file({}), '-name=web'],
      'Service registration requires arguments or -id, not both.\n',
    ],
    [
      'a file without a service',
      () => [file({ checks: [] })],
      'no service is defined, expected "service" or "services"\n',
    ],
    [
      'a file that is not there',
      () => ['/nonexistent/web.json'],
      'Error: failed to read /nonexistent/web.json: ENOENT',
    ],
    ['a file that is not JSON', () => [file('{')], 'Error: failed to parse '],
    [
      'a port past the last',
      () => ['-name=web', '-tagged-address=lan=h:70000'],
      'Invalid Tagged Address: invalid port in "h:70000"\n',
    ],
  ];
  it.each(mistakes)('refuses %s without asking', async (_title, args, message) => {
    const { exitCode, stderr, asked } = await sent(['services', 'register', ...args()]);
    expect({ exitCode, asked }).toEqual({ exitCode: 1, asked: [] });
    expect(stderr).toContain(message);
  });
});

describe('services deregister', () => {
  it('takes an id', async () => {
    const { stdout, asked } = await sent(['services', 'deregister', '-id=web']);
    expect(stdout).toBe('Deregistered service: web\n');
    expect(asked).toMatchObject([{ method: 'PUT', url: '/v1/agent/service/deregister/web' }]);
  });

  it('takes files, where a service without an id goes by its name', async () => {
    const path = file({ services: [{ name: 'web', id: 'web-1' }, { name: 'web' }] });
    const { stdout } = await sent(['services', 'deregister', path]);
    expect(stdout).toBe('Deregistered service: web-1\nDeregistered service: web\n');
  });

  const mistakes: readonly [string, string[], string][] = [
    [
      'an id that is not there',
      ['-id=nobody'],
      'Error deregistering service "nobody": Unexpected response code: 404 (Unknown service ID "nobody".)\n',
    ],
    [
      'nothing to deregister',
      [],
      'Service deregistration requires at least one argument or -id.\n',
    ],
    [
      'a file and an id',
      ['web.json', '-id=web'],
      'Service deregistration requires arguments or -id, not both.\n',
    ],
  ];
  it.each(mistakes)('refuses %s', async (_title, args, stderr) => {
    const outcome = await sent(['services', 'deregister', ...args]);
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '', stderr });
  });
});

describe('one request is made by', () => {
  const table: readonly [string[], string, string][] = [
    [
      ['maint', '-enable'],
      '/v1/agent/maintenance?enable=true',
      'Node maintenance is now enabled\n',
    ],
    [
      ['maint', '-enable', '-reason', 'new disks'],
      '/v1/agent/maintenance?enable=true&reason=new%20disks',
      'Node maintenance is now enabled\n',
    ],
    [
      ['maint', '-disable'],
      '/v1/agent/maintenance?enable=false',
      'Node maintenance is now disabled\n',
    ],
    [
      ['maint', '-enable', '-service=web'],
      '/v1/agent/service/maintenance/web?enable=true',
      'Service maintenance is now enabled for "web"\n',
    ],
    [
      ['maint', '-disable', '-service=web'],
      '/v1/agent/service/maintenance/web?enable=false',
      'Service maintenance is now disabled for "web"\n',
    ],
    [['reload'], '/v1/agent/reload', 'Configuration reload triggered\n'],
    [['leave'], '/v1/agent/leave', 'Graceful leave complete\n'],
  ];
  it.each(table)('%j', async (argv, url, stdout) => {
    const outcome = await sent(argv);
    expect(outcome).toMatchObject({ exitCode: 0, stdout, stderr: '' });
    expect(outcome.asked).toMatchObject([{ method: 'PUT', url }]);
  });

  const refusals: readonly [string[], string][] = [
    [['maint', '-enable'], 'Error enabling node maintenance'],
    [['maint', '-disable', '-service=web'], 'Error disabling service maintenance'],
    [['reload'], 'Error reloading'],
    [['leave'], 'Error leaving'],
  ];
  it.each(refusals)('%j, and a refusal says so', async (argv, doing) => {
    const stderr = `${doing}: Unexpected response code: 404 (Invalid URL path)\n`;
    expect(await sent(argv, {})).toMatchObject({ exitCode: 1, stdout: '', stderr });
  });
});
