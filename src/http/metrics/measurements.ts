/** What the process measures, as plain numbers: everything counts since the start, but for what is called now. */

/** The DNS side; its transports and its replies. */
export interface DnsMeasurements {
  /** Catalog index that answers are given from. */
  readonly appliedIndex: number;
  /** In the copy of the catalog that answers are given from. */
  readonly nodes: number;
  readonly instances: number;
  /** That answer now, and those of them that took the place of one that died. */
  readonly threads: number;
  readonly restarts: number;
  readonly endpoints: readonly DnsEndpointMeasurements[];
  /** Undefined until the first query can be answered. */
  readonly replies?: DnsReplyMeasurements | undefined;
  readonly compiled?: CompiledMeasurements | undefined;
  readonly forward?: ForwardMeasurements | undefined;
}

/** Answers that were made once and are drawn from again. */
export interface CompiledMeasurements {
  readonly hits: number;
  readonly misses: number;
  readonly answers: number;
  readonly octets: number;
}

export interface DnsEndpointMeasurements {
  readonly transport: string;
  readonly queries: number;
  readonly replies: number;
  /** Messages that got no reply. */
  readonly dropped: number;
  /** Messages dropped because they had waited longer than clients do. */
  readonly expired: number;
  readonly sendErrors: number;
  /** Open now. */
  readonly connections: number;
  readonly connectionsCut: number;
}

export interface DnsReplyMeasurements {
  readonly rcodes: Readonly<Record<string, number>>;
  readonly truncated: number;
  readonly negative: number;
  readonly failOpen: number;
  readonly cookiesValid: number;
  readonly cookiesBad: number;
  readonly rateDropped: number;
  readonly rateSlipped: number;
}

/** Names that others are asked about. */
export interface ForwardMeasurements {
  readonly hits: number;
  readonly misses: number;
  readonly stale: number;
  readonly failureHits: number;
  readonly prefetches: number;
  readonly prohibited: number;
  readonly upstreamQueries: number;
  readonly upstreamTimeouts: number;
  readonly upstreamMismatches: number;
  readonly cacheEntries: number;
  readonly cacheBytes: number;
}

export interface ProcessMeasurements {
  readonly uptimeSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  /** Time that the main thread was at work, and not waiting for something to do. */
  readonly eventLoopBusySeconds: number;
}

export interface Measurements {
  readonly catalogIndex: number;
  /** Results of checks that are shown and not durable. */
  readonly unsavedRows: number;
  readonly dns: DnsMeasurements;
  readonly process: ProcessMeasurements;
}
