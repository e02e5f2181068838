import { describe, expect, it } from 'vitest';
import { readCheck, readService } from '../../src/config/definitions.ts';

function collect() {
  const found: string[] = [];
  return {
    found,
    refuse: (path: string, expected: string | undefined) =>
      void found.push(`${path}: ${expected ?? 'unknown'}`),
  };
}

describe('a service definition', () => {
  it('is read in the form of a file', () => {
    const { found, refuse } = collect();
    const service = readService(
      {
        id: 'web-1',
        name: 'web',
        tags: ['v1'],
        address: '10.0.0.1',
        port: 80,
        meta: { a: 'b' },
        enable_tag_override: true,
        weights: { passing: 5 },
        tagged_addresses: { wan: { address: '1.2.3.4', port: 8080 } },
        connect: { native: true },
        locality: { region: 'r' },
        token: 't',
        check: { http: 'http://x', interval: '10s' },
        checks: [{ check_id: 'c', ttl: '5s' }],
      },
      'service',
      refuse,
    );
    expect(found).toEqual([]);
    expect(service).toMatchObject({
      id: 'web-1',
      name: 'web',
      enableTagOverride: true,
      weights: { passing: 5, warning: 1 },
      taggedAddresses: { wan: { address: '1.2.3.4', port: 8080 } },
      connectNative: true,
      locality: { Region: 'r' },
      checks: [
        { checkId: '', name: '', serviceId: '', http: 'http://x', intervalMs: 10_000 },
        { checkId: 'c', ttlMs: 5000 },
      ],
    });
  });

  it('is read in the form of an API body as well', () => {
    const { found, refuse } = collect();
    const body = {
      Name: 'redis',
      Port: 1234,
      Meta: { some: 'meta' },
      EnableTagOverride: true,
      TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 1 } },
      Check: { CheckID: 'x', TTL: '10s', DeregisterCriticalServiceAfter: '90m' },
    };
    expect(readService(body, 'service', refuse)).toMatchObject({
      name: 'redis',
      port: 1234,
      meta: { some: 'meta' },
      enableTagOverride: true,
      taggedAddresses: { lan: { address: '10.0.0.1', port: 1 } },
      checks: [{ checkId: 'x', ttlMs: 10_000, deregisterCriticalServiceAfterMs: 5_400_000 }],
    });
    expect(found).toEqual([]);
  });

  it('keeps its proxy in the form of the API', () => {
    const { refuse } = collect();
    const proxy = {
      destination_service_name: 'web',
      destination_service_id: 'web-1',
      config: { my_key: 1 },
      upstreams: [{ destination_name: 'db', local_bind_port: 9191, config: { x_y: true } }],
    };
    expect(readService({ name: 'p', proxy }, 'service', refuse).proxy).toEqual({
      DestinationServiceName: 'web',
      DestinationServiceID: 'web-1',
      Config: { my_key: 1 },
      Upstreams: [{ DestinationName: 'db', LocalBindPort: 9191, Config: { x_y: true } }],
    });
  });

  it('has every mistake named', () => {
    const { found, refuse } = collect();
    const wrong = {
      name: 7,
      bogus: 1,
      port: 'x',
      Port: 5,
      tags: ['a', 1],
      weights: { passing: 'x', other: 1 },
      tagged_addresses: { lan: '10.0.0.1' },
      checks: [{ ttl: 5 }, { bogus: 1, status: 'fine', header: { A: 'b' } }],
    };
    readService(wrong, 'services.0', refuse);
    expect(found.sort()).toEqual(
      [
        'services.0.bogus: unknown',
        'services.0.Port: a key that is given once',
        'services.0.name: a string',
        'services.0.port: an integer',
        'services.0.tags.1: a string',
        'services.0.weights.other: unknown',
        'services.0.weights.passing: an integer',
        'services.0.tagged_addresses.lan: an object',
        'services.0.checks.0.ttl: a duration such as "10s"',
        'services.0.checks.1.bogus: unknown',
        'services.0.checks.1.status: one of passing, warning, critical',
        'services.0.checks.1.header: an object of lists of strings',
      ].sort(),
    );
  });

  it('must be an object', () => {
    const { found, refuse } = collect();
    readService([], 'service', refuse);
    expect(found).toEqual(['service: an object']);
  });
});

describe('a check definition', () => {
  it('keeps the fields of every kind', () => {
    const { found, refuse } = collect();
    const check = {
      id: 'c',
      name: 'n',
      notes: 'why',
      service_id: 's',
      status: 'passing',
      interval: '1m',
      timeout: '2s',
      http: 'http://x',
      method: 'POST',
      header: { A: ['b', 'c'] },
      body: 'b',
      disable_redirects: true,
      tls_server_name: 'x',
      tls_skip_verify: true,
      tcp: 't',
      tcp_use_tls: true,
      udp: 'u',
      grpc: 'g',
      grpc_use_tls: true,
      h2ping: 'h',
      alias_node: 'an',
      alias_service: 'as',
      docker_container_id: 'd',
      shell: 'sh',
      args: ['a'],
      os_service: 'o',
      success_before_passing: 1,
      failures_before_warning: 2,
      failures_before_critical: 3,
      output_max_size: 4,
      token: 'secret',
    };
    expect(readCheck(check, 'check', refuse)).toEqual({
      checkId: 'c',
      name: 'n',
      notes: 'why',
      serviceId: 's',
      status: 'passing',
      intervalMs: 60_000,
      timeoutMs: 2000,
      http: 'http://x',
      method: 'POST',
      header: { A: ['b', 'c'] },
      body: 'b',
      disableRedirects: true,
      tlsServerName: 'x',
      tlsSkipVerify: true,
      tcp: 't',
      tcpUseTls: true,
      udp: 'u',
      grpc: 'g',
      grpcUseTls: true,
      h2ping: 'h',
      h2pingUseTls: true,
      aliasNode: 'an',
      aliasService: 'as',
      dockerContainerId: 'd',
      shell: 'sh',
      args: ['a'],
      osService: 'o',
      successBeforePassing: 1,
      failuresBeforeWarning: 2,
      failuresBeforeCritical: 3,
      outputMaxSize: 4,
    });
    expect(found).toEqual([]);
  });

  it('may turn TLS off for h2ping', () => {
    const { refuse } = collect();
    const check = { h2ping: 'h', h2ping_use_tls: false };
    expect(readCheck(check, 'check', refuse).h2pingUseTls).toBe(false);
  });
});
