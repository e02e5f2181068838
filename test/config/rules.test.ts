import { describe, expect, it } from 'vitest';
import type { CheckDefinition, ServiceDefinition } from '../../src/agent/index.ts';
import { readLayer } from '../../src/config/layer.ts';
import { newAgent } from '../support/agents.ts';
import { errorOf, load, problemsOf } from './bench.ts';

const LONG = 'n'.repeat(513);
const LONG_SHOWN = `"${LONG}`.slice(0, 80).concat('…');

describe('settings that break a rule', () => {
  const table: [string, unknown, string[]][] = [
    ['no data_dir', { data_dir: '' }, ['data_dir cannot be empty']],
    ['an empty node_name', { node_name: '' }, ['node_name cannot be empty']],
    ['a node_id that is none', { node_id: 'x' }, ['node_id must be a UUID. received: "x"']],
    ['an empty datacenter', { datacenter: '' }, ['datacenter cannot be empty']],
    [
      'a datacenter with other characters',
      { datacenter: 'DC.1' },
      ['datacenter can only contain lowercase alphanumeric, - or _ characters. received: "dc.1"'],
    ],
    [
      'bootstrap without server',
      { bootstrap: true },
      ["'bootstrap = true' requires 'server = true'"],
    ],
    [
      'bootstrap_expect without server',
      { bootstrap_expect: 1 },
      ["'bootstrap_expect > 0' requires 'server = true'"],
    ],
    [
      'both',
      { server: true, bootstrap: true, bootstrap_expect: 3 },
      ["'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive"],
    ],
    ...['0.0.0.0', '::', '[::]'].map((advertise_addr): [string, unknown, string[]] => [
      `advertising ${advertise_addr}`,
      { advertise_addr },
      ['Advertise address cannot be 0.0.0.0, :: or [::]'],
    ]),
    [
      'a WAN address of any host',
      { advertise_addr_wan: '0.0.0.0' },
      ['Advertise WAN address cannot be 0.0.0.0, :: or [::]'],
    ],
    ['an empty bind_addr', { bind_addr: '' }, ['bind_addr cannot be empty']],
    ['a name to bind to', { bind_addr: 'lo' }, ['bind_addr: invalid ip address: lo']],
    [
      'a template',
      { bind_addr: '{{ GetPrivateIP }}' },
      ['bind_addr: invalid ip address: {{ GetPrivateIP }}'],
    ],
    ['no client_addr', { client_addr: ' ' }, ['client_addr cannot be empty']],
    [
      'wrong client addresses',
      { client_addr: '127.0.0.1 localhost x' },
      ['client_addr: invalid ip address: localhost', 'client_addr: invalid ip address: x'],
    ],
    [
      'a unix socket',
      { addresses: { http: 'unix:///tmp/x' } },
      ['addresses.http: unix sockets are not supported yet: unix:///tmp/x'],
    ],
    [
      'reserved metadata',
      { node_meta: { 'consul-x': 'v' } },
      [
        "node_meta invalid: Couldn't load metadata pair ('consul-x', 'v'): " +
          "Key prefix 'consul-' is reserved for internal use",
      ],
    ],
    [
      'metadata without a key',
      { node_meta: { '': 'v' } },
      ["node_meta invalid: Couldn't load metadata pair ('', 'v'): Key cannot be blank"],
    ],
    [
      'a metadata key with other characters',
      { node_meta: { 'a.b': '' } },
      [
        "node_meta invalid: Couldn't load metadata pair ('a.b', ''): Key contains invalid characters",
      ],
    ],
    [
      'a long metadata key',
      { node_meta: { ['k'.repeat(129)]: '' } },
      [
        `node_meta invalid: Couldn't load metadata pair ('${'k'.repeat(129)}', ''): ` +
          'Key is too long (limit: 128 characters)',
      ],
    ],
    [
      'a long metadata value',
      { node_meta: { k: 'v'.repeat(513) } },
      [
        `node_meta invalid: Couldn't load metadata pair ('k', '${'v'.repeat(513)}'): ` +
          'Value is too long (limit: 512 characters)',
      ],
    ],
    [
      'too much metadata',
      { node_meta: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, ''])) },
      ['node_meta invalid: Node metadata cannot contain more than 64 key/value pairs'],
    ],
    ...['1.2.3.4::53', 'example.org', '1.2.3.4:0', '1.2.3.4:70000', '[1.2.3.4', ''].map(
      (recursor): [string, unknown, string[]] => [
        `recursor "${recursor}"`,
        { recursors: [recursor] },
        [`recursors: invalid recursor address: ${recursor}`],
      ],
    ),
    ...['0.0.0.0', '::', '0.0.0.0:53', '[::]:53'].map((recursor): [string, unknown, string[]] => [
      `recursor ${recursor}`,
      { recursors: [recursor] },
      ['recursors: DNS recursor address cannot be 0.0.0.0, :: or [::]'],
    ]),
    [
      'a recursor on a socket',
      { recursors: ['unix:///x'] },
      ['recursors: DNS Recursors cannot be unix sockets: unix:///x'],
    ],
    ...['service.', 'connect.x', 'Node.x', 'query.x', 'addr.x', 'dc9.x'].map(
      (alt_domain): [string, unknown, string[]] => [
        `alt_domain ${alt_domain}`,
        { alt_domain, datacenter: 'dc9' },
        ['alt_domain cannot start with {service,connect,node,query,addr,dc9}'],
      ],
    ),
    [
      'a check of a service that is not valid',
      { service: { name: 'web', checks: [{ ttl: '1s' }, { http: 'http://x' }] } },
      [
        'service "web": Invalid check: ' +
          'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks',
      ],
    ],
    ['a check without a name', { check: { ttl: '1s' } }, ['check "": Missing check name']],
    [
      'a check that is not valid',
      { checks: [{ name: 'c' }] },
      ['check "c": TTL must be > 0 for TTL checks'],
    ],
    [
      'a script where none is allowed',
      { check: { name: 'c', args: ['true'], interval: '10s' } },
      [
        'check "c": Scripts are disabled on this agent; to enable, configure ' +
          "'enable_script_checks' or 'enable_local_script_checks' to true",
      ],
    ],
    [
      'long names of services and checks',
      {
        services: [{ name: LONG }, { name: 'web', id: LONG, check: { ttl: '1s' } }],
        checks: [
          { id: LONG, name: 'c', ttl: '1s' },
          { name: LONG, ttl: '1s' },
        ],
      },
      [
        `service ${LONG_SHOWN}: Service.Service is too long (513 > 512 bytes)`,
        'service "web": Service.ID is too long (513 > 512 bytes)',
        'service "web": Check.CheckID is too long (521 > 512 bytes)',
        'check "c": Check.CheckID is too long (513 > 512 bytes)',
        `check ${LONG_SHOWN}: Check.CheckID is too long (513 > 512 bytes)`,
      ],
    ],
    [
      'a long name of the node',
      { node_name: LONG },
      ['node_name invalid: Node is too long (513 > 512 bytes)'],
    ],
    [
      'a name with a character that is none',
      { service: { name: 'w\0b' } },
      ['service "w\\u0000b": Service.Service must not contain a NUL character'],
    ],
    [
      'a kind of check that is not built',
      { check: { name: 'c', udp: 'h:1', interval: '10s' } },
      ['check "c": checks of kind "udp" are not supported yet (supported: ttl, http, tcp)'],
    ],
  ];
  it.each(table)('%s', (_title, content, messages) => {
    expect(problemsOf(content)).toEqual(messages);
  });

  it('in dev mode may not wait for others', () => {
    expect(problemsOf({}, ['-dev', '-bootstrap-expect=1'])).toEqual([
      "'bootstrap_expect > 0' not allowed in dev mode",
    ]);
  });

  it('are all named at once, with the mistakes in files', () => {
    const content = { data_dir: '', bogus: 1, ports: { dns: 'x' }, recursors: ['x'] };
    expect(problemsOf(content)).toEqual([
      'invalid config key bogus',
      'ports.dns: expected an integer from -1 to 65535, received "x"',
      'data_dir cannot be empty',
      'recursors: invalid recursor address: x',
    ]);
  });

  it('say what was there and which file it came from', () => {
    const [problem] = errorOf(() => load([{ datacenter: 'a b' }])).problems;
    expect(problem).toMatchObject({
      kind: 'rule',
      path: 'datacenter',
      expected: 'a-z, 0-9, - and _',
      received: '"a b"',
      file: expect.stringMatching(/0\.json$/),
    });
  });

  it('includes services that the agent would refuse', () => {
    const error = errorOf(() => load([{ service: { name: 'web', address: '0.0.0.0' } }]));
    expect(error.message).toBe('service "web": Invalid service address');
  });
});

