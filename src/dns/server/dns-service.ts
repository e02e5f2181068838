/**
 * The DNS side as the main thread knows it: starts the thread that answers, hands it the view and every commit,
 * and tells when it is gone. Answers nothing itself, so a busy main thread does not slow an answer down.
 */
import { Worker } from 'node:worker_threads';
import {
  type Clock,
  type Logger,
  type LogLevel,
  limits,
  systemClock,
  workerEntry,
} from '../../runtime/index.ts';
import { ExplainError, formatReply, UnaskableError } from '../answer/explain.ts';
import type { ExplainedAnswer, ExplainRequest } from '../answer/explained.ts';
import type { DnsOptions } from '../options.ts';
import type { ViewDelta } from '../view/delta.ts';
import type { RecordVerdict, RRsetToJudge } from '../zone/stored-verdict.ts';
import { ZoneError } from '../zone/zone-error.ts';
import { BindError } from './bind-error.ts';
import type { Endpoint } from './open-transports.ts';
import type {
  DnsStats,
  FromThread,
  Refusal,
  Reply,
  Request,
  ThreadStart,
  ToThread,
} from './protocol.ts';
import type { SocketAddress } from './transport.ts';

export interface DnsServiceOptions {
  readonly options: DnsOptions;
  /** UDP and TCP on each; port 0 is one free port for all. None: nobody can ask, all else is as always. */
  readonly endpoints: readonly Endpoint[];
  readonly logger: Logger;
  /** Lines below it stay in the thread. Default: `debug`. */
  readonly logLevel?: LogLevel;
  /** The thread died on its own, and DNS is no longer answered. At most once, never after `close`. */
  readonly onFailure: (reason: string) => void;
  readonly clock?: Clock;
}

