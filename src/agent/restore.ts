/**
 * A snapshot in place of the catalog, as the agent of this node has it: this node, and what is registered with it, stay
 * as they are, since the processes behind them are the same as before. What the snapshot has of this node beside that
 * comes back. The machine that the snapshot is from is another, and gone, unless it is this one. A transaction body.
 */
import {
  type CheckRow,
  deleteNode,
  destroyLostSessions,
  indexKeys,
  type NodeRow,
  nodeKey,
  onNodeKey,
  type RowKeys,
  restoreCatalog,
  type TableName,
  type Transaction,
  type WholeCatalog,
} from '../catalog/index.ts';
import { NODE_MAINTENANCE_ID } from './maintenance.ts';
import { type AgentIdentity, registerSelfTxn, SERF_HEALTH, SERVER_SERVICE } from './self.ts';

/** What is put in place of the catalog. */
export interface RestoredCatalog {
  readonly rows: WholeCatalog;
  /** Id of the node that was the server of it; empty when it is not known. */
  readonly serverId: string;
}

/** @returns names of the nodes that are not brought back: their agents are others than this one */
export function restoreTxn(
  transaction: Transaction,
  self: AgentIdentity,
  { rows, serverId }: RestoredCatalog,
): string[] {
  const own = ownRows(transaction, self, rows);
  restoreCatalog(transaction, rows, own);
  registerSelfTxn(transaction, self);
  touchOwn(transaction, self);
  const gone = otherAgents(transaction, self, serverId);
  for (const node of gone) deleteNode(transaction, node);
  destroyLostSessions(transaction);
  return gone;
}

/** Keys of the rows that the snapshot has no say in, whether they are there or not. */
function ownRows(transaction: Transaction, self: AgentIdentity, rows: WholeCatalog): RowKeys {
  const own = nodeKey(self.nodeName);
  const services = new Set(idsOf(transaction.find('agent_services', 'node', own)));
  if (self.server) services.add(SERVER_SERVICE);
  const checks = new Set([SERF_HEALTH.toLowerCase(), NODE_MAINTENANCE_ID]);
  for (const { checkId } of transaction.find('agent_checks', 'node', own)) {
    checks.add(checkId.toLowerCase());
  }
  // A service stays with the checks that it has, and gets none of those that it had.
  const nodes = new Set([own, ...namesOf(rows, self.nodeId)]);
  const known = transaction.find('checks', 'node', own);
  const restored = rows.get('checks')?.values() ?? [];
  for (const { node, checkId, serviceId } of [...known, ...(restored as Iterable<CheckRow>)]) {
    if (!services.has(serviceId.toLowerCase()) || !nodes.has(nodeKey(node))) continue;
    checks.add(checkId.toLowerCase());
  }
  const keysOf = (ids: ReadonlySet<string>): Set<string> =>
    new Set([...nodes].flatMap((node) => [...ids].map((id) => onNodeKey(node, id))));
  const serviceKeys = keysOf(services);
  const checkKeys = keysOf(checks);
  return new Map<TableName, ReadonlySet<string>>([
    ['nodes', new Set([own])],
    ['services', serviceKeys],
    ['agent_services', serviceKeys],
    ['checks', checkKeys],
    ['agent_checks', checkKeys],
  ]);
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id.toLowerCase());
}

/** What this node was called. */
function namesOf(rows: WholeCatalog, nodeId: string): string[] {
  const names: string[] = [];
  for (const [key, row] of rows.get('nodes') ?? []) {
    if ((row as NodeRow).id === nodeId) names.push(key);
  }
  return names;
}

/** The snapshot may know nothing of what stayed: its names are not forgotten. */
function touchOwn(transaction: Transaction, { nodeName }: AgentIdentity): void {
  transaction.touch(indexKeys.node(nodeName));
  for (const { service } of transaction.find('services', 'node', nodeKey(nodeName))) {
    transaction.touch(indexKeys.service(service));
  }
}

/**
 * Consul's servers take out nodes whose agent is in no cluster with them: nobody runs their checks, and nobody would
 * say that they fail.
 */
function otherAgents(transaction: Transaction, self: AgentIdentity, serverId: string): string[] {
  const names = new Map<string, string>();
  const add = ({ node }: { readonly node: string }): void => void names.set(nodeKey(node), node);
  for (const row of transaction.all('agent_services')) add(row);
  for (const row of transaction.all('agent_checks')) add(row);
  if (serverId !== '') transaction.find('nodes', 'id', serverId).forEach(add);
  names.delete(nodeKey(self.nodeName));
  return [...names.values()];
}
