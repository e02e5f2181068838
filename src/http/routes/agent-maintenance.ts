/** `/v1/agent/maintenance` and `/v1/agent/service/maintenance/:id`. */
import type { Maintenance } from '../../agent/index.ts';
import { EMPTY } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { parseBool } from '../query.ts';

export function agentMaintenance({ agent }: Pick<HttpDeps, 'agent'>): readonly Endpoint[] {
  return [
    {
      method: 'PUT',
      path: '/v1/agent/maintenance',
      handle: async (call) => {
        await agent.maintainNode(maintenanceOf(call), { requestId: call.request.id });
        return EMPTY;
      },
    },
    {
      method: 'PUT',
      path: '/v1/agent/service/maintenance/',
      namespaced: true,
      handle: async (call) => {
        if (call.name === '') throw new HttpError('service_id_missing', 'Missing service ID');
        const maintenance = maintenanceOf(call);
        await agent.maintainService(call.name, maintenance, { requestId: call.request.id });
        return EMPTY;
      },
    },
  ];
}

function maintenanceOf({ query }: Call): Maintenance {
  const value = query.get('enable');
  if (value === '') throw new HttpError('enable_missing', 'Missing value for enable', 'enable');
  const enable = parseBool(value);
  if (enable === undefined) {
    const text = `Invalid value for enable: ${JSON.stringify(value)}`;
    throw new HttpError('enable_invalid', text, 'enable');
  }
  return { enable, reason: query.get('reason') };
}
