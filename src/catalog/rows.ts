/**
 * The rows of the catalog: plain immutable values. A row is never changed after it was put into a table; an
 * update is a new row. Names keep the case they were registered with; keys are lower-cased (`schema.ts`).
 */

/** A JSON value that the catalog carries without looking inside. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Both are catalog indexes: of the commit that created the row, and of the last that changed it. */
export interface Versioned {
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export type StringMap = Readonly<Record<string, string>>;

export interface NodeRow extends Versioned {
  readonly node: string;
  /** UUID in lower case, or empty for a node registered without one. */
  readonly id: string;
  readonly datacenter: string;
  /** An IP address, or a host name. */
  readonly address: string;
  readonly taggedAddresses: StringMap;
  readonly meta: StringMap;
  readonly locality: Json;
}

export interface ServiceAddress {
  readonly address: string;
  readonly port: number;
}

export interface Weights {
  readonly passing: number;
  readonly warning: number;
}

export interface ServiceRow extends Versioned {
  readonly node: string;
  /** Unique on its node. */
  readonly id: string;
  readonly service: string;
  readonly kind: string;
  readonly tags: readonly string[];
  /** Empty means the node's address. */
  readonly address: string;
  readonly taggedAddresses: Readonly<Record<string, ServiceAddress>>;
  readonly meta: StringMap;
  readonly port: number;
  readonly socketPath: string;
  readonly weights: Weights;
  readonly enableTagOverride: boolean;
  /** Consul's Proxy block in its JSON form, or null. */
  readonly proxy: Json;
  /** Consul's Connect block: `{ "Native": true }`, or null. */
  readonly connect: Json;
  readonly locality: Json;
}

export const CHECK_STATUSES = ['passing', 'warning', 'critical'] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

export interface CheckRow extends Versioned {
  readonly node: string;
  /** Unique on its node. */
  readonly checkId: string;
  readonly name: string;
  /** One of CHECK_STATUSES when set through rollcall's agent; the catalog keeps any text, as Consul's does. */
  readonly status: string;
  readonly notes: string;
  readonly output: string;
  /** Empty for a check of the node itself. */
  readonly serviceId: string;
  readonly serviceName: string;
  readonly serviceTags: readonly string[];
  /** `http`, `tcp`, `ttl`, `maintenance`, …, or empty. */
  readonly type: string;
  /** Go durations as text, as Consul's API shows them. */
  readonly interval: string;
  readonly timeout: string;
  readonly exposedPort: number;
  /** Definition in API form as given to /v1/catalog/register; `{}` for checks that an agent runs. */
  readonly definition: Json;
}

/** The last commit that touched something: rows of this kind outlive what they speak of, so an index never goes back. */
export interface IndexRow extends Versioned {
  readonly key: string;
}

export const REGISTRATION_SOURCES = ['api', 'config'] as const;
export type RegistrationSource = (typeof REGISTRATION_SOURCES)[number];

/** A service that was registered with the agent of `node`, and so is its to keep. */
export interface AgentServiceRow extends Versioned {
  readonly node: string;
  readonly id: string;
  readonly source: RegistrationSource;
  readonly token: string;
}

/** A check that the agent of `node` runs. */
export interface AgentCheckRow extends Versioned {
  readonly node: string;
  readonly checkId: string;
  readonly source: RegistrationSource;
  /** A CheckDefinition of src/checks. */
  readonly definition: Json;
}

/** An RRset that was written through HTTP; names and records in the presentation form of master files. */
export interface DnsRecordRow extends Versioned {
  /** Apex of its zone in lower case, with a final dot. */
  readonly zone: string;
  /** Owner relative to the zone in lower case, without a final dot; `@` is the apex. */
  readonly name: string;
  /** `A`, `TYPE65400`, … */
  readonly type: string;
  readonly ttlSeconds: number;
  /** The data alone, names absolute. At least one, none twice. */
  readonly records: readonly string[];
}

/** An entry of the key-value store. */
export interface KvRow extends Versioned {
  readonly key: string;
  /** In base64, as clients get it: a value is any octets. */
  readonly value: string;
  /** The decimal digits of an unsigned 64-bit number, which JSON's numbers cannot hold. */
  readonly flags: string;
  /** How often the key was locked since it was last written without a lock. */
  readonly lockIndex: number;
  /** Id of the session that holds it, or empty. */
  readonly session: string;
}

/** A key that was deleted: what was read under its prefixes has changed. Kept for a while (`agent/kv-tombstones.ts`). */
export interface KvTombstoneRow extends Versioned {
  readonly key: string;
  /** Index that the entry was created at, so that no two deletions of a key look alike. */
  readonly entryCreateIndex: number;
}

/** A key whose holder was lost, and that nobody can lock for `delayMs` (`agent/lock-delays.ts`). */
export interface LockDelayRow extends Versioned {
  readonly key: string;
  readonly delayMs: number;
}

export const SESSION_BEHAVIORS = ['release', 'delete'] as const;
/** What becomes of the keys that a session held. */
export type SessionBehavior = (typeof SESSION_BEHAVIORS)[number];

export interface SessionRow extends Versioned {
  /** UUID in lower case. */
  readonly id: string;
  readonly name: string;
  readonly node: string;
  readonly lockDelayNs: number;
  readonly behavior: SessionBehavior;
  /** A Go duration as it was given, or empty. */
  readonly ttl: string;
  /** Ids of checks on its node that the session falls with. */
  readonly nodeChecks: readonly string[];
  readonly serviceChecks: readonly SessionServiceCheck[] | null;
}

export interface SessionServiceCheck {
  readonly id: string;
  readonly namespace: string;
}

/** Where a prepared query looks when nothing here fits it. */
export interface QueryFailover {
  readonly nearestN: number;
  readonly datacenters: readonly string[];
  readonly targets: readonly { readonly peer: string; readonly datacenter: string }[];
}

/** What a prepared query looks up; in a template each text is interpolated (`src/query`). */
export interface QueryService {
  readonly service: string;
  readonly failover: QueryFailover;
  /** Drop warning instances as well. */
  readonly onlyPassing: boolean;
  /** Checks that do not count. */
  readonly ignoreCheckIds: readonly string[];
  /** Name of a node whose nearest come first; `_agent`, `_ip`, or empty. */
  readonly near: string;
  /** All of them, and none of those after a `!`. */
  readonly tags: readonly string[];
  readonly nodeMeta: StringMap;
  readonly serviceMeta: StringMap;
  /** Of the mesh: proxies for the service, and native ones. */
  readonly connect: boolean;
  readonly peer: string;
}

/** A prepared query: a name for a look-up with conditions. */
export interface QueryRow extends Versioned {
  /** UUID in lower case. */
  readonly id: string;
  /** Empty for a query that is found by its id alone, and for the template of all names. */
  readonly name: string;
  /** Id of the session that it goes with, or empty. */
  readonly session: string;
  readonly token: string;
  /** Its type is empty for a query that is no template. */
  readonly template: {
    readonly type: string;
    readonly regexp: string;
    readonly removeEmptyTags: boolean;
  };
  readonly service: QueryService;
  /** A Go duration as it was given; empty: that of the service. */
  readonly dnsTtl: string;
}

/** Where a node is in the space of round-trip times, as its agent measured it. */
export interface CoordinateRow extends Versioned {
  readonly node: string;
  /** Of the network; empty for the one without a name. */
  readonly segment: string;
  readonly coordinate: {
    readonly vec: readonly number[];
    readonly error: number;
    readonly adjustment: number;
    readonly height: number;
  };
}

/** How Consul's servers look after each other. It is kept for whoever sets it: here it changes nothing. */
export interface AutopilotRow extends Versioned {
  readonly cleanupDeadServers: boolean;
  readonly lastContactThresholdMs: number;
  readonly maxTrailingLogs: number;
  readonly minQuorum: number;
  readonly serverStabilizationTimeMs: number;
  readonly redundancyZoneTag: string;
  readonly disableUpgradeMigration: boolean;
  readonly upgradeVersionTag: string;
}

/** A root certificate of the mesh. */
export interface CaRootRow extends Versioned {
  /** SHA-1 of the certificate: hex in lower case with colons. */
  readonly id: string;
  /** PEM. */
  readonly certificate: string;
}

/** What certificates of the mesh are signed with; there is one such row at most. */
export interface CaSignerRow extends Versioned {
  /** UUID that the trust domain is made of. */
  readonly clusterId: string;
  /** Id of the active root. */
  readonly rootId: string;
  /** Of that root, PKCS #8 as PEM. Never shown. */
  readonly privateKey: string;
  /** Serial number of the certificate that was signed last. */
  readonly lastSerial: number;
}

/** What was set about the certificate authority over HTTP; null: as the agent is configured, or Consul's default. */
export interface CaConfigurationRow extends Versioned {
  readonly leafTtlMs: number | null;
  readonly intermediateTtlMs: number | null;
  readonly rootTtlMs: number | null;
  readonly forceWithoutCrossSigning: boolean;
  /** What else was given: kept and shown, as by Consul. */
  readonly other: Readonly<Record<string, Json>>;
}

export interface TableRows {
  readonly nodes: NodeRow;
  readonly services: ServiceRow;
  readonly checks: CheckRow;
  readonly indexes: IndexRow;
  readonly agent_services: AgentServiceRow;
  readonly agent_checks: AgentCheckRow;
  readonly dns_records: DnsRecordRow;
  readonly kv: KvRow;
  readonly kv_tombstones: KvTombstoneRow;
  readonly lock_delays: LockDelayRow;
  readonly sessions: SessionRow;
  readonly prepared_queries: QueryRow;
  readonly coordinates: CoordinateRow;
  /** One row or none. */
  readonly autopilot: AutopilotRow;
  readonly ca_roots: CaRootRow;
  readonly ca_signers: CaSignerRow;
  /** One row or none. */
  readonly ca_configurations: CaConfigurationRow;
}

export type TableName = keyof TableRows;

/** A row before its commit gave it indexes. */
export type Unversioned<Row> = Omit<Row, keyof Versioned>;
