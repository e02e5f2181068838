/** A check in Consul's two forms: as the catalog and the agent list it, and within the agent's health answers. */
import type { CheckRow } from '../../catalog/index.ts';

/** `/v1/health` and `/v1/catalog`. */
export function checkJson(row: CheckRow) {
  return {
    Node: row.node,
    CheckID: row.checkId,
    Name: row.name,
    Status: row.status,
    Notes: row.notes,
    Output: row.output,
    ServiceID: row.serviceId,
    ServiceName: row.serviceName,
    ServiceTags: row.serviceTags,
    Type: row.type,
    Interval: row.interval,
    Timeout: row.timeout,
    ExposedPort: row.exposedPort,
    Definition: row.definition,
    CreateIndex: row.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}

/** `/v1/txn`: Consul shows tags as they are stored there, and none are null. */
export function txnCheckJson(row: CheckRow) {
  return { ...checkJson(row), ServiceTags: row.serviceTags.length === 0 ? null : row.serviceTags };
}

/** `/v1/agent/checks`: the agent's own state has no indexes. */
export function agentCheckJson(row: CheckRow) {
  return { ...checkJson(row), CreateIndex: 0, ModifyIndex: 0 };
}

/** `/v1/agent/health/service`: Consul writes these with its client's structs, which show other fields. */
export function agentHealthCheckJson(row: CheckRow) {
  return {
    Node: row.node,
    CheckID: row.checkId,
    Name: row.name,
    Status: row.status,
    Notes: row.notes,
    Output: row.output,
    ServiceID: row.serviceId,
    ServiceName: row.serviceName,
    ServiceTags: row.serviceTags,
    Type: '',
    ExposedPort: row.exposedPort,
    Definition: EMPTY_DEFINITION,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

const EMPTY_DEFINITION = {
  Interval: '0s',
  Timeout: '0s',
  DeregisterCriticalServiceAfter: '0s',
  HTTP: '',
  Header: null,
  Method: '',
  Body: '',
  TLSServerName: '',
  TLSSkipVerify: false,
  TCP: '',
  TCPUseTLS: false,
  UDP: '',
  GRPC: '',
  OSService: '',
  GRPCUseTLS: false,
};
