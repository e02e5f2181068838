/**
 * Names of the indexes that answers carry (`X-Consul-Index`), and which of them a change touches. Kept as rows
 * of their own, so that deleting things never makes an index go back.
 */
import { dnsNameKey, nodeKey, onNodeKey, serviceNameKey } from './schema.ts';
import type { Transaction } from './transaction.ts';

export const indexKeys = {
  nodes: 'nodes',
  services: 'services',
  checks: 'checks',
  /** The last instance of some service went away. */
  serviceExtinction: 'service_last_extinction',
  nodeExtinction: 'node_last_extinction',
  service: (name: string) => `service.${serviceNameKey(name)}`,
  node: (node: string) => `node.${nodeKey(node)}`,
  dnsRecords: 'dns_records',
  /** Every write and deletion in the key-value store. */
  kv: 'kvs',
  sessions: 'sessions',
  queries: 'prepared_queries',
  coordinates: 'coordinates',
  /** The mesh's certificate authority. */
  caRoots: 'ca_roots',
  caConfiguration: 'ca_configuration',
  /** The last RRset of some name went away. */
  dnsNameExtinction: 'dns_name_last_extinction',
  /** Kept for as long as the zone may have a file: its serial is made of it. */
  dnsZone: (zone: string) => `dns_zone.${zone}`,
  dnsName: (zone: string, name: string) => `dns_name.${dnsNameKey(zone, name)}`,
} as const;

/** An instance of `service` appeared or changed on `node`. */
export function touchService(transaction: Transaction, node: string, service: string): void {
  transaction.touch(indexKeys.nodes);
  transaction.touch(indexKeys.services);
  transaction.touch(indexKeys.node(node));
  transaction.touch(indexKeys.service(service));
}

/** An instance of `service` left `node`; call it after the row was deleted or renamed. */
export function touchServiceGone(transaction: Transaction, node: string, service: string): void {
  touchService(transaction, node, service);
  if (transaction.find('services', 'name', serviceNameKey(service)).length > 0) return;
  transaction.touch(indexKeys.serviceExtinction);
  transaction.forget(indexKeys.service(service));
}

/** A node's own row changed: so did the answers of every service on it. */
export function touchNode(transaction: Transaction, node: string): void {
  transaction.touch(indexKeys.nodes);
  transaction.touch(indexKeys.node(node));
  touchServicesOn(transaction, node);
}

/** A check of `node` changed; `serviceId` is empty for a check of the node itself. */
export function touchCheck(transaction: Transaction, node: string, serviceId: string): void {
  transaction.touch(indexKeys.checks);
  if (serviceId === '') {
    touchServicesOn(transaction, node);
    return;
  }
  const service = transaction.get('services', onNodeKey(node, serviceId));
  if (service !== undefined) transaction.touch(indexKeys.service(service.service));
}

function touchServicesOn(transaction: Transaction, node: string): void {
  for (const row of transaction.find('services', 'node', nodeKey(node))) {
    transaction.touch(indexKeys.service(row.service));
  }
}
