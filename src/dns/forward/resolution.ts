/**
 * One question put to those who may know: the first one, the next as well when it stays silent, and so on; the first
 * good answer is the answer. Tries that come too late for it run on, for what they tell of their upstream. Keeps
 * nothing but counts.
 */
import { type Clock, limits, type Timer } from '../../runtime/index.ts';
import type { Failure } from '../answer/outcome.ts';
import type { ForwardOptions, UpstreamAddress } from '../options.ts';
import type { Message } from '../wire/message.ts';
import type { Question } from '../wire/question.ts';
import { Rcode, RecordType } from '../wire/types.ts';
import type { Whose } from './answers-to.ts';
import { type Exchange, exchange } from './exchange.ts';
import {
  describeTry,
  explainFailures,
  type Failed,
  ONLY_SELF,
  STOPPING,
  TOO_MANY,
} from './failures.ts';
import type { ForwardCounts } from './forward-counts.ts';
import type { OpenTries } from './open-tries.ts';
import { type Reply, relay } from './relay.ts';
import type { Group } from './routes.ts';
import type { Plan, Sign, UpstreamHealth } from './upstream-health.ts';
import type { QueryWriter } from './upstream-query.ts';
import type { UpstreamSockets } from './upstream-sockets.ts';

export type Resolved =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly failed: readonly Failed[] }
  /** Nobody was asked long enough to say anything of the question. */
  | { readonly kind: 'unasked'; readonly failure: Failure };

export interface ResolverParts {
  readonly sockets: UpstreamSockets;
  readonly clock: Clock;
  readonly writer: QueryWriter;
  /** Ends every wait: the forwarder is closing. */
  readonly signal: AbortSignal;
  readonly counts: ForwardCounts;
  readonly tries: OpenTries;
}

export interface ToResolve {
  readonly question: Question;
  readonly group: Group;
  /** `theirs` is what the group is asked about. */
  readonly whose: Whose;
  /** Ends it: its place is needed. */
  readonly signal: AbortSignal;
}

interface Try extends Pick<ToResolve, 'question' | 'group' | 'signal'> {
  readonly upstream: UpstreamAddress;
  readonly leftMs: number;
  readonly unreadable: () => void;
}

export class Resolver {
  readonly #parts: ResolverParts;
  readonly #options: ForwardOptions;
  readonly #health: UpstreamHealth;

  constructor(parts: ResolverParts, options: ForwardOptions, health: UpstreamHealth) {
    this.#parts = parts;
    this.#options = options;
    this.#health = health;
  }

  resolve({ question, group, whose, signal }: ToResolve): Promise<Resolved> {
    if (group.length === 0) return Promise.resolve({ kind: 'unasked', failure: ONLY_SELF });
    const { strategy } = this.#options;
    const plan = this.#health.plan(group, strategy);
    return new Promise((resolve, reject) => {
      const race = new Race(this.#parts.clock, plan, {
        ask: (upstream, leftMs, unreadable) =>
          this.#ask({ upstream, group, question, leftMs, unreadable, signal }),
        isPatient: () => this.#parts.tries.isTooMany(group),
        patienceMs: (upstream) => this.#health.patienceMs(upstream, strategy, group.length),
        note: (upstream, sign, tookMs) => this.#health.note(upstream, sign, tookMs),
        read: (message) =>
          isAccepted(message) ? usefulReply(message, question, whose) : undefined,
        abandon: () => (this.#parts.signal.aborted ? STOPPING : TOO_MANY),
        end: resolve,
        fail: reject,
      });
      race.start();
    });
  }

  /** Every query has a fresh id: who saw the first one knows nothing of the next. */
  async #ask({ upstream, group, question, leftMs, unreadable, signal }: Try): Promise<Exchange> {
    const { sockets, clock, writer, counts, tries } = this.#parts;
    const startMs = clock.monotonic();
    const endMs = startMs + leftMs;
    const timeoutMs = Math.min(this.#options.timeoutMs, leftMs);
    const mismatched = (): void => {
      counts.upstreamMismatches += 1;
    };
    const signals = [this.#parts.signal, signal];
    const parts = { sockets, clock, signals, mismatched, unreadable };
    const endTry = tries.begin(group);
    try {
      counts.upstreamQueries += 1;
      const query = writer.write(question, { withEdns: true });
      const first = await exchange(parts, { upstream, query, timeoutMs, endMs });
      if (first.kind === 'silence') counts.upstreamTimeouts += 1;
      const restMs = startMs + timeoutMs - clock.monotonic();
      if (!isWithoutEdns(first) || restMs <= 0) return first;
      // RFC 6891 §6.2.2: who does not know the OPT record is asked as if there were none.
      counts.upstreamQueries += 1;
      const plain = writer.write(question, { withEdns: false });
      return await exchange(parts, { upstream, query: plain, timeoutMs: restMs, endMs });
    } finally {
      endTry();
    }
  }
}

/** Undefined when all of its answers are to some other question: that is no answer, and no denial either. */
function usefulReply(message: Message, question: Question, whose: Whose): Reply | undefined {
  const reply = relay(message, question, whose);
  return message.answers.length > 0 && reply.relayed.answers.length === 0 ? undefined : reply;
}

interface RaceParts {
  readonly ask: (
    upstream: UpstreamAddress,
    leftMs: number,
    unreadable: () => void,
  ) => Promise<Exchange>;
  /** Too much is under way to ask two at a time. */
  readonly isPatient: () => boolean;
  readonly patienceMs: (upstream: UpstreamAddress) => number;
  readonly note: (upstream: UpstreamAddress, sign: Sign, tookMs: number) => void;
  /** Undefined: it is of no use, and the next one is asked. */
  readonly read: (message: Message) => Reply | undefined;
  /** Why a question that nobody answered is not asked any more. */
  readonly abandon: () => Failure;
  /** Called once. */
  readonly end: (resolved: Resolved) => void;
  /** A defect of ours, to be reported where the question came from. */
  readonly fail: (error: unknown) => void;
}

/** The tries of one question. */
class Race {
  readonly #clock: Clock;
  readonly #plan: Plan;
  readonly #parts: RaceParts;
  readonly #endMs: number;
  readonly #failures: Failed[] = [];
  readonly #asked = new Set<UpstreamAddress>();
  #part: Reply | undefined;
  #open = 0;
  #timer: Timer | undefined;
  #ended = false;

