/**
 * `/v1/catalog/register` and `deregister`: the catalog written directly, without an agent that keeps it true. What
 * changes something is logged, as nobody else would tell who did it; a repetition is not.
 */
import { deregister, onNodeKey, register } from '../../catalog/index.ts';
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

type Deps = Pick<HttpDeps, 'agent' | 'commit' | 'logger'>;

const DONE = json(true);

export function catalogWrites({ agent, commit, logger }: Deps): readonly Endpoint[] {
  const { datacenter } = agent.identity;
  return [
    {
      method: 'PUT',
      path: '/v1/catalog/register',
      namespaced: true,
      handle: async ({ query, body, request }) => {
        const decoded = decodeBody(registerShape, body);
        const named = decoded.Datacenter || query.get('datacenter') || query.get('dc');
        requireDatacenter(named, datacenter);
        const registration = toRegistration(decoded, datacenter);
        const { result: changed } = await commit((transaction) => {
          register(transaction, registration);
          return transaction.isChanged;
        });
        if (changed) {
          const { node, service } = registration;
          const named = { service: service?.service, id: service?.id || service?.service };
          const fields = { requestId: request.id, node: node.node, ...named };
          logger.info(fields, 'catalog registration changed');
        }
        return DONE;
      },
    },
    {
      method: 'PUT',
      path: '/v1/catalog/deregister',
      namespaced: true,
      handle: async ({ query, body, request }) => {
        const decoded = decodeBody(deregisterShape, body);
        const named = decoded.Datacenter || query.get('datacenter') || query.get('dc');
        requireDatacenter(named, datacenter);
        if (decoded.Node === '') throw new HttpError('node_missing', 'Must provide node', 'Node');
        const what = toDeregistration(decoded);
        const { result } = await commit((transaction) => {
          const service = transaction.get('services', onNodeKey(what.node, what.serviceId));
          deregister(transaction, what);
          return { service: service?.service, changed: transaction.isChanged };
        });
        if (result.changed) {
          const named = { service: result.service, id: what.serviceId || undefined };
          const check = what.serviceId === '' ? what.checkId || undefined : undefined;
          const fields = { requestId: request.id, node: what.node, ...named, check };
          logger.info(fields, 'catalog registration removed');
        }
        return DONE;
      },
    },
  ];
}
