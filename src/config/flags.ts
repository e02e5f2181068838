/** The flags of `rollcall agent`, as data, and the settings that a command line makes with them. */
import { type FlagKind, type GoFlag, type GoFlagValues, parseGoFlags } from '../runtime/index.ts';

export interface Flag extends GoFlag {
  /** Key of the configuration that it sets; empty for the flags that say what to load. */
  readonly path: string;
  readonly description: string;
}

const flag = (name: string, kind: FlagKind, path: string, description: string): Flag => ({
  name,
  kind,
  path,
  description,
});

/** Flags with an effect, as the help shows them. */
const BUILT_FLAGS: readonly Flag[] = [
  flag('advertise', 'string', 'advertise_addr', 'address that this node is known by'),
  flag('advertise-wan', 'string', 'advertise_addr_wan', 'the same for other datacenters'),
  flag(
    'allow-write-http-from',
    'list',
    'http_config.allow_write_http_from',
    'subnet whose clients may write; repeatable',
  ),
  flag('alt-domain', 'string', 'alt_domain', 'a second domain for DNS'),
  flag('bind', 'string', 'bind_addr', 'address of this node towards other nodes'),
  flag('bootstrap', 'boolean', 'bootstrap', 'lead alone; needs -server'),
  flag('bootstrap-expect', 'integer', 'bootstrap_expect', 'number of servers; needs -server'),
  flag(
    'check_output_max_size',
    'integer',
    'check_output_max_size',
    'bytes of output a check keeps',
  ),
  flag('client', 'string', 'client_addr', 'addresses of the DNS and HTTP listeners'),
  flag('config-dir', 'list', '', 'directory of configuration files; repeatable'),
  flag('config-file', 'list', '', 'configuration file; repeatable'),
  flag('config-format', 'string', '', 'format of all configuration files: json'),
  flag('data-dir', 'string', 'data_dir', 'directory of the store'),
  flag('datacenter', 'string', 'datacenter', 'name of the datacenter'),
  flag('default-query-time', 'duration', 'default_query_time', 'wait of a blocking query'),
  flag('dev', 'boolean', '', 'a server that keeps everything in memory'),
  flag('dns-port', 'integer', 'ports.dns', 'port of DNS'),
  flag('domain', 'string', 'domain', 'domain that DNS answers for'),
  flag('http-port', 'integer', 'ports.http', 'port of the HTTP API'),
  flag('log-json', 'boolean', 'log_json', 'log as JSON'),
  flag('log-level', 'string', 'log_level', 'trace, debug, info, warn or error'),
  flag('max-query-time', 'duration', 'max_query_time', 'longest wait of a blocking query'),
  flag('node', 'string', 'node_name', 'name of this node'),
  flag('node-id', 'string', 'node_id', 'UUID of this node'),
  flag('node-meta', 'pairs', 'node_meta', 'metadata of this node, key:value; repeatable'),
  flag('pid-file', 'string', 'pid_file', 'file for the process id'),
  flag('recursor', 'list', 'recursors', 'server for names outside the zones; repeatable'),
  flag('server', 'boolean', 'server', 'be a server'),
  flag('server-port', 'integer', 'ports.server', 'port that the service consul is shown with'),
  flag('zone-dir', 'string', 'zone_dir', 'directory of master files'),
];

