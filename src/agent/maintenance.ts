/**
 * Maintenance mode: a critical check that nothing runs, on a service or on the whole node, so that DNS stops
 * answering it while everything stays registered. Ids, names and texts are Consul's.
 */
import { deleteCheck, onNodeKey, putCheck, type Transaction } from '../catalog/index.ts';

export const NODE_MAINTENANCE_ID = '_node_maintenance';
const SERVICE_MAINTENANCE_PREFIX = '_service_maintenance:';

export const MAINTENANCE_TYPE = 'maintenance';

export interface Maintenance {
  readonly enable: boolean;
  /** Shown to whoever wonders; empty for Consul's default text. */
  readonly reason: string;
}

export const serviceMaintenanceId = (serviceId: string): string =>
  `${SERVICE_MAINTENANCE_PREFIX}${serviceId}`;

/** Puts a service (or, with an empty id, the node) into maintenance or takes it out; safe to repeat. */
export function maintainTxn(
  transaction: Transaction,
  node: string,
  serviceId: string,
  { enable, reason }: Maintenance,
): void {
  const ofNode = serviceId === '';
  const checkId = ofNode ? NODE_MAINTENANCE_ID : serviceMaintenanceId(serviceId);
  if (!enable) {
    deleteCheck(transaction, node, checkId);
    return;
  }
  // Consul: enabling it again keeps the first reason.
  if (transaction.get('checks', onNodeKey(node, checkId)) !== undefined) return;
  const what = ofNode ? 'node' : 'service';
  const name = ofNode ? 'Node Maintenance Mode' : 'Service Maintenance Mode';
  const notes =
    reason ||
    `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`;
  putCheck(transaction, node, {
    node,
    checkId,
    name,
    status: 'critical',
    notes,
    output: '',
    serviceId,
    type: MAINTENANCE_TYPE,
    interval: '',
    timeout: '',
    exposedPort: 0,
    definition: {},
  });
  transaction.put('agent_checks', { node, checkId, source: 'api', definition: null });
}
