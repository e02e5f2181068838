/**
 * The agent's own rows: its node, the node's health and, on a server, the service `consul` that clients and the
 * zone's NS records are made of. Pure transaction bodies.
 */
import {
  type AgentCheckRow,
  type AgentServiceRow,
  type CheckRow,
  deleteNode,
  indexKeys,
  type Json,
  nodeKey,
  onNodeKey,
  putCheck,
  putNode,
  putService,
  type ServiceRow,
  type StringMap,
  type Transaction,
} from '../catalog/index.ts';

export interface AgentIdentity {
  readonly nodeName: string;
  /** UUID. */
  readonly nodeId: string;
  readonly datacenter: string;
  /** IP address that others reach this node at. */
  readonly advertiseAddress: string;
  readonly meta: StringMap;
  readonly taggedAddresses: StringMap;
  readonly locality: Json;
  readonly server: boolean;
  /** Port of the service `consul`; Consul's RPC port. */
  readonly serverPort: number;
  /** Version of Consul's interface that is spoken, e.g. `1.16.4`. */
  readonly apiVersion: string;
}

export const SERF_HEALTH = 'serfHealth';
export const SERVER_SERVICE = 'consul';

/** The node alone, without its health and its services. */
export function registerFirstNodeTxn(transaction: Transaction, self: AgentIdentity): void {
  putNode(transaction, nodeOf(self));
}

export function registerSelfTxn(transaction: Transaction, self: AgentIdentity): void {
  const moved = takeFormerName(transaction, self);
  putNode(transaction, nodeOf(self));
  putCheck(transaction, self.nodeName, serfHealth(self.nodeName));
  if (self.server) putService(transaction, self.nodeName, serverService(self));
  if (moved !== undefined) putBack(transaction, self.nodeName, moved);
}

function nodeOf(self: AgentIdentity) {
  return {
    node: self.nodeName,
    id: self.nodeId,
    datacenter: self.datacenter,
    address: self.advertiseAddress,
    taggedAddresses: self.taggedAddresses,
    meta: self.meta,
    locality: self.locality,
  };
}

function serfHealth(node: string) {
  return {
    node,
    checkId: SERF_HEALTH,
    name: 'Serf Health Status',
    status: 'passing',
    notes: '',
    output: 'Agent alive and reachable',
    serviceId: '',
    type: '',
    interval: '',
    timeout: '',
    exposedPort: 0,
    definition: {},
  };
}

function serverService(self: AgentIdentity) {
  return {
    id: SERVER_SERVICE,
    service: SERVER_SERVICE,
    kind: '',
    tags: [],
    address: '',
    taggedAddresses: {},
    meta: {
      version: self.apiVersion,
      raft_version: '3',
      serf_protocol_current: '2',
      serf_protocol_min: '1',
      serf_protocol_max: '5',
      read_replica: 'false',
      non_voter: 'false',
    },
    port: self.serverPort,
    socketPath: '',
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    proxy: null,
    connect: null,
    locality: null,
  };
}

/** Everything that is registered with the agent, while its node changes its name. */
interface Registered {
  readonly services: readonly ServiceRow[];
  readonly checks: readonly CheckRow[];
  readonly agentServices: readonly AgentServiceRow[];
  readonly agentChecks: readonly AgentCheckRow[];
}

/**
 * An agent that is started under a new `-node` keeps what was registered with it: a node that changes its name
 * loses its rows in the catalog, so they are taken along first.
 */
function takeFormerName(transaction: Transaction, self: AgentIdentity): Registered | undefined {
  const own = nodeKey(self.nodeName);
  const former = transaction
    .find('nodes', 'id', self.nodeId)
    .find(({ node }) => nodeKey(node) !== own);
  if (former === undefined) return undefined;
  const key = nodeKey(former.node);
  const agentServices = transaction.find('agent_services', 'node', key);
  const agentChecks = transaction.find('agent_checks', 'node', key);
  const moved: Registered = {
    agentServices,
    agentChecks,
    services: agentServices
      .map((row) => transaction.get('services', onNodeKey(row.node, row.id)))
      .filter((row) => row !== undefined),
    checks: agentChecks
      .map((row) => transaction.get('checks', onNodeKey(row.node, row.checkId)))
      .filter((row) => row !== undefined),
  };
  deleteNode(transaction, former.node);
  transaction.touch(indexKeys.nodeExtinction);
  return moved;
}

function putBack(transaction: Transaction, node: string, moved: Registered): void {
  for (const service of moved.services) putService(transaction, node, service);
  for (const check of moved.checks) putCheck(transaction, node, { ...check, node });
  for (const row of moved.agentServices) transaction.put('agent_services', { ...row, node });
  for (const row of moved.agentChecks) transaction.put('agent_checks', { ...row, node });
}
