/** The DNS side's options out of settings that broke no rule. */
import type { DnsOptions } from '../dns/index.ts';
import { LOCAL_SUBNETS, type RecursorAddress, readRecursor } from './addresses.ts';
import type { Host } from './host.ts';
import type { Settings } from './settings.ts';

type AnswerOptions = DnsOptions['answer'];
type ProtocolOptions = DnsOptions['protocol'];
type ForwardOptions = DnsOptions['forward'];

export function dnsOptions(settings: Settings, nodeName: string, host: Host): DnsOptions {
  return {
    identity: {
      domain: absolute(settings.text('domain')),
      altDomain: absolute(settings.text('alt_domain')),
      datacenter: settings.text('datacenter').toLowerCase(),
      nodeName,
    },
    answer: answerOptions(settings),
    protocol: protocolOptions(settings),
    forward: forwardOptions(settings),
    zoneDirectory: settings.text('zone_dir') || host.zoneDirectory(),
  };
}

function answerOptions(settings: Settings): AnswerOptions {
  const ttls = Object.entries(settings.map<number>('dns_config.service_ttl'));
  return {
    onlyPassing: settings.flag('dns_config.only_passing'),
    nodeTtlSeconds: seconds(settings.count('dns_config.node_ttl')),
    serviceTtlSeconds: Object.fromEntries(
      ttls.map(([name, ms]) => [name.toLowerCase(), seconds(ms)]),
    ),
    aRecordLimit: settings.count('dns_config.a_record_limit'),
    udpAnswerLimit: settings.count('dns_config.udp_answer_limit'),
    additionalNodeMetaTxt: settings.flag('dns_config.enable_additional_node_meta_txt'),
    disableCompression: settings.flag('dns_config.disable_compression'),
    truncate: settings.flag('dns_config.enable_truncate'),
    weighted: settings.flag('dns_config.weighted'),
    minimalAny: settings.flag('dns_config.minimal_any'),
    translateWanAddresses: settings.flag('translate_wan_addrs'),
    failOpen: {
      minHealthyPercent: settings.count('dns_config.fail_open.min_healthy_percent'),
      services: settings
        .list('dns_config.fail_open.services')
        .map((pattern) => pattern.toLowerCase()),
    },
    near: settings.map<readonly string[]>('dns_config.near'),
    soa: soaTimers(settings),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

const SOA_FIELDS = {
  refreshSeconds: 'refresh',
  retrySeconds: 'retry',
  expireSeconds: 'expire',
  minTtlSeconds: 'min_ttl',
} as const;

/** Only the timers that are given: the others are the zone file's. */
function soaTimers(settings: Settings): DnsOptions['answer']['soa'] {
  const given = Object.entries(SOA_FIELDS)
    .map(([field, key]) => [field, settings.at(`dns_config.soa.${key}`)?.value] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function protocolOptions(settings: Settings): ProtocolOptions {
  return {
    identity: settings.text('dns_config.identity'),
    version: settings.text('dns_config.version'),
    nsid: settings.text('dns_config.nsid'),
    cookies: settings.flag('dns_config.cookies'),
    cookieSecrets: settings.list('dns_config.cookie_secrets'),
    rateLimit: {
      responsesPerSecond: settings.count('dns_config.rate_limit.responses_per_second'),
      slip: settings.count('dns_config.rate_limit.slip'),
      exempt: settings.list('dns_config.rate_limit.exempt'),
    },
  };
}

function forwardOptions(settings: Settings): ForwardOptions {
  const domains = Object.entries(settings.map<readonly string[]>('forward'));
  const allowed = settings.list('dns_config.allow_recursion');
  return {
    recursors: recursors(settings.list('recursors')),
    strategy: settings.text('dns_config.recursor_strategy') as ForwardOptions['strategy'],
    timeoutMs: settings.count('dns_config.recursor_timeout'),
    domains: Object.fromEntries(
      domains.map(([domain, servers]) => [absolute(domain), recursors(servers)]),
    ),
    // A list is added to by each file, so the subnets that it has by default are none of it.
    allowed: allowed.length > 0 ? allowed : LOCAL_SUBNETS,
    cache: {
      maxBytes: settings.count('dns_config.recursor_cache.max_bytes'),
      maxTtlSeconds: seconds(settings.count('dns_config.recursor_cache.max_ttl')),
      maxNegativeTtlSeconds: seconds(settings.count('dns_config.recursor_cache.max_negative_ttl')),
      staleSeconds: seconds(settings.count('dns_config.recursor_cache.stale')),
      prefetch: settings.flag('dns_config.recursor_cache.prefetch'),
    },
  };
}

/** In the order given, each once. */
function recursors(texts: readonly string[]): RecursorAddress[] {
  const byText = new Map<string, RecursorAddress>();
  for (const text of texts) {
    const recursor = readRecursor(text);
    if (typeof recursor === 'string') continue;
    byText.set(`${recursor.address} ${recursor.port}`, recursor);
  }
  return [...byText.values()];
}

/** A domain in lower case with its final dot; empty stays empty. */
function absolute(domain: string): string {
  if (domain === '') return '';
  const lower = domain.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}
