/**
 * What registering and deregistering with the agent does to the catalog, as bodies of transactions: synchronous,
 * all or nothing. Safe to repeat: registering what is there again changes nothing, and a check keeps its status.
 */
import {
  type AgentCheckRow,
  type CheckInput,
  type CheckRow,
  deleteCheck,
  deleteService,
  type Json,
  nodeKey,
  onNodeKey,
  putCheck,
  putService,
  type RegistrationSource,
  type Transaction,
} from '../catalog/index.ts';
import { type CheckDefinition, kindOf } from '../checks/index.ts';
import { formatDuration } from '../runtime/index.ts';
import { AgentError } from './agent-error.ts';
import { type ServiceDefinition, serviceIdOf, toServiceInput } from './service-definition.ts';

export interface RegistrationOptions {
  readonly source: RegistrationSource;
  /** Drop checks of the service that the definition does not name. */
  readonly replaceExistingChecks: boolean;
}

/** What the configuration files register; replaced as a whole at a reload. */
export interface ConfiguredDefinitions {
  readonly services: readonly ServiceDefinition[];
  readonly checks: readonly CheckDefinition[];
}

export function registerServiceTxn(
  transaction: Transaction,
  node: string,
  definition: ServiceDefinition,
  options: RegistrationOptions,
): void {
  const id = serviceIdOf(definition);
  putService(transaction, node, toServiceInput(definition));
  const key = onNodeKey(node, id);
  transaction.put('agent_services', {
    node,
    id: transaction.get('services', key)?.id ?? id,
    source: options.source,
    token: definition.token,
  });
  const named = new Set<string>();
  for (const check of serviceChecks(definition)) {
    named.add(check.checkId.toLowerCase());
    registerCheckTxn(transaction, node, check, options.source, '');
  }
  for (const check of transaction.find('checks', 'instance', key)) {
    if (named.has(check.checkId.toLowerCase())) continue;
    if (options.replaceExistingChecks && check.type !== 'maintenance') {
      deleteCheck(transaction, node, check.checkId);
      // Puts the service's new name and tags on checks that the definition does not name.
    } else putCheck(transaction, node, check);
  }
}

/** The definition's checks with their ids, names and service filled in. */
export function serviceChecks(definition: ServiceDefinition): CheckDefinition[] {
  const id = serviceIdOf(definition);
  const only = definition.checks.length === 1;
  return definition.checks.map((check, at) => ({
    ...check,
    checkId: check.checkId !== '' ? check.checkId : `service:${id}${only ? '' : `:${at + 1}`}`,
    name: check.name !== '' ? check.name : `Service '${definition.name}' check`,
    serviceId: id,
  }));
}

/**
 * `definition` has its id filled in. Ids that differ in case alone are one: the spelling that came first stays.
 * `unset` is what Consul shows for an interval or timeout that is not set; it is the empty text in a service's definition.
 */
export function registerCheckTxn(
  transaction: Transaction,
  node: string,
  definition: CheckDefinition,
  source: RegistrationSource,
  unset: '' | '0s' = '0s',
): void {
  const { serviceId } = definition;
  const service =
    serviceId === '' ? undefined : transaction.get('services', onNodeKey(node, serviceId));
  if (serviceId !== '' && service === undefined) {
    throw unknownServiceOfCheck(serviceId);
  }
  const before = transaction.get('checks', onNodeKey(node, definition.checkId));
  const known: CheckDefinition = {
    ...definition,
    checkId: before?.checkId ?? definition.checkId,
    serviceId: service?.id ?? serviceId,
  };
  const durations = {
    interval: durationText(definition.intervalMs, unset),
    timeout: durationText(definition.timeoutMs, unset),
  };
  putCheck(transaction, node, { ...checkInput(node, known, before), ...durations });
  putAgentCheck(transaction, node, known, source);
}

