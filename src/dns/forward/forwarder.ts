/**
 * The source of everything that is not ours: what an upstream said a moment ago, else what one says now. Decides when
 * a kept answer is good, due to be renewed, or stands in for one that cannot be had; keeping, asking and judging are
 * done elsewhere in this folder. One question is asked once at a time however many clients wait for it, which also
 * ends a loop that leads back here: its second round waits for the first.
 */
import { setMaxListeners } from 'node:events';
import { type Clock, type Logger, limits, type Random } from '../../runtime/index.ts';
import { followAliases } from '../answer/alias-chain.ts';
import type { Failure, Outcome, Query, Relayed, Source } from '../answer/outcome.ts';
import type { ForwardOptions, UpstreamAddress } from '../options.ts';
import type { Name } from '../wire/name.ts';
import type { Question } from '../wire/question.ts';
import type { Whose } from './answers-to.ts';
import { type Backoff, backOff, isOver } from './backoff.ts';
import { cachedError, type Failed, STOPPING, TOO_MANY } from './failures.ts';
import { FairPlaces } from './fair-places.ts';
import { formatAddress } from './format-address.ts';
import { ForwardCounts } from './forward-counts.ts';
import { type Asking, type Forwarding, ForwardScope, forwardingBy } from './forward-scope.ts';
import { OpenTries } from './open-tries.ts';
import { questionKey } from './question-key.ts';
import type { Lent } from './remote-forwarder.ts';
import type { KeptFailure, KeptReply } from './reply-cache.ts';
import { type Resolved, Resolver } from './resolution.ts';
import { failureMsAfter, retentionOf } from './retention.ts';
import { UpstreamHealth } from './upstream-health.ts';
import { QueryWriter } from './upstream-query.ts';
import { systemSockets, type UpstreamSockets } from './upstream-sockets.ts';
import { WaitingClients } from './waiting-clients.ts';

export interface ForwarderParts {
  readonly options: ForwardOptions;
  /** Where this server listens, known once it does. */
  readonly listeners: () => readonly UpstreamAddress[];
  /** Whether other sources speak of a lower-cased name with authority: no upstream is believed about it. */
  readonly isOurs: (name: Name) => boolean;
  /** Asks all sources, for where an alias leads that an upstream does not speak of. */
  readonly follow: (query: Query) => Outcome | Promise<Outcome>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The system's own unless a test says otherwise. */
  readonly sockets?: UpstreamSockets;
}

export interface Forwarder extends Source {
  /** Whose names and clients are forwarded. */
  readonly scope: ForwardScope;
  /** Of an outcome that was just given to `question`: what may be given to others, too, without asking again. */
  lend?(question: Question, outcome: Outcome): Lent | undefined;
  /** Ends every wait with SERVFAIL. May be called twice. */
  close(): void;
}

export function createForwarder(parts: ForwarderParts): Forwarder {
  return new RecursorForwarder(parts);
}

/** A kept answer is renewed in this last part of its time, when it was asked for so often. */
const PREFETCH_SHARE = 0.1;
const PREFETCH_HITS = 2;
const LOG_EVERY_MS = 1000;

/** A question that is being asked. */
interface UnderWay {
  readonly startMs: number;
  readonly outcome: Promise<Outcome>;
}

/** What is known of upstreams goes with the options that they were asked by. */
interface Recursing extends Forwarding {
  readonly health: UpstreamHealth;
  readonly resolver: Resolver;
  readonly underWay: Map<string, UnderWay>;
}

