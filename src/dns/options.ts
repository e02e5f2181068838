/**
 * What the DNS side can be told. `src/config` makes these from files and flags; a reload hands in new ones.
 */

export const RECURSOR_STRATEGIES = ['sequential', 'random'] as const;
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
  /** Timers that override those of the apex zone file. */
  readonly soa: Partial<SoaTimers>;
}

export interface ForwardOptions {
  readonly recursors: readonly UpstreamAddress[];
  readonly strategy: RecursorStrategy;
  /** Of one try at one recursor. */
  readonly timeoutMs: number;
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
  readonly forward: ForwardOptions;
  /** Folder of master files; the apex of `domain` is `consul.zone` in it. */
  readonly zoneDirectory: string;
}