/** Flags of Consul's that are taken and, as their keys, have nothing to do or are refused. */
const OTHER_FLAGS: readonly Flag[] = [
  ...(
    [
      ['auto-reload-config', 'boolean', 'auto_reload_config'],
      ['disable-host-node-id', 'boolean', 'disable_host_node_id'],
      ['disable-keyring-file', 'boolean', 'disable_keyring_file'],
      ['enable-local-script-checks', 'boolean', 'enable_local_script_checks'],
      ['enable-script-checks', 'boolean', 'enable_script_checks'],
      ['encrypt', 'string', 'encrypt'],
      ['grpc-port', 'integer', 'ports.grpc'],
      ['grpc-tls-port', 'integer', 'ports.grpc_tls'],
      ['https-port', 'integer', 'ports.https'],
      ['join', 'list', 'start_join'],
      ['join-wan', 'list', 'start_join_wan'],
      ['log-file', 'string', 'log_file'],
      ['log-rotate-bytes', 'integer', 'log_rotate_bytes'],
      ['log-rotate-duration', 'duration', 'log_rotate_duration'],
      ['log-rotate-max-files', 'integer', 'log_rotate_max_files'],
      ['primary-gateway', 'list', 'primary_gateways'],
      ['protocol', 'integer', 'protocol'],
      ['raft-protocol', 'integer', 'raft_protocol'],
      ['rejoin', 'boolean', 'rejoin_after_leave'],
      ['retry-interval', 'duration', 'retry_interval'],
      ['retry-interval-wan', 'duration', 'retry_interval_wan'],
      ['retry-join', 'list', 'retry_join'],
      ['retry-join-wan', 'list', 'retry_join_wan'],
      ['retry-max', 'integer', 'retry_max'],
      ['retry-max-wan', 'integer', 'retry_max_wan'],
      ['segment', 'string', 'segment'],
      ['serf-lan-allowed-cidrs', 'list', 'serf_lan_allowed_cidrs'],
      ['serf-lan-bind', 'string', 'serf_lan'],
      ['serf-lan-port', 'integer', 'ports.serf_lan'],
      ['serf-wan-allowed-cidrs', 'list', 'serf_wan_allowed_cidrs'],
      ['serf-wan-bind', 'string', 'serf_wan'],
      ['serf-wan-port', 'integer', 'ports.serf_wan'],
      ['syslog', 'boolean', 'enable_syslog'],
      ['ui', 'boolean', 'ui'],
      ['ui-content-path', 'string', 'ui_content_path'],
      ['ui-dir', 'string', 'ui_dir'],
    ] as const
  ).map(([name, kind, path]) => flag(name, kind, path, 'known, without effect yet')),
];

export const AGENT_FLAGS: readonly Flag[] = [...BUILT_FLAGS, ...OTHER_FLAGS];

/** What the flags of a command line say. */
export interface FlagValues extends Pick<GoFlagValues, 'given' | 'rest'> {
  /** Files and directories, in the order they were given. */
  readonly configPaths: readonly string[];
}

export type ParsedAgentFlags =
  | { readonly ok: true; readonly flags: FlagValues }
  | { readonly ok: false; readonly message: string };

/** Reads the words after `rollcall agent`; the message of a failure is Go's. */
export function parseAgentFlags(argv: readonly string[]): ParsedAgentFlags {
  const parsed = parseGoFlags(argv, AGENT_FLAGS);
  if (!parsed.ok) return parsed;
  const { given, sequence, rest } = parsed.flags;
  const configPaths = sequence
    .filter(([name]) => name === 'config-file' || name === 'config-dir')
    .map(([, value]) => String(value));
  return { ok: true, flags: { given, configPaths, rest } };
}

/** The settings that the flags make, in the shape of a configuration file. */
export function flagContent(flags: FlagValues, table: readonly Flag[]): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const { name, kind, path } of table) {
    const values = flags.given.get(name);
    if (path === '' || values === undefined) continue;
    const keys = path.split('.');
    const block = keys.slice(0, -1).reduce<Record<string, unknown>>((parent, key) => {
      parent[key] ??= {};
      return parent[key] as Record<string, unknown>;
    }, content);
    block[keys.at(-1) ?? ''] = together(kind, values);
  }
  return content;
}

/** Go keeps the last of several values, unless the flag collects them. */
function together(kind: FlagKind, values: readonly unknown[]): unknown {
  if (kind === 'list') return values;
  if (kind === 'pairs') return Object.fromEntries(values as [string, string][]);
  return values.at(-1);
}