describe('a check of a service', () => {
  it.each([
    ['by its id in any case', { service: { name: 'web', id: 'Web-1' } }, 'web-1'],
    ['by its name where it has no id', { service: { name: 'web' } }, 'web'],
    ['that a server has of itself', { server: true }, 'consul'],
  ])('%s is taken', (_title, content, service_id) => {
    const check = { name: 'c', ttl: '1s', service_id };
    expect(load([content, { check }]).config.checks).toMatchObject([{ serviceId: service_id }]);
  });
});

it('a check of a service that no file defines is warned of', () => {
  const check = { name: 'c', ttl: '1s', service_id: 'db' };
  expect(load([{ service: { name: 'web' }, check }]).warnings).toContain(
    'check "c" is of service "db", which no file defines: it must be registered before the start',
  );
});

describe('what would be refused at the start is refused before it, in the same words', () => {
  const table: [string, object][] = [
    ['a long name of a service', { service: { name: LONG } }],
    ['a long id of a service', { service: { name: 'web', id: LONG } }],
    ['a long id of a check', { check: { id: LONG, name: 'c', ttl: '1s' } }],
    ['a NUL in a name', { service: { name: 'w\0b' } }],
  ];
  it.each(table)('%s', async (_title, content) => {
    const [message = ''] = problemsOf(content);
    const { layer } = readLayer(content, 'f.json');
    const definitions = {
      services: (layer.get('services')?.value ?? []) as ServiceDefinition[],
      checks: ((layer.get('checks')?.value ?? []) as CheckDefinition[]).map((check) => ({
        ...check,
        checkId: check.checkId || check.name,
      })),
    };
    const { agent, engine } = newAgent();
    const refusal = await agent.start(definitions).catch((error: Error) => error.message);
    expect(refusal).toBe(message.replace(/^(service|check) ".*?"?…?: /, ''));
    await agent.close();
    await engine.close();
  });
});

