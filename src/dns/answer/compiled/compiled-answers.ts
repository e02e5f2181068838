/**
 * Answers that are kept ready: a question that was answered before is answered again from what its answer was made of,
 * octet for octet as the generic way would, and with nothing made on the heap but for cookies. What is not kept, or what any other query
 * than a plain one asks, is left to the generic way, which hands in what it found. Knows nothing of sockets, and decides
 * nothing about answers but how they are written.
 */
import { limits } from '../../../runtime/index.ts';
import type { SelectionRules } from '../../view/selection-rules.ts';
import type { Datagram } from '../../wire/datagram.ts';
import type { Client, Question } from '../../wire/question.ts';
import { RecordType } from '../../wire/types.ts';
import { MessageWriter } from '../../wire/write-message.ts';
import type { Basis, Foundation } from '../basis.ts';
import type { CatalogContext } from '../catalog-context.ts';
import type { Counts } from '../counts.ts';
import type { ServerCookies } from '../edns/server-cookies.ts';
import { addressLimit, plainUdpLimit } from '../lookups/allowed.ts';
import type { Outcome } from '../outcome.ts';
import type { Reply } from '../respond.ts';
import { AnswerTable } from './answer-table.ts';
import { compileFixed } from './compile-fixed.ts';
import { compileSrv } from './compile-srv.ts';
import { CompiledAddresses } from './compiled-addresses.ts';
import type { CompiledAnswer, Terms } from './compiled-answer.ts';
import { FirstAsked } from './first-asked.ts';
import { PlacedReply } from './placed-reply.ts';
import { PlainQuery } from './plain-query.ts';

export interface CompiledStats {
  /** Queries that were answered by what is kept, and those that were not. */
  readonly hits: number;
  readonly misses: number;
  /** Answers that are kept, and what they take, about. */
  readonly answers: number;
  readonly octets: number;
}

export interface CompiledParts {
  readonly context: CatalogContext;
  readonly counts: Counts;
  /** Replies are judged one by one, which only the generic way does. */
  readonly isLimited: () => boolean;
  /** Whether the client is told that names are forwarded for it. */
  readonly isRecursiveFor: (from: { readonly client: Client }) => boolean;
  /** Undefined when cookies are off. */
  readonly cookies: () => ServerCookies | undefined;
  readonly nowMs: () => number;
}

/** Others are asked for too rarely, and an existing name could be asked for all 65,536 of them. */
const TYPES: ReadonlySet<number> = new Set([
  RecordType.A,
  RecordType.AAAA,
  RecordType.SRV,
  RecordType.TXT,
  RecordType.HTTPS,
]);

/** So many are made for whoever asks first. */
const ANSWERS_AT_ONCE = 16_384;

export class CompiledAnswers {
  readonly #parts: CompiledParts;
  readonly #table = new AnswerTable(limits.compiledAnswerBytes.default);
  readonly #query = new PlainQuery();
  readonly #firstAsked = new FirstAsked();
  readonly #reply = new PlacedReply();
  readonly #writer = new MessageWriter();
  #terms: Terms;
  /** What the terms, and all that is kept, were made by. */
  #rules: SelectionRules;
  #hits = 0;
  #misses = 0;
  /** The query at hand is one to keep the answer to. */
  #isWanted = false;

  constructor(parts: CompiledParts) {
    this.#parts = parts;
    this.#rules = parts.context.settings.rules;
    this.#terms = termsOf(parts.context);
  }

  get stats(): CompiledStats {
    const { count, octets } = this.#table;
    return { hits: this.#hits, misses: this.#misses, answers: count, octets };
  }

  /** Octets of the reply that was written; 0 when the generic way has to make it. */
  answer(datagram: Datagram): number {
    const octets = this.#tryAnswer(datagram);
    if (octets === 0) this.#misses += 1;
    else this.#hits += 1;
    return octets;
  }

  /** Keeps what the generic way found for the query that was asked last, if it can be given again. */
  keep(question: Question, outcome: Outcome, reply: Reply): void {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    if (outcome.kind !== 'answer' && outcome.kind !== 'no-data') return;
    const { basis } = outcome;
    if (basis?.question !== question || this.#isForOnce()) return;
    if (this.#table.find(this.#query) !== undefined) return;
    this.#table.add(this.#query, this.#compile(basis, reply) ?? new Uncompiled(basis.from));
  }

  /** With many answers kept, one is made only for who asks a second time. */
  #isForOnce(): boolean {
    if (this.#table.count < ANSWERS_AT_ONCE) return false;
    return !this.#firstAsked.wasAsked(this.#query.hash);
  }

  #tryAnswer(datagram: Datagram): number {
    const { context, isLimited, isRecursiveFor, counts } = this.#parts;
    const query = this.#query;
    this.#isWanted = false;
    if (context.view.hasUnsaved || isLimited() || !query.read(datagram)) return 0;
    if (context.settings.rules !== this.#rules) this.#renew();
    const answer = this.#table.find(query);
    this.#isWanted = TYPES.has(query.type);
    if (answer === undefined) return 0;
    const reply = this.#reply;
    const cookies = query.cookieBytes === 0 ? undefined : this.#parts.cookies();
    reply.begin(datagram, query, cookies !== undefined);
    if (!answer.write(reply, this.#terms)) return 0;
    const cookie = cookies && this.#judge(cookies, datagram.client);
    counts.answered(reply.isTruncated, answer.isNegative);
    return reply.finish(query, isRecursiveFor(datagram), cookie);
  }

  /** The cookie to send back for that of the query at hand. */
  #judge(cookies: ServerCookies, { address }: Client): Uint8Array {
    const { bytes, cookieAt, cookieBytes } = this.#query;
    const nowSeconds = Math.floor(this.#parts.nowMs() / 1000);
    const asked = Uint8Array.from(bytes.subarray(cookieAt, cookieAt + cookieBytes));
    const verdict = cookies.judge(asked, address, nowSeconds);
    this.#parts.counts.cookie(verdict);
    return verdict.data;
  }

  /** Settings are another: what was answered by the old is no more. */
  #renew(): void {
    const { context } = this.#parts;
    this.#rules = context.settings.rules;
    this.#terms = termsOf(context);
    this.#table.clear();
  }

  #compile(basis: Basis, reply: Reply): CompiledAnswer | undefined {
    const { context } = this.#parts;
    const { answer, rules } = context.settings;
    if (answer.disableCompression) return undefined;
    if (basis.kind === 'fixed') {
      return compileFixed(basis, reply, this.#writer);
    }
    // Where the client is decides.
    if (rules.locations !== undefined) return undefined;
    return basis.kind === 'addresses'
      ? new CompiledAddresses(basis.pool, basis.ttl)
      : compileSrv(basis, context);
  }
}

/** A question that is answered the generic way each time: kept, so that nobody tries again. */
class Uncompiled implements CompiledAnswer {
  readonly octets = 0;
  readonly isNegative = false;
  readonly #from: Foundation;

  constructor(from: Foundation) {
    this.#from = from;
  }

  get isStale(): boolean {
    return this.#from.isStale;
  }

  write(): boolean {
    return false;
  }
}

function termsOf({ settings, random, soa }: CatalogContext): Terms {
  const { answer } = settings;
  return {
    random,
    soa,
    addressLimit: addressLimit(answer),
    plainUdpLimit: plainUdpLimit(answer),
    isSilent: !answer.truncate,
  };
}
