/** `/v1/health`: checks, and services together with what decides whether they are answered. */
import {
  type CheckRow,
  type Instance,
  type Reading,
  readChecksInState,
  readConnectInstances,
  readInstances,
  readNodeChecks,
  readServiceChecks,
  readServiceChecksByNode,
} from '../../catalog/index.ts';
import type { Answer } from '../answer.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { CHECK_FIELDS } from '../filter/check-fields.ts';
import { rowFilter } from '../filter/row-filter.ts';
import { INSTANCE_FIELDS } from '../filter/service-fields.ts';
import { checkJson } from '../json/check-json.ts';
import { listOf } from '../json/encode.ts';
import { nodeJson } from '../json/node-json.ts';
import { nodeServiceJson } from '../json/service-json.ts';
import { nearestFirst } from '../near.ts';
import { parseBool, type Query } from '../query.ts';
import { answerRead, type ReadDeps } from '../reads.ts';
import { nodeMetaTest } from '../selectors.ts';
import { requireName, selectInstances } from './catalog-reads.ts';

export function health(deps: ReadDeps): readonly Endpoint[] {
  const { state } = deps;
  return [
    {
      method: 'GET',
      path: '/v1/health/node/',
      namespaced: true,
      handle: (call) => {
        const name = requireName(call, 'node_name_missing', 'Missing node name');
        const kept = rowFilter(call.query, CHECK_FIELDS);
        return answerRead(deps, call, {
          read: () => readNodeChecks(state, name),
          toJson: (rows) => listOf(kept(rows), checkJson),
        });
      },
    },
    {
      method: 'GET',
      path: '/v1/health/checks/',
      namespaced: true,
      handle: (call) => {
        const name = requireName(call, 'service_name_missing', 'Missing service name');
        const read = call.query.has('node-meta') ? readServiceChecksByNode : readServiceChecks;
        return answerChecks(deps, call, () => read(state, name));
      },
    },
    {
      method: 'GET',
      path: '/v1/health/state/',
      namespaced: true,
      handle: (call) => {
        const name = requireName(call, 'check_state_missing', 'Missing check state');
        return answerChecks(deps, call, () => readChecksInState(state, name));
      },
    },
    {
      method: 'GET',
      path: '/v1/health/service/',
      namespaced: true,
      handle: (call) => answerInstances(deps, call, readInstances),
    },
    {
      method: 'GET',
      path: '/v1/health/connect/',
      namespaced: true,
      handle: (call) => answerInstances(deps, call, readConnectInstances),
    },
  ];
}

function answerChecks(
  deps: ReadDeps,
  call: Call,
  read: () => Reading<CheckRow[]>,
): Answer | Promise<Answer> {
  const ofNode = nodeMetaTest(deps.state, call.query);
  const kept = rowFilter(call.query, CHECK_FIELDS);
  return answerRead(deps, call, {
    read,
    toJson: (rows) => {
      const selected = kept(rows.filter((row) => ofNode?.(row.node) ?? true));
      return listOf(
        nearestFirst(deps, call, selected, ({ node }) => node),
        checkJson,
      );
    },
  });
}

function answerInstances(
  deps: ReadDeps,
  call: Call,
  read: typeof readInstances,
): Answer | Promise<Answer> {
  const { state } = deps;
  const { query } = call;
  const name = requireName(call, 'service_name_missing', 'Missing service name');
  const passingOnly = isPassingOnly(query);
  const kept = rowFilter(query, INSTANCE_FIELDS);
  return answerRead(deps, call, {
    read: () => read(state, name),
    streaming: query.get('near') === '' && !query.has('merge-central-config'),
    cacheable: true,
    // After the index was taken: an instance that stops passing changes the answer too.
    toJson: (instances) => {
      const selected = kept(selectInstances(state, call, instances));
      const passing = passingOnly ? selected.filter(isPassing) : selected;
      return listOf(
        nearestFirst(deps, call, passing, ({ node }) => node.node),
        instanceJson,
      );
    },
  });
}

/** Bare, or with a boolean. */
function isPassingOnly(query: Query): boolean {
  if (!query.has('passing')) return false;
  const value = query.get('passing');
  const passing = value === '' ? true : parseBool(value);
  if (passing !== undefined) return passing;
  throw new HttpError('passing_invalid', 'Invalid value for ?passing', 'passing');
}

const isPassing = ({ checks }: Instance): boolean =>
  checks.every((check) => check.status === 'passing');

/** An element of `/v1/health/service`. */
export function instanceJson({ node, service, checks }: Instance) {
  return {
    Node: nodeJson(node),
    Service: nodeServiceJson(service),
    Checks: checks.map(checkJson),
  };
}
