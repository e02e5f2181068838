/** The configuration keys that have their effect, in the order of the documentation. Ports: -1 is off, 0 any free one. */
import { DNS_KEYS } from './schema-dns.ts';
import { HTTP_KEYS } from './schema-http.ts';
import { built, type SchemaRow } from './schema-row.ts';
import { UUID } from './text-forms.ts';

const PORT = { min: -1, max: 65_535 } as const;
const RELOADABLE = { reloadable: true } as const;

const identity: readonly SchemaRow[] = [
  built('node_name', 'string', 'Name of this node in the catalog and in DNS', {
    defaultText: 'host name',
  }),
  built('node_id', 'string', 'UUID of this node', { defaultText: 'made once, kept in data_dir' }),
  built('node_meta', 'map of strings', 'Metadata of this node; keys merge over files', {
    default: {},
  }),
  built('datacenter', 'string', 'Name of the datacenter, in lower case', { default: 'dc1' }),
  built('primary_datacenter', 'string', 'Datacenter that is the authority for others', {
    defaultText: 'datacenter',
  }),
  built('domain', 'string', 'Domain that DNS answers for', { default: 'consul.' }),
  built('alt_domain', 'string', 'A second domain with the same answers', { default: '' }),
  built('data_dir', 'string', 'Directory of the store; required unless -dev', { default: '' }),
  built('tagged_addresses', 'map of strings', 'More addresses of this node, by tag', {
    default: {},
  }),
  built('locality.region', 'string', 'Region this node is in', { default: '' }),
  built('locality.zone', 'string', 'Zone this node is in', { default: '' }),
  built('version', 'string', 'Version of Consul that is reported to clients', {
    default: '1.16.4',
  }),
  built('server', 'boolean', 'Registers the service consul, for which NS records are made', {
    default: false,
  }),
  built('bootstrap', 'boolean', 'Accepted with server; one machine always leads itself', {
    default: false,
  }),
  built('bootstrap_expect', 'integer', 'Accepted with server, excludes bootstrap', {
    default: 0,
    min: 0,
  }),
];

const addresses: readonly SchemaRow[] = [
  built('bind_addr', 'string', 'Address of this node towards other nodes', {
    default: '0.0.0.0',
  }),
  built('advertise_addr', 'string', 'Address that this node is known by in the catalog', {
    defaultText: 'bind_addr, or a private address of the host',
  }),
  built('advertise_addr_wan', 'string', 'The same for other datacenters', {
    defaultText: 'advertise_addr',
  }),
  built('client_addr', 'string', 'Addresses of the DNS and HTTP listeners, separated by spaces', {
    default: '127.0.0.1',
  }),
  built('addresses.dns', 'string', 'Addresses of the DNS listeners', {
    defaultText: 'client_addr',
  }),
  built('addresses.http', 'string', 'Addresses of the HTTP listeners', {
    defaultText: 'client_addr',
  }),
  built('ports.dns', 'integer', 'DNS, UDP and TCP', { default: 8600, ...PORT }),
  built('ports.http', 'integer', 'HTTP API', { default: 8500, ...PORT }),
  built('ports.server', 'integer', 'Port that the service consul is registered with', {
    default: 8300,
    ...PORT,
  }),
];

const agent: readonly SchemaRow[] = [
  built('services', 'list of services', 'Services that this agent registers', RELOADABLE),
  built('service', 'service', 'One more service', { ...RELOADABLE, addsTo: 'services' }),
  built('checks', 'list of checks', 'Checks that this agent runs', RELOADABLE),
  built('check', 'check', 'One more check', { ...RELOADABLE, addsTo: 'checks' }),
  built('check_update_interval', 'duration', 'Mean delay before a new output alone is stored', {
    default: '5m',
    min: 0,
  }),
  built('check_output_max_size', 'integer', 'Most bytes of output that a check keeps', {
    default: 4096,
    min: 1,
    max: 1 << 20,
  }),
  built('pid_file', 'string', 'File that holds the process id while the agent runs', {
    default: '',
  }),
  built('log_level', 'string', 'Least level that is logged', {
    default: 'INFO',
    oneOf: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'],
    reloadable: true,
  }),
  built('log_json', 'boolean', 'Log as JSON, one object a line', { default: false }),
];

const HOUR_MS = 3_600_000;

const connect: readonly SchemaRow[] = [
  built('connect.enabled', 'boolean', 'Certificates for services, from an authority of our own', {
    default: true,
  }),
  built('connect.ca_config.cluster_id', 'string', 'UUID that the trust domain is made of', {
    defaultText: 'made once, kept in data_dir',
    form: UUID,
  }),
  built(
    'connect.ca_config.leaf_cert_ttl',
    'duration',
    'How long a certificate of a service holds',
    {
      default: '72h',
      min: HOUR_MS,
      max: 8760 * HOUR_MS,
    },
  ),
];

export const BUILT_KEYS: readonly SchemaRow[] = [
  ...identity,
  ...addresses,
  ...agent,
  ...DNS_KEYS,
  ...HTTP_KEYS,
  ...connect,
];
