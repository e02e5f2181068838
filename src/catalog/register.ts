/**
 * Writes a node, one of its services and checks in one command: what `PUT /v1/catalog/register` and the agent do.
 * All of it or nothing; parts that are already so keep their indexes. Messages are Consul's.
 */
import { isIP } from 'node:net';
import { limits } from '../runtime/index.ts';
import { CatalogError } from './catalog-error.ts';
import { deleteNode } from './deregister.ts';
import { touchCheck, touchNode, touchService, touchServiceGone } from './index-keys.ts';
import type { CheckRow, NodeRow, ServiceRow, Unversioned } from './rows.ts';
import { KEY_SEPARATOR, nodeKey, onNodeKey, serviceNameKey } from './schema.ts';
import { destroySessionsOfCheck } from './sessions.ts';
import type { Transaction } from './transaction.ts';

export type NodeInput = Unversioned<NodeRow>;
export type ServiceInput = Unversioned<Omit<ServiceRow, 'node'>>;
/** `node` may be empty, meaning the registration's; the service's name and tags come from the catalog. */
export type CheckInput = Unversioned<Omit<CheckRow, 'serviceName' | 'serviceTags'>>;

export interface Registration {
  readonly node: NodeInput;
  /** Leave the row of an existing node as it is. */
  readonly skipNodeUpdate: boolean;
  readonly service: ServiceInput | undefined;
  readonly checks: readonly CheckInput[];
}

/** @throws CatalogError, and then the transaction must be dropped */
export function register(transaction: Transaction, registration: Registration): void {
  const { node } = registration;
  checkName('Node', node.node);
  if (node.node === '') throw new CatalogError('node_missing', 'Node', 'Must provide node');
  if (node.address === '' && !registration.skipNodeUpdate) {
    throw new CatalogError(
      'node_address_missing',
      'Address',
      'Must provide address if SkipNodeUpdate is not set',
    );
  }
  const existing = transaction.get('nodes', nodeKey(node.node));
  if (existing === undefined || !registration.skipNodeUpdate) putNode(transaction, node);
  const name = existing?.node ?? node.node;
  if (registration.service !== undefined) putService(transaction, name, registration.service);
  for (const check of registration.checks) putCheck(transaction, name, check);
}

