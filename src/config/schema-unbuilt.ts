/** The keys of Consul that are known here and have no effect, and those that are refused because that would be unsafe. */
import { type SchemaRow, unbuilt } from './schema-row.ts';

const TLS_BLOCK = {
  ca_file: '',
  ca_path: '',
  cert_file: '',
  key_file: '',
  tls_min_version: 'TLSv1_2',
  tls_cipher_suites: '',
  verify_outgoing: false,
  verify_server_hostname: false,
  use_auto_cert: false,
};
const GOSSIP_BLOCK = {
  gossip_nodes: 3,
  gossip_interval: '200ms',
  probe_interval: '1s',
  probe_timeout: '500ms',
  suspicion_mult: 4,
  retransmit_mult: 4,
};

const NO_TLS = 'TLS listeners are not built yet';
const NO_GOSSIP = 'there is no gossip: one machine, or an etcd cluster';
const NO_RAFT = 'there is no Raft: the store is LMDB';
const NO_MESH = 'the service mesh is not built yet';
const ONE_KIND_OF_CA = 'a root on P-256 for ten years that signs by itself is the only kind';
const NO_ACL = 'ACLs are not built yet';
const NO_METRICS = '/v1/agent/metrics has them, under fixed names; nothing is sent anywhere';
const NO_LEAVING = 'a stop never deregisters: what was registered stays in the store';
const NO_ENTERPRISE = 'a feature of Consul Enterprise';
const NOT_YET = 'not built yet';
const NOTHING_TO_DO = 'nothing to do here';

export const REFUSED_KEYS: readonly SchemaRow[] = [
  ...unbuilt('refused', NO_ACL, 'acl', { enabled: false }),
  ...unbuilt('refused', 'there is no other certificate authority yet', 'connect', {
    ca_provider: 'consul',
  }),
  ...unbuilt('refused', 'the root is made here', 'connect.ca_config', { root_cert: '' }),
  ...unbuilt('refused', 'the root is made here', 'connect.ca_config', { private_key: '' }).map(
    (row) => ({ ...row, secret: true }),
  ),
  ...unbuilt('refused', 'gossip is not encrypted because there is none', '', { encrypt: '' }),
  ...unbuilt('refused', 'clients would not be verified', '', {
    verify_incoming: false,
    verify_incoming_rpc: false,
    verify_incoming_https: false,
  }),
  ...['defaults', 'https', 'internal_rpc', 'grpc'].flatMap((listener) =>
    unbuilt('refused', 'clients would not be verified', `tls.${listener}`, {
      verify_incoming: false,
    }),
  ),
  ...unbuilt('refused', 'the configuration of another server would not be fetched', 'auto_config', {
    enabled: false,
  }),
];

const accepted = (
  description: string,
  prefix: string,
  defaults: Readonly<Record<string, unknown>>,
): SchemaRow[] => unbuilt('accepted', description, prefix, defaults);

const network: readonly SchemaRow[] = [
  ...accepted(NOT_YET, 'addresses', { https: '', grpc: '', grpc_tls: '' }),
  ...accepted(NOT_YET, 'ports', { https: -1, grpc: -1, grpc_tls: -1 }),
  ...accepted(NO_GOSSIP, 'ports', { serf_lan: 8301, serf_wan: 8302 }),
  ...accepted(NO_MESH, 'ports', {
    sidecar_min_port: 21_000,
    sidecar_max_port: 21_255,
    expose_min_port: 21_500,
    expose_max_port: 21_755,
    proxy_min_port: 20_000,
    proxy_max_port: 20_255,
  }),
  ...accepted(NOT_YET, 'unix_sockets', { user: '', group: '', mode: '' }),
  ...accepted(NOT_YET, '', {
    advertise_addr_ipv4: '',
    advertise_addr_ipv6: '',
    advertise_addr_wan_ipv4: '',
    advertise_addr_wan_ipv6: '',
  }),
  ...accepted(NO_GOSSIP, '', {
    serf_lan: '',
    serf_wan: '',
    serf_lan_allowed_cidrs: [],
    serf_wan_allowed_cidrs: [],
    advertise_reconnect_timeout: '0s',
    retry_join: [],
    retry_join_wan: [],
    retry_interval: '30s',
    retry_interval_wan: '30s',
    retry_max: 0,
    retry_max_wan: 0,
    start_join: [],
    start_join_wan: [],
    rejoin_after_leave: false,
    reconnect_timeout: '72h',
    reconnect_timeout_wan: '72h',
    encrypt_verify_incoming: true,
    encrypt_verify_outgoing: true,
    disable_keyring_file: false,
    segment: '',
    segments: null,
    primary_gateways: [],
    primary_gateways_interval: '30s',
    server_name: '',
    server_rejoin_age_max: '168h',
  }),
  ...accepted(NO_GOSSIP, 'gossip_lan', GOSSIP_BLOCK),
  ...accepted(NO_GOSSIP, 'gossip_wan', GOSSIP_BLOCK),
];

