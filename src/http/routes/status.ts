/** `/v1/status`: who leads, and who may. On one machine it is this server, always. */
import { json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { checkDatacenter } from '../reads.ts';
import { hostPort } from './agent-self.ts';

export function status({ agent }: Pick<HttpDeps, 'agent'>): readonly Endpoint[] {
  const { datacenter, advertiseAddress, serverPort, server } = agent.identity;
  const self = hostPort(advertiseAddress, serverPort);
  return [
    {
      method: 'GET',
      path: '/v1/status/leader',
      handle: ({ query }) => {
        checkDatacenter(query, datacenter);
        return json(server ? self : '');
      },
    },
    {
      method: 'GET',
      path: '/v1/status/peers',
      handle: ({ query }) => {
        checkDatacenter(query, datacenter);
        return json(server ? [self] : []);
      },
    },
  ];
}
