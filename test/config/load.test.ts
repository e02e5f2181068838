import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffConfig, loadArguments, reloadable } from '../../src/config/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HOST, load } from './bench.ts';

describe('without any setting but data_dir', () => {
  const { config, warnings } = loadArguments(['-data-dir', '/data'], { host: HOST });

  it('everything has the default of Consul, but for what the README lists', () => {
    expect(config).toMatchObject({
      devMode: false,
      dataDirectory: '/data',
      pidFile: '',
      log: { level: 'info', json: false },
      agent: {
        nodeName: 'here',
        nodeId: '',
        nodeMeta: {},
        datacenter: 'dc1',
        primaryDatacenter: 'dc1',
        server: false,
        advertiseAddress: '10.1.2.3',
        taggedAddresses: {
          lan: '10.1.2.3',
          lan_ipv4: '10.1.2.3',
          wan: '10.1.2.3',
          wan_ipv4: '10.1.2.3',
        },
        locality: null,
        serverPort: 8300,
        apiVersion: '1.16.4',
        checkUpdateIntervalMs: 300_000,
        checkOutputBytesMax: 4096,
      },
      http: {
        endpoints: [{ address: '127.0.0.1', port: 8500, optional: false }],
        defaultQueryMs: 300_000,
        maxQueryMs: 600_000,
        connectionsPerClientMax: 200,
        responseHeaders: {},
        pretty: false,
      },
      dns: {
        identity: { domain: 'consul.', altDomain: '', datacenter: 'dc1', nodeName: 'here' },
        answer: {
          onlyPassing: false,
          nodeTtlSeconds: 0,
          serviceTtlSeconds: {},
          aRecordLimit: 0,
          udpAnswerLimit: 0,
          additionalNodeMetaTxt: true,
          disableCompression: false,
          soa: {},
        },
        forward: { recursors: [], strategy: 'sequential', timeoutMs: 2000 },
        zoneDirectory: '/zones',
      },
      services: [],
      checks: [],
    });
    expect(warnings).toEqual([]);
  });

  it('DNS also listens on the IPv6 loopback, where there is one', () => {
    expect(config.dnsEndpoints).toEqual([
      { address: '127.0.0.1', port: 8600, optional: false },
      { address: '::1', port: 8600, optional: true },
    ]);
  });

  it('nothing in it can be changed', () => {
    expect(Object.isFrozen(config.dns.answer.serviceTtlSeconds)).toBe(true);
    expect(() => Object.assign(config.agent.nodeMeta, { a: 'b' })).toThrow(TypeError);
  });
});

describe('addresses', () => {
  it('of clients are a list, and then nothing is added to it', () => {
    const { config } = load([{ client_addr: '127.0.0.1 10.0.0.1  10.0.0.1' }]);
    expect(config.dnsEndpoints.map(({ address }) => address)).toEqual(['127.0.0.1', '10.0.0.1']);
    expect(config.http.endpoints.map(({ address }) => address)).toEqual(['127.0.0.1', '10.0.0.1']);
  });

  it('of one kind of listener win over those of all', () => {
    const { config } = load([{ client_addr: '10.0.0.1', addresses: { dns: '::', http: '' } }]);
    expect(config.dnsEndpoints.map(({ address }) => address)).toEqual(['::']);
    expect(config.http.endpoints.map(({ address }) => address)).toEqual(['10.0.0.1']);
  });

  it('with port -1 are off', () => {
    const { config } = load([{ ports: { dns: -1, http: -1 } }]);
    expect([config.dnsEndpoints, config.http.endpoints]).toEqual([[], []]);
  });

  const advertised: [object, string][] = [
    [{ bind_addr: '192.0.2.7' }, '192.0.2.7'],
    [{ bind_addr: '192.0.2.7', advertise_addr: '192.0.2.8' }, '192.0.2.8'],
    [{ bind_addr: '::1' }, '::1'],
    [{ advertise_addr: '' }, '10.1.2.3'],
  ];
  it.each(advertised)('%j is known as %s', (content, address) => {
    const { agent } = load([content]).config;
    expect(agent.advertiseAddress).toBe(address);
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    expect(agent.taggedAddresses[`lan_${family}`]).toBe(address);
  });

  it('of a host without a network are its loopback', () => {
    const host = { ...HOST, addresses: () => [] };
    const { config } = loadArguments(['-data-dir', '/data'], { host });
    expect(config.agent.advertiseAddress).toBe('127.0.0.1');
  });

  it('of recursors keep their order, each once, with port 53 unless told otherwise', () => {
    const recursors = [
      '192.0.2.1',
      '192.0.2.1:53',
      '192.0.2.1:5353',
      '2001:db8::1',
      '[2001:db8::2]:54',
    ];
    expect(load([{ recursors }]).config.dns.forward.recursors).toEqual([
      { address: '192.0.2.1', port: 53 },
      { address: '192.0.2.1', port: 5353 },
      { address: '2001:db8::1', port: 53 },
      { address: '2001:db8::2', port: 54 },
    ]);
  });
});