const cluster: readonly SchemaRow[] = [
  ...accepted(NO_RAFT, '', {
    protocol: 2,
    raft_protocol: 3,
    raft_snapshot_threshold: 16_384,
    raft_snapshot_interval: '30s',
    raft_trailing_logs: 10_240,
    raft_logstore: null,
    read_replica: false,
    non_voting_server: false,
  }),
  ...accepted(NO_RAFT, 'autopilot', {
    cleanup_dead_servers: true,
    last_contact_threshold: '200ms',
    max_trailing_logs: 250,
    min_quorum: 0,
    server_stabilization_time: '10s',
    disable_upgrade_migration: false,
    redundancy_zone_tag: '',
    upgrade_version_tag: '',
  }),
  ...accepted(NO_RAFT, 'performance', {
    raft_multiplier: 5,
    rpc_hold_timeout: '7s',
    grpc_keepalive_interval: '30s',
    grpc_keepalive_timeout: '20s',
  }),
  ...accepted(NO_RAFT, 'limits', {
    https_handshake_timeout: '5s',
    rpc_client_timeout: '60s',
    rpc_handshake_timeout: '5s',
    rpc_max_burst: 1000,
    rpc_max_conns_per_client: 100,
    rpc_rate: -1,
  }),
  ...accepted(NOT_YET, 'limits.request_limits', {
    mode: 'disabled',
    read_rate: -1,
    write_rate: -1,
  }),
  ...accepted(NOTHING_TO_DO, 'rpc', { enable_streaming: true }),
  ...accepted(NO_MESH, 'connect', {
    enable_mesh_gateway_wan_federation: false,
  }),
  ...accepted(ONE_KIND_OF_CA, 'connect.ca_config', {
    intermediate_cert_ttl: '8760h',
    root_cert_ttl: '87600h',
    private_key_type: 'ec',
    private_key_bits: 256,
    csr_max_per_second: 50,
    csr_max_concurrent: 0,
  }),
  ...accepted(NO_MESH, 'xds', { update_max_per_second: 250 }),
  ...accepted(NO_MESH, 'config_entries', { bootstrap: null }),
  ...accepted(NOT_YET, 'peering', { enabled: true }),
];

const security: readonly SchemaRow[] = [
  ...accepted(NO_ACL, 'acl', {
    enable_token_replication: false,
    policy_ttl: '30s',
    role_ttl: '0s',
    token_ttl: '30s',
    down_policy: 'extend-cache',
    default_policy: 'allow',
    enable_key_list_policy: false,
    enable_token_persistence: false,
    msp_disable_bootstrap: false,
  }),
  ...accepted(NO_ACL, 'acl.tokens', {
    initial_management: '',
    master: '',
    replication: '',
    agent_recovery: '',
    agent_master: '',
    default: '',
    agent: '',
    config_file_service_registration: '',
    managed_service_provider: null,
  }),
  ...accepted(NO_ACL, '', {
    acl_datacenter: '',
    acl_default_policy: 'allow',
    acl_down_policy: 'extend-cache',
    acl_ttl: '30s',
    acl_token: '',
    acl_agent_token: '',
    acl_master_token: '',
    acl_agent_master_token: '',
    acl_replication_token: '',
    acl_enable_key_list_policy: false,
    enable_acl_replication: false,
  }),
  ...['defaults', 'https', 'internal_rpc', 'grpc'].flatMap((listener) =>
    accepted(NO_TLS, `tls.${listener}`, TLS_BLOCK),
  ),
  ...accepted(NO_TLS, '', {
    ca_file: '',
    ca_path: '',
    cert_file: '',
    key_file: '',
    tls_min_version: '',
    tls_cipher_suites: '',
    verify_outgoing: false,
    verify_server_hostname: false,
    enable_agent_tls_for_checks: false,
  }),
  ...accepted(NO_TLS, 'auto_encrypt', { tls: false, allow_tls: false, dns_san: [], ip_san: [] }),
  ...accepted(NOT_YET, 'auto_config', {
    intro_token: '',
    intro_token_file: '',
    server_addresses: [],
    dns_sans: [],
    ip_sans: [],
    authorization: null,
  }),
];

