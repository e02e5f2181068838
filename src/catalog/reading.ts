/**
 * Reads of the catalog: the rows that an answer is made of, the index that goes with it, and the topics whose
 * waking may change it. Sorted as Consul sorts (by node, then id). Formatting is the caller's.
 */
import { indexKeys } from './index-keys.ts';
import type { CheckRow, IndexRow, NodeRow, ServiceRow } from './rows.ts';
import { nodeKey, onNodeKey, serviceNameKey } from './schema.ts';
import type { State } from './state.ts';
import { topics } from './watches.ts';

export interface Reading<Value> {
  readonly value: Value;
  /** For X-Consul-Index; may be 0 when nothing of the kind was ever written. */
  readonly index: number;
  readonly topics: readonly string[];
}

/** A service instance with what decides whether it is answered. */
export interface Instance {
  readonly node: NodeRow;
  readonly service: ServiceRow;
  /** Checks of its node, then its own. */
  readonly checks: readonly CheckRow[];
}

export interface NodeServices {
  readonly node: NodeRow;
  readonly services: readonly ServiceRow[];
}

export function readNodes(state: State): Reading<NodeRow[]> {
  return {
    value: sortBy([...state.tables.nodes.all()], (row) => nodeKey(row.node)),
    index: state.indexOf(indexKeys.nodes),
    topics: [topics.nodeRows],
  };
}

/** Services in the order of their names. */
export function readServices(state: State): Reading<ServiceRow[]> {
  return {
    value: sortBy([...state.tables.services.all()], (row) => serviceNameKey(row.service)),
    index: state.indexOf(indexKeys.services),
    topics: [indexKeys.services],
  };
}

export type ServiceTags = ReadonlyMap<string, ReadonlySet<string>>;

/** Distinct service names with the union of their instances' tags. */
export function tagsByName(services: Iterable<ServiceRow>): ServiceTags {
  const tags = new Map<string, Set<string>>();
  for (const row of services) {
    const known = tags.get(row.service);
    if (known === undefined) tags.set(row.service, new Set(row.tags));
    else for (const tag of row.tags) known.add(tag);
  }
  return tags;
}

/** Made of all services, which takes milliseconds, and the same for all who ask until one of them changes. */
const keptTags = new WeakMap<State, { readonly revision: number; readonly tags: ServiceTags }>();

/** Tags of all services, for `/v1/catalog/services`; the same object while no service changes. */
export function readServiceTags(state: State): Reading<ServiceTags> {
  const { services } = state.tables;
  let kept = keptTags.get(state);
  if (kept?.revision !== services.revision) {
    kept = { revision: services.revision, tags: tagsByName(services.all()) };
    keptTags.set(state, kept);
  }
  const index = state.indexOf(indexKeys.services);
  return { value: kept.tags, index, topics: [indexKeys.services] };
}

/**
 * By the row of the service's index: whatever changes about an instance, its node or its checks puts another row in its
 * place. Most services are read far more often than they change.
 */
const keptInstances = new WeakMap<IndexRow, readonly Instance[]>();

/** Instances of the service called `name`; the same objects while nothing about the service changes. */
export function readInstances(state: State, name: string): Reading<readonly Instance[]> {
  const key = indexKeys.service(name);
  const indexRow = state.tables.indexes.get(key);
  let value = indexRow && keptInstances.get(indexRow);
  if (value === undefined) {
    value = instancesOf(state, state.tables.services.find('name', serviceNameKey(name)));
    if (indexRow !== undefined) keptInstances.set(indexRow, value);
  }
  return { value, index: serviceIndex(state, indexRow), topics: [key] };
}

function instancesOf(state: State, rows: ServiceRow[]): Instance[] {
  return sortBy(rows, (row) => onNodeKey(row.node, row.id))
    .map((service) => instanceOf(state, service))
    .filter((instance) => instance !== undefined);
}

/** Instances that stand for the service called `name` in the mesh. */
export function readConnectInstances(state: State, name: string): Reading<readonly Instance[]> {
  const rows = state.tables.services.find('connect', serviceNameKey(name));
  const value = instancesOf(state, rows);
  // Checks and nodes move the index of the proxies' own service; one that comes or goes, that of all services.
  const own = new Set(rows.map((row) => indexKeys.service(row.service)));
  const keys = [indexKeys.services, ...own];
  return { value, index: Math.max(...keys.map((key) => state.indexOf(key))), topics: keys };
}

