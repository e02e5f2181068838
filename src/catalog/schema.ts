/**
 * Which tables there are, how a row is keyed, and which secondary indexes it appears in. Pure functions of a row;
 * the same key text is used in memory and in the store.
 */
import { connectServiceOf } from '../query/index.ts';
import type { TableName, TableRows } from './rows.ts';

export interface TableSchema<Row> {
  /** The primary key. Names compare without case, as Consul's do. */
  readonly key: (row: Row) => string;
  /** Index name to the values under which the row is found; an empty list leaves it out. */
  readonly indexes: Readonly<Record<string, (row: Row) => readonly string[]>>;
  /** About what a row takes in memory, in tables that are bounded by it. */
  readonly octets?: (row: Row) => number;
  /** What a row becomes when `newer` overtook it on the way to the disk; without this, it is dropped. */
  readonly overtaken?: (row: Row, newer: Row) => Row;
}

/** Separates the parts of a compound key; names may not contain it. */
export const KEY_SEPARATOR = '\0';

export const nodeKey = (node: string): string => node.toLowerCase();

/** Key of a service or a check: an id is unique on its node only. */
export const onNodeKey = (node: string, id: string): string =>
  `${node.toLowerCase()}${KEY_SEPARATOR}${id.toLowerCase()}`;

export const serviceNameKey = (name: string): string => name.toLowerCase();

/** Key of the RRsets of one name; `@` is the apex. */
export const dnsNameKey = (zone: string, name: string): string =>
  `${zone}${KEY_SEPARATOR}${name}`.toLowerCase();

export const dnsRecordKey = (zone: string, name: string, type: string): string =>
  `${dnsNameKey(zone, name)}${KEY_SEPARATOR}${type}`;

/**
 * Folders that a key of the key-value store lies in, outermost first: of `a/b/c` they are `a/` and `a/b/`. Those
 * below the eighth are not told apart, so that a key of slashes is not filed a thousand times.
 */
export function kvFolders(key: string): string[] {
  const folders: string[] = [];
  let at = key.indexOf('/');
  while (at >= 0 && folders.length < KV_FOLDERS_MAX) {
    folders.push(key.slice(0, at + 1));
    at = key.indexOf('/', at + 1);
  }
  return folders;
}

const KV_FOLDERS_MAX = 8;

/** An entry beside its texts: the row, and its places in the table under the key and in eight folders. */
const KV_ROW_OCTETS = 512;

/** Key of the only row in `autopilot`. */
export const AUTOPILOT_KEY = 'configuration';

/** There is one signer. */
export const CA_SIGNER_KEY = 'active';

/** Key of the only row in `ca_configurations`. */
export const CA_CONFIGURATION_KEY = 'configuration';

export const schema: { readonly [Name in TableName]: TableSchema<TableRows[Name]> } = {
  nodes: {
    key: (row) => nodeKey(row.node),
    indexes: { id: (row) => (row.id === '' ? [] : [row.id]) },
  },
  services: {
    key: (row) => onNodeKey(row.node, row.id),
    indexes: {
      node: (row) => [nodeKey(row.node)],
      name: (row) => [serviceNameKey(row.service)],
      connect: (row) => {
        const service = connectServiceOf(row);
        return service === '' ? [] : [serviceNameKey(service)];
      },
    },
  },
  checks: {
    key: (row) => onNodeKey(row.node, row.checkId),
    indexes: {
      node: (row) => [nodeKey(row.node)],
      /** Node-level checks are found under the node and an empty service id. */
      instance: (row) => [onNodeKey(row.node, row.serviceId)],
      serviceName: (row) => (row.serviceName === '' ? [] : [serviceNameKey(row.serviceName)]),
      /** Passing checks are almost all checks, and are left out to keep this index small. */
      failing: (row) => (row.status === 'passing' ? [] : [row.status]),
    },
    /** Results alone overtake, and say nothing of how the check was registered. */
    overtaken: (row, { status, output }) => ({ ...row, status, output }),
  },
  indexes: { key: (row) => row.key, indexes: {} },
  agent_services: {
    key: (row) => onNodeKey(row.node, row.id),
    indexes: { node: (row) => [nodeKey(row.node)] },
  },
  agent_checks: {
    key: (row) => onNodeKey(row.node, row.checkId),
    indexes: { node: (row) => [nodeKey(row.node)] },
  },
  dns_records: {
    key: (row) => dnsRecordKey(row.zone, row.name, row.type),
    indexes: {
      zone: (row) => [row.zone],
      name: (row) => [dnsNameKey(row.zone, row.name)],
    },
  },
  kv: {
    key: (row) => row.key,
    indexes: {
      folder: (row) => kvFolders(row.key),
      session: (row) => (row.session === '' ? [] : [row.session]),
    },
    octets: ({ key, value }) => KV_ROW_OCTETS + key.length + value.length,
  },
  kv_tombstones: { key: (row) => row.key, indexes: { folder: (row) => kvFolders(row.key) } },
  lock_delays: { key: (row) => row.key, indexes: {} },
  sessions: {
    key: (row) => row.id,
    indexes: {
      node: (row) => [nodeKey(row.node)],
      check: (row) => [...new Set(sessionChecks(row).map((id) => onNodeKey(row.node, id)))],
    },
  },
  prepared_queries: {
    key: (row) => row.id,
    indexes: {
      /** The template of all names is found under an empty one. */
      name: (row) => (row.name === '' && row.template.type === '' ? [] : [row.name.toLowerCase()]),
      template: (row) => (row.template.type === '' ? [] : [row.name.toLowerCase()]),
      session: (row) => (row.session === '' ? [] : [row.session]),
      /** Keys of the metadata that it wants of a service. */
      serviceMeta: (row) => Object.keys(row.service.serviceMeta),
    },
  },
  coordinates: {
    key: (row) => onNodeKey(row.node, row.segment),
    indexes: { node: (row) => [nodeKey(row.node)] },
  },
  autopilot: { key: () => AUTOPILOT_KEY, indexes: {} },
  ca_roots: { key: (row) => row.id, indexes: {} },
  ca_signers: { key: () => CA_SIGNER_KEY, indexes: {} },
  ca_configurations: { key: () => CA_CONFIGURATION_KEY, indexes: {} },
};

/** Ids of all checks that a session falls with. */
export function sessionChecks({
  nodeChecks,
  serviceChecks,
}: Pick<TableRows['sessions'], 'nodeChecks' | 'serviceChecks'>): string[] {
  return [...nodeChecks, ...(serviceChecks ?? []).map(({ id }) => id)];
}

export const TABLE_NAMES = Object.keys(schema) as readonly TableName[];
