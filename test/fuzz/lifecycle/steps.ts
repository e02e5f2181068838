/**
 * What can happen to a catalog, as values, and a maker of any number of them. Few names on purpose: what goes wrong is
 * registered again, moved, renamed and dropped while something else still holds on to it.
 */
import type { Random } from '../../../src/runtime/index.ts';
import { oneIn, pick } from '../target.ts';

export type Status = 'passing' | 'warning' | 'critical';

export interface CheckFields {
  readonly checkId: string;
  readonly status: Status | undefined;
  readonly ttlMs: number;
  /** 0: never. */
  readonly deregisterAfterMs: number;
}

export interface ServiceFields {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly address: string;
  readonly port: number;
  readonly meta: Readonly<Record<string, string>>;
  readonly weights: { readonly passing: number; readonly warning: number } | undefined;
}

export type Step =
  // The agent of node n1.
  | {
      readonly kind: 'register-service';
      readonly service: ServiceFields;
      readonly checks: readonly CheckFields[];
      readonly replaceExistingChecks: boolean;
    }
  | { readonly kind: 'register-check'; readonly serviceId: string; readonly check: CheckFields }
  | { readonly kind: 'heartbeat'; readonly checkId: string; readonly status: Status }
  | { readonly kind: 'deregister-service'; readonly id: string }
  | { readonly kind: 'deregister-check'; readonly checkId: string }
  | { readonly kind: 'maintain-service'; readonly id: string; readonly enable: boolean }
  | { readonly kind: 'maintain-node'; readonly enable: boolean }
  // The catalog, of any node.
  | { readonly kind: 'catalog-node'; readonly node: string; readonly address: string }
  | { readonly kind: 'catalog-service'; readonly node: string; readonly service: ServiceFields }
  | {
      readonly kind: 'catalog-check';
      readonly node: string;
      readonly serviceId: string;
      readonly checkId: string;
      readonly status: Status;
    }
  | {
      readonly kind: 'catalog-deregister';
      readonly node: string;
      readonly serviceId: string;
      readonly checkId: string;
    }
  // Everything else.
  | { readonly kind: 'elapse'; readonly ms: number }
  | { readonly kind: 'reload'; readonly onlyPassing: boolean }
  | { readonly kind: 'query'; readonly type: QueryType; readonly name: string };

export type QueryType = 'A' | 'AAAA' | 'SRV' | 'PTR';

export const OWN_NODE = 'n1';
export const OTHER_NODES = ['n2', 'N3', 'x.n4'];
export const OWN_ADDRESS = '127.0.0.1';

const NODE_ADDRESSES = ['10.0.0.2', '10.0.0.3', '2001:db8::4', '10.1.0.1'];
const SERVICE_NAMES = ['web', 'db', 'Cache'];
const IDS = ['web', 'web1', 'web2', 'db1', 'Cache', 'x'];
const TAGS = ['v1', 'primary', 'v1.primary', 'Blue'];
const ADDRESSES = [
  '',
  '',
  '',
  '10.1.0.1',
  '10.1.0.2',
  '10.0.0.2',
  '2001:db8:1::1',
  '2001:db8:1::2',
];
const HOST_NAMES = ['one.example.org', 'two.example.org'];
const WEIGHTS = [undefined, undefined, { passing: 5, warning: 1 }, { passing: 10, warning: 0 }];
const STATUSES: readonly Status[] = ['passing', 'passing', 'warning', 'critical'];
const AGENT_CHECKS = [...IDS.flatMap((id) => [`service:${id}`, `service:${id}:2`]), 'own', 'node'];
/** Written over by the catalog as well; it stays with its service, for the agent goes by its own definition. */
const SHARED_CHECK = { checkId: 'service:web1', serviceId: 'web1' };
const CATALOG_CHECKS = ['seen', 'seen2', SHARED_CHECK.checkId];
const MOVING_CHECKS = AGENT_CHECKS.filter((id) => id !== SHARED_CHECK.checkId);

/** Weighted: what there is must be used more often than it is taken away. */
const MAKERS: readonly (readonly [number, (random: Random) => Step])[] = [
  [14, registerService],
  [5, registerCheck],
  [
    20,
    (random) => ({
      kind: 'heartbeat',
      checkId: pick(random, AGENT_CHECKS),
      status: pick(random, STATUSES),
    }),
  ],
  [3, (random) => ({ kind: 'deregister-service', id: pick(random, IDS) })],
  [2, (random) => ({ kind: 'deregister-check', checkId: pick(random, AGENT_CHECKS) })],
  [5, (random) => ({ kind: 'maintain-service', id: pick(random, IDS), enable: oneIn(3, random) })],
  [3, (random) => ({ kind: 'maintain-node', enable: oneIn(4, random) })],
  [
    4,
    (random) => ({
      kind: 'catalog-node',
      node: pick(random, OTHER_NODES),
      address: pick(random, NODE_ADDRESSES),
    }),
  ],
  [
    8,
    (random) => ({ kind: 'catalog-service', node: anyNode(random), service: makeService(random) }),
  ],
  [6, catalogCheck],
  [5, catalogDeregister],
  [
    10,
    (random) => ({ kind: 'elapse', ms: pick(random, [1, 500, 1000, 3000, 5000, 9000, 20_000]) }),
  ],
  [1, (random) => ({ kind: 'reload', onlyPassing: oneIn(3, random) })],
  [
    14,
    (random) => {
      const [type, name] = pick(random, QUESTIONS);
      return { kind: 'query', type, name };
    },
  ],
];

