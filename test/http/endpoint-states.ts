/**
 * What docs/endpoints.md says of each endpoint, keyed by method and path: those that are served, and those of
 * Consul 1.16 that are not. A name in a path is written `:name`; all that is said below a mounted path belongs to it.
 * Knows nothing of how an endpoint works; `endpoints-doc.test.ts` compares this with the routes.
 */

export type EndpointState = 'works' | 'differs' | 'refused' | 'own';

export interface EndpointNote {
  readonly routes: readonly string[];
  readonly state: EndpointState;
  /** Parameters, and for `differs` and `refused` how and why. */
  readonly note: string;
}

const works = (routes: readonly string[], note = ''): EndpointNote => ({
  routes,
  state: 'works',
  note,
});
const differs = (routes: readonly string[], note: string): EndpointNote => ({
  routes,
  state: 'differs',
  note,
});
const refused = (routes: readonly string[], note: string): EndpointNote => ({
  routes,
  state: 'refused',
  note,
});
const own = (routes: readonly string[], note: string): EndpointNote => ({
  routes,
  state: 'own',
  note,
});

/** By the first part of their paths, in the order of the page. */
export const SERVED: Readonly<Record<string, readonly EndpointNote[]>> = {
  'Services and checks of the agent': [
    differs(
      ['PUT /v1/agent/service/register'],
      '`replace-existing-checks`; checks of other kinds than TTL, HTTP and TCP, and sidecar services, are refused: to come',
    ),
    works(['PUT /v1/agent/service/deregister/:id']),
    works(['GET /v1/agent/services'], '[`filter`](http.md#filters)'),
    works(['GET /v1/agent/service/:id'], '`hash` and `wait` block'),
    works(
      ['GET /v1/agent/health/service/id/:id', 'GET /v1/agent/health/service/name/:name'],
      '`format=text`; 200 passing, 429 warning, 503 critical',
    ),
    works(
      ['PUT /v1/agent/service/maintenance/:id', 'PUT /v1/agent/maintenance'],
      '`enable`, `reason`',
    ),
    works(['GET /v1/agent/checks'], 'as this agent sees them now; `filter`'),
    differs(
      ['PUT /v1/agent/check/register'],
      'kinds other than TTL, HTTP and TCP are refused: to come',
    ),
    works(['PUT /v1/agent/check/deregister/:id']),
    works(
      [
        'PUT /v1/agent/check/pass/:id',
        'PUT /v1/agent/check/warn/:id',
        'PUT /v1/agent/check/fail/:id',
        'PUT /v1/agent/check/update/:id',
      ],
      'heartbeats of TTL checks; `note`',
    ),
  ],
  'The agent': [
    works(['GET /'], 'says that there is no web interface'),
    differs(
      ['GET /v1/agent/self'],
      '`DebugConfig` has only the keys that clients read; `Stats` has a group `dns`',
    ),
    works(['GET /v1/agent/members'], '`wan`, `segment`, `filter`; this node alone'),
    works(['GET /v1/agent/version']),
    differs(
      ['GET /v1/agent/metrics'],
      '[metrics of its own](http.md#metrics), counted since the start; `format=prometheus`, or the `Accept` of a scraper, without any setting',
    ),
    differs(
      ['GET /v1/agent/metrics/stream'],
      'the same every 10 s, and [at once](http.md#metrics); 64 followers of metrics and log',
    ),
    works(
      ['GET /v1/agent/monitor'],
      '`loglevel`, `logjson`; [the log](http.md#log) as it is written',
    ),
    differs(['GET /v1/agent/host'], 'what Node.js tells of the machine: fewer fields'),
    works(['PUT /v1/agent/leave', 'PUT /v1/agent/reload']),
    differs(
      ['PUT /v1/agent/join/:addr', 'PUT /v1/agent/force-leave/:node'],
      '`wan`; this node alone is known, and has joined itself',
    ),
  ],
  'The catalog': [
    differs(
      ['PUT /v1/catalog/register'],
      "entries on the agent's own node stay, where Consul takes them back; ports outside 0 … 65535 are refused",
    ),
    differs(
      ['PUT /v1/catalog/deregister'],
      'what is gone does not come back, and the checks that the agent ran on it stop',
    ),
    works(['GET /v1/catalog/datacenters'], 'this one'),
    works(['GET /v1/catalog/nodes'], '`near`, `node-meta`, `filter`'),
    works(['GET /v1/catalog/node/:node', 'GET /v1/catalog/node-services/:node'], '`filter`'),
    differs(
      ['GET /v1/catalog/services'],
      '`node-meta`, `filter`; `cached` is always a `HIT` of age 0',
    ),
    differs(
      ['GET /v1/catalog/service/:name', 'GET /v1/catalog/connect/:name'],
      '`tag`, `near`, `node-meta`, `filter`; `cached` as above; `merge-central-config` has nothing to merge',
    ),
  ],
  Health: [
    works(['GET /v1/health/node/:node'], '`filter`'),
    works(
      ['GET /v1/health/checks/:service', 'GET /v1/health/state/:state'],
      '`near`, `node-meta`, `filter`',
    ),
    differs(
      ['GET /v1/health/service/:name', 'GET /v1/health/connect/:name'],
      '`passing`, `tag`, `near`, `node-meta`, `filter`; `cached` is always a `HIT` of age 0; `merge-central-config` has nothing to merge',
    ),
  ],
  'Keys, sessions, transactions': [
    differs(
      ['GET /v1/kv/:key', 'PUT /v1/kv/:key', 'DELETE /v1/kv/:key'],
      '[keys](http.md#keys) of up to 1900 octets of UTF-8; `raw`, `recurse`, `keys`, `separator`; `flags`, `cas`, `acquire`, `release`; `recurse`, `cas`',
    ),
    works(
      [
        'PUT /v1/session/create',
        'PUT /v1/session/destroy/:id',
        'PUT /v1/session/renew/:id',
        'GET /v1/session/info/:id',
        'GET /v1/session/node/:node',
        'GET /v1/session/list',
      ],
      '[sessions](http.md#sessions-and-locks); lock delays outlive a restart',
    ),
    differs(
      ['PUT /v1/txn'],
      'up to 128 [operations](http.md#transactions) on keys, nodes, services and checks: all or none; `get-tree` of an empty key gives all keys',
    ),
  ],
  'Events, queries, coordinates': [
    works(
      ['PUT /v1/event/fire/:name', 'GET /v1/event/list'],
      '`node`, `service`, `tag`; `name`, and `index` blocks while it is the same; the last 256, kept in memory',
    ),
    differs(
      [
        'POST /v1/query',
        'GET /v1/query',
        'GET /v1/query/:id',
        'PUT /v1/query/:id',
        'DELETE /v1/query/:id',
        'GET /v1/query/:name-or-id/execute',
        'GET /v1/query/:name-or-id/explain',
      ],
      '[prepared queries](http.md#prepared-queries); `near`, `limit`, `connect`; other datacenters and peers are kept and not tried; of templates, the variables and `match(N)`',
    ),
    works(
      [
        'GET /v1/coordinate/nodes',
        'GET /v1/coordinate/node/:node',
        'GET /v1/coordinate/datacenters',
      ],
      '`segment`',
    ),
    differs(['PUT /v1/coordinate/update'], 'readable at once, not after the next batch'),
  ],
  'The servers': [
    works(['GET /v1/status/leader', 'GET /v1/status/peers'], 'this one'),
    works(
      [
        'GET /v1/operator/raft/configuration',
        'POST /v1/operator/raft/transfer-leader',
        'DELETE /v1/operator/raft/peer',
      ],
      'one server, which leads by itself: there is no other to hand over to or to remove',
    ),
    differs(
      ['GET /v1/operator/autopilot/configuration', 'PUT /v1/operator/autopilot/configuration'],
      'kept and shown, `cas`; nobody acts on it',
    ),
    differs(
      ['GET /v1/operator/autopilot/health', 'GET /v1/operator/autopilot/state'],
      'healthy while the store takes what is written; 429 while not',
    ),
    differs(
      ['GET /v1/snapshot', 'PUT /v1/snapshot'],
      'an [archive](http.md#snapshots) of its own; a restore takes no index back',
    ),
    works(['GET /v1/operator/usage'], 'nodes, services and instances'),
    refused(
      [
        'GET /v1/operator/keyring',
        'POST /v1/operator/keyring',
        'PUT /v1/operator/keyring',
        'DELETE /v1/operator/keyring',
      ],
      'there is no gossip, so no key of it: 500, as Consul answers without encryption',
    ),
  ],
  'Certificates of the mesh': [
    differs(
      ['GET /v1/connect/ca/roots', 'GET /v1/agent/connect/ca/roots'],
      'the root is [made](http.md#certificates) by the first request for it, and not rotated; `pem` on the first',
    ),
    works(
      ['GET /v1/agent/connect/ca/leaf/:service'],
      'with its private key; `index` blocks until it is renewed',
    ),
    differs(
      ['GET /v1/connect/ca/configuration', 'PUT /v1/connect/ca/configuration'],
      '[lifetimes](http.md#certificates) of certificates from then on; other providers, and keys of the client, are refused with 501',
    ),
  ],
  'Access control lists': [
    refused(
      [
        'PUT /v1/acl/bootstrap',
        'POST /v1/acl/login',
        'POST /v1/acl/logout',
        'PUT /v1/acl/token',
        'GET /v1/acl/token/:accessor',
        'PUT /v1/acl/token/:accessor',
        'DELETE /v1/acl/token/:accessor',
        'GET /v1/acl/token/self',
        'GET /v1/acl/tokens',
        'PUT /v1/acl/policy',
        'GET /v1/acl/policy/:id',
        'PUT /v1/acl/policy/:id',
        'DELETE /v1/acl/policy/:id',
        'GET /v1/acl/policy/name/:name',
        'GET /v1/acl/policies',
        'PUT /v1/acl/role',
        'GET /v1/acl/role/:id',
        'PUT /v1/acl/role/:id',
        'DELETE /v1/acl/role/:id',
        'GET /v1/acl/role/name/:name',
        'GET /v1/acl/roles',
        'PUT /v1/acl/auth-method',
        'GET /v1/acl/auth-method/:name',
        'PUT /v1/acl/auth-method/:name',
        'DELETE /v1/acl/auth-method/:name',
        'GET /v1/acl/auth-methods',
        'PUT /v1/acl/binding-rule',
        'GET /v1/acl/binding-rule/:id',
        'PUT /v1/acl/binding-rule/:id',
        'DELETE /v1/acl/binding-rule/:id',
        'GET /v1/acl/binding-rules',
        'POST /v1/internal/acl/authorize',
        'PUT /v1/agent/token/:which',
      ],
      'there are none: 401, as Consul answers without ACLs; a configuration that wants them is refused, too',
    ),
    works(['GET /v1/acl/replication'], 'there is none'),
  ],
  'Configuration entries': [
    refused(['PUT /v1/config'], '501: nothing would act on them'),
    works(
      ['GET /v1/config/:kind', 'GET /v1/config/:kind/:name', 'DELETE /v1/config/:kind/:name'],
      'there are none to read or to delete',
    ),
  ],
  DNS: [
    own(
      ['GET /v1/dns/explain'],
      '[why DNS answers so](http.md#why-dns-answers-so): `name`, `type`, `bufsize`, `client`, `transport`',
    ),
    own(
      [
        'GET /v1/dns/records/:zone/:name/:type',
        'PUT /v1/dns/records/:zone/:name/:type',
        'DELETE /v1/dns/records/:zone/:name/:type',
        'GET /v1/dns/records/:zone/:name',
        'GET /v1/dns/records/:zone',
        'GET /v1/dns/records/',
      ],
      '[records of DNS](http.md#records): one RRset, and those of a name, of a zone, and all; `cas`',
    ),
  ],
};