  constructor(clock: Clock, plan: Plan, parts: RaceParts) {
    this.#clock = clock;
    this.#plan = plan;
    this.#parts = parts;
    this.#endMs = clock.monotonic() + limits.forwardTotalMs.default;
  }

  start(): void {
    const { probe } = this.#plan;
    this.#askNext();
    if (probe !== undefined && !this.#parts.isPatient()) this.#ask(probe);
  }

  /** Asks who is next, and the one after when that stays silent. */
  #askNext(): void {
    this.#timer?.cancel();
    const next = this.#next();
    if (next === undefined) return;
    this.#ask(next);
    if (this.#ended || this.#next() === undefined) return;
    this.#timer = this.#clock.schedule(this.#parts.patienceMs(next), () => {
      if (!this.#parts.isPatient()) this.#askNext();
    });
  }

  #next(): UpstreamAddress | undefined {
    if (this.#clock.monotonic() >= this.#endMs) return undefined;
    return this.#plan.order.find((upstream) => !this.#asked.has(upstream));
  }

  #ask(upstream: UpstreamAddress): void {
    if (this.#asked.has(upstream)) return;
    const startMs = this.#clock.monotonic();
    let isLate = false;
    const late = this.#clock.schedule(limits.forwardHedgeMs.default, () => {
      isLate = true;
      this.#parts.note(upstream, 'late', this.#clock.monotonic() - startMs);
    });
    this.#asked.add(upstream);
    this.#open += 1;
    const settle = (result: Exchange): void => {
      const tookMs = this.#clock.monotonic() - startMs;
      late.cancel();
      this.#open -= 1;
      const sign = signOf(result);
      // One try is missed once, and none that we gave up.
      const isMissed = sign !== 'answered' && sign !== 'unable';
      const isNews = result.kind !== 'aborted' && !(isMissed && isLate);
      if (isNews) this.#parts.note(upstream, sign, tookMs);
      this.#judge(upstream, result);
    };
    let isHurried = false;
    const hurry = (): void => {
      if (isHurried || this.#ended || this.#parts.isPatient()) return;
      isHurried = true;
      this.#askNext();
    };
    this.#parts
      .ask(upstream, this.#endMs - startMs, hurry)
      .then(settle)
      .catch(this.#parts.fail);
  }

  #judge(upstream: UpstreamAddress, result: Exchange): void {
    if (this.#ended) return;
    if (result.kind === 'aborted') {
      this.#end({ kind: 'unasked', failure: this.#parts.abandon() });
      return;
    }
    const reply = result.kind === 'reply' ? this.#parts.read(result.message) : undefined;
    if (reply === undefined) {
      this.#failures.push(describeTry(upstream, result));
    } else if (reply.relayed.truncated || isReferral(reply)) {
      // A part is better than nothing, and worse than what another says.
      this.#part ??= reply;
    } else {
      this.#end({ kind: 'reply', reply });
      return;
    }
    this.#askNext();
    if (this.#open === 0) this.#end(this.#remainder());
  }

  /** What there is when nobody is left to ask. */
  #remainder(): Resolved {
    if (this.#part !== undefined) return { kind: 'reply', reply: this.#part };
    const failed = this.#failures;
    return { kind: 'failure', failure: explainFailures(failed), failed };
  }

  #end(resolved: Resolved): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#parts.end(resolved);
  }
}

/** Where else to ask, from one that was asked to find out: it does not do so for us. */
function isReferral({ relayed }: Reply): boolean {
  const { rcode, answers, authority } = relayed;
  if (rcode !== Rcode.NOERROR || answers.length > 0) return false;
  const types = authority.map(({ type }) => type);
  return types.includes(RecordType.NS) && !types.includes(RecordType.SOA);
}

/** RFC 2308 §7: any other rcode says that this server could not find out, the next one may. */
function isAccepted({ rcode }: Message): boolean {
  return rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
}

/** What a try says of the upstream. */
function signOf(result: Exchange): Sign {
  if (result.kind === 'silence') return 'silent';
  if (result.kind !== 'reply') return 'broken';
  if (isAccepted(result.message)) return 'answered';
  return result.message.rcode === Rcode.SERVFAIL ? 'unable' : 'broken';
}

/** RFC 6891 §7: a server that knows the OPT record sends one back, also with FORMERR. */
function isWithoutEdns(result: Exchange): boolean {
  if (result.kind !== 'reply' || result.message.edns !== undefined) return false;
  const { rcode } = result.message;
  return rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP;
}
