/**
 * What a row of each table looks like, for rows that come from outside. Those of the store were written here, and have a
 * checksum; an archive has one too, but anybody can make an archive.
 */
import { schema, type TableName } from '../catalog/index.ts';
import { limits } from '../runtime/index.ts';

type Shape =
  | 'text'
  | 'number'
  | 'boolean'
  | 'texts'
  | 'map'
  | 'json'
  | { readonly [field: string]: Shape }
  | { readonly listOf: Shape }
  | { readonly mapOf: Shape }
  | { readonly orNull: Shape };

const onNode = { node: 'text' } as const;
const query = {
  service: 'text',
  failover: {
    nearestN: 'number',
    datacenters: 'texts',
    targets: { listOf: { peer: 'text', datacenter: 'text' } },
  },
  onlyPassing: 'boolean',
  ignoreCheckIds: 'texts',
  near: 'text',
  tags: 'texts',
  nodeMeta: 'map',
  serviceMeta: 'map',
  connect: 'boolean',
  peer: 'text',
} as const;

const SHAPES: { readonly [Name in TableName]: Readonly<Record<string, Shape>> } = {
  nodes: {
    ...onNode,
    id: 'text',
    datacenter: 'text',
    address: 'text',
    taggedAddresses: 'map',
    meta: 'map',
    locality: 'json',
  },
  services: {
    ...onNode,
    id: 'text',
    service: 'text',
    kind: 'text',
    tags: 'texts',
    address: 'text',
    taggedAddresses: { mapOf: { address: 'text', port: 'number' } },
    meta: 'map',
    port: 'number',
    socketPath: 'text',
    weights: { passing: 'number', warning: 'number' },
    enableTagOverride: 'boolean',
    proxy: 'json',
    connect: 'json',
    locality: 'json',
  },
  checks: {
    ...onNode,
    checkId: 'text',
    name: 'text',
    status: 'text',
    notes: 'text',
    output: 'text',
    serviceId: 'text',
    serviceName: 'text',
    serviceTags: 'texts',
    type: 'text',
    interval: 'text',
    timeout: 'text',
    exposedPort: 'number',
    definition: 'json',
  },
  indexes: { key: 'text' },
  agent_services: { ...onNode, id: 'text', source: 'text', token: 'text' },
  agent_checks: { ...onNode, checkId: 'text', source: 'text', definition: 'json' },
  dns_records: { zone: 'text', name: 'text', type: 'text', ttlSeconds: 'number', records: 'texts' },
  kv: { key: 'text', value: 'text', flags: 'text', lockIndex: 'number', session: 'text' },
  kv_tombstones: { key: 'text', entryCreateIndex: 'number' },
  lock_delays: { key: 'text', delayMs: 'number' },
  sessions: {
    ...onNode,
    id: 'text',
    name: 'text',
    lockDelayNs: 'number',
    behavior: 'text',
    ttl: 'text',
    nodeChecks: 'texts',
    serviceChecks: { orNull: { listOf: { id: 'text', namespace: 'text' } } },
  },
  prepared_queries: {
    id: 'text',
    name: 'text',
    session: 'text',
    token: 'text',
    template: { type: 'text', regexp: 'text', removeEmptyTags: 'boolean' },
    service: query,
    dnsTtl: 'text',
  },
  autopilot: {
    cleanupDeadServers: 'boolean',
    lastContactThresholdMs: 'number',
    maxTrailingLogs: 'number',
    minQuorum: 'number',
    serverStabilizationTimeMs: 'number',
    redundancyZoneTag: 'text',
    disableUpgradeMigration: 'boolean',
    upgradeVersionTag: 'text',
  },
  ca_roots: { id: 'text', certificate: 'text' },
  ca_signers: { clusterId: 'text', rootId: 'text', privateKey: 'text', lastSerial: 'number' },
  ca_configurations: {
    leafTtlMs: { orNull: 'number' },
    intermediateTtlMs: { orNull: 'number' },
    rootTtlMs: { orNull: 'number' },
    forceWithoutCrossSigning: 'boolean',
    other: { mapOf: 'json' },
  },
  coordinates: {
    ...onNode,
    segment: 'text',
    coordinate: {
      vec: { listOf: 'number' },
      error: 'number',
      adjustment: 'number',
      height: 'number',
    },
  },
};

/** LMDB takes keys of up to 1978 octets, the name of the table included. */
const KEY_BYTES_MAX = 1960;

/** What is wrong with a row, or undefined. */
export function rowProblem(table: TableName, row: unknown): string | undefined {
  if (!isRecord(row)) return 'it is no row';
  for (const [field, shape] of Object.entries(SHAPES[table])) {
    if (!fits(row[field], shape)) return `field "${field}" of "${table}" is not as it has to be`;
  }
  if (!nestsWithin(row, limits.jsonDepth.default)) return `a row of "${table}" is nested too deep`;
  const key = schema[table].key(row as never);
  if (Buffer.byteLength(key) <= KEY_BYTES_MAX) return undefined;
  return `the key of a row of "${table}" is too long`;
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fits(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'map':
      return fits(value, { mapOf: 'text' });
    case 'json':
      return value !== undefined;
  }
  if ('orNull' in shape) return value === null || fits(value, shape.orNull as Shape);
  if ('listOf' in shape) {
    return Array.isArray(value) && value.every((item) => fits(item, shape.listOf as Shape));
  }
  if (!isRecord(value)) return false;
  if ('mapOf' in shape) {
    return Object.values(value).every((item) => fits(item, shape.mapOf as Shape));
  }
  return Object.entries(shape).every(([field, own]) => fits(value[field], own as Shape));
}

function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((item) => nestsWithin(item, levels - 1));
}