function checkInput(
  node: string,
  definition: CheckDefinition,
  before: CheckRow | undefined,
): Omit<CheckInput, 'interval' | 'timeout'> {
  // Consul: a check that is registered again keeps its status and output, so that nothing flaps.
  const kept = before?.serviceId === definition.serviceId ? before : undefined;
  return {
    node,
    checkId: definition.checkId,
    name: definition.name,
    status: kept?.status ?? (definition.status || 'critical'),
    notes: definition.notes ?? '',
    output: kept?.output ?? '',
    serviceId: definition.serviceId,
    type: kindOf(definition),
    exposedPort: 0,
    definition: {},
  };
}

function durationText(ms: number | undefined, unset: string): string {
  return ms === undefined || ms === 0 ? unset : formatDuration(ms);
}

function putAgentCheck(
  transaction: Transaction,
  node: string,
  definition: CheckDefinition,
  source: RegistrationSource,
): void {
  transaction.put('agent_checks', {
    node,
    checkId: definition.checkId,
    source,
    definition: definition as unknown as Json,
  });
}

/** The definition that `putAgentCheck` stored. */
export function definitionOf(row: AgentCheckRow): CheckDefinition {
  return row.definition as unknown as CheckDefinition;
}

export function deregisterServiceTxn(transaction: Transaction, node: string, id: string): void {
  requireAgentService(transaction, node, id);
  deleteService(transaction, node, id);
}

/** @throws AgentError `service_unknown` */
export function requireAgentService(transaction: Transaction, node: string, id: string): void {
  if (transaction.get('agent_services', onNodeKey(node, id)) !== undefined) return;
  throw new AgentError(
    'service_unknown',
    'ServiceID',
    `Unknown service ID "${id}". Ensure that the service ID is passed, not the service name.`,
  );
}

/** A check of a service, which an empty id is not, is for the agent that has the service. @throws AgentError */
export function requireServiceOfCheck(transaction: Transaction, node: string, id: string): void {
  if (id === '' || transaction.get('agent_services', onNodeKey(node, id)) !== undefined) return;
  throw unknownServiceOfCheck(id);
}

function unknownServiceOfCheck(id: string): AgentError {
  return new AgentError('check_service_unknown', 'ServiceID', `ServiceID "${id}" does not exist`);
}

export function deregisterCheckTxn(transaction: Transaction, node: string, id: string): void {
  if (transaction.get('agent_checks', onNodeKey(node, id)) === undefined) throw unknownCheck(id);
  deleteCheck(transaction, node, id);
}

export function unknownCheck(id: string): AgentError {
  return new AgentError(
    'check_unknown',
    'CheckID',
    `Unknown check ID "${id}". Ensure that the check ID is passed, not the check name.`,
  );
}

/** Registers all of `configured`; what an earlier configuration registered and this one does not name goes. */
export function configureTxn(
  transaction: Transaction,
  node: string,
  { services, checks }: ConfiguredDefinitions,
): void {
  const options: RegistrationOptions = { source: 'config', replaceExistingChecks: false };
  const serviceIds = new Set(services.map((service) => serviceIdOf(service).toLowerCase()));
  for (const row of transaction.find('agent_services', 'node', nodeKey(node))) {
    if (row.source === 'config' && !serviceIds.has(row.id.toLowerCase())) {
      deregisterServiceTxn(transaction, node, row.id);
    }
  }
  for (const service of services) {
    registerServiceTxn(transaction, node, service, options);
  }
  const ofServices = services.flatMap(serviceChecks);
  const checkIds = new Set([...ofServices, ...checks].map((check) => check.checkId.toLowerCase()));
  for (const row of transaction.find('agent_checks', 'node', nodeKey(node))) {
    if (row.source === 'config' && !checkIds.has(row.checkId.toLowerCase())) {
      deregisterCheckTxn(transaction, node, row.checkId);
    }
  }
  for (const check of checks) registerCheckTxn(transaction, node, check, 'config');
}
