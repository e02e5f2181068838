/**
 * Why the catalog refused a command. `code` is stable and is what callers compare; the message is for people
 * (Consul's words where it has some), `field` names the offending part of the request.
 */

export const CATALOG_ERROR_CODES = [
  'node_missing',
  'node_address_missing',
  'node_id_invalid',
  'node_name_reserved',
  'service_name_missing',
  'service_address_invalid',
  'check_id_missing',
  'check_node_mismatch',
  'check_service_unknown',
  'name_too_long',
  'name_invalid',
  'dns_record_conflict',
  'dns_zone_unknown',
  'dns_zone_in_use',
  'kv_key_too_long',
  'lock_session_missing',
  'lock_session_unknown',
  'session_node_unknown',
  'session_check_unknown',
  'session_check_critical',
  'query_unknown',
  'query_name_taken',
  'query_session_unknown',
  'coordinate_segments_exceeded',
] as const;
export type CatalogErrorCode = (typeof CATALOG_ERROR_CODES)[number];

export class CatalogError extends Error {
  readonly code: CatalogErrorCode;
  /** Path of the offending field in the request, e.g. `Service.Service`. */
  readonly field: string;

  constructor(code: CatalogErrorCode, field: string, message: string) {
    super(message);
    this.name = 'CatalogError';
    this.code = code;
    this.field = field;
  }
}
