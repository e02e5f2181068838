/**
 * What the HTTP interface is given: the agent and the catalog it speaks for, the ports that tests hold, and the few
 * facts and acts of the process around it. Nothing here knows Fastify.
 */
import type { Agent, Leader } from '../agent/index.ts';
import type { Json, State, Transaction } from '../catalog/index.ts';
import type { CertificateAuthority, LeafCertificates } from '../connect/index.ts';
import {
  type Clock,
  type LogFields,
  type Logger,
  limits,
  type Random,
  type RootLogger,
} from '../runtime/index.ts';

import type { ExplainDns } from './explanation.ts';
import type { Measurements } from './metrics/measurements.ts';
import type { RecordRules } from './record-rules.ts';

export interface HttpDeps {
  readonly agent: Agent;
  readonly leader: Pick<Leader, 'renewSession'>;
  readonly state: State;
  readonly commit: Commit;
  /** Resolves once reads see every write acknowledged before the call: `?consistent`. */
  readonly barrier: () => Promise<void>;
  /** Certificates of the mesh; undefined where `connect.enabled` is false. */
  readonly connect: Connect | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Hands the agent's log to a follower; what it returns ends that. */
  readonly followLog: RootLogger['follow'];
  readonly options: HttpOptions;
  /** Called once the reply to `/v1/agent/leave` was sent; it may close the app. */
  readonly leave: () => Promise<void>;
  /** Re-reads the configuration; what it rejects with is shown to the client. */
  readonly reload: (origin: LogFields) => Promise<void>;
  /** Facts that only the composition root has; asked for each time they are shown. */
  readonly selfDescription: () => SelfDescription;
  /** The numbers of `/v1/agent/metrics`, read anew each time. */
  readonly measure: () => Promise<Measurements>;
  /** Why DNS answers as it does. */
  readonly explainDns: ExplainDns;
  /** What DNS makes of records that are to be stored. */
  readonly recordRules: RecordRules;
}

export type Commit = <Result>(
  body: (transaction: Transaction) => Result,
  options?: { readonly above?: number },
) => Promise<{ readonly result: Result; readonly index: number }>;

export interface Connect {
  readonly authority: CertificateAuthority;
  readonly leaves: LeafCertificates;
}

export interface HttpOptions {
  /** Largest request body. */
  readonly bodyBytesMax: number;
  /** Octets of the large bodies in all requests at a time. */
  readonly bodiesBytesMax: number;
  /** Wait of a blocking query that names none; Consul's default is 300 s. */
  readonly defaultQueryTimeMs: number;
  /** Longest wait of a blocking query; Consul's default is 600 s. */
  readonly maxQueryTimeMs: number;
  /** Indent every JSON answer, as `-dev` does. */
  readonly pretty: boolean;
  /** Largest value of a key: `limits.kv_max_value_size`. */
  readonly kvValueBytesMax: number;
  /** Largest body of a transaction. */
  readonly txnBytesMax: number;
  readonly sessionTtlMinMs: number;
  /** Beginnings of paths that are refused: `http_config.block_endpoints`. */
  readonly blockedEndpoints: readonly string[];
  /** Subnets whose clients may write; empty: everybody. */
  readonly allowWritesFrom: readonly string[];
  /** Whether `cached` is looked at: `http_config.use_cache`. */
  readonly useCache: boolean;
  /** Added to every answer of an endpoint: `http_config.response_headers`. */
  readonly responseHeaders: Readonly<Record<string, string>>;
}

export const DEFAULT_HTTP_OPTIONS: HttpOptions = {
  bodyBytesMax: limits.httpBodyBytes.default,
  bodiesBytesMax: limits.httpBodiesBytes.default,
  defaultQueryTimeMs: 300_000,
  maxQueryTimeMs: 600_000,
  pretty: false,
  kvValueBytesMax: limits.kvValueBytes.default,
  txnBytesMax: limits.kvValueBytes.default,
  sessionTtlMinMs: 10_000,
  blockedEndpoints: [],
  allowWritesFrom: [],
  useCache: true,
  responseHeaders: {},
};

export interface SelfDescription {
  readonly version: VersionDescription;
  readonly ports: PortDescription;
  /** `DebugConfig` of `/v1/agent/self`; NodeName, Datacenter and the ports are filled in. */
  readonly debugConfig: Readonly<Record<string, Json>>;
  /** `Stats` of `/v1/agent/self`: group, then name, then text. */
  readonly stats: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface VersionDescription {
  readonly sha: string;
  readonly buildDate: string;
  readonly humanVersion: string;
}

/** Ports as they are bound; -1 for one that is off. */
export interface PortDescription {
  readonly http: number;
  readonly dns: number;
  readonly grpc: number;
  readonly serfLan: number;
  readonly serfWan: number;
}
