/** What filters may ask of a check: `/v1/health`, and `/v1/agent/checks`. Its definition is not among it, as in Consul. */
import type { CheckRow } from '../../catalog/index.ts';
import { type Fields, integer, text, texts } from './fields.ts';

export const CHECK_FIELDS: Fields<CheckRow> = {
  Node: text((row) => row.node),
  CheckID: text((row) => row.checkId),
  Name: text((row) => row.name),
  Status: text((row) => row.status),
  Notes: text((row) => row.notes),
  Output: text((row) => row.output),
  ServiceID: text((row) => row.serviceId),
  ServiceName: text((row) => row.serviceName),
  ServiceTags: texts((row) => row.serviceTags),
  Type: text((row) => row.type),
  Interval: text((row) => row.interval),
  Timeout: text((row) => row.timeout),
  ExposedPort: integer((row) => row.exposedPort),
  PeerName: text(() => ''),
};
