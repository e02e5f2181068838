/**
 * `/v1/agent/host`, `join` and `force-leave`: the machine, and the pool of which this node is the only member.
 */
import { multiError } from '../../agent/index.ts';
import { describeHost } from '../../runtime/index.ts';
import { type Answer, EMPTY, json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { memberJson } from '../json/member-json.ts';
import { hostPort } from './agent-self.ts';

type Deps = Pick<HttpDeps, 'agent' | 'selfDescription' | 'clock'>;

const NANOSECONDS = 1_000_000n;

export function agentNode(deps: Deps): readonly Endpoint[] {
  return [
    { method: 'GET', path: '/v1/agent/host', handle: () => host(deps) },
    { method: 'PUT', path: '/v1/agent/join/', handle: (call) => join(deps, call) },
    { method: 'PUT', path: '/v1/agent/force-leave/', handle: (call) => forceLeave(deps, call) },
  ];
}

async function host({ selfDescription, clock }: Deps): Promise<Answer> {
  const { DataDir } = selfDescription().debugConfig;
  // With -dev there is no folder: the disk is that of the system.
  const directory = typeof DataDir === 'string' && DataDir !== '' ? DataDir : '/';
  const { Errors, ...facts } = await describeHost(directory);
  const collectedAt = BigInt(Math.floor(clock.now())) * NANOSECONDS;
  return json({ ...facts, CollectionTime: collectedAt, Errors });
}

/** A node that joins itself has joined; nobody else can be, since there is no gossip. */
function join({ agent, selfDescription }: Deps, { name, query }: Call): Answer {
  const wan = query.get('wan') !== '';
  const { Addr, Port } = memberJson(agent.identity, selfDescription().ports, wan);
  if ([Addr, hostPort(Addr, Port)].includes(name)) return EMPTY;
  const reason = `Failed to join ${name}: this server forms no pool with others`;
  throw new HttpError('join_failed', multiError([reason]));
}

/** One that is alive stays, as in Consul. */
function forceLeave({ agent, selfDescription }: Deps, { name, query }: Call): Answer {
  const { Name } = memberJson(agent.identity, selfDescription().ports, query.has('wan'));
  if (name === Name) return EMPTY;
  throw new HttpError('member_unknown', `agent: No node found with name '${name}'`);
}
