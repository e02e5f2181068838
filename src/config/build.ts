/** Makes the Config out of settings that broke no rule. Pure, but for the host that it asks for a name and addresses. */
import type { ServiceDefinition } from '../agent/index.ts';
import type { CheckDefinition } from '../checks/index.ts';
import type { DnsOptions } from '../dns/index.ts';
import type { LogLevel } from '../runtime/index.ts';
import {
  endpointsAt,
  familyTag,
  isAnyAddress,
  isPrivateAddress,
  type RecursorAddress,
  readRecursor,
  splitAddresses,
} from './addresses.ts';
import type { AgentConfig, Config, Endpoint, HttpConfig } from './config.ts';
import type { Host } from './host.ts';
import { SCHEMA } from './schema.ts';
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
    dns: dnsOptions(settings, nodeName, host),
    dnsEndpoints: dnsEndpoints(settings),
    services: settings.list<ServiceDefinition>('services'),
    checks: settings.list<CheckDefinition>('checks').map(identified),
    settings: Object.fromEntries(
      SCHEMA.filter((row) => row.class === 'built').map(({ path }) => [
        path,
        settings.at(path)?.value ?? null,
      ]),
    ),
  };
  return freeze(config);
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
    connectionsPerClientMax: settings.count('limits.http_max_conns_per_client'),
    responseHeaders: settings.map('http_config.response_headers'),
    pretty: devMode,
  };
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

function dnsOptions(settings: Settings, nodeName: string, host: Host): DnsOptions {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  const ttls = Object.entries(settings.map<number>('dns_config.service_ttl'));
  return {
    identity: {
      domain: absolute(settings.text('domain')),
      altDomain: absolute(settings.text('alt_domain')),
      datacenter: settings.text('datacenter').toLowerCase(),
      nodeName,
    },
    answer: {
      onlyPassing: settings.flag('dns_config.only_passing'),
      nodeTtlSeconds: seconds(settings.count('dns_config.node_ttl')),
      serviceTtlSeconds: Object.fromEntries(
        ttls.map(([name, ms]) => [name.toLowerCase(), seconds(ms)]),
      ),
      aRecordLimit: settings.count('dns_config.a_record_limit'),
      udpAnswerLimit: settings.count('dns_config.udp_answer_limit'),
      additionalNodeMetaTxt: settings.flag('dns_config.enable_additional_node_meta_txt'),
      disableCompression: settings.flag('dns_config.disable_compression'),
      truncate: true,
      weighted: true,
      minimalAny: true,
      translateWanAddresses: false,
      failOpen: { minHealthyPercent: 0, services: [] },
      near: {},
      soa: soaTimers(settings),
    },
    protocol: {
      identity: '',
      version: '',
      nsid: '',
      cookies: true,
      cookieSecrets: [],
      rateLimit: { responsesPerSecond: 0, slip: 2, exempt: [] },
    },
    forward: {
      recursors: recursors(settings),
      strategy: settings.text('dns_config.recursor_strategy') as DnsOptions['forward']['strategy'],
      timeoutMs: settings.count('dns_config.recursor_timeout'),
    },
    zoneDirectory: settings.text('zone_dir') || host.zoneDirectory(),
  };
}

const SOA_FIELDS = {
  refreshSeconds: 'refresh',
  retrySeconds: 'retry',
  expireSeconds: 'expire',
  minTtlSeconds: 'min_ttl',
} as const;

/** Only the timers that are given: the others are the zone file's. */
function soaTimers(settings: Settings): DnsOptions['answer']['soa'] {
  const given = Object.entries(SOA_FIELDS)
    .map(([field, key]) => [field, settings.at(`dns_config.soa.${key}`)?.value] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** In the order given, each once. */
function recursors(settings: Settings): RecursorAddress[] {
  const byText = new Map<string, RecursorAddress>();
  for (const text of settings.list('recursors')) {
    const recursor = readRecursor(text);
    if (typeof recursor === 'string') continue;
    byText.set(`${recursor.address} ${recursor.port}`, recursor);
  }
  return [...byText.values()];
}

/** A domain in lower case with its final dot; empty stays empty. */
function absolute(domain: string): string {
  if (domain === '') return '';
  const lower = domain.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
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
