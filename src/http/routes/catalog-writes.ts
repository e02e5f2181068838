/** `/v1/catalog/register` and `deregister`: the catalog written directly, without an agent that keeps it true. */
import { deregister, register } from '../../catalog/index.ts';
import { json } from '../answer.ts';
import {
  deregisterShape,
  registerShape,
  toDeregistration,
  toRegistration,
} from '../decode/catalog-shape.ts';
import { decodeBody } from '../decode/decode.ts';
import type { HttpDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { requireDatacenter } from '../reads.ts';

type Deps = Pick<HttpDeps, 'agent' | 'commit'>;

const DONE = json(true);

export function catalogWrites({ agent, commit }: Deps): readonly Endpoint[] {
  const { datacenter } = agent.identity;
  return [
    {
      method: 'PUT',
      path: '/v1/catalog/register',
      namespaced: true,
      handle: async ({ query, body }) => {
        const decoded = decodeBody(registerShape, body);
        const named = decoded.Datacenter || query.get('datacenter') || query.get('dc');
        requireDatacenter(named, datacenter);
        const registration = toRegistration(decoded, datacenter);
        await commit((transaction) => register(transaction, registration));
        return DONE;
      },
    },
    {
      method: 'PUT',
      path: '/v1/catalog/deregister',
      namespaced: true,
      handle: async ({ query, body }) => {
        const decoded = decodeBody(deregisterShape, body);
        const named = decoded.Datacenter || query.get('datacenter') || query.get('dc');
        requireDatacenter(named, datacenter);
        if (decoded.Node === '') throw new HttpError('node_missing', 'Must provide node', 'Node');
        await commit((transaction) => deregister(transaction, toDeregistration(decoded)));
        return DONE;
      },
    },
  ];
}
