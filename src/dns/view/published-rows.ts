/**
 * How rows of the catalog look to DNS: nodes, instances and prepared queries, without what no answer is made of. Pure
 * functions of the tables as they are. When a row is published is not known here (`publish.ts`).
 */
import type {
  CheckRow,
  CoordinateRow,
  DnsRecordRow,
  IndexRow,
  NodeRow,
  QueryRow,
  ServiceRow,
  StringMap,
} from '../../catalog/index.ts';
import { connectServiceOf } from '../../query/index.ts';
import { parseDuration } from '../../runtime/index.ts';
import type { CheckMark, ViewInstance, ViewNode, ViewQuery } from './delta.ts';

/** The tables that the view is made from. */
export interface PublishedTables {
  readonly nodes: PublishedTable<NodeRow>;
  readonly services: PublishedTable<ServiceRow>;
  readonly checks: Pick<PublishedTable<CheckRow>, 'find'>;
  readonly indexes: Pick<PublishedTable<IndexRow>, 'all'>;
  readonly dns_records: Pick<PublishedTable<DnsRecordRow>, 'all'>;
  readonly prepared_queries: Pick<PublishedTable<QueryRow>, 'find' | 'all'>;
  readonly coordinates: Pick<PublishedTable<CoordinateRow>, 'find'>;
}

export interface PublishedTable<Row> {
  get(key: string): Row | undefined;
  find(index: string, value: string): Row[];
  all(): Iterable<Row>;
}

export function nodeOf(row: NodeRow, tables: PublishedTables): ViewNode {
  const coordinates = tables.coordinates.find('node', keyOfNode(row.node));
  return viewNode(row, marksOf(tables, row.node, ''), coordinates);
}

/** `marks` and `coordinates` are the node's own. */
export function viewNode(
  row: NodeRow,
  marks: readonly CheckMark[],
  coordinates: readonly CoordinateRow[],
): ViewNode {
  return {
    key: keyOfNode(row.node),
    name: row.node,
    id: row.id,
    datacenter: row.datacenter,
    address: row.address,
    taggedAddresses: row.taggedAddresses,
    meta: row.meta,
    marks,
    ...(coordinates.length > 0 && {
      coordinates: coordinates.map(({ segment, coordinate }) => ({ segment, coordinate })),
    }),
  };
}

export function instanceOf(row: ServiceRow, tables: PublishedTables): ViewInstance {
  const node = tables.nodes.get(keyOfNode(row.node));
  const marks = marksOf(tables, row.node, row.id);
  return viewInstance(row, node?.datacenter ?? '', marks, isAsked(tables));
}

/** `asked` tells what metadata prepared queries look at. */
export function viewInstance(
  row: ServiceRow,
  datacenter: string,
  marks: readonly CheckMark[],
  asked: (metaKey: string) => boolean,
): ViewInstance {
  return {
    key: keyOnNode(row.node, row.id),
    nodeKey: keyOfNode(row.node),
    datacenter,
    id: row.id,
    service: row.service,
    kind: row.kind,
    tags: row.tags,
    address: row.address,
    taggedAddresses: row.taggedAddresses,
    port: row.port,
    meta: dnsMetaOf(row.meta, asked),
    weights: row.weights,
    marks,
    connectService: connectServiceOf(row),
  };
}

/** The rest of the metadata has no part in a DNS answer, and so is not worth a copy in every answer thread. */
function dnsMetaOf(meta: StringMap, asked: (metaKey: string) => boolean): StringMap {
  const entries = Object.entries(meta).filter(([key]) => isAnswered(key) || asked(key));
  return entries.length === 0 ? NO_META : Object.fromEntries(entries);
}

/** Of an instance about which DNS says nothing more. */
export const NO_META: StringMap = {};

/** Whether DNS answers with this metadata of services. */
export const isAnswered = (metaKey: string): boolean => metaKey.startsWith('dns-');

/** Whether some prepared query looks at this metadata of services. */
export function isAsked({ prepared_queries }: PublishedTables): (metaKey: string) => boolean {
  return (key) => prepared_queries.find('serviceMeta', key).length > 0;
}

export function viewQuery({ id, name, template, service, dnsTtl }: QueryRow): ViewQuery {
  const ttl = parseDuration(dnsTtl);
  return {
    key: id,
    name,
    template: template.type === '' ? undefined : template,
    service: service.service,
    near: service.near,
    tags: service.tags,
    nodeMeta: service.nodeMeta,
    serviceMeta: service.serviceMeta,
    ignoreCheckIds: service.ignoreCheckIds,
    peer: service.peer,
    onlyPassing: service.onlyPassing,
    connect: service.connect,
    // Consul: whole seconds; an empty text is none.
    ttlSeconds: ttl.ok ? Math.min(Math.floor(ttl.ms / 1000), TTL_MAX) : undefined,
  };
}

/** RFC 2181 §8. */
const TTL_MAX = 2 ** 31 - 1;

/** Of checks that are not passing; node-level ones when `serviceId` is empty. */
function marksOf(tables: PublishedTables, node: string, serviceId: string): readonly CheckMark[] {
  return tables.checks
    .find('instance', keyOnNode(node, serviceId))
    .filter((check) => check.status !== 'passing')
    .map(({ checkId, name, status }) => ({ checkId, name, status }));
}

/** The catalog's keys: names compare without case, and a NUL parts the two. */
export const keyOfNode = (node: string): string => node.toLowerCase();
export const keyOnNode = (node: string, id: string): string =>
  `${node.toLowerCase()}\0${id.toLowerCase()}`;
