/**
 * `/v1/config`: Consul's configuration entries, of which there are none. Reading finds nothing and deleting has nothing
 * to do, as in Consul before any was written; writing one is refused, since nothing would act on it.
 */
import type { Reading } from '../../catalog/index.ts';
import { type Answer, json } from '../answer.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { answerPlainRead, checkDatacenter, type ReadDeps } from '../reads.ts';
import { parseUint64 } from '../uint64.ts';

export function configEntries(deps: ReadDeps): readonly Endpoint[] {
  return [
    {
      method: 'PUT',
      path: '/v1/config',
      handle: () => {
        const reason = 'configuration entries are not supported';
        throw new HttpError('config_entry_unsupported', reason);
      },
    },
    { method: 'GET', path: '/v1/config/', handle: (call) => read(deps, call) },
    { method: 'DELETE', path: '/v1/config/', handle: (call) => remove(deps, call) },
  ];
}

const KINDS: ReadonlySet<string> = new Set([
  'service-defaults',
  'proxy-defaults',
  'service-router',
  'service-splitter',
  'service-resolver',
  'ingress-gateway',
  'terminating-gateway',
  'service-intentions',
  'mesh',
  'exported-services',
  'sameness-group',
  'api-gateway',
  'bound-api-gateway',
  'inline-certificate',
  'http-route',
  'tcp-route',
  'control-plane-request-limit',
  'jwt-provider',
]);

const NOTHING: Reading<undefined> = { value: undefined, index: 0, topics: [] };

/** All of a kind, or one. */
function read(deps: ReadDeps, call: Call): Answer | Promise<Answer> {
  const { kind, name } = namedIn(call);
  if (kind !== '') requireKind(kind);
  return answerPlainRead(deps, call, {
    read: () => NOTHING,
    toAnswer(_, headers) {
      if (name === undefined) return json([], headers);
      const reason = `Config entry not found for ${JSON.stringify(kind)} / ${JSON.stringify(name)}`;
      throw new HttpError('config_entry_unknown', reason);
    },
  });
}

function remove({ agent }: ReadDeps, call: Call): Answer {
  const { kind, name } = namedIn(call);
  if (name === undefined) {
    throw new HttpError('config_entry_unknown', 'Must provide both a kind and name to delete');
  }
  requireKind(kind);
  const cas = call.query.get('cas');
  const index = cas === '' ? undefined : parseUint64(cas);
  if (index !== undefined && typeof index !== 'bigint') {
    throw new HttpError('kv_number_invalid', index.problem, 'cas');
  }
  checkDatacenter(call.query, agent.identity.datacenter);
  return json(index === undefined ? {} : false);
}

/** Of `:kind/:name`; a name may have slashes, and is undefined without one before it. */
function namedIn({ name: path }: Call): { readonly kind: string; readonly name?: string } {
  const at = path.indexOf('/');
  return at < 0 ? { kind: path } : { kind: path.slice(0, at), name: path.slice(at + 1) };
}

function requireKind(kind: string): void {
  if (KINDS.has(kind)) return;
  throw new HttpError('config_kind_invalid', `invalid config entry kind: ${kind}`);
}
