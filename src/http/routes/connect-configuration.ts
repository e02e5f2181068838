/**
 * `/v1/connect/ca/configuration`: the lifetimes of certificates, and what clients keep beside them. What the authority
 * cannot do is refused, and nothing is changed then.
 */
import { configurationOf, ttlProblem } from '../../connect/index.ts';
import { limits } from '../../runtime/index.ts';
import { type Answer, EMPTY, json } from '../answer.ts';
import { decodeCaConfiguration } from '../decode/ca-configuration-shape.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { configurationJson } from '../json/ca-json.ts';
import { answerPlainRead, checkDatacenter } from '../reads.ts';
import { type ConnectDeps, enabled } from './connect.ts';

const PATH = '/v1/connect/ca/configuration';

export function connectConfiguration(deps: ConnectDeps): readonly Endpoint[] {
  return [
    { method: 'GET', path: PATH, handle: (call) => show(deps, call) },
    {
      method: 'PUT',
      path: PATH,
      bodyLimit: { bytes: limits.caConfigurationBytes.default, setting: '' },
      handle: (call) => configure(deps, call),
    },
  ];
}

async function show(deps: ConnectDeps, call: Call): Promise<Answer> {
  const { authority } = enabled(deps);
  await authority.ready();
  return await answerPlainRead(deps, call, {
    read: () => authority.readConfiguration(),
    toAnswer: (configuration, headers) => json(configurationJson(configuration), headers),
  });
}

async function configure(deps: ConnectDeps, { query, body, request }: Call): Promise<Answer> {
  const { authority } = enabled(deps);
  checkDatacenter(query, deps.agent.identity.datacenter);
  const wanted = decodeCaConfiguration(body);
  const problem = ttlProblem(configurationOf(wanted, authority.configuredLeafTtlMs));
  if (problem !== undefined) throw new HttpError('ca_configuration_invalid', problem, 'Config');
  const changed = await authority.configure(wanted);
  if (changed) deps.logger.info({ requestId: request.id }, 'certificate authority configured');
  return EMPTY;
}
