/**
 * `/v1/query`: prepared queries written, shown, executed and explained. An execution looks at this datacenter alone:
 * there is no other to fail over to.
 */
import { randomUUID } from 'node:crypto';
import {
  createQuery,
  deleteQuery,
  readQueries,
  readQuery,
  requireQuery,
  updateQuery,
} from '../../catalog/index.ts';
import { limits } from '../../runtime/index.ts';
import { type Answer, EMPTY, json } from '../answer.ts';
import { decodeBody } from '../decode/decode.ts';
import { queryShape, toQuery } from '../decode/query-shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint, Method } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { queryJson } from '../json/query-json.ts';
import { answerRead, checkDatacenter, type ReadDeps } from '../reads.ts';
import { executeQuery, explainQuery } from './query-execute.ts';

type Deps = ReadDeps & Pick<HttpDeps, 'commit' | 'logger'>;

const ALL = '/v1/query';
const ONE = '/v1/query/';

export function queries(deps: Deps): readonly Endpoint[] {
  const { state } = deps;
  return [
    {
      method: 'GET',
      path: ALL,
      handle: (call) =>
        answerRead(deps, call, {
          read: () => readQueries(state),
          toJson: (rows) => rows.map(queryJson),
        }),
    },
    { method: 'POST', path: ALL, handle: (call) => create(deps, call) },
    { method: 'GET', path: ONE, methodsOf, handle: (call) => readOne(deps, call) },
    { method: 'PUT', path: ONE, handle: (call) => update(deps, call) },
    { method: 'DELETE', path: ONE, handle: (call) => remove(deps, call) },
  ];
}

async function create(deps: Deps, call: Call): Promise<Answer> {
  const { state, commit, logger } = deps;
  checkWrite(deps, call);
  const decoded = decodeBody(queryShape, call.body);
  if (decoded.ID !== '') {
    const reason = 'ID must be empty when creating a new prepared query';
    throw new HttpError('query_invalid', reason, 'ID');
  }
  const query = toQuery(decoded, randomUUID());
  await commit((transaction) => {
    const most = limits.preparedQueries.default;
    // Those on their way to the disk do not count yet: a few more than the limit do no harm.
    if (state.tables.prepared_queries.size >= most) {
      throw new HttpError('queries_exceeded', `there are ${most} prepared queries already`);
    }
    createQuery(transaction, query);
  });
  const { id, name } = query;
  logger.info({ requestId: call.request.id, id, name }, 'prepared query created');
  return json({ ID: id });
}

function readOne(deps: Deps, call: Call): Answer | Promise<Answer> {
  const [, execution] = EXECUTION.exec(call.name) ?? [];
  const name = call.name.replace(EXECUTION, '');
  if (execution === 'execute') return executeQuery(deps, call, name);
  if (execution === 'explain') return explainQuery(deps, call, name);
  const id = idOf(call.name, '');
  return answerRead(deps, call, {
    // Consul does not wait for a query that is not there.
    read: () => {
      const { value, ...reading } = readQuery(deps.state, id);
      if (value === undefined) throw new HttpError('query_not_found', 'Query not found');
      return { ...reading, value };
    },
    toJson: (row) => [queryJson(row)],
  });
}

async function update(deps: Deps, call: Call): Promise<Answer> {
  checkWrite(deps, call);
  const decoded = decodeBody(queryShape, call.body === '' ? '{}' : call.body);
  const id = idOf(call.name, MODIFYING);
  const { result: changed } = await deps.commit((transaction) => {
    requireQuery(transaction, id);
    updateQuery(transaction, toQuery(decoded, id));
    return transaction.isChanged;
  });
  if (changed) deps.logger.info({ requestId: call.request.id, id }, 'prepared query changed');
  return EMPTY;
}

async function remove(deps: Deps, call: Call): Promise<Answer> {
  checkWrite(deps, call);
  const id = idOf(call.name, MODIFYING);
  await deps.commit((transaction) => deleteQuery(transaction, id));
  deps.logger.info({ requestId: call.request.id, id }, 'prepared query deleted');
  return EMPTY;
}

function checkWrite({ agent }: Deps, { query, octets }: Call): void {
  checkDatacenter(query, agent.identity.datacenter);
  const most = limits.preparedQueryBytes.default;
  if (octets.length <= most) return;
  const size = `(${octets.length} bytes)`;
  throw new HttpError('query_too_large', `Request body${size} too large, max size: ${most} bytes.`);
}

/** What is done with a query stands behind its name, which may have slashes itself. */
const EXECUTION = /\/(execute|explain)$/;

/** An execution changes nothing. */
function methodsOf(name: string): readonly Method[] {
  return EXECUTION.test(name) ? ['GET'] : ['GET', 'PUT', 'DELETE'];
}

const MODIFYING = 'Prepared Query lookup failed: ';

/** In lower case, as it is kept. What has not the length of one is refused in Consul's words. */
function idOf(name: string, before: string): string {
  if (name.length === 36) return name.toLowerCase();
  const reason = 'failed prepared query lookup: index error: UUID must be 36 characters';
  throw new HttpError('query_parameter_invalid', before + reason, 'ID');
}
