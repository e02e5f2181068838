/** The groups of endpoints, one for each resource. Adding one touches its file, this array and its test. */
import type { HttpDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Waits } from '../reads.ts';
import { acl } from './acl.ts';
import { agentChecks } from './agent-checks.ts';
import { agentHealth } from './agent-health.ts';
import { agentMaintenance } from './agent-maintenance.ts';
import { agentMetrics } from './agent-metrics.ts';
import { agentMonitor } from './agent-monitor.ts';
import { agentNode } from './agent-node.ts';
import { agentSelf } from './agent-self.ts';
import { agentServices } from './agent-services.ts';
import { catalogReads } from './catalog-reads.ts';
import { catalogWrites } from './catalog-writes.ts';
import { configEntries } from './config-entries.ts';
import { connect } from './connect.ts';
import { connectConfiguration } from './connect-configuration.ts';
import { coordinates } from './coordinates.ts';
import { dns } from './dns.ts';
import { dnsRecords } from './dns-records.ts';
import { events } from './events.ts';
import { health } from './health.ts';
import { kv } from './kv.ts';
import { operator } from './operator.ts';
import { operatorAutopilot } from './operator-autopilot.ts';
import { queries } from './queries.ts';
import { root } from './root.ts';
import { sessions } from './sessions.ts';
import { snapshot } from './snapshot.ts';
import { status } from './status.ts';
import { txn } from './txn.ts';

export type RouteDeps = HttpDeps & { readonly waits: Waits; readonly live: Waits };
export type RouteGroup = (deps: RouteDeps) => readonly Endpoint[];

export const ROUTE_GROUPS: readonly RouteGroup[] = [
  agentServices,
  agentChecks,
  agentMaintenance,
  agentHealth,
  agentSelf,
  agentNode,
  agentMetrics,
  agentMonitor,
  catalogWrites,
  catalogReads,
  health,
  dns,
  dnsRecords,
  kv,
  sessions,
  queries,
  coordinates,
  connect,
  connectConfiguration,
  events,
  status,
  operator,
  operatorAutopilot,
  snapshot,
  txn,
  acl,
  configEntries,
  root,
];
