/** `/v1/agent/service*`: services registered with this agent. */
import type { ServiceRow } from '../../catalog/index.ts';
import { indexKeys, type Reading } from '../../catalog/index.ts';
import { type Answer, EMPTY, json } from '../answer.ts';
import { contentHash } from '../content-hash.ts';
import { decodeBody } from '../decode/decode.ts';
import { serviceShape, toServiceDefinition } from '../decode/service-shape.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { rowFilter } from '../filter/row-filter.ts';
import { SERVICE_FIELDS } from '../filter/service-fields.ts';
import { GoMap } from '../json/encode.ts';
import { agentServiceJson } from '../json/service-json.ts';
import { parseBool } from '../query.ts';
import { type ReadDeps, type Waits, waited, waitMsOf } from '../reads.ts';

type Deps = Pick<HttpDeps, 'agent' | 'state'> & ReadDeps & { readonly waits: Waits };

export function agentServices(deps: Deps): readonly Endpoint[] {
  const { agent } = deps;
  return [
    {
      method: 'GET',
      path: '/v1/agent/services',
      namespaced: true,
      handle: ({ query }) => {
        const rows = rowFilter(query, SERVICE_FIELDS)(agent.services());
        return json(servicesJson(rows, agent.identity.datacenter));
      },
    },
    {
      method: 'GET',
      path: '/v1/agent/service/',
      namespaced: true,
      handle: (call) => answerService(deps, call),
    },
    {
      method: 'PUT',
      path: '/v1/agent/service/register',
      namespaced: true,
      handle: async ({ query, body, request }) => {
        const definition = toServiceDefinition(decodeBody(serviceShape, body));
        const replaceExistingChecks = isSet(query.get('replace-existing-checks'), query);
        const options = { source: 'api', replaceExistingChecks } as const;
        await agent.registerService(definition, options, { requestId: request.id });
        return EMPTY;
      },
    },
    {
      method: 'PUT',
      path: '/v1/agent/service/deregister/',
      namespaced: true,
      handle: async ({ name, request }) => {
        await agent.deregisterService(name, { requestId: request.id });
        return EMPTY;
      },
    },
  ];
}

/** Bare, or a true value. */
function isSet(value: string, query: Call['query']): boolean {
  return value === '' ? query.has('replace-existing-checks') : parseBool(value) === true;
}

function servicesJson(rows: readonly ServiceRow[], datacenter: string): GoMap {
  return new GoMap(
    Object.fromEntries(rows.map((row) => [row.id, agentServiceJson(row, datacenter)])),
  );
}

interface HashedService {
  readonly row: ServiceRow | undefined;
  readonly hash: string;
}

/** The index of a reading that still has the hash which the client knows, and of any other. */
const SAME = 1;
const CHANGED = 2;

async function answerService(deps: Deps, call: Call): Promise<Answer> {
  const { agent } = deps;
  const known = call.query.get('hash');
  const waitMs = waitMsOf(call.query, deps);
  const read = (): Reading<HashedService> => {
    const row = agent.service(call.name);
    const hash = row === undefined ? '' : contentHash(row);
    const index = known !== '' && hash === known ? SAME : CHANGED;
    return { value: { row, hash }, index, topics: [indexKeys.node(agent.identity.nodeName)] };
  };
  const { value } = await waited(deps, call, read, { minIndex: known === '' ? 0 : SAME, waitMs });
  const { row, hash } = value;
  if (row === undefined) {
    throw new HttpError('service_unknown', `unknown service ID: ${call.name}`, 'ServiceID');
  }
  const service = agentServiceJson(row, agent.identity.datacenter);
  return json({ ...service, ContentHash: hash }, { 'X-Consul-Contenthash': hash });
}
