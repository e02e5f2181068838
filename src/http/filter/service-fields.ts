/**
 * What filters may ask of a service, in the three forms that clients see: as one of a node's or an agent's, joined
 * with its node, and together with its node and checks.
 */
import type { Instance, ServiceAddress, ServiceRow, Weights } from '../../catalog/index.ts';
import { CHECK_FIELDS } from './check-fields.ts';
import {
  type Field,
  type Fields,
  flag,
  integer,
  map,
  struct,
  structs,
  text,
  texts,
} from './fields.ts';
import { NODE_FIELDS, textMap } from './node-fields.ts';
import { CONNECT_FIELDS, PROXY_FIELDS } from './proxy-fields.ts';

/** `/v1/catalog/node`, `/v1/catalog/node-services` and `/v1/agent/services`. */
export const SERVICE_FIELDS: Fields<ServiceRow> = {
  Kind: text((row) => row.kind),
  ID: text((row) => row.id),
  Service: text((row) => row.service),
  Tags: texts((row) => row.tags),
  Address: text((row) => row.address),
  TaggedAddresses: addresses((row) => row.taggedAddresses),
  Meta: textMap((row) => row.meta),
  Port: integer((row) => row.port),
  SocketPath: text((row) => row.socketPath),
  Weights: weights((row) => row),
  EnableTagOverride: flag((row) => row.enableTagOverride),
  Proxy: struct((row) => row.proxy, PROXY_FIELDS),
  Connect: struct((row) => row.connect, CONNECT_FIELDS),
  PeerName: text(() => ''),
};

/** A service and the node that it is on. */
export type PlacedService = Pick<Instance, 'node' | 'service'>;

/** `/v1/catalog/service` and `/v1/catalog/services`. */
export const PLACED_SERVICE_FIELDS: Fields<PlacedService> = {
  ID: text(({ node }) => node.id),
  Node: text(({ node }) => node.node),
  Address: text(({ node }) => node.address),
  Datacenter: text(({ node }) => node.datacenter),
  TaggedAddresses: textMap(({ node }) => node.taggedAddresses),
  NodeMeta: textMap(({ node }) => node.meta),
  ServiceKind: text(({ service }) => service.kind),
  ServiceID: text(({ service }) => service.id),
  ServiceName: text(({ service }) => service.service),
  ServiceTags: texts(({ service }) => service.tags),
  ServiceAddress: text(({ service }) => service.address),
  ServiceTaggedAddresses: addresses(({ service }) => service.taggedAddresses),
  ServiceWeights: weights(({ service }) => service),
  ServiceMeta: textMap(({ service }) => service.meta),
  ServicePort: integer(({ service }) => service.port),
  ServiceSocketPath: text(({ service }) => service.socketPath),
  ServiceEnableTagOverride: flag(({ service }) => service.enableTagOverride),
  ServiceProxy: struct(({ service }) => service.proxy, PROXY_FIELDS),
  ServiceConnect: struct(({ service }) => service.connect, CONNECT_FIELDS),
  PeerName: text(() => ''),
};

/** `/v1/health/service`. */
export const INSTANCE_FIELDS: Fields<Instance> = {
  Node: struct(({ node }) => node, NODE_FIELDS),
  Service: struct(({ service }) => service, SERVICE_FIELDS),
  Checks: structs(({ checks }) => checks, CHECK_FIELDS),
};

function weights<Row>(read: (row: Row) => ServiceRow): Field<Row> {
  return struct((row) => read(row).weights, {
    Passing: integer(({ passing }: Weights) => passing),
    Warning: integer(({ warning }: Weights) => warning),
  });
}

function addresses<Row>(read: (row: Row) => Readonly<Record<string, ServiceAddress>>): Field<Row> {
  const address = struct((at: ServiceAddress) => at, {
    Address: text(({ address }) => address),
    Port: integer(({ port }) => port),
  });
  return map(read, address);
}