const telemetry = accepted(NO_METRICS, 'telemetry', {
  metrics_prefix: 'consul',
  disable_hostname: false,
  enable_host_metrics: false,
  prometheus_retention_time: '0s',
  statsd_address: '',
  statsite_address: '',
  dogstatsd_addr: '',
  dogstatsd_tags: [],
  prefix_filter: [],
  filter_default: true,
  retry_failed_connection: true,
  ...Object.fromEntries(
    (
      'api_app api_token api_url broker_id broker_select_tag check_display_name check_id ' +
      'check_force_metric_activation check_instance_id check_search_tag check_tags ' +
      'submission_interval submission_url'
    )
      .split(' ')
      .map((key) => [`circonus_${key}`, '']),
  ),
});

const rest: readonly SchemaRow[] = [
  // The defaults are what happens here, whatever Consul would choose for a client.
  ...accepted(NO_LEAVING, '', { leave_on_terminate: false, skip_leave_on_interrupt: true }),
  ...accepted(NO_LEAVING, 'performance', { leave_drain_time: '5s' }),
  ...accepted('a node answers from its own copy, which is never stale', 'dns_config', {
    allow_stale: true,
    max_stale: '87600h',
    use_cache: false,
    cache_max_age: '0s',
  }),
  ...accepted(NO_ENTERPRISE, 'dns_config', { prefer_namespace: false }),
  ...accepted(NO_ENTERPRISE, '', {
    partition: '',
    audit: null,
    license_path: '',
    reporting: null,
    cloud: null,
    snapshot_agent: null,
  }),
  ...accepted('checks of this kind are not built yet', '', {
    enable_script_checks: false,
    enable_local_script_checks: false,
  }),
  ...accepted(NOT_YET, '', {
    discard_check_output: false,
    enable_debug: false,
    discovery_max_stale: '0s',
    watches: null,
    log_file: '',
    log_rotate_bytes: 0,
    log_rotate_duration: '0s',
    log_rotate_max_files: 0,
    enable_syslog: false,
    syslog_facility: 'LOCAL0',
    auto_reload_config: false,
    disable_http_unprintable_char_filter: false,
    ui: false,
    ui_dir: '',
    ui_content_path: '/ui/',
  }),
  ...accepted(NOT_YET, 'ui_config', {
    enabled: false,
    dir: '',
    content_path: '/ui/',
    metrics_provider: '',
    metrics_provider_files: [],
    metrics_provider_options_json: '',
    metrics_proxy: null,
    dashboard_url_templates: {},
  }),
  ...accepted(NOTHING_TO_DO, 'cache', { entry_fetch_max_burst: 2, entry_fetch_rate: 0 }),
  ...accepted(NOTHING_TO_DO, '', {
    disable_host_node_id: true,
    disable_anonymous_signature: false,
    disable_remote_exec: true,
    disable_coordinates: false,
    enable_central_service_config: true,
    use_streaming_backend: true,
    experiments: [],
  }),
];

export const ACCEPTED_KEYS: readonly SchemaRow[] = [
  ...network,
  ...cluster,
  ...security,
  ...telemetry,
  ...rest,
];
