/**
 * The configuration as the agent is built from it: typed, complete, frozen. Durations are milliseconds; addresses
 * are resolved. A process that holds one never looks at files or flags again, except to reload.
 */
import type { ServiceDefinition } from '../agent/index.ts';
import type { CheckDefinition } from '../checks/index.ts';
import type { DnsOptions } from '../dns/index.ts';
import type { LogLevel } from '../runtime/index.ts';

/** Where a server listens. */
export interface Endpoint {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** The address may be missing on this host (IPv6 is off); the server does without it. */
  readonly optional: boolean;
}

export interface AgentConfig {
  readonly nodeName: string;
  /** Empty: the caller makes one and keeps it. */
  readonly nodeId: string;
  readonly nodeMeta: Readonly<Record<string, string>>;
  readonly datacenter: string;
  readonly primaryDatacenter: string;
  readonly server: boolean;
  readonly advertiseAddress: string;
  /** `lan`, `lan_ipv4`, `wan`, … and what `tagged_addresses` adds. */
  readonly taggedAddresses: Readonly<Record<string, string>>;
  /** Null when neither region nor zone is given. */
  readonly locality: { readonly Region: string; readonly Zone: string } | null;
  /** Port of the service `consul`. */
  readonly serverPort: number;
  /** Version of Consul's interface that is reported. */
  readonly apiVersion: string;
  readonly checkUpdateIntervalMs: number;
  readonly checkOutputBytesMax: number;
}

export interface HttpConfig {
  readonly endpoints: readonly Endpoint[];
  readonly defaultQueryMs: number;
  readonly maxQueryMs: number;
  /** Infinity: any number. */
  readonly connectionsPerClientMax: number;
  readonly headerBytesMax: number;
  readonly kvValueBytesMax: number;
  readonly txnBytesMax: number;
  readonly sessionTtlMinMs: number;
  /** Beginnings of paths. */
  readonly blockedEndpoints: readonly string[];
  /** Subnets; empty: everybody may write. */
  readonly allowWritesFrom: readonly string[];
  readonly useCache: boolean;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Indent every reply, as Consul does with -dev. */
  readonly pretty: boolean;
}

export interface ConnectConfig {
  readonly enabled: boolean;
  /** Empty: one is made with the first root. */
  readonly clusterId: string;
  readonly leafTtlMs: number;
}

export interface Config {
  /** Everything in memory, nothing kept. */
  readonly devMode: boolean;
  /** Directory of the store; empty in dev mode. */
  readonly dataDirectory: string;
  readonly pidFile: string;
  readonly log: { readonly level: LogLevel; readonly json: boolean };
  readonly agent: AgentConfig;
  readonly http: HttpConfig;
  readonly connect: ConnectConfig;
  readonly dns: DnsOptions;
  readonly dnsEndpoints: readonly Endpoint[];
  readonly dnsThreads: number;
  /** Every service has an id where one is given; checks inside keep an empty id where none is. */
  readonly services: readonly ServiceDefinition[];
  /** Checks outside a service; `checkId` and `name` are filled in. */
  readonly checks: readonly CheckDefinition[];
  /** The values of all built keys by path, as given or by default: what a reload compares. */
  readonly settings: Readonly<Record<string, unknown>>;
}
