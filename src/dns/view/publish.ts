/**
 * Makes view changes of catalog rows: which nodes and instances a commit touched, and how they look to DNS now.
 * Pure functions of the tables as they are after the commit. Checks are not published as such: a node or an
 * instance carries those of its own that are not passing.
 */
import type {
  CheckRow,
  DnsRecordRow,
  IndexRow,
  NodeRow,
  RowChange,
  ServiceRow,
  StagedCommand,
  StringMap,
} from '../../catalog/index.ts';
import { lowerName, parseName } from '../wire/name.ts';
import { parseType } from '../wire/types.ts';
import { ownerOf, storedRRset } from '../zone/stored-rrset.ts';
import type { CheckMark, ViewChange, ViewDelta, ViewInstance, ViewNode } from './delta.ts';

/** The part of the catalog's State that the view is made from. */
export interface PublishedState {
  readonly index: number;
  readonly tables: {
    readonly nodes: PublishedTable<NodeRow>;
    readonly services: PublishedTable<ServiceRow>;
    readonly checks: Pick<PublishedTable<CheckRow>, 'find'>;
    readonly indexes: Pick<PublishedTable<IndexRow>, 'all'>;
    readonly dns_records: Pick<PublishedTable<DnsRecordRow>, 'all'>;
  };
  follow(follower: (commands: readonly StagedCommand[]) => void): void;
}

export interface PublishedTable<Row> {
  get(key: string): Row | undefined;
  find(index: string, value: string): Row[];
  all(): Iterable<Row>;
}

/**
 * Hands every later publication to `publish`, one delta for all its commands.
 * @returns what gives the view as it is at the moment of the call: all that was published before is in it
 */
export function followView(
  state: PublishedState,
  publish: (delta: ViewDelta) => void,
): () => ViewDelta {
  state.follow((commands) => {
    const changes = viewChanges(
      commands.flatMap((command) => command.changes),
      state.tables,
    );
    // Also without any: the view is as far as the catalog.
    publish({ index: state.index, changes });
  });
  return () => wholeView(state);
}

/** Everything there is, nodes first, and what became of the zones last. */
export function wholeView({ index, tables }: PublishedState): ViewDelta {
  const changes: ViewChange[] = [];
  for (const row of tables.nodes.all()) {
    changes.push({ kind: 'put-node', node: viewNode(row, marksOf(tables, row.node, '')) });
  }
  for (const row of tables.services.all()) {
    changes.push({ kind: 'put-instance', instance: instanceOf(row, tables) });
  }
  for (const row of tables.dns_records.all()) changes.push(...rrsetChange(row, row));
  for (const row of tables.indexes.all()) changes.push(...zoneChange(row.key, row));
  return { index, changes };
}

/** What became of every node and instance that `changes` touched, each once, nodes first. */
export function viewChanges(
  changes: readonly RowChange[],
  tables: PublishedState['tables'],
): ViewChange[] {
  const nodes = new Set<string>();
  const instances = new Set<string>();
  const zoneChanges: ViewChange[] = [];
  for (const change of changes) {
    switch (change.table) {
      case 'nodes':
        if (!isSameNode(change)) nodes.add(change.key);
        break;
      case 'services':
        if (!isSameInstance(change)) instances.add(change.key);
        break;
      case 'checks':
        if (isSameCheck(change)) break;
        for (const row of [change.before, change.after] as (CheckRow | undefined)[]) {
          if (row === undefined) continue;
          if (row.serviceId === '') nodes.add(keyOfNode(row.node));
          else instances.add(keyOnNode(row.node, row.serviceId));
        }
        break;
      case 'dns_records': {
        const [before, after] = [change.before, change.after] as (DnsRecordRow | undefined)[];
        const row = after ?? before;
        if (row !== undefined) zoneChanges.push(...rrsetChange(row, after));
        break;
      }
      case 'indexes':
        zoneChanges.push(...zoneChange(change.key, change.after as IndexRow | undefined));
        break;
      default:
        // The other tables say nothing about DNS.
        break;
    }
  }
  return [
    ...Array.from(nodes, (key) => nodeChange(key, tables)),
    ...Array.from(instances, (key) => instanceChange(key, tables)),
    ...zoneChanges,
  ];
}