class RecursorForwarder implements Forwarder {
  readonly name = 'forward';
  readonly scope: ForwardScope<Recursing>;
  readonly #parts: ForwarderParts;
  readonly #clock: Clock;
  readonly #writer = new QueryWriter();
  readonly #closing = new AbortController();
  readonly #counts = new ForwardCounts();
  readonly #tries = new OpenTries();
  readonly #asking = new FairPlaces({
    most: limits.forwardSockets.default,
    graceMs: limits.forwardGraceMs.default,
  });
  readonly #waiting: WaitingClients;
  #prefetching = 0;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#waiting = new WaitingClients(parts.clock);
    this.scope = new ForwardScope({
      options: parts.options,
      counts: this.#counts,
      build: (options) => this.#build(options),
    });
    // One listener for each socket, whose number has a limit of its own: many are no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  lend(question: Question, outcome: Outcome): Lent | undefined {
    const kept = this.scope.now.cache.peek(questionKey(question));
    if (kept?.kind !== 'reply') return undefined;
    const nowMs = this.#clock.monotonic();
    // What is due to be renewed is asked for here, so that it is; what was followed further is no more what is kept.
    const freshMs = kept.expiresMs - kept.ttlMs * PREFETCH_SHARE - nowMs;
    if (freshMs <= 0 || outcome !== kept.at(nowMs)) return undefined;
    return { reply: kept.replyAt(nowMs), freshMs, mark: this.scope.now.mark };
  }

  close(): void {
    this.#closing.abort();
  }

  answer(query: Query): Outcome | Promise<Outcome> {
    const outcome = this.#find(query);
    return outcome instanceof Promise
      ? outcome.then((found) => this.#goOn(query, found))
      : this.#goOn(query, outcome);
  }

  /** What is under way and what is kept end where the upstream's word does; from there it is each client's own way. */
  #goOn(query: Query, outcome: Outcome): Outcome | Promise<Outcome> {
    if (outcome.kind !== 'relayed' || outcome.onward === undefined) return outcome;
    const { answers: records, onward, explanation } = outcome;
    const aliases = {
      records,
      target: onward.at(-1) as Name,
      between: onward.slice(0, -1),
      authoritative: false,
      ...(explanation === undefined ? {} : { explanation }),
    };
    return followAliases(query, aliases, this.#parts.follow);
  }

  #find(query: Query): Outcome | Promise<Outcome> {
    const asking = this.scope.admit(query);
    if (asking.kind !== 'asking') return asking;
    const { forwarding } = asking;
    const kept = forwarding.cache.get(asking.key);
    if (kept === undefined) return this.#ask(asking);
    // A zone of ours may be younger than what was kept.
    if (kept.kind === 'reply' && kept.passed.some(this.#parts.isOurs)) {
      forwarding.cache.drop(asking.key);
      return this.#ask(asking);
    }
    const nowMs = this.#clock.monotonic();
    return kept.kind === 'reply'
      ? this.#answerKept(kept, asking, nowMs)
      : this.#answerFailure(kept, asking, nowMs);
  }

  #answerKept(kept: KeptReply, asking: Recursion, nowMs: number): Outcome | Promise<Outcome> {
    const leftMs = kept.expiresMs - nowMs;
    if (leftMs > 0) {
      this.#counts.hits += 1;
      kept.hits += 1;
      if (leftMs < kept.ttlMs * PREFETCH_SHARE) this.#prefetch(kept, asking, nowMs);
      return kept.at(nowMs);
    }
    if (leftMs + staleMsOf(asking.forwarding) <= 0) return this.#ask(asking);
    return this.#answerExpired(kept, asking, nowMs);
  }

  #answerFailure(kept: KeptFailure, asking: Recursion, nowMs: number): Outcome | Promise<Outcome> {
    if (!isBackedOff(kept, asking, nowMs)) return this.#ask(asking);
    this.#counts.failureHits += 1;
    return kept.failure;
  }

  /** RFC 8767 §5: what is new when it comes in time, else what there is. */
  #answerExpired(kept: KeptReply, asking: Recursion, nowMs: number): Outcome | Promise<Outcome> {
    const refresh = isBackedOff(kept, asking, nowMs) ? undefined : this.#begin(asking);
    if (refresh === undefined) return this.#stale(kept);
    const patienceMs = refresh.startMs + limits.forwardStaleMs.default - nowMs;
    const wait = patienceMs <= 0 ? undefined : this.#waiting.take(asking);
    if (wait === undefined) return this.#stale(kept);
    return wait.until(refresh.outcome, patienceMs).then((fresh) => fresh ?? this.#stale(kept));
  }

  #stale(kept: KeptReply): Relayed {
    this.#counts.stale += 1;
    return kept.stale();
  }

  #prefetch(kept: KeptReply, asking: Recursion, nowMs: number): void {
    const { cache } = asking.forwarding.options;
    if (cache?.prefetch !== true || kept.hits < PREFETCH_HITS) return;
    if (isBackedOff(kept, asking, nowMs)) return;
    if (this.#prefetching >= limits.forwardPrefetches.default) return;
    if (asking.forwarding.underWay.has(asking.key)) return;
    const begun = this.#begin(asking);
    if (begun === undefined) return;
    this.#counts.prefetches += 1;
    this.#prefetching += 1;
    const done = (): void => {
      this.#prefetching -= 1;
    };
    void begun.outcome.then(done, done);
  }

  async #ask(asking: Recursion): Promise<Outcome> {
    const wait = this.#waiting.take(asking);
    if (wait === undefined) return TOO_MANY;
    this.#counts.misses += 1;
    return (await wait.until(this.#begin(asking)?.outcome)) ?? TOO_MANY;
  }

  /** The asking of this question, begun now if it is not under way; undefined when too much is. */
  #begin(asking: Recursion): UnderWay | undefined {
    const { forwarding, group, client, key } = asking;
    const { underWay } = forwarding;
    const before = underWay.get(key);
    if (before !== undefined) return before;
    const stop = new AbortController();
    const startMs = this.#clock.monotonic();
    const place = { group, client, sinceMs: startMs, lose: () => stop.abort() };
    if (!this.#asking.take(place)) return undefined;
    setMaxListeners(0, stop.signal);
    const outcome = this.#resolve(asking, stop.signal).finally(() => {
      this.#asking.free(place);
      underWay.delete(key);
    });
    // Whoever waits hears of a defect; with nobody waiting it must not end the thread.
    outcome.catch((error: unknown) => {
      this.#parts.logger.error({ err: error }, 'asking the recursors failed');
    });
    const begun = { startMs, outcome };
    underWay.set(key, begun);
    return begun;
  }

  async #resolve(asking: Recursion, signal: AbortSignal): Promise<Outcome> {
    const { forwarding, group, question } = asking;
    const whose: Whose = (name) => {
      if (this.#parts.isOurs(name)) return 'ours';
      const responsible = forwarding.routes.find(name);
      return responsible === undefined || responsible === group ? 'theirs' : 'others';
    };
    const startMs = this.#clock.monotonic();
    const resolved = await forwarding.resolver.resolve({ question, group, whose, signal });
    switch (resolved.kind) {
      case 'reply':
        return this.#keep(asking, resolved);
      case 'failure':
        this.#log(resolved.failed);
        return this.#fail(asking, resolved.failure, startMs);
      case 'unasked':
        // At the end of it all there is no reason for an answer that is old.
        return resolved.failure === STOPPING ? STOPPING : this.#insteadOf(asking, resolved.failure);
    }
  }

  #keep({ forwarding, key }: Recursion, { reply }: Resolved & { readonly kind: 'reply' }): Outcome {
    const { cache, options } = forwarding;
    if (options.cache === undefined) return reply.relayed;
    const retention = retentionOf(reply, options.cache);
    if (retention !== undefined) {
      const nowMs = this.#clock.monotonic();
      return cache.keepReply(key, reply, retention, nowMs).at(nowMs);
    }
    // What was kept is no longer so, unless this is a part of it.
    if (!reply.relayed.truncated) cache.drop(key);
    return reply.relayed;
  }

  /** RFC 9520 §3.2: not asked again for a while; RFC 8767 §5: nor is what an old answer stands in for. */
  #fail(asking: Recursion, failure: Failure, startMs: number): Outcome {
    const { cache, health } = asking.forwarding;
    const nowMs = this.#clock.monotonic();
    const tries = { startMs, nowMs, lastGoodMs: health.lastGoodMs(asking.group) };
    const kept = cache.peek(asking.key);
    if (kept?.kind === 'reply' && nowMs < kept.expiresMs + staleMsOf(asking.forwarding)) {
      kept.backoff = backOff(tries, limits.forwardRecheckMs.default);
      return this.#insteadOf(asking, failure);
    }
    const wasLately = kept?.kind === 'failure' && nowMs < kept.backoff.untilMs + kept.forMs;
    const forMs = failureMsAfter(wasLately ? kept.forMs : undefined);
    const backoff = backOff(tries, forMs);
    cache.keepFailure(asking.key, {
      kind: 'failure',
      failure: cachedError(failure),
      backoff,
      forMs,
    });
    return failure;
  }

  /** An answer of before, when there is one that is not too old. */
  #insteadOf({ forwarding, key }: Recursion, failure: Failure): Outcome {
    const kept = forwarding.cache.peek(key);
    if (kept?.kind !== 'reply') return failure;
    const nowMs = this.#clock.monotonic();
    if (nowMs < kept.expiresMs) return kept.at(nowMs);
    return nowMs < kept.expiresMs + staleMsOf(forwarding) ? this.#stale(kept) : failure;
  }

  /** With names and addresses, which clients do not get; a line a second is enough to find out. */
  #log(failed: readonly Failed[]): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs < this.#loggedMs + LOG_EVERY_MS) return;
    this.#loggedMs = nowMs;
    const recursors = failed.map(({ upstream, reason }) => `${formatAddress(upstream)} ${reason}`);
    this.#parts.logger.debug({ recursors }, 'a question could not be answered by any recursor');
  }

  #build(options: ForwardOptions): Recursing {
    const { clock, random, listeners, logger, sockets = systemSockets } = this.#parts;
    const resolving = {
      sockets,
      clock,
      writer: this.#writer,
      signal: this.#closing.signal,
      counts: this.#counts,
      tries: this.#tries,
    };
    const health = new UpstreamHealth(clock, random);
    return {
      ...forwardingBy({ options, listeners, logger }),
      health,
      resolver: new Resolver(resolving, options, health),
      underWay: new Map(),
    };
  }
}

type Recursion = Asking<Recursing>;

/** Whether it failed, and it is too early to ask again. */
function isBackedOff(
  { backoff }: { readonly backoff: Backoff | undefined },
  { forwarding, group }: Recursion,
  nowMs: number,
): boolean {
  return backoff !== undefined && !isOver(backoff, nowMs, forwarding.health.lastGoodMs(group));
}

function staleMsOf({ options }: Forwarding): number {
  return (options.cache?.staleSeconds ?? 0) * 1000;
}
