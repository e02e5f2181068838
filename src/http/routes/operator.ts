/**
 * `/v1/operator`: the servers as Raft would list them, what is in use, and the keys of gossip. This server leads by
 * itself: there is nobody to hand over to, no peer to remove, and no gossip to encrypt.
 */
import { multiError } from '../../agent/index.ts';
import type { ServiceRow, State } from '../../catalog/index.ts';
import { type Answer, json } from '../answer.ts';
import { decodeBody } from '../decode/decode.ts';
import { type FieldsShape, text } from '../decode/shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { GoMap } from '../json/encode.ts';
import { answerAtOnce, readParameters } from '../reads.ts';
import { hostPort } from './agent-self.ts';

type Deps = Pick<HttpDeps, 'agent' | 'state' | 'barrier' | 'random' | 'options'>;

/** No leader but this one was ever elected. */
export const RAFT_TERM = 1;

export function operator(deps: Deps): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/operator/raft/configuration',
      handle: (call) => {
        readParameters(deps, call);
        return json(raftJson(deps));
      },
    },
    {
      method: 'POST',
      path: '/v1/operator/raft/transfer-leader',
      handle: () => {
        throw new HttpError('raft_peer_missing', 'cannot find peer');
      },
    },
    {
      method: 'DELETE',
      path: '/v1/operator/raft/peer',
      handle: (call) => removePeer(deps, call),
    },
    { method: 'GET', path: '/v1/operator/usage', handle: (call) => usage(deps, call) },
    ...KEYRING_METHODS.map((method) => ({
      method,
      path: '/v1/operator/keyring',
      handle: (call: Call) => keyring(deps, call),
    })),
  ];
}

// ---- Raft

function raftJson({ agent, state }: Deps) {
  const { server, nodeId, nodeName, advertiseAddress, serverPort } = agent.identity;
  const self = {
    ID: nodeId,
    Node: nodeName,
    Address: hostPort(advertiseAddress, serverPort),
    Leader: true,
    ProtocolVersion: '3',
    Voter: true,
    LastIndex: state.index,
  };
  return { Servers: server ? [self] : [], Index: 0 };
}

function removePeer({ agent }: Deps, { query }: Call): never {
  const id = query.get('id');
  const address = query.get('address');
  if (id === '' && address === '') {
    const reason =
      "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove";
    throw new HttpError('raft_peer_invalid', reason, 'id');
  }
  if (id !== '' && address !== '') {
    throw new HttpError('raft_peer_invalid', 'Must specify only one of ?id or ?address', 'address');
  }
  const { server, nodeId, advertiseAddress, serverPort } = agent.identity;
  const self = id === '' ? hostPort(advertiseAddress, serverPort) : nodeId;
  if (server && self === (id || address)) {
    throw new HttpError('raft_peer_last', 'need at least one voter in configuration');
  }
  const what = id === '' ? `address "${address}"` : `id "${id}"`;
  throw new HttpError('raft_peer_missing', `${what} was not found in the Raft configuration`);
}

// ---- Usage

const CONNECT_KINDS = [
  'connect-proxy',
  'mesh-gateway',
  'ingress-gateway',
  'terminating-gateway',
  'api-gateway',
] as const;

function usage(deps: Deps, call: Call): Promise<Answer> {
  const { agent, state } = deps;
  return answerAtOnce(deps, call, () => ({
    value: { Usage: new GoMap({ [agent.identity.datacenter]: usageJson(state) }) },
    index: state.index,
  }));
}

function usageJson({ tables }: State) {
  const names = new Set<string>();
  const connect: Record<string, number> = { 'connect-native': 0 };
  for (const kind of CONNECT_KINDS) connect[kind] = 0;
  let billable = 0;
  for (const row of tables.services.all()) {
    names.add(row.service.toLowerCase());
    if (row.kind in connect) connect[row.kind] = (connect[row.kind] ?? 0) + 1;
    if (isNative(row)) connect['connect-native'] = (connect['connect-native'] ?? 0) + 1;
    if (row.kind === '' && row.service !== 'consul') billable++;
  }
  return {
    Nodes: tables.nodes.size,
    Services: names.size,
    ServiceInstances: tables.services.size,
    ConnectServiceInstances: new GoMap(connect),
    BillableServiceInstances: billable,
  };
}

function isNative({ connect }: ServiceRow): boolean {
  return (
    typeof connect === 'object' &&
    connect !== null &&
    'Native' in connect &&
    connect.Native === true
  );
}

// ---- Keyring

const KEYRING_METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

const keyShape = {
  kind: 'fields',
  goType: 'agent.keyringArgs',
  fields: { Key: text },
} as const satisfies FieldsShape;

const RELAY_FACTOR_MAX = 5;

function keyring({ agent }: Deps, { query, body, request }: Call): never {
  if (request.method !== 'GET') decodeBody(keyShape, body);
  const relayFactor = query.get('relay-factor');
  if (
    relayFactor !== '' &&
    !(/^\d$/.test(relayFactor) && Number(relayFactor) <= RELAY_FACTOR_MAX)
  ) {
    const reason = `Invalid relay-factor: Relay factor must be in range: [0, ${RELAY_FACTOR_MAX}]`;
    throw new HttpError('relay_factor_invalid', reason, 'relay-factor');
  }
  // One pool between datacenters and one within: each has this member, and no keys.
  const { nodeName, datacenter } = agent.identity;
  const empty = 'Keyring is empty (encryption not enabled)';
  const problems = [
    'WAN error: 1/1 nodes reported failure',
    `${nodeName}.${datacenter}: ${empty}`,
    `${datacenter} (LAN) error: 1/1 nodes reported failure`,
    `${nodeName}: ${empty}`,
  ];
  throw new HttpError('keyring_empty', multiError(problems));
}
