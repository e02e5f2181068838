/**
 * What a row of each table looks like, for rows that come from outside. Those of the store were written here, and have a
 * checksum; an archive has one too, but anybody can make an archive. What could not be read, shown or run is refused;
 * what rows say of each other is `references.ts`.
 */
import { X509Certificate } from 'node:crypto';
import {
  CHECK_STATUSES,
  REGISTRATION_SOURCES,
  SESSION_BEHAVIORS,
  schema,
  type TableName,
  type TableRows,
} from '../catalog/index.ts';
import { compileTemplate, DIMENSIONS, NAME_PREFIX_MATCH } from '../query/index.ts';
import { limits } from '../runtime/index.ts';
import {
  base64,
  boolean,
  count,
  duration,
  fields,
  filled,
  isRecord,
  json,
  listOf,
  mapOf,
  milliseconds,
  name,
  nanoseconds,
  number,
  oneOf,
  optional,
  orNull,
  port,
  type Shape,
  text,
  texts,
  uint64,
  uuid,
  whole,
} from './shapes.ts';

const HOUR_MS = 3_600_000;
const WEIGHT_MAX = 65_535;
const TTL_SECONDS_MAX = 2 ** 31 - 1;

const optionalText = optional(text);
const optionalCount = optional(count());
const optionalDuration = optional(milliseconds);
const optionalBoolean = optional(boolean);

const checkDefinition = fields({
  checkId: name,
  name: text,
  serviceId: text,
  notes: optionalText,
  status: optional(oneOf(CHECK_STATUSES)),
  intervalMs: optionalDuration,
  timeoutMs: optionalDuration,
  ttlMs: optionalDuration,
  deregisterCriticalServiceAfterMs: optionalDuration,
  successBeforePassing: optional(whole),
  failuresBeforeWarning: optional(whole),
  failuresBeforeCritical: optional(whole),
  outputMaxSize: optionalCount,
  http: optionalText,
  method: optionalText,
  header: optional(mapOf(texts)),
  body: optionalText,
  disableRedirects: optionalBoolean,
  tlsServerName: optionalText,
  tlsSkipVerify: optionalBoolean,
  tcp: optionalText,
  tcpUseTls: optionalBoolean,
  udp: optionalText,
  grpc: optionalText,
  grpcUseTls: optionalBoolean,
  h2ping: optionalText,
  h2pingUseTls: optionalBoolean,
  aliasNode: optionalText,
  aliasService: optionalText,
  dockerContainerId: optionalText,
  shell: optionalText,
  args: optional(texts),
  osService: optionalText,
});

const query = fields({
  service: filled,
  failover: fields({
    nearestN: count(),
    datacenters: texts,
    targets: listOf(fields({ peer: text, datacenter: text })),
  }),
  onlyPassing: boolean,
  ignoreCheckIds: texts,
  near: text,
  tags: texts,
  nodeMeta: mapOf(text),
  serviceMeta: mapOf(text),
  connect: boolean,
  peer: text,
});

const sessionOrNone: Shape = (value) => value === '' || uuid(value);
const source = oneOf(REGISTRATION_SOURCES);
const onNode = { node: name };

