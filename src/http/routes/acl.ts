/**
 * `/v1/acl`: access control lists, of which there are none. Every endpoint of theirs says so, in Consul's words for a
 * server where they are off; only the state of their replication can be read there.
 */
import { json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Endpoint, Method } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { readParameters } from '../reads.ts';

type Deps = Pick<HttpDeps, 'agent' | 'random' | 'options'>;

const ONE: readonly Method[] = ['GET', 'PUT', 'DELETE'];

const REFUSED: readonly (readonly [path: string, methods: readonly Method[]])[] = [
  ['/v1/acl/bootstrap', ['PUT']],
  ['/v1/acl/login', ['POST']],
  ['/v1/acl/logout', ['POST']],
  ['/v1/acl/token', ['PUT']],
  ['/v1/acl/token/', ONE],
  ['/v1/acl/token/self', ['GET']],
  ['/v1/acl/tokens', ['GET']],
  ['/v1/acl/policy', ['PUT']],
  ['/v1/acl/policy/', ONE],
  ['/v1/acl/policy/name/', ['GET']],
  ['/v1/acl/policies', ['GET']],
  ['/v1/acl/role', ['PUT']],
  ['/v1/acl/role/', ONE],
  ['/v1/acl/role/name/', ['GET']],
  ['/v1/acl/roles', ['GET']],
  ['/v1/acl/auth-method', ['PUT']],
  ['/v1/acl/auth-method/', ONE],
  ['/v1/acl/auth-methods', ['GET']],
  ['/v1/acl/binding-rule', ['PUT']],
  ['/v1/acl/binding-rule/', ONE],
  ['/v1/acl/binding-rules', ['GET']],
  ['/v1/internal/acl/authorize', ['POST']],
  ['/v1/agent/token/', ['PUT']],
];

export function acl(deps: Deps): readonly Endpoint[] {
  const refused = REFUSED.flatMap(([path, methods]) =>
    methods.map((method) => ({ method, path, handle: refuse })),
  );
  return [
    ...refused,
    {
      method: 'GET',
      path: '/v1/acl/replication',
      handle: (call) => {
        readParameters(deps, call);
        return json(NO_REPLICATION);
      },
    },
  ];
}

function refuse(): never {
  throw new HttpError('acl_disabled', 'ACL support disabled');
}

/** As Go writes a time that never was. */
const NEVER = '0001-01-01T00:00:00Z';

const NO_REPLICATION = {
  Enabled: false,
  Running: false,
  SourceDatacenter: '',
  ReplicationType: '',
  ReplicatedIndex: 0,
  ReplicatedRoleIndex: 0,
  ReplicatedTokenIndex: 0,
  LastSuccess: NEVER,
  LastError: NEVER,
  LastErrorMessage: '',
};
