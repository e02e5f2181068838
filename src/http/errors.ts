/**
 * The error catalogue: every way in which a request is refused has a stable code here, with its status and title.
 * Errors of the agent, the catalog and the store map through it by their own code; a text is never compared.
 * `docs/errors.md` shows the same table. How an error is written to the wire is `plugins/errors.ts`.
 */
import { AgentError } from '../agent/index.ts';
import { CatalogError } from '../catalog/index.ts';
import { SnapshotError } from '../snapshot/index.ts';

export interface ErrorKind {
  readonly status: number;
  readonly title: string;
  /** Consul validates some things twice, and answers 500 from its catalog for what its agent calls a 400. */
  readonly catalogStatus?: number;
}

export const ERROR_CATALOGUE = {
  // The request itself
  path_unknown: { status: 404, title: 'No such endpoint' },
  path_unprintable: { status: 400, title: 'The path has unprintable characters' },
  url_malformed: { status: 400, title: 'The path is not well encoded' },
  query_malformed: { status: 500, title: 'The query string is not well encoded' },
  method_not_allowed: { status: 405, title: 'The endpoint does not take this method' },
  endpoint_blocked: { status: 403, title: 'The endpoint is blocked by the configuration' },
  write_restricted: { status: 403, title: 'The client may not write' },
  request_malformed: { status: 400, title: 'Not an HTTP request' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  bodies_exceeded: { status: 503, title: 'Too many large request bodies at a time' },
  body_incomplete: { status: 400, title: 'The request body is not as long as announced' },
  request_decode_failed: { status: 400, title: 'The request body cannot be decoded' },
  connections_exceeded: { status: 429, title: 'Too many connections from one address' },
  blocking_queries_exceeded: { status: 429, title: 'Too many blocking queries are waiting' },
  live_replies_exceeded: { status: 429, title: 'Too many clients follow the log or the metrics' },

  // Parameters
  log_level_unknown: { status: 400, title: 'Unknown log level' },
  index_invalid: { status: 400, title: 'Invalid index' },
  cas_invalid: { status: 400, title: 'Invalid cas' },
  wait_invalid: { status: 400, title: 'Invalid wait time' },
  consistency_conflict: { status: 400, title: 'Conflicting consistency modes' },
  max_stale_invalid: { status: 400, title: 'Invalid max_stale' },
  cache_control_invalid: { status: 400, title: 'Invalid Cache-Control' },
  filter_invalid: { status: 500, title: 'Invalid filter expression' },
  filter_too_large: { status: 400, title: 'The filter expression is too large' },
  filter_too_costly: { status: 400, title: 'The filter expression takes too much work' },
  namespace_unsupported: { status: 400, title: 'Namespaces are not supported' },
  partition_unsupported: { status: 400, title: 'Partitions are not supported' },
  peer_unsupported: { status: 400, title: 'Peers are not supported' },
  datacenter_unknown: { status: 500, title: 'Unknown datacenter' },
  passing_invalid: { status: 400, title: 'Invalid value of passing' },
  enable_missing: { status: 400, title: 'Missing value of enable' },
  enable_invalid: { status: 400, title: 'Invalid value of enable' },
  segment_with_wan: { status: 400, title: 'A segment has no WAN members' },
  node_name_missing: { status: 400, title: 'Missing node name' },
  service_id_missing: { status: 400, title: 'Missing service ID' },
  health_target_missing: { status: 500, title: 'Missing service' },
  check_state_missing: { status: 400, title: 'Missing check state' },
  check_status_invalid: { status: 400, title: 'Invalid check status' },
  kv_key_missing: { status: 400, title: 'Missing key name' },
  kv_flags_conflict: { status: 400, title: 'Parameters that exclude each other' },
  kv_number_invalid: { status: 500, title: 'Invalid flags or cas' },
  session_id_missing: { status: 400, title: 'Missing session' },

  // Services and checks
  service_name_missing: { status: 400, catalogStatus: 500, title: 'Missing service name' },
  service_address_invalid: { status: 400, catalogStatus: 500, title: 'Invalid service address' },
  service_port_invalid: { status: 400, title: 'Invalid service port' },
  service_weights_invalid: { status: 400, title: 'Invalid weights' },
  service_meta_invalid: { status: 400, title: 'Invalid service metadata' },
  service_invalid: { status: 400, title: 'Invalid service' },
  service_tagged_address_invalid: { status: 500, title: 'Invalid tagged address' },
  service_unknown: { status: 404, title: 'No such service' },
  sidecar_unsupported: { status: 400, title: 'Sidecar services are not supported yet' },
  check_name_missing: { status: 400, title: 'Missing check name' },
  check_invalid: { status: 400, title: 'Invalid check' },
  check_service_unknown: {
    status: 404,
    catalogStatus: 500,
    title: 'No such service for the check',
  },
  check_unknown: { status: 404, title: 'No such check' },
  check_not_ttl: { status: 500, title: 'Not a TTL check' },

  // Catalog
  node_missing: { status: 500, title: 'Missing node' },
  node_address_missing: { status: 500, title: 'Missing node address' },
  node_id_invalid: { status: 500, title: 'Invalid node ID' },
  node_name_reserved: { status: 500, title: 'The node name belongs to another node' },
  check_id_missing: { status: 500, title: 'Missing check ID' },
  check_node_mismatch: { status: 500, title: 'The check is of another node' },
  name_too_long: { status: 400, title: 'The name is too long' },
  name_invalid: { status: 400, title: 'Invalid name' },

  // Key-value store and sessions
  kv_key_too_long: { status: 400, title: 'The key is too long' },
  kv_entries_exceeded: { status: 507, title: 'Too many keys are stored' },
  kv_bytes_exceeded: { status: 507, title: 'Too large keys and values are stored' },
  lock_session_missing: { status: 500, title: 'No session to lock with' },
  lock_session_unknown: { status: 500, title: 'No such session to lock with' },
  session_invalid: { status: 500, title: 'Invalid session' },
  session_unknown: { status: 404, title: 'No such session' },
  session_node_unknown: { status: 500, title: 'No such node for the session' },
  session_check_unknown: { status: 500, title: 'No such check for the session' },
  session_check_critical: { status: 500, title: 'A check of the session is critical' },
  sessions_exceeded: { status: 507, title: 'Too many sessions' },
  txn_too_large: { status: 413, title: 'The transaction is too large' },

  // Prepared queries, events and coordinates
  query_not_found: { status: 404, title: 'No such prepared query' },
  query_unknown: { status: 500, title: 'No such prepared query to change' },
  query_invalid: { status: 500, title: 'Invalid prepared query' },
  query_name_taken: { status: 500, title: 'Another prepared query has the name' },
  query_session_unknown: { status: 500, title: 'No such session for the prepared query' },
  query_parameter_invalid: { status: 500, title: 'Invalid parameter of a prepared query' },
  query_too_large: { status: 413, title: 'The prepared query is too large' },
  queries_exceeded: { status: 507, title: 'Too many prepared queries are stored' },
  event_name_missing: { status: 400, title: 'Missing event name' },
  event_filter_invalid: { status: 500, title: 'Invalid event filter' },
  event_too_large: { status: 413, title: 'The event is too large' },
  coordinate_unknown: { status: 404, title: 'The node has no coordinate' },
  coordinate_invalid: { status: 500, title: 'Invalid coordinate' },
  coordinate_segments_exceeded: { status: 400, title: 'The node is in too many segments' },

  // Certificates of the mesh
  connect_disabled: { status: 500, title: 'Connect is not enabled' },
  ca_configuration_invalid: { status: 400, title: 'Invalid configuration of certificates' },
  ca_unsupported: { status: 501, title: 'The certificate authority cannot do that' },
  pem_invalid: { status: 400, title: 'Invalid value of pem' },
  certificates_exceeded: { status: 429, title: 'Too many certificates wait to be signed' },

  // Configuration entries
  config_entry_unsupported: { status: 501, title: 'Configuration entries are not supported' },
  config_entry_unknown: { status: 404, title: 'No such configuration entry' },
  config_kind_invalid: { status: 400, title: 'No such kind of configuration entry' },

  // DNS
  dns_unaskable: { status: 400, title: 'No DNS query can be made of the request' },
  dns_busy: { status: 503, title: 'DNS cannot explain an answer now' },
  dns_record_invalid: { status: 400, title: 'Invalid DNS record' },
  dns_record_unknown: { status: 404, title: 'No such DNS record' },
  dns_record_conflict: { status: 409, title: 'The DNS record cannot stand beside another' },
  dns_zone_unknown: { status: 404, title: 'No such zone' },
  dns_zone_in_use: { status: 409, title: 'The zone has other records' },
  dns_records_exceeded: { status: 507, title: 'Too many DNS records are stored' },
  dns_failed: { status: 500, title: 'The DNS answer could not be explained' },

  // Servers and snapshots
  raft_peer_missing: { status: 500, title: 'No such server' },
  raft_peer_invalid: { status: 400, title: 'The server to remove is not named' },
  raft_peer_last: { status: 500, title: 'The only server cannot be removed' },
  relay_factor_invalid: { status: 400, title: 'Invalid relay factor' },
  keyring_empty: { status: 500, title: 'Gossip is not encrypted' },
  acl_disabled: { status: 401, title: 'ACLs are disabled' },
  join_failed: { status: 500, title: 'No pool could be joined' },
  member_unknown: { status: 500, title: 'No such member' },
  snapshot_invalid: { status: 500, title: 'The snapshot cannot be restored' },
  snapshot_too_large: { status: 413, title: 'The snapshot is too large' },

  // The store
  store_locked: { status: 503, title: 'The store is in use' },
  store_newer: { status: 503, title: 'The store is of a later version' },
  store_damaged: { status: 503, title: 'The store is damaged' },
  store_unusable: { status: 503, title: 'The store cannot be used' },
  store_unavailable: { status: 503, title: 'The store cannot be written' },
  store_busy: { status: 503, title: 'Too many writes are waiting' },
  store_closed: { status: 503, title: 'The agent is stopping' },

  reload_failed: { status: 500, title: 'The configuration cannot be reloaded' },
  internal_error: { status: 500, title: 'Internal error' },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** A request refused by the HTTP layer itself. */
export class HttpError extends Error {
  readonly code: ErrorCode;
  /** The offending field or parameter; empty when there is none. */
  readonly field: string;

  constructor(code: ErrorCode, message: string, field = '') {
    super(message);
    this.name = 'HttpError';
    this.code = code;
    this.field = field;
  }
}

/** An error as a client may see it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly field: string;
}

/** What to answer for whatever was thrown; an error of no known kind tells the client nothing. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpError || error instanceof AgentError) {
    return refusal(error.code, error.message, error.field);
  }
  if (error instanceof CatalogError) {
    const kind: ErrorKind = ERROR_CATALOGUE[error.code];
    const status = kind.catalogStatus ?? kind.status;
    return { ...refusal(error.code, error.message, error.field), status };
  }
  if (error instanceof SnapshotError) return refusal(error.code, error.message, '');
  return foreignRefusal(error) ?? refusal('internal_error', 'internal error', '');
}

function refusal(code: ErrorCode, detail: string, field: string): Refusal {
  const { status, title } = ERROR_CATALOGUE[code];
  return { code, status, title, detail, field };
}

/** Codes of errors of DNS, and whether they name the field of the request that is wrong. */
const DNS_CODES: Partial<Record<ErrorCode, 'with field' | 'without'>> = {
  dns_unaskable: 'with field',
  dns_record_invalid: 'with field',
  dns_record_conflict: 'with field',
  dns_busy: 'without',
  dns_failed: 'without',
};

/** The engine's StoreError and the errors of DNS, told by their codes: this layer may not import either. */
function foreignRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code } = error;
  if (typeof code !== 'string' || !Object.hasOwn(ERROR_CATALOGUE, code)) return undefined;
  const known = code as ErrorCode;
  const kind = known.startsWith('store_') ? 'without' : DNS_CODES[known];
  if (kind === undefined) return undefined;
  if (kind === 'without') return refusal(known, error.message, '');
  const field = 'field' in error ? error.field : undefined;
  return typeof field === 'string' ? refusal(known, error.message, field) : undefined;
}
