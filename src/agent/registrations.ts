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
    registerCheckTxn(transaction, node, check, options.source);
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

/** `definition` has its id filled in. Ids that differ in case alone are one: the spelling that came first stays. */
export function registerCheckTxn(
  transaction: Transaction,
  node: string,
  definition: CheckDefinition,
  source: RegistrationSource,
): void {
  const { serviceId } = definition;
  const service =
    serviceId === '' ? undefined : transaction.get('services', onNodeKey(node, serviceId));
  if (serviceId !== '' && service === undefined) {
    throw new AgentError(
      'check_service_unknown',
      'ServiceID',
      `ServiceID "${serviceId}" does not exist`,
    );
  }
  const before = transaction.get('checks', onNodeKey(node, definition.checkId));
  const known: CheckDefinition = {
    ...definition,
    checkId: before?.checkId ?? definition.checkId,
    serviceId: service?.id ?? serviceId,
  };
  putCheck(transaction, node, checkInput(node, known, before));
  putAgentCheck(transaction, node, known, source);
}

function checkInput(
  node: string,
  definition: CheckDefinition,
  before: CheckRow | undefined,
): CheckInput {
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
    interval: durationText(definition.intervalMs ?? 0, definition.serviceId),
    timeout: durationText(definition.timeoutMs ?? 0, definition.serviceId),
    exposedPort: 0,
    definition: {},
  };
}

/** Consul shows an unset duration of a node's own check as "0s" and of a service's as "". */
function durationText(ms: number, serviceId: string): string {
  return ms === 0 && serviceId !== '' ? '' : formatDuration(ms);
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