/** Changes in one message of the first view: between two, the main thread has a turn for others. */
const SLICE_CHANGES = 2000;
/** What the thread may take to exit beyond its own drain before it is ended. */
const EXIT_GRACE_MS = 1000;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class DnsService {
  readonly #options: DnsServiceOptions;
  readonly #logger: Logger;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #worker: Worker | undefined;
  /** Commits that came while the first view is being handed over. */
  #held: ViewDelta[] | undefined;
  #started: Deferred<readonly SocketAddress[]> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: DnsServiceOptions) {
    this.#options = options;
    this.#logger = options.logger;
  }

  /**
   * Resolves with the addresses that are listened on, in the order of the endpoints, once the thread has the
   * whole of `view` and answers. @throws BindError, ZoneError; the service is then closed
   */
  async start(view: ViewDelta): Promise<readonly SocketAddress[]> {
    this.#held = [];
    const started = withResolvers<readonly SocketAddress[]>();
    this.#started = started;
    const { options, endpoints, logLevel = 'debug' } = this.#options;
    const workerData: ThreadStart = { options, endpoints, logLevel };
    const worker = new Worker(workerEntry('./worker', import.meta.url), { workerData });
    this.#worker = worker;
    worker.on('message', (message: FromThread) => this.#receive(message));
    worker.on('error', (error) => this.#ended(error));
    worker.on('exit', (status) => this.#ended(new Error(`the DNS thread ended (${status})`)));
    const [addresses] = await Promise.all([started.promise, this.#handOver(view)]);
    return addresses;
  }

  /** Hands a commit to the thread. Before `start` the view has it already. */
  publish(delta: ViewDelta): void {
    if (this.#held !== undefined) this.#held.push(delta);
    else this.#post({ kind: 'view', delta });
  }

  /** Answers say so while there are results of checks that are not durable. */
  setUnsaved(hasUnsaved: boolean): void {
    this.#post({ kind: 'unsaved', hasUnsaved });
  }

  /** The catalog index whose answers are given, once all that was published before this call is applied. */
  async appliedIndex(): Promise<number> {
    const reply = await this.#request({ kind: 'applied-index' });
    return reply.kind === 'applied-index' ? reply.index : 0;
  }

  async stats(): Promise<DnsStats> {
    const reply = await this.#request({ kind: 'stats' });
    if (reply.kind !== 'stats') throw new Error(`the DNS thread replied ${reply.kind} to stats`);
    return reply.stats;
  }

  /** How the answer to a question comes about, by the code that answers. @throws UnaskableError */
  async explain(query: ExplainRequest): Promise<ExplainedAnswer> {
    const reply = await this.#request({ kind: 'explain', query });
    switch (reply.kind) {
      case 'explained':
        return { ...reply.account.answer, reply: formatReply(reply.account.message) };
      case 'unaskable':
        throw new UnaskableError(reply.field, reply.reason);
      case 'failed':
        throw new ExplainError(reply.code, reply.reason);
      default:
        throw new Error(`the DNS thread replied ${reply.kind} to explain`);
    }
  }

  /**
   * Whether an RRset may be stored: what the zones that are served now say to it, once all that was published before
   * this call is applied.
   */
  async judge(rrset: RRsetToJudge): Promise<RecordVerdict> {
    const reply = await this.#request({ kind: 'judge', rrset });
    if (reply.kind === 'judged' && reply.verdict !== undefined) return reply.verdict;
    throw new Error(`the DNS thread replied ${reply.kind} to judge`);
  }

  /** Zones are read again, options replaced; identity is not. @throws ZoneError, and all stays as it was */
  async reload(options: DnsOptions): Promise<void> {
    const reply = await this.#request({ kind: 'reload', options });
    if (reply.kind === 'refused') throw errorOf(reply.refusal);
  }

  setLogLevel(level: LogLevel): void {
    this.#post({ kind: 'log-level', level });
  }

  /** Answers what is in flight, then ends the thread. May be called twice, and before `start`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const { clock = systemClock } = this.#options;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const timer = clock.schedule(limits.dnsDrainMs.default + EXIT_GRACE_MS, () => {
      this.#logger.warn({}, 'the DNS thread did not stop in time and is ended');
      void worker.terminate();
    });
    this.#post({ kind: 'stop' });
    await exited;
    timer.cancel();
  }

  async #handOver(view: ViewDelta): Promise<void> {
    const { index, changes } = view;
    for (let at = 0; at < changes.length; at += SLICE_CHANGES) {
      this.#post({
        kind: 'view',
        delta: { index, changes: changes.slice(at, at + SLICE_CHANGES) },
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (changes.length === 0) this.#post({ kind: 'view', delta: view });
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const delta of held) this.#post({ kind: 'view', delta });
    this.#post({ kind: 'view-complete' });
  }

  #post(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  #request(request: Request): Promise<Reply> {
    if (this.#worker === undefined) return Promise.reject(new Error('DNS is not running'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: 'request', id, request });
    });
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case 'listening':
        this.#started?.resolve(message.addresses);
        this.#started = undefined;
        return;
      case 'refused':
        this.#started?.reject(errorOf(message.refusal));
        this.#started = undefined;
        this.#closing ??= this.#close();
        return;
      case 'reply':
        this.#waiting.get(message.id)?.resolve(message.reply);
        this.#waiting.delete(message.id);
        return;
      case 'log':
        this.#logger[message.level](message.fields, message.message);
        return;
    }
  }

  /** The thread is gone, by its own fault or by `close`. */
  #ended(error: Error): void {
    if (this.#worker === undefined) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    const started = this.#started;
    this.#started = undefined;
    started?.reject(error);
    if (this.#closing !== undefined || started !== undefined) return;
    this.#logger.error({ err: error }, 'the DNS thread died');
    this.#options.onFailure(error.message);
  }
}

interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/** Promise.withResolvers, which Node has from version 22. */
function withResolvers<Value>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}

function errorOf(refusal: Refusal): Error {
  switch (refusal.kind) {
    case 'zones':
      return new ZoneError(refusal.faults);
    case 'bind':
      return new BindError(refusal.address, refusal.reason);
  }
}