const SHAPES: { readonly [Name in TableName]: Readonly<Record<string, Shape>> } = {
  nodes: {
    ...onNode,
    id: (value) => value === '' || uuid(value),
    datacenter: text,
    address: text,
    taggedAddresses: mapOf(text),
    meta: mapOf(text),
    locality: json,
  },
  services: {
    ...onNode,
    id: name,
    service: name,
    kind: text,
    tags: texts,
    address: text,
    taggedAddresses: mapOf(fields({ address: text, port })),
    meta: mapOf(text),
    port,
    socketPath: text,
    weights: fields({ passing: count(1, WEIGHT_MAX), warning: count(0, WEIGHT_MAX) }),
    enableTagOverride: boolean,
    proxy: json,
    connect: json,
    locality: json,
  },
  checks: {
    ...onNode,
    checkId: name,
    name: text,
    status: text,
    notes: text,
    output: text,
    serviceId: text,
    serviceName: text,
    serviceTags: texts,
    type: text,
    interval: text,
    timeout: text,
    exposedPort: whole,
    definition: json,
  },
  indexes: { key: filled },
  agent_services: { ...onNode, id: name, source, token: text },
  agent_checks: { ...onNode, checkId: name, source, definition: orNull(checkDefinition) },
  dns_records: {
    zone: name,
    name,
    type: name,
    ttlSeconds: count(0, TTL_SECONDS_MAX),
    records: texts,
  },
  kv: {
    key: filled,
    value: base64,
    flags: uint64,
    lockIndex: count(),
    session: sessionOrNone,
  },
  kv_tombstones: { key: text, entryCreateIndex: count() },
  lock_delays: {
    key: text,
    delayMs: (value) =>
      number(value) && Number(value) > 0 && Number(value) <= limits.lockDelayMs.default,
  },
  sessions: {
    ...onNode,
    id: uuid,
    name: text,
    lockDelayNs: nanoseconds,
    behavior: oneOf(SESSION_BEHAVIORS),
    ttl: duration(24 * HOUR_MS),
    nodeChecks: texts,
    serviceChecks: orNull(listOf(fields({ id: text, namespace: text }))),
  },
  prepared_queries: {
    id: uuid,
    name: text,
    session: sessionOrNone,
    token: text,
    template: fields({
      type: oneOf(['', NAME_PREFIX_MATCH]),
      regexp: text,
      removeEmptyTags: boolean,
    }),
    service: query,
    dnsTtl: duration(),
  },
  autopilot: {
    cleanupDeadServers: boolean,
    lastContactThresholdMs: milliseconds,
    maxTrailingLogs: number,
    minQuorum: number,
    serverStabilizationTimeMs: milliseconds,
    redundancyZoneTag: text,
    disableUpgradeMigration: boolean,
    upgradeVersionTag: text,
  },
  ca_roots: { id: text, certificate: text },
  ca_signers: { clusterId: filled, rootId: text, privateKey: text, lastSerial: count() },
  ca_configurations: {
    leafTtlMs: orNull((value) => milliseconds(value) && Number(value) >= HOUR_MS),
    intermediateTtlMs: orNull(milliseconds),
    rootTtlMs: orNull(milliseconds),
    forceWithoutCrossSigning: boolean,
    other: mapOf(json),
  },
  coordinates: {
    ...onNode,
    segment: text,
    coordinate: fields({
      vec: (value) => listOf(number)(value) && (value as readonly unknown[]).length === DIMENSIONS,
      error: number,
      adjustment: number,
      height: number,
    }),
  },
};

/** What is wrong with a row whose fields are right. */
const RULES: {
  readonly [Name in TableName]?: (row: TableRows[Name]) => string | undefined;
} = {
  prepared_queries: ({ name: prefix, template, service }) => {
    if (template.type === '') return undefined;
    const compiled = compileTemplate(prefix, template, service);
    return compiled.ok ? undefined : compiled.message;
  },
  ca_roots: ({ id, certificate }) =>
    fingerprintOf(certificate) === id ? undefined : 'the certificate is not the one of its id',
};

function fingerprintOf(certificate: string): string | undefined {
  try {
    return new X509Certificate(certificate).fingerprint.toLowerCase();
  } catch {
    return undefined;
  }
}

/** LMDB takes keys of up to 1978 octets, the name of the table included. */
const KEY_BYTES_MAX = 1960;

/** What is wrong with a row, or undefined. */
export function rowProblem(table: TableName, row: unknown): string | undefined {
  if (!isRecord(row)) return 'it is no row';
  const shapes = SHAPES[table];
  for (const field in shapes) {
    if (shapes[field]?.(row[field]) === true) continue;
    return `field "${field}" of "${table}" is not as it has to be`;
  }
  if (!nestsWithin(row, limits.jsonDepth.default)) return `a row of "${table}" is nested too deep`;
  return keyProblem(table, schema[table].key(row as never)) ?? RULES[table]?.(row as never);
}

function keyProblem(table: TableName, key: string): string | undefined {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `the key of a row of "${table}" is too long`;
  // UTF-8 has none, and would make two of them one.
  if (/\p{Surrogate}/u.test(key)) return `the key of a row of "${table}" is no text`;
  return undefined;
}

function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((item) => nestsWithin(item, levels - 1));
}
