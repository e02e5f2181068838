/** The keys of the DNS side, in the order of the documentation: what is answered, and how the server guards itself. */
import { limits } from '../runtime/index.ts';
import { built, type SchemaRow } from './schema-row.ts';
import { CHARACTER_STRING, COOKIE_SECRET, OCTETS, SERVICE_PATTERN, SUBNET } from './text-forms.ts';

const RELOADABLE = { reloadable: true } as const;
const SECONDS_MAX = 2 ** 31 - 1;
const DAY_MS = 86_400_000;

const answers: readonly SchemaRow[] = [
  built('recursors', 'list of strings', 'Servers for names outside the zones: IP, or IP:port', {
    default: [],
    ...RELOADABLE,
  }),
  built('forward', 'map of lists of strings', 'Domain to the servers for names in it', {
    default: {},
    ...RELOADABLE,
  }),
  built('zone_dir', 'string', 'Directory of master files (*.zone)', {
    defaultText: 'the zones that come with rollcall',
  }),
  built(
    'dns_config.threads',
    'integer',
    'Threads that answer UDP, each with its copy of the catalog',
    {
      defaultText: 'the cores less one, at least 1',
      min: limits.dnsThreads.min,
      max: limits.dnsThreads.max,
    },
  ),
  built('dns_config.node_ttl', 'duration', 'TTL of node, address and NS records', {
    default: '0s',
    min: 0,
    ...RELOADABLE,
  }),
  built('dns_config.service_ttl', 'map of durations', 'TTL by service name or prefix*', {
    default: {},
    min: 0,
    ...RELOADABLE,
  }),
  built('dns_config.only_passing', 'boolean', 'Leave out instances that are warning', {
    default: false,
    ...RELOADABLE,
  }),
  built('dns_config.a_record_limit', 'integer', 'Most addresses in one answer; 0 is no limit', {
    default: 0,
    min: 0,
    ...RELOADABLE,
  }),
  built('dns_config.udp_answer_limit', 'integer', 'Most answers over plain UDP; 0 is what fits', {
    default: 0,
    min: 0,
    ...RELOADABLE,
  }),
  built('dns_config.enable_additional_node_meta_txt', 'boolean', 'Node metadata as TXT records', {
    default: true,
    ...RELOADABLE,
  }),
  built(
    'dns_config.weighted',
    'boolean',
    'Weights decide over order and subset; false: all equal',
    {
      default: true,
      ...RELOADABLE,
    },
  ),
  built(
    'dns_config.near',
    'map of lists of strings',
    'Subnets by location: near instances go first',
    {
      default: {},
      form: SUBNET,
      ...RELOADABLE,
    },
  ),
  built(
    'dns_config.fail_open.min_healthy_percent',
    'number',
    'With a smaller share healthy, all instances are answered; 0 is off',
    { default: 0, min: 0, max: 100, ...RELOADABLE },
  ),
  built(
    'dns_config.fail_open.services',
    'list of strings',
    'The services it holds for; none: all',
    {
      default: [],
      form: SERVICE_PATTERN,
      ...RELOADABLE,
    },
  ),
  built(
    'translate_wan_addrs',
    'boolean',
    "Answer with the wan addresses of other datacenters' things",
    {
      default: false,
      ...RELOADABLE,
    },
  ),
  built('dns_config.enable_truncate', 'boolean', 'Set TC when an answer was left out', {
    default: true,
    ...RELOADABLE,
  }),
  built('dns_config.minimal_any', 'boolean', 'Answer ANY with one RRset (RFC 8482)', {
    default: true,
    ...RELOADABLE,
  }),
  built('dns_config.disable_compression', 'boolean', 'Write names in full', {
    default: false,
    ...RELOADABLE,
  }),
  built('dns_config.recursor_strategy', 'string', 'Order in which recursors are asked', {
    default: 'sequential',
    oneOf: ['sequential', 'random', 'fastest'],
    ...RELOADABLE,
  }),
  built('dns_config.recursor_timeout', 'duration', 'Time that one recursor has to answer', {
    default: '2s',
    min: 1,
    ...RELOADABLE,
  }),
  built(
    'dns_config.allow_recursion',
    'list of strings',
    'Subnets, besides loopback, that names are forwarded for; others are refused',
    { defaultText: 'private and link-local ones', form: SUBNET, ...RELOADABLE },
  ),
  built(
    'dns_config.recursor_cache.max_bytes',
    'integer',
    'Memory for replies of recursors; 0: none are kept',
    { default: 64 << 20, min: 0, max: 1 << 30, ...RELOADABLE },
  ),
  built('dns_config.recursor_cache.max_ttl', 'duration', 'The longest that a reply is kept', {
    default: '24h',
    min: 1000,
    max: 7 * DAY_MS,
    ...RELOADABLE,
  }),
  built(
    'dns_config.recursor_cache.max_negative_ttl',
    'duration',
    'The longest that a denial is kept (RFC 2308)',
    { default: '3h', min: 0, max: DAY_MS, ...RELOADABLE },
  ),
  built(
    'dns_config.recursor_cache.stale',
    'duration',
    'How long past its TTL a reply stands in while no recursor answers (RFC 8767); 0: never',
    { default: '24h', min: 0, max: 7 * DAY_MS, ...RELOADABLE },
  ),
  built(
    'dns_config.recursor_cache.prefetch',
    'boolean',
    'Names asked for often are renewed before they expire',
    { default: true, ...RELOADABLE },
  ),
  ...(['refresh', 'retry', 'expire', 'min_ttl'] as const).map((timer) =>
    built(`dns_config.soa.${timer}`, 'integer', `SOA ${timer}, in seconds`, {
      defaultText: 'of the zone file',
      min: 0,
      max: SECONDS_MAX,
      ...RELOADABLE,
    }),
  ),
];

const protocol: readonly SchemaRow[] = [
  built('dns_config.identity', 'string', 'Answer to id.server in class CH; empty: REFUSED', {
    default: '',
    form: CHARACTER_STRING,
    ...RELOADABLE,
  }),
  built('dns_config.version', 'string', 'Answer to version.server in class CH; empty: REFUSED', {
    default: '',
    form: CHARACTER_STRING,
    ...RELOADABLE,
  }),
  built('dns_config.nsid', 'string', 'Name server identifier (RFC 5001); empty: none', {
    default: '',
    form: OCTETS,
    ...RELOADABLE,
  }),
  built('dns_config.cookies', 'boolean', 'DNS cookies (RFC 7873)', {
    default: true,
    ...RELOADABLE,
  }),
  built(
    'dns_config.cookie_secrets',
    'list of strings',
    'The first signs, all verify; none: one that every start makes anew',
    { default: [], form: COOKIE_SECRET, secret: true, ...RELOADABLE },
  ),
  built(
    'dns_config.rate_limit.responses_per_second',
    'integer',
    'Same answers over UDP to one client network; 0 is no limit: set one on an open network',
    { default: 0, min: 0, ...RELOADABLE },
  ),
  built(
    'dns_config.rate_limit.slip',
    'integer',
    'Every so many-th reply over the limit is sent, truncated; 0: none',
    { default: 2, min: 0, max: 10, ...RELOADABLE },
  ),
  built('dns_config.rate_limit.exempt', 'list of strings', 'Subnets that are never limited', {
    default: [],
    form: SUBNET,
    ...RELOADABLE,
  }),
];

export const DNS_KEYS: readonly SchemaRow[] = [...answers, ...protocol];
