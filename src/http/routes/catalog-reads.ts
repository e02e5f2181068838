/** `/v1/catalog`: nodes and services as they are registered, healthy or not. */
import {
  type Instance,
  type NodeServices,
  nodeKey,
  readConnectInstances,
  readInstances,
  readNodeServices,
  readNodes,
  readServices,
  readServiceTags,
  type ServiceRow,
  type ServiceTags,
  type State,
  tagsByName,
} from '../../catalog/index.ts';
import { json } from '../answer.ts';
import { cacheHeaders } from '../caching.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { NODE_FIELDS } from '../filter/node-fields.ts';
import { rowFilter } from '../filter/row-filter.ts';
import {
  PLACED_SERVICE_FIELDS,
  type PlacedService,
  SERVICE_FIELDS,
} from '../filter/service-fields.ts';
import { GoMap, listOf } from '../json/encode.ts';
import { nodeJson } from '../json/node-json.ts';
import { nodeServiceJson, serviceNodeJson } from '../json/service-json.ts';
import { nearestFirst } from '../near.ts';
import { answerRead, type ReadDeps } from '../reads.ts';
import { nodeMetaTest, tagTest } from '../selectors.ts';

export function catalogReads(deps: ReadDeps): readonly Endpoint[] {
  const { state } = deps;
  return [
    {
      method: 'GET',
      path: '/v1/catalog/datacenters',
      handle: (call) => json([deps.agent.identity.datacenter], cacheHeaders(call)),
    },
    {
      method: 'GET',
      path: '/v1/catalog/nodes',
      handle: (call) => {
        const ofNode = nodeMetaTest(state, call.query);
        const kept = rowFilter(call.query, NODE_FIELDS);
        return answerRead(deps, call, {
          read: () => readNodes(state),
          toJson: (rows) => {
            const selected = kept(rows.filter((row) => ofNode?.(row.node) ?? true));
            return listOf(
              nearestFirst(deps, call, selected, ({ node }) => node),
              nodeJson,
            );
          },
        });
      },
    },
    {
      method: 'GET',
      path: '/v1/catalog/services',
      namespaced: true,
      handle: (call) => answerServices(deps, call),
    },
    instancesEndpoint(deps, '/v1/catalog/service/', readInstances),
    instancesEndpoint(deps, '/v1/catalog/connect/', readConnectInstances),
    nodeEndpoint(deps, '/v1/catalog/node/', nodeServicesMap),
    nodeEndpoint(deps, '/v1/catalog/node-services/', nodeServicesList),
  ];
}

/** The instances that a name leads to. */
function instancesEndpoint(deps: ReadDeps, path: string, read: typeof readInstances): Endpoint {
  const { state } = deps;
  return {
    method: 'GET',
    path,
    namespaced: true,
    handle: (call) => {
      const name = requireName(call, 'service_name_missing', 'Missing service name');
      const kept = rowFilter(call.query, PLACED_SERVICE_FIELDS);
      return answerRead(deps, call, {
        read: () => read(state, name),
        cacheable: true,
        toJson: (instances) => {
          const selected = kept(selectInstances(state, call, instances));
          return listOf(
            nearestFirst(deps, call, selected, ({ node }) => node.node),
            ({ node, service }) => serviceNodeJson(node, service),
          );
        },
      });
    },
  };
}

/** One node with its services, in one of Consul's two forms. */
function nodeEndpoint(
  deps: ReadDeps,
  path: string,
  toJson: (value: NodeServices | undefined) => unknown,
): Endpoint {
  return {
    method: 'GET',
    path,
    namespaced: true,
    handle: (call) => {
      const name = requireName(call, 'node_name_missing', 'Missing node name');
      const kept = rowFilter(call.query, SERVICE_FIELDS);
      return answerRead(deps, call, {
        read: () => readNodeServices(deps.state, name),
        toJson: (found) => toJson(found && { ...found, services: kept(found.services) }),
      });
    },
  };
}

/** The rest of the path, which must not be empty. */
export function requireName(
  { name }: Call,
  code: 'service_name_missing' | 'node_name_missing' | 'check_state_missing',
  text: string,
): string {
  if (name === '') throw new HttpError(code, text);
  return name;
}

/** Those that the `tag`, `node-meta` and `peer` parameters ask for. */
export function selectInstances(
  state: State,
  { query }: Call,
  instances: readonly Instance[],
): readonly Instance[] {
  // Nothing is imported from a peer.
  if (query.get('peer') !== '') return [];
  const ofNode = nodeMetaTest(state, query);
  const ofService = tagTest(query);
  if (ofNode === undefined && ofService === undefined) return instances;
  return instances.filter(
    ({ node, service }) => (ofNode?.(node.node) ?? true) && (ofService?.(service) ?? true),
  );
}

function answerServices(deps: ReadDeps, call: Call) {
  const { state } = deps;
  const ofNode = nodeMetaTest(state, call.query);
  if (ofNode === undefined && call.query.get('filter') === '') {
    return answerRead(deps, call, {
      read: () => readServiceTags(state),
      cacheable: true,
      toJson: tagsJson,
    });
  }
  const kept = rowFilter(call.query, PLACED_SERVICE_FIELDS);
  return answerRead(deps, call, {
    read: () => readServices(state),
    cacheable: true,
    toJson: (rows) => {
      const ofNodes = rows.filter((row) => ofNode?.(row.node) ?? true);
      const services = kept(placed(state, ofNodes)).map(({ service }) => service);
      return tagsJson(tagsByName(services));
    },
  });
}

function placed(state: State, rows: readonly ServiceRow[]): readonly PlacedService[] {
  return rows.flatMap((service) => {
    const node = state.tables.nodes.get(nodeKey(service.node));
    return node === undefined ? [] : [{ node, service }];
  });
}

/** Sorted once for all who ask until the tags change. */
const shownTags = new WeakMap<ServiceTags, GoMap>();

function tagsJson(services: ServiceTags): GoMap {
  const known = shownTags.get(services);
  if (known !== undefined) return known;
  const entries = [...services].map(([name, tags]) => [name, [...tags]] as const);
  const shown = new GoMap(Object.fromEntries(entries));
  shownTags.set(services, shown);
  return shown;
}

/** An unknown node is null as a whole. */
function nodeServicesMap(found: NodeServices | undefined) {
  if (found === undefined) return null;
  const services = found.services.map((row) => [row.id, nodeServiceJson(row)] as const);
  return { Node: nodeJson(found.node), Services: new GoMap(Object.fromEntries(services)) };
}

/** An unknown node is null in each part. */
function nodeServicesList(found: NodeServices | undefined) {
  if (found === undefined) return { Node: null, Services: null };
  return { Node: nodeJson(found.node), Services: found.services.map(nodeServiceJson) };
}
