/**
 * What the main thread and an answer thread say to each other. Plain data, in order both ways: a request is answered
 * after everything that was posted before it was done, but for those that take their time (`serve`, `open`, `shut`,
 * `explain`, `judge`, `prepare`): what is posted after them does not wait for that. A reload is prepared by all threads
 * before any of them adopts it; a thread that a stop overtakes does not reply.
 *
 *   main                              thread
 *    │── view (slices) ─────────────────▶│ applies
 *    │── serve ─────────────────────────▶│ reads the zones
 *    │◀──────────────── serving | refused│
 *    │── open (an address) ─────────────▶│ binds
 *    │◀───────────────── opened | refused│
 *    │── view (commits), requests ──────▶│
 *    │◀──────────────────── reply, log ──│
 *    │── stop ──────────────────────────▶│ answers what is in flight, exits
 */
import type { MessagePort } from 'node:worker_threads';
import type { LogFields, LogLevel } from '../../runtime/index.ts';
import type { CompiledStats } from '../answer/compiled/compiled-answers.ts';
import type { ReplyCounts } from '../answer/counts.ts';
import type { Account, ExplainErrorCode } from '../answer/explain.ts';
import type { ExplainRequest } from '../answer/explained.ts';
import type { ForwardStats } from '../forward/forward-counts.ts';
import type { DnsOptions } from '../options.ts';
import type { RecordVerdict, RRsetToJudge } from '../zone/stored-verdict.ts';
import type { ZoneFault } from '../zone/zone-error.ts';
import type {
  BindAddress,
  Sharing,
  SocketAddress,
  Transport,
  TransportStats,
} from './transport.ts';

/** What a thread starts with. */
export interface ThreadStart {
  readonly options: DnsOptions;
  /** Whether it asks upstreams itself; others ask through that one. */
  readonly forwards: boolean;
  /** Lines below it are not posted. */
  readonly logLevel: LogLevel;
  /** Present: datagrams are taken in batches, and the thread sleeps until this eventfd is written to. */
  readonly wakeFd?: number;
}

export type Request =
  | { readonly kind: 'serve' }
  | {
      readonly kind: 'open';
      readonly transport: Transport['kind'];
      readonly at: BindAddress;
      readonly sharing: Sharing;
    }
  | { readonly kind: 'shut'; readonly socket: number }
  | { readonly kind: 'applied-index' }
  | { readonly kind: 'stats' }
  | { readonly kind: 'explain'; readonly query: ExplainRequest }
  | { readonly kind: 'judge'; readonly rrset: RRsetToJudge }
  | { readonly kind: 'prepare'; readonly options: DnsOptions }
  /** What was prepared last holds from here on, or is forgotten. */
  | { readonly kind: 'adopt' }
  | { readonly kind: 'abandon' };

export type ToThread =
  /** A ViewDelta as v8.serialize writes it: written once for all threads. */
  | { readonly kind: 'view'; readonly delta: Uint8Array }
  /** The views from here to `view-end` are everything there is: what they do not speak of is gone. */
  | { readonly kind: 'view-begin' }
  | { readonly kind: 'view-end' }
  /** Whether the view has rows that are not durable. */
  | { readonly kind: 'unsaved'; readonly hasUnsaved: boolean }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  /** The thread at the other end asks upstreams for this one. */
  | { readonly kind: 'ask-through'; readonly port: MessagePort }
  /** The thread at the other end wants upstreams asked; it is woken by this eventfd, if there is one. */
  | {
      readonly kind: 'ask-for';
      readonly port: MessagePort;
      readonly wakeFd: number | undefined;
    }
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

/** What the threads count together. */
export interface DnsStats extends ThreadStats {
  /** Threads that answer now. */
  readonly threads: number;
  /** Threads that died and were started again. */
  readonly restarts: number;
}

/** What one thread counts. */
export interface ThreadStats {
  readonly appliedIndex: number;
  readonly nodes: number;
  readonly instances: number;
  readonly endpoints: readonly EndpointStats[];
  /** Undefined until the thread answers. */
  readonly replies: ReplyCounts | undefined;
  /** Undefined until the thread answers. */
  readonly compiled: CompiledStats | undefined;
  /** Undefined until the thread answers. */
  readonly forward: ForwardStats | undefined;
}

export type Reply =
  | { readonly kind: 'serving' }
  | {
      readonly kind: 'opened';
      readonly socket: number;
      readonly address: SocketAddress;
      /** To be closed by whoever sees the thread die before it says `closed`. */
      readonly descriptor: number | undefined;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'applied-index'; readonly index: number }
  | { readonly kind: 'stats'; readonly stats: ThreadStats }
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
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type FromThread =
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  /** The socket is closed; the number of its descriptor may be another's from now on. */
  | { readonly kind: 'closed'; readonly socket: number }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly fields: LogFields;
      readonly message: string;
    };