describe('a key that would be unsafe to ignore is refused', () => {
  const table: [unknown, string][] = [
    [{ acl: { enabled: true } }, 'acl.enabled'],
    [{ encrypt: 'pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=' }, 'encrypt'],
    [{ verify_incoming: true }, 'verify_incoming'],
    [{ verify_incoming_rpc: true }, 'verify_incoming_rpc'],
    [{ verify_incoming_https: true }, 'verify_incoming_https'],
    [{ tls: { defaults: { verify_incoming: true } } }, 'tls.defaults.verify_incoming'],
    [{ tls: { https: { verify_incoming: true } } }, 'tls.https.verify_incoming'],
    [{ auto_config: { enabled: true } }, 'auto_config.enabled'],
    [{ connect: { ca_provider: 'vault' } }, 'connect.ca_provider'],
    [{ connect: { ca_config: { root_cert: 'x' } } }, 'connect.ca_config.root_cert'],
    [{ connect: { ca_config: { private_key: 'x' } } }, 'connect.ca_config.private_key'],
  ];
  it.each(table)('%j', (content, path) => {
    expect(problemsOf(content)).toEqual([
      expect.stringMatching(new RegExp(`^${path.replaceAll('.', '\\.')} is not supported yet: `)),
    ]);
  });

  it('but may be given when it says no', () => {
    const content = {
      acl: { enabled: false },
      encrypt: '',
      tls: { grpc: { verify_incoming: false } },
    };
    expect(load([content]).warnings).toEqual([]);
  });
});