const WEIGHT_SUM = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

export function makeStep(random: Random): Step {
  let left = random.integer(WEIGHT_SUM);
  for (const [weight, make] of MAKERS) {
    left -= weight;
    if (left < 0) return make(random);
  }
  throw new Error('the weights do not add up');
}

function anyNode(random: Random): string {
  return oneIn(3, random) ? OWN_NODE : pick(random, OTHER_NODES);
}

function registerService(random: Random): Step {
  const service = makeService(random);
  const { id } = service;
  const checkIds = [`service:${id}`, `service:${id}:2`].slice(0, random.integer(3));
  return {
    kind: 'register-service',
    service,
    checks: checkIds.map((checkId) => makeCheck(checkId, random)),
    replaceExistingChecks: oneIn(3, random),
  };
}

function registerCheck(random: Random): Step {
  const isOfNode = oneIn(4, random);
  const checkId = isOfNode ? 'node' : oneIn(2, random) ? 'own' : pick(random, MOVING_CHECKS);
  return {
    kind: 'register-check',
    serviceId: isOfNode ? '' : pick(random, IDS),
    check: makeCheck(checkId, random),
  };
}

function makeCheck(checkId: string, random: Random): CheckFields {
  return {
    checkId,
    status: oneIn(3, random) ? undefined : pick(random, STATUSES),
    ttlMs: pick(random, [3000, 10_000]),
    deregisterAfterMs: oneIn(4, random) ? pick(random, [1, 4000, 15_000]) : 0,
  };
}

function makeService(random: Random): ServiceFields {
  return {
    id: pick(random, IDS),
    name: pick(random, SERVICE_NAMES),
    tags: TAGS.filter(() => oneIn(3, random)),
    address: oneIn(12, random) ? pick(random, HOST_NAMES) : pick(random, ADDRESSES),
    port: pick(random, [80, 80, 81]),
    meta: oneIn(4, random) ? { build: String(random.integer(3)) } : {},
    weights: pick(random, WEIGHTS),
  };
}

function catalogCheck(random: Random): Step {
  const checkId = pick(random, CATALOG_CHECKS);
  const isShared = checkId === SHARED_CHECK.checkId;
  const other = oneIn(5, random) ? '' : pick(random, IDS);
  return {
    kind: 'catalog-check',
    node: anyNode(random),
    serviceId: isShared ? SHARED_CHECK.serviceId : other,
    checkId,
    status: pick(random, STATUSES),
  };
}

function catalogDeregister(random: Random): Step {
  const node = anyNode(random);
  const what = random.integer(8);
  // The whole node only now and then, for everything goes with it.
  const serviceId = what < 4 ? pick(random, [...IDS, 'consul']) : '';
  const checkId =
    what >= 4 && what < 7 ? pick(random, [...CATALOG_CHECKS, ...AGENT_CHECKS, 'serfHealth']) : '';
  return { kind: 'catalog-deregister', node, serviceId, checkId };
}

/** Names that are asked for, most of which exist now and then. */
export const QUESTIONS: readonly (readonly [QueryType, string])[] = [
  ...SERVICE_NAMES.flatMap((name) =>
    [
      `${name}.service.consul`,
      `${name.toUpperCase()}.service.dc1.consul`,
      `v1.${name}.service.consul`,
      `blue.${name}.service.consul`,
      `primary.${name}.service.consul`,
      `v1.primary.${name}.service.consul`,
      `_${name}._tcp.service.consul`,
      `_${name}._primary.service.consul`,
    ].flatMap((asked) => (['A', 'AAAA', 'SRV'] as const).map((type) => [type, asked] as const)),
  ),
  ...[OWN_NODE, ...OTHER_NODES, 'n4'].flatMap((node) =>
    (['A', 'AAAA'] as const).map((type) => [type, `${node}.node.consul`] as const),
  ),
  ['SRV', 'consul.service.consul'],
  ['A', 'nothing.service.consul'],
  ['A', 'nothing.node.consul'],
  ['A', 'nothing.consul'],
  ['A', 'service.consul'],
  ['PTR', '1.0.0.127.in-addr.arpa'],
  ['PTR', '2.0.0.10.in-addr.arpa'],
  ['PTR', '3.0.0.10.in-addr.arpa'],
  ['PTR', '1.0.1.10.in-addr.arpa'],
  ['PTR', '2.0.1.10.in-addr.arpa'],
  ['PTR', '9.9.9.10.in-addr.arpa'],
];

export function formatStep(step: Step): string {
  const { kind, ...fields } = step;
  return `${kind} ${JSON.stringify(fields)}`;
}
