/** `/v1/agent/check*`: checks of this agent, and the results of those that wait to be told. */
import type { CheckStatus } from '../../catalog/index.ts';
import { EMPTY, json } from '../answer.ts';
import {
  agentCheckShape,
  checkStatus,
  checkUpdateShape,
  toAgentCheck,
} from '../decode/check-shape.ts';
import { decodeBody } from '../decode/decode.ts';
import type { HttpDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { CHECK_FIELDS } from '../filter/check-fields.ts';
import { rowFilter } from '../filter/row-filter.ts';
import { agentCheckJson } from '../json/check-json.ts';
import { GoMap } from '../json/encode.ts';

type Deps = Pick<HttpDeps, 'agent'>;

export function agentChecks({ agent }: Deps): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/agent/checks',
      namespaced: true,
      handle: ({ query }) => {
        const rows = rowFilter(query, CHECK_FIELDS)(agent.checks());
        const entries = rows.map((row) => [row.checkId, agentCheckJson(row)] as const);
        return json(new GoMap(Object.fromEntries(entries)));
      },
    },
    {
      method: 'PUT',
      path: '/v1/agent/check/register',
      namespaced: true,
      handle: async ({ body }) => {
        await agent.registerCheck(toAgentCheck(decodeBody(agentCheckShape, body)));
        return EMPTY;
      },
    },
    {
      method: 'PUT',
      path: '/v1/agent/check/deregister/',
      namespaced: true,
      handle: async ({ name }) => {
        await agent.deregisterCheck(name);
        return EMPTY;
      },
    },
    ...HEARTBEATS.map(([verb, status]) => heartbeat(agent, verb, status)),
    {
      method: 'PUT',
      path: '/v1/agent/check/update/',
      namespaced: true,
      handle: async ({ name, body, request }) => {
        const { Status, Output } = decodeBody(checkUpdateShape, body);
        await agent.updateTtl(name, requireStatus(Status), Output, { requestId: request.id });
        return EMPTY;
      },
    },
  ];
}

const HEARTBEATS: readonly (readonly [string, CheckStatus])[] = [
  ['pass', 'passing'],
  ['warn', 'warning'],
  ['fail', 'critical'],
];

function heartbeat(agent: Deps['agent'], verb: string, status: CheckStatus): Endpoint {
  return {
    method: 'PUT',
    path: `/v1/agent/check/${verb}/`,
    namespaced: true,
    handle: async ({ name, query, request }) => {
      await agent.updateTtl(name, status, query.get('note'), { requestId: request.id });
      return EMPTY;
    },
  };
}

function requireStatus(text: string): CheckStatus {
  const describe = (status: string): string => `Invalid check status: '${status}'`;
  const status = checkStatus(text, 'Status', describe);
  if (status !== undefined) return status;
  throw new HttpError('check_status_invalid', describe(text), 'Status');
}
