/**
 * What the main thread and the DNS thread say to each other. Plain data, in order both ways: a request is
 * answered after everything that was posted before it was done. `explain` and `reload` take their time, and what
 * is posted after them does not wait for that: it is done, and answered, before. Reloads are done one after another,
 * each between two queries and right before its reply; one that a stop overtakes has none.
 *
 *   main                              thread
 *    │── view (slices) ─────────────────▶│ applies
 *    │── view-complete ─────────────────▶│ binds
 *    │◀────────────── listening | refused│
 *    │── view (commits), requests ──────▶│
 *    │◀──────────────────── reply, log ──│
 *    │── stop ──────────────────────────▶│ answers what is in flight, exits
 */
import type { LogFields, LogLevel } from '../../runtime/index.ts';
import type { ReplyCounts } from '../answer/counts.ts';
import type { Account, ExplainErrorCode } from '../answer/explain.ts';
import type { ExplainRequest } from '../answer/explained.ts';
import type { ForwardStats } from '../forward/forward-counts.ts';
import type { DnsOptions } from '../options.ts';
import type { ViewDelta } from '../view/delta.ts';
import type { RecordVerdict, RRsetToJudge } from '../zone/stored-verdict.ts';
import type { ZoneFault } from '../zone/zone-error.ts';
import type { Endpoint } from './open-transports.ts';
import type { SocketAddress, TransportStats } from './transport.ts';

/** What a thread starts with. */
export interface ThreadStart {
  readonly options: DnsOptions;
  readonly endpoints: readonly Endpoint[];
  /** Lines below it are not posted. */
  readonly logLevel: LogLevel;
}

export type Request =
  | { readonly kind: 'applied-index' }
  | { readonly kind: 'stats' }
  | { readonly kind: 'explain'; readonly query: ExplainRequest }
  | { readonly kind: 'judge'; readonly rrset: RRsetToJudge }
  | { readonly kind: 'reload'; readonly options: DnsOptions };

export type ToThread =
  | { readonly kind: 'view'; readonly delta: ViewDelta }
  | { readonly kind: 'view-complete' }
  /** Whether the view has rows that are not durable. */
  | { readonly kind: 'unsaved'; readonly hasUnsaved: boolean }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  | { readonly kind: 'log-level'; readonly level: LogLevel }
  | { readonly kind: 'stop' };

/** An error as data: its class does not survive the way between threads. */
export type Refusal =
  | { readonly kind: 'zones'; readonly faults: readonly ZoneFault[] }
  | { readonly kind: 'bind'; readonly address: SocketAddress; readonly reason: string };

export interface EndpointStats extends TransportStats {
  readonly transport: 'udp' | 'tcp';
  readonly address: SocketAddress;
}

export interface DnsStats {
  readonly appliedIndex: number;
  readonly nodes: number;
  readonly instances: number;
  readonly endpoints: readonly EndpointStats[];
  /** Undefined until the thread answers. */
  readonly replies: ReplyCounts | undefined;
  /** Undefined until the thread answers. */
  readonly forward: ForwardStats | undefined;
}

export type Reply =
  | { readonly kind: 'applied-index'; readonly index: number }
  | { readonly kind: 'stats'; readonly stats: DnsStats }
  | { readonly kind: 'explained'; readonly account: Account }
  | { readonly kind: 'judged'; readonly verdict: RecordVerdict | undefined }
  /** It cannot be explained now. */
  | { readonly kind: 'failed'; readonly code: ExplainErrorCode; readonly reason: string }
  /** The question cannot be asked, for what is in `field` of the request. */
  | {
      readonly kind: 'unaskable';
      readonly field: keyof ExplainRequest;
      readonly reason: string;
    }
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type FromThread =
  | { readonly kind: 'listening'; readonly addresses: readonly SocketAddress[] }
  /** The thread could not start, and ends. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly fields: LogFields;
      readonly message: string;
    };
