import { describe, expect, it } from 'vitest';
import {
  AGENT_FLAGS,
  type Flag,
  loadArguments,
  parseGoFlags,
  SCHEMA,
} from '../../src/config/index.ts';
import { errorOf, HOST, load } from './bench.ts';

const TABLE: readonly Flag[] = [
  { name: 'yes', kind: 'boolean', path: '', description: '' },
  { name: 'text', kind: 'string', path: '', description: '' },
  { name: 'count', kind: 'integer', path: '', description: '' },
  { name: 'wait', kind: 'duration', path: '', description: '' },
  { name: 'many', kind: 'list', path: '', description: '' },
  { name: 'pair', kind: 'pairs', path: '', description: '' },
];

describe('flags are read by the rules of Go', () => {
  const table: [string, Record<string, unknown[]>, string[]][] = [
    ['-yes', { yes: [true] }, []],
    ['--yes', { yes: [true] }, []],
    ['-yes=false', { yes: [false] }, []],
    ['-yes=F', { yes: [false] }, []],
    ['-yes false', { yes: [true] }, ['false']],
    ['-text a', { text: ['a'] }, []],
    ['--text=a=b', { text: ['a=b'] }, []],
    ['-text=', { text: [''] }, []],
    ['-text -yes', { text: ['-yes'] }, []],
    ['-count -1', { count: [-1] }, []],
    ['-wait 5s', { wait: ['5s'] }, []],
    ['-many a -many=b', { many: ['a', 'b'] }, []],
    ['-pair a:b:c', { pair: [['a', 'b:c']] }, []],
    ['-pair a', { pair: [['a', '']] }, []],
    ['-yes -- -text', { yes: [true] }, ['-text']],
    ['rest -yes', {}, ['rest', '-yes']],
    ['- -yes', {}, ['-', '-yes']],
    ['', {}, []],
  ];
  it.each(table)('%s', (line, given, rest) => {
    const parsed = parseGoFlags(line === '' ? [] : line.split(' '), TABLE);
    expect(parsed.ok && Object.fromEntries(parsed.flags.given)).toEqual(given);
    expect(parsed.ok && parsed.flags.rest).toEqual(rest);
  });
});

describe('flags that are wrong are refused in the words of Go', () => {
  const table: [string, string][] = [
    ['-nope', 'flag provided but not defined: -nope'],
    ['--nope=1', 'flag provided but not defined: -nope'],
    ['-text', 'flag needs an argument: -text'],
    ['---text', 'bad flag syntax: ---text'],
    ['-=x', 'bad flag syntax: -=x'],
    ['-yes=maybe', 'invalid boolean value "maybe" for -yes: parse error'],
    ['-count x', 'invalid value "x" for flag -count: parse error'],
    ['-wait 5', 'invalid value "5" for flag -wait: parse error'],
  ];
  it.each(table)('%s: %s', (line, message) => {
    expect(parseGoFlags(line.split(' '), TABLE)).toEqual({ ok: false, message });
  });

  it('as a ConfigError where a configuration was wanted', () => {
    expect(errorOf(() => loadArguments(['-nope'], { host: HOST })).message).toBe(
      'flag provided but not defined: -nope',
    );
  });
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
