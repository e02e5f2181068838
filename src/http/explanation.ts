/**
 * What `/v1/dns/explain` asks the DNS side and is told: plain data, everything in words or presentation form. This
 * layer may not import DNS, so the shapes are written down here, and the composition root shows that they fit.
 */

export interface ExplanationRequest {
  readonly name: string;
  /** `A`, `TYPE65400`, … */
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  /** Undefined: a query without EDNS. */
  readonly bufsize: number | undefined;
  /** Address that the query is taken to come from. */
  readonly client: string;
}

/** An Error that it rejects with, of code `dns_unaskable`, names the `field` of the request that no query can be made of. */
export type ExplainDns = (request: ExplanationRequest) => Promise<Explanation>;

export interface Explanation {
  readonly name: string;
  readonly type: string;
  readonly client: string;
  readonly transport: 'udp' | 'tcp';
  /** What the name asks for; undefined outside the domains. */
  readonly parsed: Readonly<Record<string, string>> | undefined;
  readonly source: string;
  readonly outcome: string;
  readonly rcode: string;
  readonly why: string;
  readonly notes: readonly string[];
  /** Undefined when nothing was answered. */
  readonly ttl: { readonly seconds: number; readonly rule: string } | undefined;
  readonly instances: readonly ExplainedInstance[];
  readonly truncated: boolean;
  readonly bytes: number;
  readonly bytesMax: number;
  /** The reply as `dig` prints it, a line each. */
  readonly reply: readonly string[];
}

export interface ExplainedInstance {
  readonly node: string;
  readonly serviceId: string;
  readonly address: string;
  readonly port: number;
  readonly status: string;
  readonly weight: number;
  readonly kept: boolean;
  readonly reason: string;
  readonly detail: string;
}