describe('settings of DNS', () => {
  it('have domains in full and lower case, TTLs in whole seconds, and the timers that are given', () => {
    const { dns } = load([
      {
        domain: 'Example.ORG',
        alt_domain: 'alt.',
        datacenter: 'DC2',
        zone_dir: '/my/zones',
        dns_config: {
          node_ttl: '90500ms',
          service_ttl: { 'Web*': '1m', db: '1500ms' },
          only_passing: true,
          soa: { min_ttl: 0, refresh: 60 },
          recursor_strategy: 'Random',
        },
      },
    ]).config;
    expect(dns.identity).toMatchObject({
      domain: 'example.org.',
      altDomain: 'alt.',
      datacenter: 'dc2',
    });
    expect(dns.answer).toMatchObject({
      nodeTtlSeconds: 90,
      serviceTtlSeconds: { 'web*': 60, db: 1 },
      onlyPassing: true,
      soa: { minTtlSeconds: 0, refreshSeconds: 60 },
    });
    expect(dns.forward.strategy).toBe('random');
    expect(dns.zoneDirectory).toBe('/my/zones');
  });
});

describe('-dev', () => {
  it('is a server on loopback that keeps nothing and says much', () => {
    const { config } = loadArguments(['-dev'], { host: HOST });
    expect(config).toMatchObject({
      devMode: true,
      dataDirectory: '',
      log: { level: 'debug' },
      agent: { server: true, advertiseAddress: '127.0.0.1' },
      http: { pretty: true },
    });
    expect(config.dnsEndpoints).toHaveLength(2);
  });

  it('keeps nothing even with a data_dir, and yields to files', () => {
    const { config } = load([{ log_level: 'warn' }], ['-dev']);
    expect([config.dataDirectory, config.log.level]).toEqual(['', 'warn']);
  });
});

/** What the launcher of Consul's own client tests writes for a server. */
const LAUNCHER = {
  node_name: 'node-4d6c9a3f',
  node_id: '11111111-2222-3333-4444-555555555555',
  performance: { raft_multiplier: 1 },
  bootstrap: true,
  server: true,
  data_dir: '/tmp/consul',
  segments: null,
  disable_update_check: true,
  log_level: 'debug',
  bind_addr: '127.0.0.1',
  addresses: {},
  ports: {
    dns: 10_001,
    http: 10_002,
    https: 10_003,
    serf_lan: 10_004,
    serf_wan: 10_005,
    server: 10_006,
    grpc: 10_007,
    grpc_tls: 10_008,
  },
  acl: { tokens: {} },
  connect: {
    enabled: true,
    ca_config: { cluster_id: '11111111-2222-3333-4444-555555555555' },
  },
  skip_leave_on_interrupt: true,
  peering: { enabled: true },
  version: '1.16.4',
};

