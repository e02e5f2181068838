/** What the configuration says of the node itself: its identity in the catalog, and `/v1/agent/self`. */
import type { AgentIdentity } from '../agent/index.ts';
import type { PortDescription, SelfDescription } from '../http/index.ts';
import type { Config } from './config.ts';

/** Consul's gossip ports: nothing listens there, but members are shown with them. */
const SERF_LAN_PORT = 8301;
const SERF_WAN_PORT = 8302;

export function agentIdentity({ agent }: Config, nodeId: string): AgentIdentity {
  return {
    nodeName: agent.nodeName,
    nodeId,
    datacenter: agent.datacenter,
    advertiseAddress: agent.advertiseAddress,
    meta: {
      'consul-network-segment': '',
      'consul-version': agent.apiVersion,
      ...agent.nodeMeta,
    },
    taggedAddresses: agent.taggedAddresses,
    locality: agent.locality,
    server: agent.server,
    serverPort: agent.serverPort,
    apiVersion: agent.apiVersion,
  };
}

/** What only the running process knows. */
export interface ProcessFacts {
  readonly version: string;
  readonly httpPort: number;
  readonly dnsPort: number;
  readonly catalogIndex: number;
  readonly services: number;
  readonly checks: number;
}

export function describeSelf(config: Config, facts: ProcessFacts): SelfDescription {
  const { agent, dns } = config;
  return {
    version: { sha: '', buildDate: '1970-01-01T00:00:00Z', humanVersion: agent.apiVersion },
    ports: portsOf(facts),
    debugConfig: {
      DataDir: config.dataDirectory,
      DevMode: config.devMode,
      DNSDomain: dns.identity.domain,
      DNSAltDomain: dns.identity.altDomain,
      LogLevel: config.log.level.toUpperCase(),
      PrimaryDatacenter: agent.primaryDatacenter,
      RollcallVersion: facts.version,
    },
    stats: {
      agent: {
        check_monitors: '0',
        checks: String(facts.checks),
        services: String(facts.services),
      },
      build: { prerelease: '', revision: '', version: agent.apiVersion },
      consul: {
        acl: 'disabled',
        bootstrap: String(agent.server),
        known_datacenters: '1',
        leader: String(agent.server),
        leader_addr: `${agent.advertiseAddress}:${agent.serverPort}`,
        server: String(agent.server),
      },
      raft: {
        applied_index: String(facts.catalogIndex),
        commit_index: String(facts.catalogIndex),
        last_log_index: String(facts.catalogIndex),
        num_peers: '0',
        state: 'Leader',
      },
      runtime: { arch: process.arch, os: process.platform, version: process.version },
    },
  };
}

function portsOf({ httpPort, dnsPort }: ProcessFacts): PortDescription {
  return {
    http: httpPort,
    dns: dnsPort,
    grpc: -1,
    serfLan: SERF_LAN_PORT,
    serfWan: SERF_WAN_PORT,
  };
}
