/** What a forwarder counts, since it was made. */
export class ForwardCounts {
  hits = 0;
  misses = 0;
  /** Answers past their time. */
  stale = 0;
  prefetches = 0;
  /** Failures told again without asking. */
  failureHits = 0;
  /** Clients that names are not forwarded for. */
  prohibited = 0;
  upstreamQueries = 0;
  upstreamTimeouts = 0;
  /** Replies that were not to the query. */
  upstreamMismatches = 0;
}

export interface ForwardStats extends Readonly<ForwardCounts> {
  readonly cacheEntries: number;
  readonly cacheBytes: number;
}