function instanceOf(state: State, service: ServiceRow): Instance | undefined {
  const node = state.tables.nodes.get(nodeKey(service.node));
  if (node === undefined) return undefined;
  const ofNode = state.tables.checks.find('instance', onNodeKey(service.node, ''));
  const own = state.tables.checks.find('instance', onNodeKey(service.node, service.id));
  return { node, service, checks: [...sortChecks(ofNode), ...sortChecks(own)] };
}

/**
 * The index of a service's answers; `own` is the row of its own. Once its last instance is gone, that of the last
 * extinction: the answer became empty there at the latest, and the index must not fall back.
 */
function serviceIndex(state: State, own: IndexRow | undefined): number {
  if (own !== undefined && own.modifyIndex > 0) return own.modifyIndex;
  const extinction = state.indexOf(indexKeys.serviceExtinction);
  if (extinction > 0) return extinction;
  return Math.max(
    state.indexOf(indexKeys.services),
    state.indexOf(indexKeys.nodes),
    state.indexOf(indexKeys.checks),
  );
}

/** A node by name, or by a unique prefix of its id, with its services. */
export function readNodeServices(state: State, name: string): Reading<NodeServices | undefined> {
  const node = findNode(state, name);
  const own = node === undefined ? 0 : state.indexOf(indexKeys.node(node.node));
  const services = node === undefined ? [] : state.tables.services.find('node', nodeKey(node.node));
  return {
    value:
      node === undefined
        ? undefined
        : { node, services: sortBy(services, (row) => row.id.toLowerCase()) },
    index: own > 0 ? own : state.indexOf(indexKeys.nodeExtinction),
    topics: [indexKeys.node(node?.node ?? name)],
  };
}

/** Hexadecimal digits and dashes, as a UUID begins. */
const ID_PREFIX = /^[0-9a-f-]{4,36}$/;

function findNode(state: State, name: string): NodeRow | undefined {
  const exact = state.tables.nodes.get(nodeKey(name));
  if (exact !== undefined) return exact;
  const prefix = name.toLowerCase();
  if (!ID_PREFIX.test(prefix)) return undefined;
  const matches = [...state.tables.nodes.all()].filter((row) => row.id.startsWith(prefix));
  return matches.length === 1 ? matches[0] : undefined;
}

/** All checks of a node, those of its services included. */
export function readNodeChecks(state: State, node: string): Reading<CheckRow[]> {
  return {
    value: sortChecks(state.tables.checks.find('node', nodeKey(node))),
    index: state.indexOf(indexKeys.checks),
    topics: [topics.checksOfNode(node)],
  };
}

/** Service-level checks of the service called `name`. */
export function readServiceChecks(state: State, name: string): Reading<CheckRow[]> {
  return {
    value: sortChecks(state.tables.checks.find('serviceName', serviceNameKey(name))),
    index: state.indexOf(indexKeys.checks),
    topics: [topics.checksOfService(name)],
  };
}

/** The same for those who select among them by their nodes, which the service's own index covers, too. */
export function readServiceChecksByNode(state: State, name: string): Reading<CheckRow[]> {
  const { value } = readServiceChecks(state, name);
  const key = indexKeys.service(name);
  return { value, index: serviceIndex(state, state.tables.indexes.get(key)), topics: [key] };
}

/** Checks in `status`, or all of them for `any`. */
export function readChecksInState(state: State, status: string): Reading<CheckRow[]> {
  return {
    value: sortChecks(checksInState(state, status)),
    index: state.indexOf(indexKeys.checks),
    topics: [status === 'any' ? topics.checkRows : topics.checksInState(status)],
  };
}

function checksInState(state: State, status: string): CheckRow[] {
  const { checks } = state.tables;
  if (status === 'any') return [...checks.all()];
  if (status === 'passing') return [...checks.all()].filter((row) => row.status === 'passing');
  return checks.find('failing', status);
}

function sortChecks(rows: CheckRow[]): CheckRow[] {
  return rows.length < 2 ? rows : sortBy(rows, (row) => onNodeKey(row.node, row.checkId));
}

/** Sorts in place by a key computed once a row. */
export function sortBy<Row>(rows: Row[], keyOf: (row: Row) => string): Row[] {
  if (rows.length < 2) return rows;
  const keyed = rows.map((row) => ({ key: keyOf(row), row }));
  keyed.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
  for (const [at, entry] of keyed.entries()) rows[at] = entry.row;
  return rows;
}
