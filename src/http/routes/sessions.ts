/** `/v1/session`: what keys are locked with, and what keeps a lock alive. */
import { randomUUID } from 'node:crypto';
import {
  CatalogError,
  createSession,
  destroySession,
  readSession,
  readSessions,
  readSessionsOfNode,
  type SessionRow,
} from '../../catalog/index.ts';
import { limits } from '../../runtime/index.ts';
import { type Answer, type Headers, json } from '../answer.ts';
import { decodeBody } from '../decode/decode.ts';
import { sessionShape, toSession } from '../decode/session-shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { listOf } from '../json/encode.ts';
import { sessionJson } from '../json/kv-json.ts';
import { answerPlainRead, checkDatacenter, type ReadDeps } from '../reads.ts';
import { requireName } from './catalog-reads.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'commit' | 'leader'>;

export function sessions(deps: Deps): readonly Endpoint[] {
  const { state } = deps;
  const endpoints: readonly Endpoint[] = [
    { method: 'PUT', path: '/v1/session/create', handle: (call) => create(deps, call) },
    { method: 'PUT', path: '/v1/session/destroy/', handle: (call) => destroy(deps, call) },
    { method: 'PUT', path: '/v1/session/renew/', handle: (call) => renew(deps, call) },
    {
      method: 'GET',
      path: '/v1/session/info/',
      handle: (call) => {
        const id = requireId(call);
        return answerPlainRead(deps, call, {
          read: () => readSession(state, id),
          toAnswer: (row, headers) => list(row === undefined ? [] : [row], headers),
        });
      },
    },
    {
      method: 'GET',
      path: '/v1/session/node/',
      handle: (call) => {
        const node = requireName(call, 'node_name_missing', 'Missing node name');
        const read = () => readSessionsOfNode(state, node);
        return answerPlainRead(deps, call, { read, toAnswer: list });
      },
    },
    {
      method: 'GET',
      path: '/v1/session/list',
      handle: (call) =>
        answerPlainRead(deps, call, { read: () => readSessions(state), toAnswer: list }),
    },
  ];
  return endpoints.map((endpoint) => ({ ...endpoint, namespaced: true }));
}

function list(rows: readonly SessionRow[], headers: Headers): Answer {
  return json(listOf(rows, sessionJson), headers);
}

function requireId({ name }: Call): string {
  if (name === '') throw new HttpError('session_id_missing', 'Missing session', 'id');
  return name;
}

async function create({ state, commit, agent, options }: Deps, call: Call): Promise<Answer> {
  const { datacenter, nodeName } = agent.identity;
  checkDatacenter(call.query, datacenter);
  const id = randomUUID();
  const decoded = decodeBody(sessionShape, call.octets.length === 0 ? '{}' : call.body);
  const session = toSession(decoded, { id, own: nodeName, ttlMinMs: options.sessionTtlMinMs });
  const most = limits.sessions.default;
  // Those on their way to the disk do not count yet: a few more than the limit do no harm.
  if (state.tables.sessions.size >= most) {
    throw new HttpError('sessions_exceeded', `there are ${most} sessions already`);
  }
  try {
    await commit((transaction) => createSession(transaction, session));
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    throw new HttpError(error.code, `apply failed: ${error.message}`, error.field);
  }
  return json({ ID: id });
}

async function destroy({ commit, agent }: Deps, call: Call): Promise<Answer> {
  const id = requireId(call);
  checkDatacenter(call.query, agent.identity.datacenter);
  await commit((transaction) => destroySession(transaction, id));
  return json(true);
}

function renew({ leader, agent }: Deps, call: Call): Answer {
  const id = requireId(call);
  checkDatacenter(call.query, agent.identity.datacenter);
  const session = leader.renewSession(id);
  if (session !== undefined) return json([sessionJson(session)]);
  throw new HttpError('session_unknown', `Session id '${id}' not found`, 'id');
}