/** Endpoints of Consul 1.16 that nothing is mounted for. */
export const NOT_SERVED: readonly EndpointNote[] = [
  refused(
    [
      'POST /v1/agent/connect/authorize',
      'GET /v1/connect/intentions',
      'POST /v1/connect/intentions',
      'GET /v1/connect/intentions/exact',
      'GET /v1/connect/intentions/match',
      'GET /v1/connect/intentions/check',
      'GET /v1/connect/intentions/:id',
    ],
    'no intentions: nothing would enforce them',
  ),
  refused(
    [
      'GET /v1/catalog/gateway-services/:gateway',
      'GET /v1/health/ingress/:service',
      'GET /v1/discovery-chain/:service',
    ],
    'no configuration entries, and so no gateways that are made of them',
  ),
  refused(
    [
      'GET /v1/peerings',
      'POST /v1/peering/token',
      'POST /v1/peering/establish',
      'GET /v1/peering/:name',
      'DELETE /v1/peering/:name',
    ],
    'one cluster: there is nobody to peer with',
  ),
  refused(
    [
      'GET /v1/internal/ui/nodes',
      'GET /v1/internal/ui/node/:node',
      'GET /v1/internal/ui/services',
      'GET /v1/internal/ui/catalog-overview',
    ],
    "made for Consul's web interface, which is not served",
  ),
];
