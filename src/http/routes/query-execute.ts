/**
 * `/v1/query/:name/execute` and `explain`: which instances a prepared query leads to, and what a template says for a
 * name. Order and conditions are those of Consul's servers: a draw, then the nearest first, then the limit.
 */
import { isIP } from 'node:net';
import {
  type Instance,
  nodeKey,
  type QueryRow,
  type QueryService,
  readConnectInstances,
  readInstances,
  resolveQuery,
  type State,
} from '../../catalog/index.ts';
import { type CompiledTemplate, compileTemplate, fitsConditions } from '../../query/index.ts';
import { shuffle } from '../../runtime/index.ts';
import type { Answer } from '../answer.ts';
import { cacheHeaders } from '../caching.ts';
import type { Call } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { queryJson } from '../json/query-json.ts';
import { sortByNear } from '../near.ts';
import { parseBool, type Query } from '../query.ts';
import { answerAtOnce, type ReadDeps } from '../reads.ts';
import { instanceJson } from './health.ts';

export function executeQuery(deps: ReadDeps, call: Call, name: string): Promise<Answer> {
  const limit = limitOf(call.query);
  const connect = connectOf(call.query);
  const execute = () => {
    const row = rendered(deps.state, name);
    const nodes = instancesOf(deps, call, row.service, connect || row.service.connect);
    const value = {
      Service: row.service.service,
      Nodes: (limit > 0 ? nodes.slice(0, limit) : nodes).map(instanceJson),
      DNS: { TTL: row.dnsTtl },
      Datacenter: deps.agent.identity.datacenter,
      PeerName: '',
      // No other datacenter and no peer is known, so none was tried.
      Failovers: 0,
    };
    return { value, index: NO_INDEX };
  };
  return answerAtOnce(deps, call, execute, cacheHeaders(call));
}

export function explainQuery(deps: ReadDeps, call: Call, name: string): Promise<Answer> {
  return answerAtOnce(deps, call, () => ({
    value: { Query: queryJson(rendered(deps.state, name)) },
    index: NO_INDEX,
  }));
}

/** What Consul says with the outcome of a prepared query: nobody can wait for another. */
const NO_INDEX = 0;

// ---- The query

const compiledTemplates = new WeakMap<QueryRow, CompiledTemplate<QueryService>>();

/** The query that `name` leads to, a template as it reads for that name. */
function rendered(state: State, name: string): QueryRow {
  const row = resolveQuery(state, name);
  if (row === undefined) throw new HttpError('query_not_found', 'Query not found');
  if (row.template.type === '') return row;
  if (row.id === name.toLowerCase()) {
    const reason = 'prepared query templates can only be resolved up by name, not by ID';
    throw new HttpError('query_parameter_invalid', reason);
  }
  return { ...row, service: compiled(row).render(name) };
}

function compiled(row: QueryRow): CompiledTemplate<QueryService> {
  const known = compiledTemplates.get(row);
  if (known !== undefined) return known;
  const result = compileTemplate(row.name, row.template, row.service);
  if (!result.ok) throw new HttpError('query_invalid', result.message, 'Template');
  compiledTemplates.set(row, result.template);
  return result.template;
}

// ---- Its instances

function instancesOf(
  { state, random, agent }: ReadDeps,
  call: Call,
  service: QueryService,
  connect: boolean,
): readonly Instance[] {
  // There are no peers, so nothing is imported from one.
  if (service.peer !== '') return [];
  const { value } = connect
    ? readConnectInstances(state, service.service)
    : readInstances(state, service.service);
  const fitting = value.filter((instance) => fits(service, instance));
  const near = call.query.get('near') || service.near;
  const from = nearNodeOf(state, near, agent.identity.nodeName, call);
  const sorted = sortByNear(state, from, shuffle(fitting, random), ({ node }) => node.node);
  return itselfFirst(sorted, from);
}

function fits(wanted: QueryService, { node, service, checks }: Instance): boolean {
  const described = { tags: service.tags, nodeMeta: node.meta, serviceMeta: service.meta };
  if (!fitsConditions(wanted, described)) return false;
  return checks.every(({ checkId, status }) => {
    if (wanted.ignoreCheckIds.includes(checkId)) return true;
    return status === 'passing' || (!wanted.onlyPassing && status !== 'critical');
  });
}

/** `_ip` is the node that has the client's address; empty: none, and nothing is sorted. */
function nearNodeOf(state: State, near: string, agentNode: string, call: Call): string {
  if (near === '_agent') return agentNode;
  if (near !== '_ip') return near;
  const address = clientAddressOf(call);
  for (const { node, address: own } of state.tables.nodes.all()) {
    if (own === address) return node;
  }
  return '';
}

function clientAddressOf({ request }: Call): string {
  const [forwarded = ''] = `${request.headers['x-forwarded-for'] ?? ''}`.split(',');
  if (isIP(forwarded.trim()) !== 0) return forwarded.trim();
  return (request.raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** Consul looks for the node itself among so many, since two on one host are equally near. */
const NEAREST_LOOKED_AT = 10;

function itselfFirst(instances: readonly Instance[], near: string): readonly Instance[] {
  const looked = instances.slice(0, NEAREST_LOOKED_AT);
  const at = looked.findIndex(({ node }) => nodeKey(node.node) === nodeKey(near));
  const [first, own] = [instances[0], instances[at]];
  if (at < 1 || first === undefined || own === undefined) return instances;
  return instances.with(at, first).with(0, own);
}

// ---- Parameters

function limitOf(query: Query): number {
  const text = query.get('limit');
  if (text === '') return 0;
  if (/^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  const reason = /^[+-]?[0-9]+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw invalid('limit', `Bad limit: strconv.Atoi: parsing ${JSON.stringify(text)}: ${reason}`);
}

function connectOf(query: Query): boolean {
  const text = query.get('connect');
  const connect = text === '' ? false : parseBool(text);
  if (connect !== undefined) return connect;
  const reason = `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw invalid('connect', `Error parsing 'connect' value: ${reason}`);
}

function invalid(field: string, message: string): HttpError {
  return new HttpError('query_parameter_invalid', message, field);
}
