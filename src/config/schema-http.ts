/** The configuration keys of the HTTP interface and of the data behind it, in the order of the documentation. */
import { limits } from '../runtime/index.ts';
import { built, type SchemaRow } from './schema-row.ts';

const { kvValueBytes } = limits;
/** Consul's bounds of one value and of one transaction are the same. */
const VALUE_BYTES = {
  default: kvValueBytes.default,
  min: kvValueBytes.min,
  max: kvValueBytes.max,
} as const;
const DAY_MS = 24 * 3_600_000;

export const HTTP_KEYS: readonly SchemaRow[] = [
  built('default_query_time', 'duration', 'Wait of a blocking query that names none', {
    default: '300s',
    min: 1,
  }),
  built('max_query_time', 'duration', 'Longest wait of a blocking query', {
    default: '600s',
    min: 1,
  }),
  built(
    'limits.http_max_conns_per_client',
    'integer',
    'HTTP connections from one address; 0: any number',
    {
      default: 200,
      min: 0,
      reloadable: true,
    },
  ),
  built('limits.kv_max_value_size', 'integer', 'Most octets of one value', VALUE_BYTES),
  built(
    'limits.txn_max_req_len',
    'integer',
    'Most octets of the body of `/v1/txn`, where that is more than `kv_max_value_size`',
    VALUE_BYTES,
  ),
  built('session_ttl_min', 'duration', 'Shortest TTL of a session', {
    default: '10s',
    min: 0,
    max: DAY_MS,
  }),
  built(
    'http_config.block_endpoints',
    'list of strings',
    'Beginnings of paths that are answered with 403',
    { default: [] },
  ),
  built(
    'http_config.allow_write_http_from',
    'list of strings',
    'Subnets whose clients may use other methods than GET; empty: everybody',
    { default: [] },
  ),
  built('http_config.response_headers', 'map of strings', 'Headers added to every reply', {
    default: {},
  }),
  built('http_config.use_cache', 'boolean', 'Whether `cached` has an effect', { default: true }),
  built(
    'http_config.max_header_bytes',
    'integer',
    `Most octets of all headers of a request; 0: ${limits.httpHeaderBytes.default}`,
    { default: 0, min: 0, max: limits.httpHeaderBytes.max },
  ),
  built('disable_update_check', 'boolean', 'Nothing is ever reported or looked up', {
    default: false,
  }),
];
