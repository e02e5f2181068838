/**
 * A service as somebody registers it with the agent, and what makes one valid. Messages are Consul's. Knows
 * nothing of JSON: `src/http` and `src/config` make definitions from their own formats.
 */
import { isIP } from 'node:net';
import {
  familyTags,
  isUnspecified,
  type Json,
  type ServiceAddress,
  type ServiceInput,
  type StringMap,
  type Weights,
} from '../catalog/index.ts';
import type { CheckDefinition } from '../checks/index.ts';
import { AgentError } from './agent-error.ts';
import { metaProblem } from './meta.ts';

export interface ServiceDefinition {
  readonly name: string;
  /** Empty means the name. */
  readonly id: string;
  readonly kind: string;
  readonly tags: readonly string[];
  /** Empty means the node's address. */
  readonly address: string;
  readonly taggedAddresses: Readonly<Record<string, ServiceAddress>>;
  readonly meta: StringMap;
  readonly port: number;
  readonly socketPath: string;
  /** Undefined means 1 and 1. */
  readonly weights: Weights | undefined;
  readonly enableTagOverride: boolean;
  /** Consul's Proxy block in API form, or null. */
  readonly proxy: Json;
  /** Speaks the mesh protocol itself. */
  readonly connectNative: boolean;
  /** Consul's Connect.SidecarService block, or null. */
  readonly sidecarService: Json;
  readonly locality: Json;
  readonly token: string;
  readonly checks: readonly CheckDefinition[];
}

const PORT_MAX = 65535;
const WEIGHT_MAX = 65535;
const DEFAULT_WEIGHTS: Weights = { passing: 1, warning: 1 };

/** @throws AgentError naming the first field that is wrong */
export function validateService(definition: ServiceDefinition): void {
  if (definition.name === '') {
    throw new AgentError('service_name_missing', 'Name', 'Missing service name');
  }
  if (isUnspecified(definition.address)) {
    throw new AgentError('service_address_invalid', 'Address', 'Invalid service address');
  }
  checkPort('Port', definition.port);
  checkWeights(definition.weights ?? DEFAULT_WEIGHTS);
  checkMeta(definition.meta);
  checkProxy(definition);
  checkTaggedAddresses(definition.taggedAddresses);
  if (definition.sidecarService !== null) {
    throw new AgentError(
      'sidecar_unsupported',
      'Connect.SidecarService',
      'Invalid SidecarService: sidecar proxies are not supported yet',
    );
  }
}

/** The message of what `validateService` would throw, or undefined. */
export function serviceProblem(definition: ServiceDefinition): string | undefined {
  try {
    validateService(definition);
    return undefined;
  } catch (error) {
    if (error instanceof AgentError) return error.message;
    throw error;
  }
}

function checkMeta(meta: StringMap): void {
  const problem = metaProblem(meta);
  if (problem === undefined) return;
  throw new AgentError('service_meta_invalid', 'Meta', `Invalid Service Meta: ${problem}`);
}

function checkPort(field: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return;
  throw new AgentError(
    'service_port_invalid',
    field,
    `Invalid service port: ${field} must be between 0 and ${PORT_MAX}, received ${port}`,
  );
}

function checkWeights(weights: Weights): void {
  const reason = weightsProblem(weights);
  if (reason === undefined) return;
  throw new AgentError('service_weights_invalid', 'Weights', `Invalid Weights: ${reason}`);
}

function weightsProblem({ passing, warning }: Weights): string | undefined {
  if (passing < 1) return 'Passing must be greater than 0';
  if (warning < 0) return 'Warning must be greater or equal than 0';
  if (passing > WEIGHT_MAX || warning > WEIGHT_MAX) {
    return `DNS Weight must be between 0 and ${WEIGHT_MAX}`;
  }
  return undefined;
}

function checkProxy({ kind, proxy, port, socketPath }: ServiceDefinition): void {
  const problems: string[] = [];
  if (kind === 'connect-proxy') {
    const block = proxy as { readonly DestinationServiceName?: unknown } | null;
    if (typeof block?.DestinationServiceName !== 'string' || block.DestinationServiceName === '') {
      problems.push('Proxy.DestinationServiceName must be non-empty for Connect proxy services');
    }
    if (port === 0 && socketPath === '') {
      problems.push('Port or SocketPath must be set for a Connect proxy');
    }
  }
  if ((kind === 'mesh-gateway' || kind === 'terminating-gateway') && port === 0) {
    problems.push(`Port must be non-zero for a ${kind}`);
  }
  if (problems.length === 0) return;
  throw new AgentError('service_invalid', 'Proxy', `Validation failed: ${multiError(problems)}`);
}

/** Go's multierror text, which Consul's clients show as it is. */
export function multiError(problems: readonly string[]): string {
  const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
  return `${count} occurred:\n${problems.map((problem) => `\t* ${problem}\n`).join('')}\n`;
}

function checkTaggedAddresses(tagged: ServiceDefinition['taggedAddresses']): void {
  for (const [tag, { address, port }] of Object.entries(tagged)) {
    const field = `TaggedAddresses.${tag}`;
    checkPort(`${field}.Port`, port);
    const family = tag.endsWith('_ipv4') ? 4 : tag.endsWith('_ipv6') ? 6 : 0;
    if (family === 0 || isIP(address) === family) continue;
    throw new AgentError(
      'service_tagged_address_invalid',
      `${field}.Address`,
      `Service tagged address "${tag}" must be a valid ipv${family} address`,
    );
  }
}

/** The catalog's form of a valid definition. */
export function toServiceInput(definition: ServiceDefinition): ServiceInput {
  const own = { address: definition.address, port: definition.port };
  const byFamily = familyTags(definition.address).map((tag) => [tag, own] as const);
  return {
    id: serviceIdOf(definition),
    service: definition.name,
    kind: definition.kind,
    tags: definition.tags,
    address: definition.address,
    taggedAddresses: { ...Object.fromEntries(byFamily), ...definition.taggedAddresses },
    meta: definition.meta,
    port: definition.port,
    socketPath: definition.socketPath,
    weights: definition.weights ?? DEFAULT_WEIGHTS,
    enableTagOverride: definition.enableTagOverride,
    proxy: definition.proxy,
    connect: definition.connectNative ? { Native: true } : null,
    locality: definition.locality,
  };
}

export function serviceIdOf(definition: ServiceDefinition): string {
  return definition.id === '' ? definition.name : definition.id;
}