export function putNode(transaction: Transaction, node: NodeInput): void {
  const id = node.id.toLowerCase();
  if (id !== '' && !UUID.test(id)) {
    throw new CatalogError('node_id_invalid', 'ID', `Bad node ID: invalid UUID: ${id}`);
  }
  const byName = transaction.get('nodes', nodeKey(node.node));
  const byId = id === '' ? undefined : transaction.find('nodes', 'id', id)[0];
  const renamed = byId !== undefined && nodeKey(byId.node) !== nodeKey(node.node);
  if (byName !== undefined && id !== '' && byName.id !== '' && byName.id !== id) {
    if (renamed || isAlive(transaction, byName)) throw reserved(node, byName);
  }
  if (renamed) deleteNode(transaction, byId.node);
  const kept = id === '' ? (byName?.id ?? '') : id;
  // The case of an existing name is kept: rows of its services refer to the node by it.
  const name = byName?.node ?? node.node;
  if (transaction.put('nodes', { ...node, node: name, id: kept }))
    touchNode(transaction, node.node);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Consul gives a name away once the agent that held it is gone or failing. */
function isAlive(transaction: Transaction, node: NodeRow): boolean {
  const health = transaction.get('checks', onNodeKey(node.node, 'serfHealth'));
  return health !== undefined && health.status !== 'critical';
}

function reserved(node: NodeInput, holder: NodeRow): CatalogError {
  return new CatalogError(
    'node_name_reserved',
    'Node',
    `failed inserting node: Error while renaming Node ID: "${node.id}" (${node.address}): ` +
      `Node name ${node.node} is reserved by node ${holder.id} with name ${holder.node} (${holder.address})`,
  );
}

export function putService(transaction: Transaction, node: string, service: ServiceInput): void {
  if (service.service === '') {
    throw new CatalogError(
      'service_name_missing',
      'Service.Service',
      'Must provide service name (Service.Service) when service ID is provided',
    );
  }
  const id = service.id === '' ? service.service : service.id;
  checkName('Service.Service', service.service);
  checkName('Service.ID', id);
  if (isUnspecified(service.address)) {
    throw new CatalogError('service_address_invalid', 'Service.Address', 'Invalid service address');
  }
  const before = transaction.get('services', onNodeKey(node, id));
  if (!transaction.put('services', { ...service, id: before?.id ?? id, node })) return;
  touchService(transaction, node, service.service);
  if (before !== undefined && serviceNameKey(before.service) !== serviceNameKey(service.service)) {
    touchServiceGone(transaction, node, before.service);
  }
}

/** 0.0.0.0 and :: are where to listen, not where to connect. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '[::]';
}

export function putCheck(transaction: Transaction, node: string, check: CheckInput): void {
  const checkId = check.checkId === '' ? check.name : check.checkId;
  if (checkId === '') {
    throw new CatalogError('check_id_missing', 'Check.CheckID', 'Must provide check ID or name');
  }
  checkName('Check.CheckID', checkId);
  if (check.node !== '' && nodeKey(check.node) !== nodeKey(node)) {
    throw new CatalogError(
      'check_node_mismatch',
      'Check.Node',
      `Node '${check.node}' for check '${checkId}' doesn't match register request node '${node}'`,
    );
  }
  const service =
    check.serviceId === ''
      ? undefined
      : transaction.get('services', onNodeKey(node, check.serviceId));
  if (check.serviceId !== '' && service === undefined) {
    throw new CatalogError(
      'check_service_unknown',
      'Check.ServiceID',
      `Unknown service ID '${check.serviceId}' for check ID '${checkId}'`,
    );
  }
  const before = transaction.get('checks', onNodeKey(node, checkId));
  const changed = transaction.put('checks', {
    ...check,
    node,
    checkId: before?.checkId ?? checkId,
    serviceName: service?.service ?? '',
    serviceTags: service?.tags ?? [],
  });
  if (!changed) return;
  touchCheck(transaction, node, check.serviceId);
  if (check.status === 'critical') destroySessionsOfCheck(transaction, node, checkId);
  // A check that moves changes the answers of what it leaves, too.
  if (before !== undefined && before.serviceId !== check.serviceId) {
    touchCheck(transaction, node, before.serviceId);
  }
}

/** Sets status and output of a check; one that is gone stays gone. */
export function updateCheckTxn(
  transaction: Transaction,
  node: string,
  { checkId, status, output }: Pick<CheckRow, 'checkId' | 'status' | 'output'>,
): void {
  const check = transaction.get('checks', onNodeKey(node, checkId));
  if (check === undefined) return;
  if (transaction.put('checks', { ...check, status, output })) {
    touchCheck(transaction, node, check.serviceId);
    if (status === 'critical') destroySessionsOfCheck(transaction, node, checkId);
  }
}

/** @throws CatalogError for a name that cannot be part of a key */
export function checkName(field: string, name: string): void {
  if (name.includes(KEY_SEPARATOR)) {
    throw new CatalogError('name_invalid', field, `${field} must not contain a NUL character`);
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > limits.nameBytes.default) {
    throw new CatalogError(
      'name_too_long',
      field,
      `${field} is too long (${bytes} > ${limits.nameBytes.default} bytes)`,
    );
  }
}

/** Address tags that Consul adds to a service whose address is an IP. */
export function familyTags(address: string): readonly string[] {
  switch (isIP(address)) {
    case 4:
      return ['lan_ipv4', 'wan_ipv4'];
    case 6:
      return ['lan_ipv6', 'wan_ipv6'];
    default:
      return [];
  }
}
