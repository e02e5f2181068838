export { DEFAULT_AUTOPILOT, putAutopilot, readAutopilot } from './autopilot.ts';
export { type BlockingQuery, blockingQuery } from './blocking-query.ts';
export { CATALOG_ERROR_CODES, CatalogError, type CatalogErrorCode } from './catalog-error.ts';
export {
  findCaConfiguration,
  putCaConfiguration,
  readCaConfiguration,
  readCaRoots,
  readCaSigner,
  setCaRoot,
  takeCaSerial,
} from './certificate-authority.ts';
export {
  type CoordinateChange,
  putCoordinate,
  readCoordinates,
  readNodeCoordinates,
} from './coordinates.ts';
export {
  type Deregistration,
  deleteCheck,
  deleteNode,
  deleteService,
  deregister,
} from './deregister.ts';
export {
  type DnsRecordChange,
  type DnsRecordInput,
  deleteDnsRecord,
  putDnsRecord,
} from './dns-records.ts';
export { equalJson } from './equal-json.ts';
export { type UserEvent, UserEvents } from './events.ts';
export { indexKeys } from './index-keys.ts';
export {
  deleteKv,
  deleteKvTree,
  type KvInput,
  kvUnder,
  type LockOutcome,
  lockKv,
  putKv,
  sortKeys,
  unlockKv,
} from './kv.ts';
export {
  createQuery,
  deleteQueriesOfSession,
  deleteQuery,
  type QueryInput,
  requireQuery,
  updateQuery,
} from './queries.ts';
export {
  type Instance,
  type NodeServices,
  type Reading,
  readChecksInState,
  readConnectInstances,
  readInstances,
  readNodeChecks,
  readNodeServices,
  readNodes,
  readServiceChecks,
  readServiceChecksByNode,
  readServices,
  readServiceTags,
  type ServiceTags,
  tagsByName,
} from './reading.ts';
export {
  readDnsName,
  readDnsRecord,
  readDnsRecords,
  readDnsZone,
} from './reading-dns-records.ts';
export {
  foldKeys,
  readKv,
  readKvPrefix,
  readSession,
  readSessions,
  readSessionsOfNode,
} from './reading-kv.ts';
export { readQueries, readQuery, resolveQuery } from './reading-queries.ts';
export {
  type CheckInput,
  familyTags,
  isUnspecified,
  type NodeInput,
  putCheck,
  putNode,
  putService,
  type Registration,
  register,
  type ServiceInput,
  updateCheckTxn,
} from './register.ts';
export { type RowKeys, recognizeRows, restoreCatalog, type WholeCatalog } from './restore.ts';
export * from './rows.ts';
export {
  dnsRecordKey,
  nodeKey,
  onNodeKey,
  schema,
  serviceNameKey,
  TABLE_NAMES,
} from './schema.ts';
export {
  createSession,
  destroyLostSessions,
  destroySession,
  hasLostCheck,
  type SessionInput,
} from './sessions.ts';
export { type Follower, type StagedCommand, State, type Tables } from './state.ts';
export { type RowChange, Transaction } from './transaction.ts';
export { runTxn, TxnError, type TxnFault } from './txn.ts';
export {
  isReadOnly,
  makesKey,
  type TxnOperation,
  type TxnResult,
} from './txn-operation.ts';
export { topics, type Watch, Watches } from './watches.ts';
