/**
 * The fields of service and check definitions in a configuration file: key, type, and the field of the typed
 * definition. Keys are compared without regard to case and underscores, so that the body of an API call
 * (`EnableTagOverride`, `DeregisterCriticalServiceAfter`) loads as well as the file form (`enable_tag_override`).
 */
import type { CheckDefinition } from '../checks/index.ts';
import type { SimpleType } from './values.ts';

export interface DefinitionField {
  readonly key: string;
  readonly type: SimpleType;
  /** Name in the typed definition; undefined for a block that is read on its own. */
  readonly field?: string;
}

type CheckField = DefinitionField & { readonly field: keyof CheckDefinition };

/** `map of lists` has no row in the schema; the header is the only one of its kind and is read on its own. */
export const CHECK_FIELDS: readonly CheckField[] = [
  { key: 'id', type: 'string', field: 'checkId' },
  { key: 'check_id', type: 'string', field: 'checkId' },
  { key: 'name', type: 'string', field: 'name' },
  { key: 'notes', type: 'string', field: 'notes' },
  { key: 'service_id', type: 'string', field: 'serviceId' },
  { key: 'status', type: 'string', field: 'status' },
  { key: 'interval', type: 'duration', field: 'intervalMs' },
  { key: 'timeout', type: 'duration', field: 'timeoutMs' },
  { key: 'ttl', type: 'duration', field: 'ttlMs' },
  {
    key: 'deregister_critical_service_after',
    type: 'duration',
    field: 'deregisterCriticalServiceAfterMs',
  },
  { key: 'success_before_passing', type: 'integer', field: 'successBeforePassing' },
  { key: 'failures_before_warning', type: 'integer', field: 'failuresBeforeWarning' },
  { key: 'failures_before_critical', type: 'integer', field: 'failuresBeforeCritical' },
  { key: 'output_max_size', type: 'integer', field: 'outputMaxSize' },
  { key: 'http', type: 'string', field: 'http' },
  { key: 'method', type: 'string', field: 'method' },
  { key: 'body', type: 'string', field: 'body' },
  { key: 'disable_redirects', type: 'boolean', field: 'disableRedirects' },
  { key: 'tls_server_name', type: 'string', field: 'tlsServerName' },
  { key: 'tls_skip_verify', type: 'boolean', field: 'tlsSkipVerify' },
  { key: 'tcp', type: 'string', field: 'tcp' },
  { key: 'tcp_use_tls', type: 'boolean', field: 'tcpUseTls' },
  { key: 'udp', type: 'string', field: 'udp' },
  { key: 'grpc', type: 'string', field: 'grpc' },
  { key: 'grpc_use_tls', type: 'boolean', field: 'grpcUseTls' },
  { key: 'h2ping', type: 'string', field: 'h2ping' },
  { key: 'h2ping_use_tls', type: 'boolean', field: 'h2pingUseTls' },
  { key: 'alias_node', type: 'string', field: 'aliasNode' },
  { key: 'alias_service', type: 'string', field: 'aliasService' },
  { key: 'docker_container_id', type: 'string', field: 'dockerContainerId' },
  { key: 'shell', type: 'string', field: 'shell' },
  { key: 'args', type: 'list of strings', field: 'args' },
  { key: 'script_args', type: 'list of strings', field: 'args' },
  { key: 'os_service', type: 'string', field: 'osService' },
];

export const CHECK_BLOCKS = ['header', 'token'] as const;

export const SERVICE_FIELDS: readonly DefinitionField[] = [
  { key: 'id', type: 'string', field: 'id' },
  { key: 'name', type: 'string', field: 'name' },
  { key: 'kind', type: 'string', field: 'kind' },
  { key: 'tags', type: 'list of strings', field: 'tags' },
  { key: 'address', type: 'string', field: 'address' },
  { key: 'meta', type: 'map of strings', field: 'meta' },
  { key: 'port', type: 'integer', field: 'port' },
  { key: 'socket_path', type: 'string', field: 'socketPath' },
  { key: 'enable_tag_override', type: 'boolean', field: 'enableTagOverride' },
  { key: 'token', type: 'string', field: 'token' },
];

export const SERVICE_BLOCKS = [
  'tagged_addresses',
  'weights',
  'check',
  'checks',
  'proxy',
  'connect',
  'locality',
] as const;

/** The form in which keys of a definition are compared. */
export function foldKey(key: string): string {
  return key.toLowerCase().replaceAll('_', '');
}
