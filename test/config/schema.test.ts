import { describe, expect, it } from 'vitest';
import { SCHEMA } from '../../src/config/index.ts';
import { isBlock, rowAt } from '../../src/config/schema.ts';
import { readValue, type SimpleType } from '../../src/config/values.ts';

describe('the schema', () => {
  it('has each key once, in lower case, and none that is a block as well', () => {
    const paths = SCHEMA.map(({ path }) => path);
    expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
    expect(paths.filter((path) => path !== path.toLowerCase())).toEqual([]);
    expect(paths.filter(isBlock)).toEqual([]);
  });

  it('has defaults that are values of their keys', () => {
    const wrong = SCHEMA.filter((row) => row.default !== undefined).filter((row) => {
      return !readValue(row.type as SimpleType, row.default, row).ok;
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('gives every key that is built a default, in words or as a value, but for definitions', () => {
    const without = SCHEMA.filter(
      (row) => row.class === 'built' && row.default === undefined && row.defaultText === undefined,
    );
    expect(without.map(({ path }) => path)).toEqual(['services', 'service', 'checks', 'check']);
  });

  it('adds only to keys that are lists', () => {
    for (const row of SCHEMA) {
      if (row.addsTo !== undefined) expect(rowAt(row.addsTo)?.type).toMatch(/^list/);
    }
  });

  it.each(['leave_on_terminate', 'skip_leave_on_interrupt', 'performance.leave_drain_time'])(
    'does not promise an effect of %s',
    (path) => {
      expect(rowAt(path)?.class).toBe('accepted');
    },
  );

  it('gives no reason to think that a key without effect is reloadable', () => {
    expect(SCHEMA.filter((row) => row.class !== 'built' && row.reloadable)).toEqual([]);
  });
});

/** The keys that Consul 1.16 documents, as the compatibility specification lists them. */
const CONSUL_KEYS = `
node_name node_id node_meta datacenter primary_datacenter domain alt_domain data_dir tagged_addresses
locality.region locality.zone segments partition version server bootstrap bootstrap_expect raft_protocol
read_replica non_voting_server autopilot.cleanup_dead_servers autopilot.last_contact_threshold
autopilot.max_trailing_logs autopilot.min_quorum autopilot.server_stabilization_time bind_addr advertise_addr
advertise_addr_wan client_addr addresses.dns addresses.http addresses.https addresses.grpc addresses.grpc_tls
unix_sockets.user unix_sockets.group unix_sockets.mode serf_lan serf_wan ports.dns ports.http ports.https
ports.grpc ports.grpc_tls ports.server ports.serf_lan ports.serf_wan ports.sidecar_min_port
ports.sidecar_max_port ports.expose_min_port ports.expose_max_port ports.proxy_min_port ports.proxy_max_port
retry_join retry_join_wan retry_interval retry_max start_join rejoin_after_leave leave_on_terminate
skip_leave_on_interrupt reconnect_timeout encrypt encrypt_verify_incoming encrypt_verify_outgoing
gossip_lan.gossip_nodes gossip_wan.probe_timeout services service checks check enable_script_checks
enable_local_script_checks check_update_interval check_output_max_size discard_check_output watches
dns_config.allow_stale dns_config.max_stale dns_config.node_ttl dns_config.service_ttl
dns_config.a_record_limit dns_config.udp_answer_limit dns_config.enable_truncate
dns_config.disable_compression dns_config.only_passing dns_config.recursor_strategy
dns_config.recursor_timeout dns_config.enable_additional_node_meta_txt dns_config.soa.refresh
dns_config.soa.retry dns_config.soa.expire dns_config.soa.min_ttl dns_config.use_cache
dns_config.cache_max_age dns_config.prefer_namespace recursors tls.defaults.ca_file tls.https.cert_file
tls.internal_rpc.verify_server_hostname tls.grpc.use_auto_cert http_config.block_endpoints
http_config.allow_write_http_from http_config.response_headers http_config.use_cache
http_config.max_header_bytes ui_config.enabled ui_config.dir ui_config.content_path enable_debug
default_query_time max_query_time limits.http_max_conns_per_client limits.kv_max_value_size
limits.txn_max_req_len limits.rpc_client_timeout limits.request_limits.mode session_ttl_min
discovery_max_stale performance.raft_multiplier performance.leave_drain_time performance.rpc_hold_timeout
log_level log_json log_file log_rotate_bytes log_rotate_duration log_rotate_max_files enable_syslog
syslog_facility pid_file telemetry.metrics_prefix telemetry.disable_hostname
telemetry.prometheus_retention_time telemetry.statsd_address telemetry.statsite_address
telemetry.dogstatsd_addr telemetry.dogstatsd_tags telemetry.prefix_filter telemetry.filter_default
telemetry.circonus_api_token disable_host_node_id disable_update_check disable_remote_exec
disable_coordinates disable_anonymous_signature translate_wan_addrs auto_reload_config
use_streaming_backend rpc.enable_streaming raft_snapshot_threshold raft_snapshot_interval
raft_trailing_logs license_path auto_encrypt.tls auto_config.enabled config_entries.bootstrap audit
acl.enabled acl.default_policy acl.down_policy acl.token_ttl acl.enable_key_list_policy acl.tokens.agent
acl.tokens.default acl.tokens.initial_management acl.tokens.master acl.tokens.agent_master
acl.tokens.replication connect.enabled connect.ca_config.cluster_id peering.enabled
acl_datacenter acl_default_policy acl_down_policy acl_ttl acl_token acl_agent_token acl_master_token
acl_agent_master_token acl_replication_token acl_enable_key_list_policy enable_acl_replication ca_file
ca_path cert_file key_file tls_min_version tls_cipher_suites verify_incoming verify_incoming_rpc
verify_incoming_https verify_outgoing verify_server_hostname start_join_wan ui ui_dir ui_content_path
`;

it('every key of Consul is known', () => {
  const keys = CONSUL_KEYS.trim().split(/\s+/);
  expect(keys.filter((key) => rowAt(key) === undefined)).toEqual([]);
});
