/** `/v1/agent/self`, `members`, `version`, and what makes the agent leave or reload. */
import type { AgentIdentity } from '../../agent/index.ts';
import { ORIGIN } from '../../query/index.ts';
import { EMPTY, json } from '../answer.ts';
import type { HttpDeps, SelfDescription } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { MEMBER_FIELDS } from '../filter/member-fields.ts';
import { rowFilter } from '../filter/row-filter.ts';
import { GoMap } from '../json/encode.ts';
import { memberJson } from '../json/member-json.ts';
import type { DnsMeasurements } from '../metrics/measurements.ts';
import { coordJson } from './coordinates.ts';

type Deps = Pick<HttpDeps, 'agent' | 'logger' | 'leave' | 'reload' | 'selfDescription' | 'measure'>;

export function agentSelf(deps: Deps): readonly Endpoint[] {
  const { identity } = deps.agent;
  return [
    {
      method: 'GET',
      path: '/v1/agent/self',
      handle: async () => {
        const { dns } = await deps.measure();
        const description = deps.selfDescription();
        const stats = { ...description.stats, dns: dnsStats(dns) };
        return json(selfJson(identity, { ...description, stats }));
      },
    },
    {
      method: 'GET',
      path: '/v1/agent/members',
      handle: ({ query }) => {
        const wan = query.get('wan') !== '';
        if (wan && query.get('segment') !== '') {
          const text = 'Cannot provide a segment with wan=true';
          throw new HttpError('segment_with_wan', text, 'segment');
        }
        const members = [memberJson(identity, deps.selfDescription().ports, wan)];
        return json(rowFilter(query, MEMBER_FIELDS)(members));
      },
    },
    {
      method: 'GET',
      path: '/v1/agent/version',
      handle: () => {
        const { sha, buildDate, humanVersion } = deps.selfDescription().version;
        return json({ SHA: sha, BuildDate: buildDate, HumanVersion: humanVersion, FIPS: '' });
      },
    },
    {
      method: 'PUT',
      path: '/v1/agent/leave',
      handle: ({ reply, request }) => {
        // Leaving closes this very interface, which waits for replies: so the reply goes first.
        reply.raw.once('close', () => void leave(deps, request.id));
        return EMPTY;
      },
    },
    {
      method: 'PUT',
      path: '/v1/agent/reload',
      handle: async ({ request }) => {
        try {
          await deps.reload({ requestId: request.id });
        } catch (error) {
          throw new HttpError('reload_failed', error instanceof Error ? error.message : `${error}`);
        }
        return EMPTY;
      },
    },
  ];
}

async function leave({ leave, logger }: Deps, requestId: string): Promise<void> {
  try {
    await leave();
  } catch (error) {
    logger.error({ requestId, err: error }, 'the agent could not leave');
  }
}

/** Over all transports. */
function dnsStats(dns: DnsMeasurements) {
  const { appliedIndex, nodes, instances, endpoints, threads, restarts } = dns;
  const sum = (field: 'queries' | 'replies' | 'dropped'): string =>
    String(endpoints.reduce((total, endpoint) => total + endpoint[field], 0));
  return {
    applied_index: String(appliedIndex),
    dropped: sum('dropped'),
    instances: String(instances),
    nodes: String(nodes),
    queries: sum('queries'),
    replies: sum('replies'),
    thread_restarts: String(restarts),
    threads: String(threads),
  };
}

function selfJson(
  identity: AgentIdentity,
  { version, ports, debugConfig, stats }: SelfDescription,
) {
  const groups = Object.entries(stats).map(([group, facts]) => [group, new GoMap(facts)] as const);
  return {
    Config: {
      Datacenter: identity.datacenter,
      PrimaryDatacenter: identity.datacenter,
      NodeName: identity.nodeName,
      NodeID: identity.nodeId,
      Revision: version.sha,
      Server: identity.server,
      Version: identity.apiVersion,
      BuildDate: version.buildDate,
    },
    DebugConfig: new GoMap({
      Datacenter: identity.datacenter,
      NodeName: identity.nodeName,
      NodeID: identity.nodeId,
      ServerMode: identity.server,
      SerfAdvertiseAddrLAN: `tcp://${hostPort(identity.advertiseAddress, ports.serfLan)}`,
      DNSPort: ports.dns,
      HTTPPort: ports.http,
      GRPCPort: ports.grpc,
      ServerPort: identity.serverPort,
      ...debugConfig,
    }),
    Coord: coordJson(ORIGIN),
    Member: memberJson(identity, ports, false),
    Stats: new GoMap(Object.fromEntries(groups)),
    Meta: new GoMap(identity.meta),
    xDS: {
      SupportedProxies: { envoy: [] },
      Port: ports.grpc,
      Ports: { Plaintext: ports.grpc, TLS: -1 },
    },
  };
}

export function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
