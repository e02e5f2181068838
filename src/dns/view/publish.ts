/**
 * Makes view changes of catalog rows: which nodes and instances a commit touched, and how they look to DNS now.
 * Pure functions of the tables as they are after the commit. Checks are not published as such: a node or an
 * instance carries those of its own that are not passing.
 */
import type {
  CheckRow,
  CoordinateRow,
  DnsRecordRow,
  IndexRow,
  NodeRow,
  QueryRow,
  RowChange,
  ServiceRow,
  StagedCommand,
} from '../../catalog/index.ts';
import { lowerName, parseName } from '../wire/name.ts';
import { parseType } from '../wire/types.ts';
import { ownerOf, storedRRset } from '../zone/stored-rrset.ts';
import type { ViewChange, ViewDelta } from './delta.ts';
import {
  instanceOf,
  isAnswered,
  isAsked,
  keyOfNode,
  keyOnNode,
  NO_META,
  nodeOf,
  type PublishedTables,
  viewInstance,
  viewNode,
  viewQuery,
} from './published-rows.ts';

/** The part of the catalog's State that the view is made from. */
export interface PublishedState {
  readonly index: number;
  readonly tables: PublishedTables;
  follow(follower: (commands: readonly StagedCommand[]) => void): void;
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
    changes.push({ kind: 'put-node', node: nodeOf(row, tables) });
  }
  for (const row of tables.services.all()) {
    changes.push({ kind: 'put-instance', instance: instanceOf(row, tables) });
  }
  for (const row of tables.prepared_queries.all()) {
    changes.push({ kind: 'put-query', query: viewQuery(row) });
  }
  for (const row of tables.dns_records.all()) changes.push(...rrsetChange(row, row));
  for (const row of tables.indexes.all()) changes.push(...zoneChange(row.key, row));
  return { index, changes };
}

/** What became of every node and instance that `changes` touched, each once, nodes first. */
export function viewChanges(changes: readonly RowChange[], tables: PublishedTables): ViewChange[] {
  const nodes = new Set<string>();
  const instances = new Set<string>();
  const others: ViewChange[] = [];
  for (const change of changes) {
    switch (change.table) {
      case 'nodes':
        if (!isSameNode(change)) nodes.add(change.key);
        break;
      case 'services':
        if (!isSameInstance(change, tables)) instances.add(change.key);
        break;
      case 'prepared_queries':
        others.push(queryChange(change));
        for (const key of newlyAsked(change, tables)) instances.add(key);
        break;
      case 'coordinates':
        nodes.add(keyOfNode(((change.after ?? change.before) as CoordinateRow).node));
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
        if (row !== undefined) others.push(...rrsetChange(row, after));
        break;
      }
      case 'indexes':
        others.push(...zoneChange(change.key, change.after as IndexRow | undefined));
        break;
      default:
        // The other tables say nothing about DNS.
        break;
    }
  }
  return [
    ...Array.from(nodes, (key) => nodeChange(key, tables)),
    ...Array.from(instances, (key) => instanceChange(key, tables)),
    ...others,
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
  return isSame(viewNode(before as NodeRow, [], []), viewNode(after as NodeRow, [], []));
}

function isSameInstance({ before, after }: RowChange, tables: PublishedTables): boolean {
  if (before === undefined || after === undefined) return false;
  const [old, now] = [before as ServiceRow, after as ServiceRow];
  const asked = isAsked(tables);
  return isSame(viewInstance(old, '', [], asked), viewInstance(now, '', [], asked));
}

/** Of plain data whose fields are in one order. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function nodeChange(key: string, tables: PublishedTables): ViewChange {
  const row = tables.nodes.get(key);
  if (row === undefined) return { kind: 'delete-node', key };
  return { kind: 'put-node', node: nodeOf(row, tables) };
}

function instanceChange(key: string, tables: PublishedTables): ViewChange {
  const row = tables.services.get(key);
  if (row === undefined) return { kind: 'delete-instance', key };
  return { kind: 'put-instance', instance: instanceOf(row, tables) };
}

/** Instances with metadata that no query asked for before. What none asks for any more stays, and harms nobody. */
function newlyAsked({ before, after }: RowChange, tables: PublishedTables): string[] {
  const known = (before as QueryRow | undefined)?.service.serviceMeta ?? NO_META;
  const keys = Object.keys((after as QueryRow | undefined)?.service.serviceMeta ?? NO_META).filter(
    (key) => !Object.hasOwn(known, key) && !isAnswered(key),
  );
  if (keys.length === 0) return [];
  return Array.from(tables.services.all())
    .filter(({ meta }) => keys.some((key) => Object.hasOwn(meta, key)))
    .map((row) => keyOnNode(row.node, row.id));
}

function queryChange({ key, after }: RowChange): ViewChange {
  return after === undefined
    ? { kind: 'delete-query', key }
    : { kind: 'put-query', query: viewQuery(after as QueryRow) };
}
