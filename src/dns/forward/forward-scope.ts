/**
 * Whose names and clients are forwarded, and all else that follows from the options: what was kept by them, and the mark
 * that tells them from others. Replaced as a whole when the options change, so that a question under way stays with those
 * it began by. Knows neither how upstreams are asked nor who does it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Outcome, Query } from '../answer/outcome.ts';
import { type ForwardOptions, isForwarding } from '../options.ts';
import type { Name } from '../wire/name.ts';
import type { Question } from '../wire/question.ts';
import { PROHIBITED } from './failures.ts';
import type { Holder } from './fair-places.ts';
import type { ForwardCounts, ForwardStats } from './forward-counts.ts';
import { markOf } from './options-mark.ts';
import { questionKey } from './question-key.ts';
import { RecursionClients } from './recursion-clients.ts';
import { ReplyCache } from './reply-cache.ts';
import { Routes, type RoutesParts } from './routes.ts';

/** What every forwarder makes of its options. */
export interface Forwarding {
  readonly options: ForwardOptions;
  readonly mark: string;
  readonly routes: Routes;
  readonly clients: RecursionClients;
  readonly cache: ReplyCache;
}

/** A forwarder that has asked nobody yet, and knows nothing. */
export function forwardingBy(parts: RoutesParts): Forwarding {
  const { options } = parts;
  return {
    options,
    mark: markOf(options),
    routes: new Routes(parts),
    clients: new RecursionClients(options.allowed),
    cache: new ReplyCache(options.cache?.maxBytes ?? 0),
  };
}

/** A question on its way through, for the client that asked it first. */
export interface Asking<Now extends Forwarding = Forwarding> extends Holder {
  readonly kind: 'asking';
  readonly forwarding: Now;
  readonly question: Question;
  readonly key: string;
}

export interface ForwardScopeParts<Now extends Forwarding> {
  readonly options: ForwardOptions;
  readonly counts: ForwardCounts;
  /** Called for each new set of options. */
  readonly build: (options: ForwardOptions) => Now;
}

const SKIP: Outcome = Object.freeze({ kind: 'skip' });

export class ForwardScope<Now extends Forwarding = Forwarding> {
  readonly #counts: ForwardCounts;
  readonly #build: (options: ForwardOptions) => Now;
  #now: Now;

  constructor({ options, counts, build }: ForwardScopeParts<Now>) {
    this.#counts = counts;
    this.#build = build;
    this.#now = build(options);
  }

  /** What holds for a question that comes in at this moment. */
  get now(): Now {
    return this.#now;
  }

  /** Whether there is anyone to ask. */
  get isForwarding(): boolean {
    return isForwarding(this.#now.options);
  }

  /** Whether there is anyone to ask about a lower-cased name. */
  reaches(name: Name): boolean {
    return this.#now.routes.find(name) !== undefined;
  }

  /** Whether names are forwarded for every client. */
  get servesAll(): boolean {
    return this.#now.clients.areAll;
  }

  /** Whether that is so for the client at an address, as a socket gives it. */
  serves(address: string): boolean {
    return this.#now.clients.has(address);
  }

  /** Questions that begin after this go to the new recursors, and nothing of the old ones is known any more. */
  setOptions(options: ForwardOptions): void {
    if (!isDeepStrictEqual(options, this.#now.options)) this.#now = this.#build(options);
  }

  get stats(): ForwardStats {
    const { entries, bytes } = this.#now.cache;
    return { ...this.#counts, cacheEntries: entries, cacheBytes: bytes };
  }

  /** The question to go on with, else what is said at once to a name or a client that nothing is forwarded for. */
  admit({ question, client }: Query): Asking<Now> | Outcome {
    const forwarding = this.#now;
    const group = forwarding.routes.find(question.lowerName);
    if (group === undefined) return SKIP;
    if (!forwarding.clients.has(client.address)) {
      this.#counts.prohibited += 1;
      return PROHIBITED;
    }
    const key = questionKey(question);
    return { kind: 'asking', forwarding, group, question, client: client.address, key };
  }
}
