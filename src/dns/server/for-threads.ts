/** What a thread is told of the options, where they speak of the server as a whole. */
import type { DnsOptions } from '../options.ts';

export interface Share {
  /** Threads that there are. */
  readonly threads: number;
  /** 32 hexadecimal digits, for when the options have none: a cookie of one thread is good at the others. */
  readonly cookieSecret: string;
}

export function forThreads(options: DnsOptions, { threads, cookieSecret }: Share): DnsOptions {
  const { protocol, forward } = options;
  const hasSecret = protocol.cookieSecrets.length > 0;
  return {
    ...options,
    protocol: hasSecret ? protocol : { ...protocol, cookieSecrets: [cookieSecret] },
    forward:
      forward.cache === undefined ? forward : { ...forward, cache: part(forward.cache, threads) },
  };
}

/** Each thread keeps what upstreams say: its bound is that of all of them together. */
function part<Cache extends { readonly maxBytes: number }>(cache: Cache, threads: number): Cache {
  return { ...cache, maxBytes: Math.floor(cache.maxBytes / threads) };
}
