/** Makes the Config out of settings that broke no rule. Pure, but for the host that it asks for a name and addresses. */
import { createHash } from 'node:crypto';
import type { ServiceDefinition } from '../agent/index.ts';
import type { CheckDefinition } from '../checks/index.ts';
import { type LogLevel, limits } from '../runtime/index.ts';
import {
  endpointsAt,
  familyTag,
  isAnyAddress,
  isPrivateAddress,
  splitAddresses,
} from './addresses.ts';
import { dnsOptions } from './build-dns.ts';
import type { AgentConfig, Config, Endpoint, HttpConfig } from './config.ts';
import type { Host } from './host.ts';
import { SCHEMA } from './schema.ts';
import type { SchemaRow } from './schema-row.ts';
import type { Settings } from './settings.ts';

const IPV6_LOOPBACK = '::1';

export function buildConfig(settings: Settings, devMode: boolean, host: Host): Config {
  const nodeName = settings.text('node_name') || host.hostName();
  const config: Config = {
    devMode,
    dataDirectory: devMode ? '' : settings.text('data_dir'),
    pidFile: settings.text('pid_file'),
    log: {
      level: settings.text('log_level').toLowerCase() as LogLevel,
      json: settings.flag('log_json'),
    },
    agent: agentConfig(settings, nodeName, host),
    http: httpConfig(settings, devMode),
    connect: {
      enabled: settings.flag('connect.enabled'),
      clusterId: settings.text('connect.ca_config.cluster_id').toLowerCase(),
      leafTtlMs: settings.count('connect.ca_config.leaf_cert_ttl'),
    },
    dns: dnsOptions(settings, nodeName, host),
    dnsEndpoints: dnsEndpoints(settings),
    dnsThreads: dnsThreads(settings, host),
    services: settings.list<ServiceDefinition>('services'),
    checks: settings.list<CheckDefinition>('checks').map(identified),
    settings: Object.fromEntries(
      SCHEMA.filter((row) => row.class === 'built').map((row) => [row.path, kept(row, settings)]),
    ),
  };
  return freeze(config);
}

/** What a reload compares; of a secret only what tells whether it changed. */
function kept({ path, secret }: SchemaRow, settings: Settings): unknown {
  const value = settings.at(path)?.value ?? null;
  if (secret !== true) return value;
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function agentConfig(settings: Settings, nodeName: string, host: Host): AgentConfig {
  const server = settings.flag('server');
  const datacenter = settings.text('datacenter').toLowerCase();
  const advertiseAddress = settings.text('advertise_addr') || ownAddress(settings, host);
  const wan = settings.text('advertise_addr_wan') || advertiseAddress;
  const region = settings.text('locality.region');
  const zone = settings.text('locality.zone');
  return {
    nodeName,
    nodeId: settings.text('node_id').toLowerCase(),
    nodeMeta: settings.map('node_meta'),
    datacenter,
    primaryDatacenter: settings.text('primary_datacenter').toLowerCase() || datacenter,
    server,
    advertiseAddress,
    taggedAddresses: {
      lan: advertiseAddress,
      [familyTag('lan', advertiseAddress)]: advertiseAddress,
      wan,
      [familyTag('wan', wan)]: wan,
      ...settings.map('tagged_addresses'),
    },
    locality: region === '' && zone === '' ? null : { Region: region, Zone: zone },
    serverPort: settings.count('ports.server'),
    apiVersion: settings.text('version'),
    checkUpdateIntervalMs: settings.count('check_update_interval'),
    checkOutputBytesMax: settings.count('check_output_max_size'),
  };
}

/** The address to be known by when none is given: that of the interface bound to, or the most private of the host. */
function ownAddress(settings: Settings, host: Host): string {
  const bind = settings.text('bind_addr');
  if (!isAnyAddress(bind)) return bind;
  const addresses = host.addresses();
  return addresses.find(isPrivateAddress) ?? addresses[0] ?? '127.0.0.1';
}

function httpConfig(settings: Settings, devMode: boolean): HttpConfig {
  const addresses = settings.text('addresses.http') || settings.text('client_addr');
  return {
    endpoints: endpointsAt(splitAddresses(addresses), settings.count('ports.http')),
    defaultQueryMs: settings.count('default_query_time'),
    maxQueryMs: settings.count('max_query_time'),
    connectionsPerClientMax: settings.count('limits.http_max_conns_per_client') || Infinity,
    headerBytesMax:
      settings.count('http_config.max_header_bytes') || limits.httpHeaderBytes.default,
    ...dataLimits(settings),
    blockedEndpoints: settings.list('http_config.block_endpoints'),
    allowWritesFrom: settings.list('http_config.allow_write_http_from').map((text) => text.trim()),
    useCache: settings.flag('http_config.use_cache'),
    responseHeaders: settings.map('http_config.response_headers'),
    pretty: devMode,
  };
}

const SESSION_TTL_MIN_MS = 10_000;

function dataLimits(settings: Settings) {
  const kvValueBytesMax = settings.count('limits.kv_max_value_size');
  return {
    kvValueBytesMax,
    // Consul: a transaction may be as long as a value may.
    txnBytesMax: Math.max(settings.count('limits.txn_max_req_len'), kvValueBytesMax),
    // Consul takes 0 for its default.
    sessionTtlMinMs: settings.count('session_ttl_min') || SESSION_TTL_MIN_MS,
  };
}

/** One core is left to everything else. */
function dnsThreads(settings: Settings, host: Host): number {
  const given = settings.at('dns_config.threads')?.value;
  return typeof given === 'number' ? given : Math.max(host.cores() - 1, 1);
}

/** `dig @localhost` tries ::1 first: where nothing else is said, that answers, too. */
function dnsEndpoints(settings: Settings): Endpoint[] {
  const port = settings.count('ports.dns');
  const addresses = settings.text('addresses.dns') || settings.text('client_addr');
  const endpoints = endpointsAt(splitAddresses(addresses), port);
  const isDefault =
    settings.fileOf('addresses.dns') === '' && settings.fileOf('client_addr') === '';
  if (endpoints.length === 0 || !isDefault) return endpoints;
  return [...endpoints, { address: IPV6_LOOPBACK, port, optional: true }];
}

function identified(check: CheckDefinition): CheckDefinition {
  const checkId = check.checkId || check.name;
  return { ...check, checkId, name: check.name || checkId };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}
