/** `/v1/status`: who leads, and who may. On one machine it is this server, always. */
import { json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { readParameters } from '../reads.ts';
import { hostPort } from './agent-self.ts';

export function status(deps: Pick<HttpDeps, 'agent' | 'random' | 'options'>): readonly Endpoint[] {
  const { advertiseAddress, serverPort, server } = deps.agent.identity;
  const self = hostPort(advertiseAddress, serverPort);
  return [
    {
      method: 'GET',
      path: '/v1/status/leader',
      handle: (call) => {
        readParameters(deps, call);
        return json(server ? self : '');
      },
    },
    {
      method: 'GET',
      path: '/v1/status/peers',
      handle: (call) => {
        readParameters(deps, call);
        return json(server ? [self] : []);
      },
    },
  ];
}
