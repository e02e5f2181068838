/**
 * Takes checks, services and nodes out of the catalog, with everything that hangs on them. Removing what is not
 * there changes nothing.
 */
import { deleteCoordinates } from './coordinates.ts';
import { indexKeys, touchCheck, touchNode, touchServiceGone } from './index-keys.ts';
import { nodeKey, onNodeKey } from './schema.ts';
import { destroySessionsOfCheck, destroySessionsOfNode } from './sessions.ts';
import type { Transaction } from './transaction.ts';

/** What `PUT /v1/catalog/deregister` names: a service, else a check, else the whole node. */
export interface Deregistration {
  readonly node: string;
  readonly serviceId: string;
  readonly checkId: string;
}

export function deregister(transaction: Transaction, what: Deregistration): void {
  if (what.serviceId !== '') deleteService(transaction, what.node, what.serviceId);
  else if (what.checkId !== '') deleteCheck(transaction, what.node, what.checkId);
  else deleteNode(transaction, what.node);
}

/** @returns whether there was such a check */
export function deleteCheck(transaction: Transaction, node: string, checkId: string): boolean {
  const key = onNodeKey(node, checkId);
  const check = transaction.get('checks', key);
  if (check === undefined) return false;
  transaction.delete('checks', key);
  transaction.delete('agent_checks', key);
  destroySessionsOfCheck(transaction, node, checkId);
  touchCheck(transaction, node, check.serviceId);
  // A node-level check counts for every service listed, as in Consul.
  if (check.serviceId === '') transaction.touch(indexKeys.services);
  return true;
}

/** Removes a service with its checks. @returns whether there was such a service */
export function deleteService(transaction: Transaction, node: string, serviceId: string): boolean {
  const key = onNodeKey(node, serviceId);
  const service = transaction.get('services', key);
  if (service === undefined) return false;
  for (const check of transaction.find('checks', 'instance', key)) {
    deleteCheck(transaction, node, check.checkId);
  }
  transaction.delete('services', key);
  transaction.delete('agent_services', key);
  touchServiceGone(transaction, service.node, service.service);
  return true;
}

/** Removes a node with its services and checks. @returns whether there was such a node */
export function deleteNode(transaction: Transaction, node: string): boolean {
  const key = nodeKey(node);
  if (transaction.get('nodes', key) === undefined) return false;
  for (const service of transaction.find('services', 'node', key)) {
    deleteService(transaction, node, service.id);
  }
  for (const check of transaction.find('checks', 'node', key)) {
    deleteCheck(transaction, node, check.checkId);
  }
  destroySessionsOfNode(transaction, node);
  deleteCoordinates(transaction, node);
  transaction.delete('nodes', key);
  touchNode(transaction, node);
  transaction.touch(indexKeys.nodeExtinction);
  transaction.forget(indexKeys.node(node));
  return true;
}
