import { describe, expect, it } from 'vitest';
import { AGENT_FLAGS, loadArguments, SCHEMA } from '../../src/config/index.ts';
import { errorOf, HOST, load } from './bench.ts';

it('a flag that is wrong is a ConfigError where a configuration was wanted', () => {
  expect(errorOf(() => loadArguments(['-nope'], { host: HOST })).message).toBe(
    'flag provided but not defined: -nope',
  );
});

describe('the flags of the agent', () => {
  it('have names of their own, in order', () => {
    const names = AGENT_FLAGS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('set keys that exist, with values of their type', () => {
    const paths = new Map(SCHEMA.map((row) => [row.path, row.type]));
    const types: Record<string, string[]> = {
      boolean: ['boolean'],
      string: ['string'],
      integer: ['integer', 'number'],
      duration: ['duration'],
      list: ['list of strings'],
      pairs: ['map of strings'],
    };
    for (const { name, kind, path } of AGENT_FLAGS) {
      if (path !== '')
        expect([name, types[kind]]).toEqual([name, expect.arrayContaining([paths.get(path)])]);
    }
  });

  it('that Consul has are all there', () => {
    const consul =
      'advertise advertise-wan alt-domain allow-write-http-from auto-reload-config bind bootstrap ' +
      'bootstrap-expect check_output_max_size client config-dir config-file config-format data-dir ' +
      'datacenter default-query-time dev disable-host-node-id disable-keyring-file dns-port domain ' +
      'enable-local-script-checks enable-script-checks encrypt grpc-port grpc-tls-port http-port ' +
      'https-port join join-wan log-file log-json log-level log-rotate-bytes log-rotate-duration ' +
      'log-rotate-max-files max-query-time node node-id node-meta pid-file primary-gateway protocol ' +
      'raft-protocol recursor rejoin retry-interval retry-interval-wan retry-join retry-join-wan ' +
      'retry-max retry-max-wan segment serf-lan-allowed-cidrs serf-lan-bind serf-lan-port ' +
      'serf-wan-allowed-cidrs serf-wan-bind serf-wan-port server server-port syslog ui ' +
      'ui-content-path ui-dir';
    const names = new Set(AGENT_FLAGS.map(({ name }) => name));
    expect(consul.split(' ').filter((name) => !names.has(name))).toEqual([]);
  });

  it('win over files; lists are added to', () => {
    const { config } = load(
      [{ node_name: 'file', recursors: ['192.0.2.1'], node_meta: { a: '1', b: '1' } }],
      '-node flag -recursor 192.0.2.2 -node-meta b:2 -dns-port 5300 -http-port=0 -server'.split(
        ' ',
      ),
    );
    expect(config.agent.nodeName).toBe('flag');
    expect(config.agent.server).toBe(true);
    expect(config.agent.nodeMeta).toEqual({ a: '1', b: '2' });
    expect(config.dns.forward.recursors.map(({ address }) => address)).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ]);
    expect(config.dnsEndpoints[0]?.port).toBe(5300);
    expect(config.http.endpoints[0]?.port).toBe(0);
  });

  it('are held to the same bounds as the keys they set', () => {
    expect(errorOf(() => load([], ['-dns-port', '70000'])).message).toBe(
      'failed to parse command line: 1 error occurred:\n' +
        '\t* ports.dns: expected an integer from -1 to 65535, received 70000',
    );
  });
});
