/**
 * `/v1/operator/autopilot`: how well the servers are. The one here is healthy while its store takes what is written;
 * what is configured is kept and shown, and there is no other server to act on.
 */
import {
  type AutopilotRow,
  DEFAULT_AUTOPILOT,
  putAutopilot,
  readAutopilot,
  type Unversioned,
} from '../../catalog/index.ts';
import { formatDuration } from '../../runtime/index.ts';
import { type Answer, json } from '../answer.ts';
import { decodeBody } from '../decode/decode.ts';
import { DecodeError } from '../decode/decode-error.ts';
import {
  boolean,
  type Decoded,
  duration,
  type FieldsShape,
  integer,
  text,
  uint64,
} from '../decode/shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { GoMap } from '../json/encode.ts';
import type { Query } from '../query.ts';
import { checkDatacenter, readParameters } from '../reads.ts';
import { parseUint64 } from '../uint64.ts';
import { hostPort } from './agent-self.ts';
import { RAFT_TERM } from './operator.ts';

type Deps = Pick<
  HttpDeps,
  'agent' | 'state' | 'commit' | 'measure' | 'clock' | 'random' | 'options'
>;

const CONFIGURATION = '/v1/operator/autopilot/configuration';

const optional = <Of>(of: Of) => ({ kind: 'optional', of }) as const;

const configurationShape = {
  kind: 'fields',
  goType: 'api.AutopilotConfiguration',
  fields: {
    CleanupDeadServers: optional(boolean),
    LastContactThreshold: optional(duration),
    MaxTrailingLogs: optional(integer),
    MinQuorum: optional(integer),
    ServerStabilizationTime: optional(duration),
    RedundancyZoneTag: text,
    DisableUpgradeMigration: boolean,
    UpgradeVersionTag: text,
    // Read and left alone: `cas` counts. Consul's client sends 2^64 - 1 for what is before 0.
    CreateIndex: uint64,
    ModifyIndex: uint64,
  },
} as const satisfies FieldsShape;

export function operatorAutopilot(deps: Deps): readonly Endpoint[] {
  const { agent, state, clock } = deps;
  const startedAt = new Date(clock.now()).toISOString();
  const reading = (path: string, answer: () => Answer | Promise<Answer>): Endpoint => ({
    method: 'GET',
    path,
    handle: (call) => {
      readParameters(deps, call);
      return answer();
    },
  });
  return [
    reading(CONFIGURATION, () => json(configurationJson(readAutopilot(state)))),
    {
      method: 'PUT',
      path: CONFIGURATION,
      handle: (call) => {
        checkDatacenter(call.query, agent.identity.datacenter);
        return configure(deps, call);
      },
    },
    reading('/v1/operator/autopilot/health', async () => {
      const healthy = await isHealthy(deps);
      return json(healthJson(deps, healthy, startedAt), {}, healthy ? 200 : 429);
    }),
    reading('/v1/operator/autopilot/state', async () =>
      json(stateJson(deps, await isHealthy(deps), startedAt)),
    ),
  ];
}

/** What is shown and not on disk would not outlive this server. */
async function isHealthy({ measure }: Deps): Promise<boolean> {
  return (await measure()).unsavedRows === 0;
}

// ---- Configuration

async function configure({ commit }: Deps, { query, body }: Call): Promise<Answer> {
  const row = configurationOf(body);
  const cas = casOf(query);
  const { result } = await commit((transaction) => putAutopilot(transaction, row, cas));
  return json(result);
}

/** What is left out has its default, not what it was. */
function configurationOf(body: string): Unversioned<AutopilotRow> {
  const decoded = decoding(body);
  const { LastContactThreshold, ServerStabilizationTime } = decoded;
  return {
    cleanupDeadServers: decoded.CleanupDeadServers ?? DEFAULT_AUTOPILOT.cleanupDeadServers,
    lastContactThresholdMs: LastContactThreshold ?? DEFAULT_AUTOPILOT.lastContactThresholdMs,
    maxTrailingLogs: decoded.MaxTrailingLogs ?? DEFAULT_AUTOPILOT.maxTrailingLogs,
    minQuorum: decoded.MinQuorum ?? DEFAULT_AUTOPILOT.minQuorum,
    serverStabilizationTimeMs:
      ServerStabilizationTime ?? DEFAULT_AUTOPILOT.serverStabilizationTimeMs,
    redundancyZoneTag: decoded.RedundancyZoneTag,
    disableUpgradeMigration: decoded.DisableUpgradeMigration,
    upgradeVersionTag: decoded.UpgradeVersionTag,
  };
}

function decoding(body: string): Decoded<typeof configurationShape> {
  try {
    return decodeBody(configurationShape, body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const reason = `Error parsing autopilot config: ${error.message}`;
    throw new HttpError('request_decode_failed', reason, error.field);
  }
}

function casOf(query: Query): number | undefined {
  if (!query.has('cas')) return undefined;
  const parsed = parseUint64(query.get('cas'));
  if (typeof parsed === 'bigint') return Number(parsed);
  throw new HttpError('cas_invalid', `Error parsing cas value: ${parsed.problem}`, 'cas');
}

function configurationJson(row: AutopilotRow) {
  return {
    CleanupDeadServers: row.cleanupDeadServers,
    LastContactThreshold: formatDuration(row.lastContactThresholdMs),
    MaxTrailingLogs: row.maxTrailingLogs,
    MinQuorum: row.minQuorum,
    ServerStabilizationTime: formatDuration(row.serverStabilizationTimeMs),
    RedundancyZoneTag: row.redundancyZoneTag,
    DisableUpgradeMigration: row.disableUpgradeMigration,
    UpgradeVersionTag: row.upgradeVersionTag,
    // The defaults were there first.
    CreateIndex: DEFAULT_AUTOPILOT.createIndex,
    ModifyIndex: row.modifyIndex,
  };
}

// ---- Health

function healthJson({ agent, state }: Deps, healthy: boolean, stableSince: string) {
  const { identity } = agent;
  const server = {
    ID: identity.nodeId,
    Name: identity.nodeName,
    Address: hostPort(identity.advertiseAddress, identity.serverPort),
    SerfStatus: 'alive',
    Version: identity.apiVersion,
    Leader: true,
    LastContact: '0s',
    LastTerm: RAFT_TERM,
    LastIndex: state.index,
    Healthy: healthy,
    Voter: true,
    StableSince: stableSince,
  };
  return { Healthy: healthy, FailureTolerance: 0, Servers: identity.server ? [server] : [] };
}

function stateJson({ agent, state }: Deps, healthy: boolean, stableSince: string) {
  const { identity } = agent;
  const { nodeId } = identity;
  const server = {
    ID: nodeId,
    Name: identity.nodeName,
    Address: hostPort(identity.advertiseAddress, identity.serverPort),
    NodeStatus: 'alive',
    Version: identity.apiVersion,
    LastContact: '0s',
    LastTerm: RAFT_TERM,
    LastIndex: state.index,
    Healthy: healthy,
    StableSince: stableSince,
    ReadReplica: false,
    Status: 'leader',
    Meta: new GoMap(identity.meta),
    NodeType: 'voter',
  };
  return {
    Healthy: healthy,
    FailureTolerance: 0,
    OptimisticFailureTolerance: 0,
    Servers: new GoMap(identity.server ? { [nodeId]: server } : {}),
    Leader: identity.server ? nodeId : '',
    Voters: identity.server ? [nodeId] : [],
  };
}