describe('the file of the launcher of the Go client tests', () => {
  it('is accepted, and what has no effect is said', () => {
    const { config, warnings } = load([LAUNCHER]);
    expect(config.agent).toMatchObject({
      nodeName: 'node-4d6c9a3f',
      nodeId: '11111111-2222-3333-4444-555555555555',
      serverPort: 10_006,
      advertiseAddress: '127.0.0.1',
    });
    expect(config.connect).toEqual({
      enabled: true,
      clusterId: '11111111-2222-3333-4444-555555555555',
      leafTtlMs: 259_200_000,
    });
    expect(warnings.map((line) => line.split(' ')[0])).toEqual([
      'ports.https',
      'ports.grpc',
      'ports.grpc_tls',
      'ports.serf_lan',
      'ports.serf_wan',
      'performance.raft_multiplier',
    ]);
  });

  it('may have what it writes for some tests', () => {
    const some = {
      node_meta: { a: 'b' },
      locality: { region: 'us-west-1', zone: 'us-west-1a' },
      partition: '',
      retry_join: ['127.0.0.1:1'],
      datacenter: 'dc2',
      raft_protocol: 3,
      primary_datacenter: 'dc1',
      acl_datacenter: 'dc1',
      acl_default_policy: 'deny',
      ca_file: 'x',
      cert_file: 'x',
      key_file: 'x',
      verify_outgoing: true,
      enable_script_checks: true,
      enable_debug: true,
    };
    const { agent } = load([LAUNCHER, some]).config;
    expect(agent).toMatchObject({
      locality: { Region: 'us-west-1', Zone: 'us-west-1a' },
      datacenter: 'dc2',
      primaryDatacenter: 'dc1',
    });
  });

  it('may be followed by one that is empty, and by a service as the API spells it', () => {
    expect(load([LAUNCHER, '']).config.services).toEqual([]);
    const service = { service: { name: 'redis', port: 1234, Meta: { some: 'meta' } } };
    expect(load([LAUNCHER, service]).config.services).toMatchObject([
      { name: 'redis', port: 1234, meta: { some: 'meta' } },
    ]);
  });
});

describe('definitions', () => {
  it('from all files add up; a check outside a service has an id and a name', () => {
    const { config } = load([
      { services: [{ name: 'a' }], check: { name: 'mem', ttl: '5s' } },
      { service: { name: 'b' }, checks: [{ id: 'disk', ttl: '5s' }] },
    ]);
    expect(config.services.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(config.checks).toMatchObject([
      { checkId: 'mem', name: 'mem' },
      { checkId: 'disk', name: 'disk' },
    ]);
  });

  it('of the same service twice are said to be so', () => {
    const { warnings } = load([{ services: [{ name: 'a' }, { name: 'b', id: 'a' }] }]);
    expect(warnings).toEqual(['service "a" is defined twice: the last definition counts']);
  });
});

describe('a reload', () => {
  it('takes definitions, DNS answers, recursors and the log level', () => {
    const { config } = load([
      { recursors: ['192.0.2.1'], log_level: 'warn', service: { name: 'a' } },
    ]);
    expect(reloadable(config)).toMatchObject({
      logLevel: 'warn',
      services: [{ name: 'a' }],
      dns: { forward: { recursors: [{ address: '192.0.2.1' }] } },
    });
  });

  it('names the keys that changed, by whether they take effect', () => {
    const before = load([{ log_level: 'warn', ports: { dns: 1 } }]).config;
    const after = load([
      {
        log_level: 'error',
        ports: { dns: 2 },
        domain: 'other.',
        dns_config: { node_ttl: '1s' },
        service: { name: 'a' },
      },
    ]).config;
    expect(diffConfig(before, after)).toEqual({
      applied: ['services', 'log_level', 'dns_config.node_ttl'],
      restart: ['domain', 'ports.dns'],
    });
    expect(diffConfig(before, before)).toEqual({ applied: [], restart: [] });
  });
});

it('a mistake in a list of servers is told with its file and line', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'agent.json');
  const text = [
    '{ "data_dir": "x",',
    '  "recursors": ["9.9.9.9",',
    '    "1.2.3.4::53"],',
    '  "forward": { "corp.example": ["9.9.9.9", "nope"] } }',
  ];
  writeFileSync(file, text.join('\n'));
  expect(() => loadArguments(['-config-file', file])).toThrow(
    `recursors: invalid recursor address: 1.2.3.4::53 (${file}:3)\n` +
      `forward: invalid recursor address: nope (${file}:4)`,
  );
});
