/**
 * A service in Consul's three forms: as its agent shows it, as one of a node's services, and joined with its node.
 * Fields stand in the order of Consul's structs; those that it leaves out when empty are undefined here.
 */
import type { Json, NodeRow, ServiceAddress, ServiceRow } from '../../catalog/index.ts';
import { GoMap } from './encode.ts';
import { isEmpty, mapOrNull } from './node-json.ts';

/** `/v1/agent/services`; without its ContentHash. */
export function agentServiceJson(row: ServiceRow, datacenter: string) {
  return {
    Kind: row.kind || undefined,
    ID: row.id,
    Service: row.service,
    Tags: row.tags,
    Meta: new GoMap(row.meta),
    Port: row.port,
    Address: row.address,
    SocketPath: row.socketPath || undefined,
    TaggedAddresses: taggedAddresses(row),
    Weights: weights(row),
    EnableTagOverride: row.enableTagOverride,
    ContentHash: undefined as string | undefined,
    Proxy: row.proxy ?? undefined,
    Connect: row.connect ?? undefined,
    Datacenter: datacenter,
    Locality: row.locality ?? undefined,
  };
}

/** An element of `/v1/catalog/node` and the `Service` of `/v1/health/service`. */
export function nodeServiceJson(row: ServiceRow) {
  return {
    Kind: row.kind || undefined,
    ID: row.id,
    Service: row.service,
    Tags: row.tags,
    Address: row.address,
    TaggedAddresses: taggedAddresses(row),
    Meta: mapOrNull(row.meta),
    Port: row.port || undefined,
    SocketPath: row.socketPath || undefined,
    Weights: weights(row),
    EnableTagOverride: row.enableTagOverride,
    Proxy: row.proxy ?? NO_PROXY,
    Connect: row.connect ?? NO_CONNECT,
    PeerName: '',
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
    Locality: row.locality ?? undefined,
  };
}

/** An element of `/v1/catalog/service`. */
export function serviceNodeJson(node: NodeRow, row: ServiceRow) {
  return {
    ID: node.id,
    Node: node.node,
    Address: node.address,
    Datacenter: node.datacenter,
    TaggedAddresses: mapOrNull(node.taggedAddresses),
    NodeMeta: mapOrNull(node.meta),
    ServiceKind: row.kind,
    ServiceID: row.id,
    ServiceName: row.service,
    ServiceTags: row.tags,
    ServiceAddress: row.address,
    ServiceTaggedAddresses: taggedAddresses(row),
    ServiceWeights: weights(row),
    ServiceMeta: new GoMap(row.meta),
    ServicePort: row.port,
    ServiceSocketPath: row.socketPath,
    ServiceEnableTagOverride: row.enableTagOverride,
    ServiceProxy: row.proxy ?? NO_PROXY,
    ServiceConnect: row.connect ?? NO_CONNECT,
    ServiceLocality: row.locality,
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}

/** How Consul shows the Proxy block of a service that is no proxy. */
const NO_PROXY: Json = { Mode: '', MeshGateway: {}, Expose: {} };
const NO_CONNECT: Json = {};

function weights(row: ServiceRow) {
  return { Passing: row.weights.passing, Warning: row.weights.warning };
}

function taggedAddresses(row: ServiceRow): GoMap | undefined {
  if (isEmpty(row.taggedAddresses)) return undefined;
  const entries = Object.entries(row.taggedAddresses);
  return new GoMap(Object.fromEntries(entries.map(([tag, at]) => [tag, addressJson(at)])));
}

function addressJson({ address, port }: ServiceAddress) {
  return { Address: address, Port: port };
}
