/**
 * The forwarder of a thread that asks no upstream itself: it asks the thread that does, and keeps what that one lends it
 * for as long as it says. Whose names and clients are forwarded is decided here, by the same options; aliases, stale
 * answers, failures and renewal are the other's matter.
 *
 *   thread of datagrams                 thread of streams
 *    │── ForwardAsk (id, query) ─────────▶│ its forwarder
 *    │◀───── ForwardTold (id, outcome …) ─│
 */
import type { MessagePort } from 'node:worker_threads';
import { type Clock, limits, silentLogger } from '../../runtime/index.ts';
import type { Outcome, Query } from '../answer/outcome.ts';
import { STOPPING, TOO_MANY, UNREACHED } from './failures.ts';
import { FairPlaces, type Place } from './fair-places.ts';
import { ForwardCounts } from './forward-counts.ts';
import { type Asking, ForwardScope, forwardingBy } from './forward-scope.ts';
import type { Forwarder, ForwarderParts } from './forwarder.ts';
import type { Reply } from './relay.ts';

/** A question for the thread that asks upstreams. */
export interface ForwardAsk {
  readonly id: number;
  readonly query: Query;
}

/** What came of it: plain data. */
export interface ForwardTold {
  readonly id: number;
  readonly outcome: Outcome;
  readonly lent?: Lent;
}

/** A reply that may be given to others. */
export interface Lent {
  readonly reply: Reply;
  /** How long, before it has to be asked for again. */
  readonly freshMs: number;
  /** Of the options that it was asked by. */
  readonly mark: string;
}

interface Asked {
  readonly key: string;
  readonly place: Place;
  readonly settle: (outcome: Outcome) => void;
}

/** Twice those that have a place. */
const ASKED_MAX = 2 * limits.forwardWaiting.default;

export class RemoteForwarder implements Forwarder {
  readonly name = 'forward';
  readonly scope: ForwardScope;
  readonly #parts: ForwarderParts;
  readonly #clock: Clock;
  readonly #counts = new ForwardCounts();
  readonly #places = new FairPlaces({
    most: limits.forwardWaiting.default,
    graceMs: limits.forwardGraceMs.default,
  });
  readonly #asked = new Map<number, Asked>();
  #port: MessagePort | undefined;
  #nextId = 1;
  #closed = false;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.scope = new ForwardScope({
      options: parts.options,
      counts: this.#counts,
      // The thread that asks says what is wrong with them.
      build: (options) => forwardingBy({ options, listeners: () => [], logger: silentLogger }),
    });
  }

  /** From now on questions go through `port`; those that wait for the one before it have failed. */
  askThrough(port: MessagePort): void {
    this.#port?.close();
    this.#settleAll(UNREACHED);
    this.#port = port;
    port.on('message', (told: ForwardTold) => this.#receive(told));
    port.on('close', () => {
      if (this.#port !== port) return;
      this.#port = undefined;
      this.#settleAll(this.#closed ? STOPPING : UNREACHED);
    });
    if (this.#closed) this.close();
  }

  close(): void {
    this.#closed = true;
    this.#settleAll(STOPPING);
    this.#port?.close();
    this.#port = undefined;
  }

  answer(query: Query): Outcome | Promise<Outcome> {
    const asking = this.scope.admit(query);
    if (asking.kind !== 'asking') return asking;
    const { key } = asking;
    const { cache } = asking.forwarding;
    const kept = cache.get(key);
    if (kept?.kind === 'reply') {
      const nowMs = this.#clock.monotonic();
      // A zone of ours may be younger than what was kept.
      const isGood = nowMs < kept.expiresMs && !kept.passed.some(this.#parts.isOurs);
      if (isGood) {
        this.#counts.hits += 1;
        return kept.at(nowMs);
      }
      cache.drop(key);
    }
    return this.#ask(asking, query);
  }

  #ask({ key, group, client }: Asking, query: Query): Outcome | Promise<Outcome> {
    if (this.#closed) return STOPPING;
    if (this.#port === undefined) return UNREACHED;
    // Who lost a place is told of later, and by a thread that is stuck never.
    if (this.#asked.size >= ASKED_MAX) return TOO_MANY;
    const sinceMs = this.#clock.monotonic();
    // The other thread gives one up by the same rules, and says what there is instead of an answer.
    const place: Place = { group, client, sinceMs, lose: () => {} };
    if (!this.#places.take(place)) return TOO_MANY;
    const id = this.#nextId++;
    this.#port.postMessage({ id, query: plainQuery(query) } satisfies ForwardAsk);
    return new Promise((settle) => this.#asked.set(id, { key, place, settle }));
  }

  #receive({ id, outcome, lent }: ForwardTold): void {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    this.#places.free(asked.place);
    // Whom to ask may have changed here, and not there yet.
    const { mark, cache } = this.scope.now;
    if (lent?.mark === mark) {
      const ttl = { ttlSeconds: lent.freshMs / 1000, ttlSecondsMax: Number.POSITIVE_INFINITY };
      cache.keepReply(asked.key, lent.reply, ttl, this.#clock.monotonic());
    }
    asked.settle(outcome);
  }

  #settleAll(outcome: Outcome): void {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    for (const { place, settle } of all) {
      this.#places.free(place);
      settle(outcome);
    }
  }
}

/** Without the octets of options, which are a part of much larger memory that would go along. */
function plainQuery({ question, client, aliasHops, aliases }: Query): Query {
  const { edns } = question;
  return {
    question: edns === undefined ? question : { ...question, edns: { ...edns, options: [] } },
    client,
    ...(aliasHops === undefined ? {} : { aliasHops }),
    ...(aliases === undefined ? {} : { aliases }),
  };
}