/** What became of an RRset, `after` all of it; one that cannot be read any more is not served. */
function rrsetChange(row: DnsRecordRow, after: DnsRecordRow | undefined): ViewChange[] {
  const rrset = after && storedRRset(after);
  if (rrset !== undefined) return [{ kind: 'put-rrset', rrset }];
  const [zone, owner, type] = [parseName(row.zone), ownerOf(row), parseType(row.type)];
  if (zone === undefined || owner === undefined || type === undefined) return [];
  return [{ kind: 'delete-rrset', zone, owner, type }];
}

/** How the catalog's index keys of zones begin. */
const DNS_ZONE_KEY = 'dns_zone.';

function zoneChange(key: string, after: IndexRow | undefined): ViewChange[] {
  if (!key.startsWith(DNS_ZONE_KEY)) return [];
  const zone = parseName(key.slice(DNS_ZONE_KEY.length));
  if (zone === undefined) return [];
  return [{ kind: 'move-zone', zone: lowerName(zone), index: after?.modifyIndex ?? 0 }];
}

/** Every change makes an answer thread select anew: those that DNS cannot see, outputs of checks above all, stay here. */
function isSameCheck({ before, after }: RowChange): boolean {
  if (before === undefined || after === undefined) return false;
  const [old, now] = [before as CheckRow, after as CheckRow];
  return old.status === now.status && old.name === now.name && old.serviceId === now.serviceId;
}

function isSameNode({ before, after }: RowChange): boolean {
  if (before === undefined || after === undefined) return false;
  return isSame(viewNode(before as NodeRow, []), viewNode(after as NodeRow, []));
}

function isSameInstance({ before, after }: RowChange): boolean {
  if (before === undefined || after === undefined) return false;
  const [old, now] = [before as ServiceRow, after as ServiceRow];
  return isSame(viewInstance(old, '', []), viewInstance(now, '', []));
}

/** Of plain data whose fields are in one order. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function nodeChange(key: string, tables: PublishedState['tables']): ViewChange {
  const row = tables.nodes.get(key);
  if (row === undefined) return { kind: 'delete-node', key };
  return { kind: 'put-node', node: viewNode(row, marksOf(tables, row.node, '')) };
}

function instanceChange(key: string, tables: PublishedState['tables']): ViewChange {
  const row = tables.services.get(key);
  if (row === undefined) return { kind: 'delete-instance', key };
  return { kind: 'put-instance', instance: instanceOf(row, tables) };
}

export function viewNode(row: NodeRow, marks: readonly CheckMark[]): ViewNode {
  return {
    key: keyOfNode(row.node),
    name: row.node,
    id: row.id,
    datacenter: row.datacenter,
    address: row.address,
    taggedAddresses: row.taggedAddresses,
    meta: row.meta,
    marks,
  };
}

function instanceOf(row: ServiceRow, tables: PublishedState['tables']): ViewInstance {
  const node = tables.nodes.get(keyOfNode(row.node));
  return viewInstance(row, node?.datacenter ?? '', marksOf(tables, row.node, row.id));
}

function viewInstance(
  row: ServiceRow,
  datacenter: string,
  marks: readonly CheckMark[],
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
    meta: dnsMetaOf(row.meta),
    weights: row.weights,
    marks,
    connectService: connectServiceOf(row),
  };
}

/** The rest of the metadata is in no DNS answer, and so not worth a copy in every answer thread. */
function dnsMetaOf(meta: StringMap): StringMap {
  const entries = Object.entries(meta).filter(([key]) => key.startsWith('dns-'));
  return entries.length === 0 ? NO_META : Object.fromEntries(entries);
}

const NO_META: StringMap = {};

/** Of checks that are not passing; node-level ones when `serviceId` is empty. */
function marksOf(
  tables: PublishedState['tables'],
  node: string,
  serviceId: string,
): readonly CheckMark[] {
  return tables.checks
    .find('instance', keyOnNode(node, serviceId))
    .filter((check) => check.status !== 'passing')
    .map(({ checkId, name, status }) => ({ checkId, name, status }));
}

function connectServiceOf(row: ServiceRow): string {
  if (isObject(row.connect) && row.connect.Native === true) return row.service;
  const destination = isObject(row.proxy) ? row.proxy.DestinationServiceName : undefined;
  return row.kind === 'connect-proxy' && typeof destination === 'string' ? destination : '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The catalog's keys: names compare without case, and a NUL parts the two. */
const keyOfNode = (node: string): string => node.toLowerCase();
const keyOnNode = (node: string, id: string): string =>
  `${node.toLowerCase()}\0${id.toLowerCase()}`;
