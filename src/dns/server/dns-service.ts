/**
 * The DNS side as the main thread knows it: starts the threads that answer, hands them the view and every commit, has
 * them listen, and starts those anew that die. Answers nothing itself, so a busy main thread does not slow an answer
 * down.
 *
 *   threads of datagrams (several share an address) ── ask through ──▶ thread of streams, which asks upstreams
 */
import { serialize } from 'node:v8';
import {
  type Clock,
  type Logger,
  type LogLevel,
  systemClock,
  type Timer,
} from '../../runtime/index.ts';
import { ExplainError, formatReply, UnaskableError } from '../answer/explain.ts';
import type { ExplainedAnswer, ExplainRequest } from '../answer/explained.ts';
import type { DnsOptions } from '../options.ts';
import type { ViewDelta } from '../view/delta.ts';
import type { RecordVerdict, RRsetToJudge } from '../zone/stored-verdict.ts';
import { AnswerThreads } from './answer-threads.ts';
import { gatherStats } from './gather-stats.ts';
import type { Endpoint } from './open-transports.ts';
import type { DnsStats, ThreadStats } from './protocol.ts';
import type { SocketAddress } from './transport.ts';

export interface DnsServiceOptions {
  readonly options: DnsOptions;
  /** UDP and TCP on each; port 0 is one free port for all. None: nobody can ask, all else is as always. */
  readonly endpoints: readonly Endpoint[];
  /** Threads that answer datagrams, where several can share an address. Default: 1. */
  readonly threads?: number;
  readonly logger: Logger;
  /** Lines below it stay in the threads. Default: `debug`. */
  readonly logLevel?: LogLevel;
  /** Threads die again and again, and DNS is no longer answered. At most once, never after `close`. */
  readonly onFailure: (reason: string) => void;
  readonly clock?: Clock;
}

/** How long an index may wait that no change came with. */
const INDEX_EVERY_MS = 50;

export class DnsService {
  readonly #threads: AnswerThreads;
  readonly #clock: Clock;
  /** Of the last commit. */
  #index = 0;
  /** Runs while the threads do not know of it. */
  #behind: Timer | undefined;

  constructor(options: DnsServiceOptions) {
    const { threads = 1, logLevel = 'debug', clock = systemClock, ...rest } = options;
    this.#clock = clock;
    this.#threads = new AnswerThreads({ ...rest, threads, logLevel, clock });
  }

  /** Starts the threads, which load while others do their part; without it, `start` does. */
  begin(): void {
    this.#threads.begin();
  }

  /**
   * Resolves with the addresses that are listened on, in the order of the endpoints, once every thread has the whole
   * view and answers. `wholeView` is the catalog at the moment it is called. @throws BindError, ZoneError; the service
   * is then closed
   */
  start(wholeView: () => ViewDelta): Promise<readonly SocketAddress[]> {
    return this.#threads.start(wholeView);
  }

  /**
   * Hands a commit to the threads. Before `start` the view has it already. One that changes nothing there only moves the
   * index, which waits for a while, or for the next that does: a key that is written should cost DNS nothing.
   */
  publish(delta: ViewDelta): void {
    this.#behind?.cancel();
    this.#behind = undefined;
    if (delta.changes.length > 0) this.#post(delta);
    else this.#behind = this.#clock.schedule(INDEX_EVERY_MS, () => this.#catchUp());
    this.#index = delta.index;
  }

  #post(delta: ViewDelta): void {
    const bytes = serialize(delta);
    for (const link of this.#threads.all) link.publish(bytes, delta.changes.length);
  }

  /** Tells the threads of the index that nothing else told them of. */
  #catchUp(): void {
    if (this.#behind === undefined) return;
    this.#behind.cancel();
    this.#behind = undefined;
    this.#post({ index: this.#index, changes: [] });
  }

  /** Answers say so while there are results of checks that are not durable. */
  setUnsaved(hasUnsaved: boolean): void {
    this.#threads.setUnsaved(hasUnsaved);
  }

  /** The catalog index whose answers are given, once all that was published before this call is applied. */
  async appliedIndex(): Promise<number> {
    this.#catchUp();
    const replies = await this.#threads.askAll({ kind: 'applied-index' });
    return Math.min(...replies.map((reply) => (reply.kind === 'applied-index' ? reply.index : 0)));
  }

  async stats(): Promise<DnsStats> {
    this.#catchUp();
    const replies = await this.#threads.askAll({ kind: 'stats' });
    const stats = replies.map((reply): ThreadStats => {
      if (reply.kind === 'stats') return reply.stats;
      throw new Error(`a DNS thread replied ${reply.kind} to stats`);
    });
    return gatherStats(stats, this.#threads.restarts);
  }

  /** How the answer to a question comes about, by the code that answers. @throws UnaskableError */
  async explain(query: ExplainRequest): Promise<ExplainedAnswer> {
    const reply = await this.#threads.streams.request({ kind: 'explain', query });
    switch (reply.kind) {
      case 'explained':
        return { ...reply.account.answer, reply: formatReply(reply.account.message) };
      case 'unaskable':
        throw new UnaskableError(reply.field, reply.reason);
      case 'failed':
        throw new ExplainError(reply.code, reply.reason);
      default:
        throw new Error(`a DNS thread replied ${reply.kind} to explain`);
    }
  }

  /**
   * Whether an RRset may be stored: what the zones that are served now say to it, once all that was published before
   * this call is applied.
   */
  async judge(rrset: RRsetToJudge): Promise<RecordVerdict> {
    const reply = await this.#threads.streams.request({ kind: 'judge', rrset });
    if (reply.kind === 'judged' && reply.verdict !== undefined) return reply.verdict;
    throw new Error(`a DNS thread replied ${reply.kind} to judge`);
  }

  /** Zones are read again, options replaced; identity is not. @throws ZoneError, and all stays as it was */
  reload(options: DnsOptions): Promise<void> {
    return this.#threads.change(options);
  }

  setLogLevel(level: LogLevel): void {
    this.#threads.setLogLevel(level);
  }

  /** Answers what is in flight, then ends the threads. May be called twice, and before `start`. */
  close(): Promise<void> {
    this.#behind?.cancel();
    return this.#threads.close();
  }
}
