/**
 * What the DNS side can be told. `src/config` makes these from files and flags; a reload hands in new ones.
 */

export const RECURSOR_STRATEGIES = ['sequential', 'random', 'fastest'] as const;
export type RecursorStrategy = (typeof RECURSOR_STRATEGIES)[number];

export interface SoaTimers {
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly expireSeconds: number;
  /** The negative TTL: the SOA's own TTL and its MINIMUM (RFC 2308 §4). */
  readonly minTtlSeconds: number;
}

export interface UpstreamAddress {
  readonly address: string;
  readonly port: number;
}

/** Consul has nothing like it: what happens when too few instances are healthy. */
export interface FailOpenOptions {
  /** With fewer healthy than this share of them, all are answered; 0 … 100, and 0 is off. */
  readonly minHealthyPercent: number;
  /** Names in lower case, or `prefix*`; empty means every service. */
  readonly services: readonly string[];
}

/** Settings that an answer depends on; all of them can be reloaded. */
export interface AnswerOptions {
  /** Drop warning instances as well as critical ones. */
  readonly onlyPassing: boolean;
  /** TTL of node, addr, NS and glue records. */
  readonly nodeTtlSeconds: number;
  /** Service name, or `prefix*`, to TTL; names in lower case. */
  readonly serviceTtlSeconds: Readonly<Record<string, number>>;
  /** Most instances in an address answer; 0 = no limit. */
  readonly aRecordLimit: number;
  /** Most answers to a UDP query without EDNS (or with at most 512 octets); 0 = what fits. */
  readonly udpAnswerLimit: number;
  /** Node metadata as TXT in the additional section of node and SRV answers. */
  readonly additionalNodeMetaTxt: boolean;
  readonly disableCompression: boolean;
  /** Sets TC when an answer was left out. False is Consul's default, and its users are not told. */
  readonly truncate: boolean;
  /** Weights decide over order and subset of addresses and SRV records; without, all count the same. */
  readonly weighted: boolean;
  /** ANY gets one RRset (RFC 8482 §4.1), not all of them. */
  readonly minimalAny: boolean;
  /** Things of other datacenters are answered with their `wan` addresses. */
  readonly translateWanAddresses: boolean;
  readonly failOpen: FailOpenOptions;
  /** Name of a location (a zone, a rack) to its subnets, `10.1.0.0/16`; instances near the client go first. */
  readonly near: Readonly<Record<string, readonly string[]>>;
  /** Timers that override those of the apex zone file. */
  readonly soa: Partial<SoaTimers>;
}

export interface RateLimitOptions {
  /** The same answer to one client network in a second; 0 is off. */
  readonly responsesPerSecond: number;
  /** Every so many-th reply over the limit is sent, truncated; 0: none, 1: each. */
  readonly slip: number;
  /** Subnets that are never limited, besides loopback. */
  readonly exempt: readonly string[];
}

/** What a server says of itself and how it guards itself; all of it can be reloaded. */
export interface ProtocolOptions {
  /** Answer to `id.server` and `hostname.bind` in class CH; empty: REFUSED. */
  readonly identity: string;
  /** Answer to `version.server` and `version.bind` in class CH; empty: REFUSED. */
  readonly version: string;
  /** RFC 5001: text, or octets as `0x…`; empty: the option is not answered. */
  readonly nsid: string;
  /** RFC 7873. */
  readonly cookies: boolean;
  /** 32 hexadecimal digits each: the first signs, all verify. Empty: one of this process alone. */
  readonly cookieSecrets: readonly string[];
  readonly rateLimit: RateLimitOptions;
}

/** What is kept of the replies of upstreams. */
export interface ReplyCacheOptions {
  /** Of all that is kept; 0: nothing is. */
  readonly maxBytes: number;
  readonly maxTtlSeconds: number;
  /** RFC 2308 §5. */
  readonly maxNegativeTtlSeconds: number;
  /** How long past its TTL an answer may stand in for one that cannot be had (RFC 8767); 0: never. */
  readonly staleSeconds: number;
  /** Names that are asked often are renewed before they expire. */
  readonly prefetch: boolean;
}

export interface ForwardOptions {
  readonly recursors: readonly UpstreamAddress[];
  readonly strategy: RecursorStrategy;
  /** Of one try at one recursor. */
  readonly timeoutMs: number;
  /** Domain, lower case with a final dot, to those who are asked about it in place of the recursors. */
  readonly domains?: Readonly<Record<string, readonly UpstreamAddress[]>>;
  /** Subnets, besides loopback, that names are forwarded for; absent: everyone. */
  readonly allowed?: readonly string[];
  /** Absent: nothing is kept. */
  readonly cache?: ReplyCacheOptions;
}

/** Whether there is anyone to ask about anything. */
export function isForwarding({ recursors, domains = {} }: ForwardOptions): boolean {
  return recursors.length > 0 || Object.keys(domains).length > 0;
}

/** Settings that hold for the life of the process. */
export interface IdentityOptions {
  /** Primary domain with a final dot, lower case, e.g. `consul.`. */
  readonly domain: string;
  /** Second domain served identically, or empty. */
  readonly altDomain: string;
  readonly datacenter: string;
  readonly nodeName: string;
}

export interface DnsOptions {
  readonly identity: IdentityOptions;
  readonly answer: AnswerOptions;
  readonly protocol: ProtocolOptions;
  readonly forward: ForwardOptions;
  /** Folder of master files; the apex of `domain` is `consul.zone` in it. */
  readonly zoneDirectory: string;
}
