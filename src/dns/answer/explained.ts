/**
 * The account of one answer, as it is handed from the answer thread to HTTP: plain data, everything in words or
 * presentation form. `explain.ts` makes it; knows neither JSON keys nor columns.
 */

export interface ExplainRequest {
  /** Presentation form; without a final dot it is absolute all the same. */
  readonly name: string;
  /** `A`, `TYPE65400`, … */
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  /** Payload size of the query's OPT; undefined: a query without EDNS. */
  readonly bufsize: number | undefined;
  /** Address that the query is taken to come from. */
  readonly client: string;
}

export type KeptOrDropped =
  /** It is in the reply. */
  | 'answered'
  /** A check of it, or of its node, is critical. */
  | 'critical'
  /** A check warns, and `only_passing` is set. */
  | 'warning'
  | 'maintenance'
  /** It does not have the tag. */
  | 'tag'
  /** A condition of a prepared query does not hold. */
  | 'condition'
  /** Its node is not in the catalog. */
  | 'no-node'
  /** It has no address, or text that is none. */
  | 'no-address'
  /** It has no address of the family asked for, or no record of the type. */
  | 'type'
  /** Another instance has the same record. */
  | 'duplicate'
  /** A setting lets fewer answers through. */
  | 'limit'
  /** The reply had no room for it. */
  | 'size';

export interface ExplainedInstance {
  readonly node: string;
  readonly serviceId: string;
  readonly address: string;
  readonly port: number;
  /** `passing`, `warning`, `critical`, or what else a check says. */
  readonly status: string;
  readonly weight: number;
  readonly kept: boolean;
  readonly reason: KeptOrDropped;
  /** A sentence: `check "web:http" is critical`. */
  readonly detail: string;
}

export interface ExplainedAnswer {
  readonly name: string;
  readonly type: string;
  readonly client: string;
  readonly transport: 'udp' | 'tcp';
  /** What the name asks for: `kind` and what goes with it (`service`, `tag`, `datacenter`, …); none outside the domains. */
  readonly parsed: Readonly<Record<string, string>> | undefined;
  /** Who answered: `catalog`, `reverse`, `zones`, `remainder`, `forward`, or `none`. */
  readonly source: string;
  /** `answer`, `no-data`, `name-error`, … */
  readonly outcome: string;
  /** `NOERROR`, `NXDOMAIN`, … */
  readonly rcode: string;
  /** Why that outcome, in one sentence. */
  readonly why: string;
  /** Everything else that had a part in it, in order, a sentence each. */
  readonly notes: readonly string[];
  /** Undefined when nothing was answered. `rule` is the setting it comes from. */
  readonly ttl: { readonly seconds: number; readonly rule: string } | undefined;
  readonly instances: readonly ExplainedInstance[];
  readonly truncated: boolean;
  /** Octets of the reply, and what it might have had. */
  readonly bytes: number;
  readonly bytesMax: number;
  /** The reply in presentation form, a line each, as `dig` prints it; empty when there is none. */
  readonly reply: readonly string[];
}
