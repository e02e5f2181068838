/**
 * From the bytes of a query to the bytes of its reply: the pipeline of this folder, in order. One responder serves
 * a thread; it holds the writer's buffer, the settings, counts, the buckets of the rate limit and the compiled answers,
 * which go before all of it, and no state of any query. Knows nothing of sockets.
 *
 *   bytes ─▶ question ─▶ EDNS options ─▶ stages ─▶ catalog ▸ reverse ▸ zones ▸ remainder ▸ forward
 *         ─▶ Outcome ─▶ respond ─▶ rate limit ─▶ fit ─▶ bytes
 */
import { type Clock, type Logger, type Random, systemClock } from '../../runtime/index.ts';
import { createNameGrammar } from '../names.ts';
import type { IdentityOptions } from '../options.ts';
import type { View } from '../view/view.ts';
import type { Datagram, RespondTo } from '../wire/datagram.ts';
import type { MessageQuestion } from '../wire/message.ts';
import { lowerName, type Name, parseName } from '../wire/name.ts';
import type { Client, Edns, Question } from '../wire/question.ts';
import { type Rejection, readQuestion } from '../wire/read-question.ts';
import { ExtendedError, Rcode } from '../wire/types.ts';
import { MessageWriter } from '../wire/write-message.ts';
import type { CatalogContext } from './catalog-context.ts';
import { createCatalogSource, createRemainder } from './catalog-source.ts';
import { CompiledAnswers, type CompiledStats } from './compiled/compiled-answers.ts';
import { Counts, type ReplyCounts } from './counts.ts';
import { type AskedOptions, readAskedOptions } from './edns/asked-options.ts';
import { type EchoedHeader, fitReply, type Received } from './fit-reply.ts';
import type { Explanation, Outcome, Query, Source } from './outcome.ts';
import { Protection } from './protection.ts';
import { judgeReply } from './reply-group.ts';
import { replyBytesMax } from './reply-size.ts';
import { type Reply, rcodeReply, respond, slippedReply } from './respond.ts';
import { createReverseSource } from './reverse-source.ts';
import { type ResponderOptions, Settings } from './settings.ts';
import { type ApexRecords, createZoneSoa, type ZoneSoa } from './soa.ts';
import { askSources, type Handler, stages, throughStages } from './stages.ts';
import type { Trace } from './trace.ts';

export interface ResponderParts {
  readonly view: View;
  readonly identity: IdentityOptions;
  /** With `settings` given, these are read for cookies, NSID and the rate limit alone. */
  readonly options: ResponderOptions;
  /** Those of another responder, which replaces them; absent: made from `options`. */
  readonly settings?: Settings;
  /** No rate limit, whatever the options say: for a responder whose replies are sent to nobody. */
  readonly unlimited?: boolean;
  readonly apex: ApexRecords;
  /** Asked when the catalog skips, before names in its domains are denied: the master files. */
  readonly zones: readonly Source[];
  /** Asked about names outside of every zone: the forwarder. */
  readonly forward: readonly Source[];
  /** Whether an upstream can be asked about a lower-cased name; absent: about any, where recursion is available. */
  readonly forwards?: (name: Name) => boolean;
  /** Whether names are forwarded for the client at an address, which RA tells it; absent: for all of them. */
  readonly forwardsFor?: (address: string) => boolean;
  /** Whether that is all of them now, so that no address is looked at; absent: where `forwardsFor` is. */
  readonly forwardsForAll?: () => boolean;
  readonly random: Random;
  readonly logger: Logger;
  /** Wall time dates cookies, monotonic time fills the buckets of the rate limit. The system's when absent. */
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>;
}

export interface Responder {
  /** The reply to a received message; undefined when there is to be none. A promise only when a source waits. */
  respond(
    bytes: Uint8Array,
    client: Client,
    trace?: Trace,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** The same for a datagram: a reply that is there at once is written where the datagram has room for it. */
  respondTo: RespondTo;
  /** Asks all sources about a question that did not come from a client: the target of an alias. */
  ask(query: Query): Outcome | Promise<Outcome>;
  /**
   * Queries that begin after this are answered by the new options. Settings that are another's stay as they are.
   * @throws TypeError for what the configuration should not have let through; then nothing has changed
   */
  setOptions(options: ResponderOptions): void;
  /** To be shared with a responder that is to answer alike. */
  readonly settings: Settings;
  /** What was replied up to now. */
  readonly counts: ReplyCounts;
  /** What is kept ready for datagrams. */
  readonly compiled: CompiledStats;
}

/** @throws TypeError when a domain of `identity` is no domain name */
export function createResponder(parts: ResponderParts): Responder {
  const responder = new QueryResponder(parts);
  // Functions that may be taken apart and handed on, unlike methods.
  return {
    respond: (bytes, client, trace) => responder.respond(bytes, client, trace),
    respondTo: (datagram) => responder.respondTo(datagram),
    ask: (query) => responder.ask(query),
    setOptions: (options) => responder.setOptions(options),
    settings: responder.settings,
    get counts() {
      return responder.counts;
    },
    get compiled() {
      return responder.compiled;
    },
  };
}

const DEFECT: Explanation = { code: ExtendedError.OTHER, text: 'internal error' };

const NO_REPLY = 0;

/** Whence a query comes, and what is wanted besides the reply. */
interface From {
  readonly client: Client;
  readonly trace: Trace | undefined;
  /** What is found may be kept as a compiled answer. */
  readonly mayKeep: boolean;
}

class QueryResponder implements Responder {
  readonly settings: Settings;
  readonly #ownsSettings: boolean;
  readonly #soa: ZoneSoa;
  readonly #forwardsFor: (address: string) => boolean;
  readonly #forwardsForAll: () => boolean;
  readonly #sources: Handler;
  readonly #handle: Handler;
  readonly #logger: Logger;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #nowMs = (): number => this.#clock.now();
  readonly #protection: Protection;
  readonly #counts = new Counts();
  readonly #writer = new MessageWriter();
  readonly #compiled: CompiledAnswers;

  constructor(parts: ResponderParts) {
    const { view, identity, random } = parts;
    this.#logger = parts.logger;
    this.settings = parts.settings ?? new Settings(parts.options);
    this.#ownsSettings = parts.settings === undefined;
    this.#protection = new Protection(parts.options.protocol, parts.unlimited);
    this.#clock = parts.clock ?? systemClock;
    this.#forwardsFor = parts.forwardsFor ?? (() => true);
    this.#forwardsForAll = parts.forwardsForAll ?? (() => parts.forwardsFor === undefined);
    const { settings } = this;
    const grammar = createNameGrammar(identity);
    this.#soa = createZoneSoa(grammar.domains, view, settings, parts.apex);
    const context: CatalogContext = {
      view,
      grammar,
      nodeName: identity.nodeName,
      settings,
      random,
      soa: this.#soa,
      isStatic: (name) => parts.apex.hasName(name),
      forwards: parts.forwards ?? (() => settings.recursionAvailable),
      follow: (query) => this.ask(query),
    };
    const domain = lowerName(parseName(identity.domain) as Name);
    this.#sources = askSources([
      createCatalogSource(context),
      createReverseSource({ view, settings, domain, zones: askSources(parts.zones) }),
      ...parts.zones,
      createRemainder(context),
      ...parts.forward,
    ]);
    this.#handle = throughStages(stages, settings, this.#sources);
    this.#compiled = new CompiledAnswers({
      context,
      counts: this.#counts,
      isLimited: () => this.#protection.limiter !== undefined,
      isRecursiveFor: (from) => this.#isRecursiveFor(from),
      cookies: () => this.#protection.optionSettings.cookies,
      nowMs: this.#nowMs,
    });
  }

  ask(query: Query): Outcome | Promise<Outcome> {
    return this.#sources(query);
  }

  setOptions(options: ResponderOptions): void {
    // First all that can fail, then what cannot: a reload is whole, or none.
    const protocol = this.#protection.compile(options.protocol);
    if (this.#ownsSettings) this.settings.replace(options);
    this.#protection.replace(protocol);
  }

  get counts(): ReplyCounts {
    return this.#counts.read();
  }

  get compiled(): CompiledStats {
    return this.#compiled.stats;
  }

  respond(
    bytes: Uint8Array,
    client: Client,
    trace?: Trace,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const reply = this.#reply(bytes, { client, trace, mayKeep: false });
    return reply instanceof Promise ? reply : this.#copied(reply);
  }

  respondTo(datagram: Datagram): number | Promise<Uint8Array | undefined> {
    const octets = this.#compiled.answer(datagram);
    if (octets > 0) return octets;
    const { bytes, start, end, client } = datagram;
    const from = { client, trace: undefined, mayKeep: true };
    const reply = this.#reply(bytes.subarray(start, end), from);
    if (reply instanceof Promise || reply === NO_REPLY) return reply;
    return this.#writer.copyTo(datagram.reply, datagram.replyStart);
  }

  /** The message that the writer has ended, in memory of its own. */
  #copied(octets: number): Uint8Array | undefined {
    return octets === NO_REPLY ? undefined : this.#writer.copy();
  }

  /** The octets of the reply that the writer has; a promise of a copy when a source waits. */
  #reply(bytes: Uint8Array, from: From): number | Promise<Uint8Array | undefined> {
    const { client } = from;
    const reading = readQuestion(bytes);
    switch (reading.kind) {
      case 'drop':
        return NO_REPLY;
      case 'reject':
        return this.#send(receivedOf(reading, reading.question, client), rcodeReply(reading.rcode));
      case 'no-question':
        return this.#answerOptions(reading.rejection, client);
      case 'question':
        return this.#answer(reading.question, from);
    }
  }

  /** A query without a question: RFC 7873 §5.4. */
  #answerOptions(header: Rejection & { readonly edns: Edns }, client: Client): number {
    const asked = this.#readOptions(header.edns, client);
    if (asked === 'malformed' || asked.cookie === undefined) {
      return this.#send(receivedOf(header, undefined, client), rcodeReply(Rcode.FORMERR));
    }
    const rcode = asked.cookie.kind === 'bad' ? Rcode.BADCOOKIE : Rcode.NOERROR;
    return this.#send({ header, question: undefined, asked, client }, rcodeReply(rcode));
  }

  #answer(
    question: Question,
    { client, trace, mayKeep }: From,
  ): number | Promise<Uint8Array | undefined> {
    let received = receivedOf(question, question, client);
    try {
      if (question.edns !== undefined && question.edns.options.length > 0) {
        const asked = this.#readOptions(question.edns, client);
        // RFC 7871 §7.1.2, RFC 7873 §5.2.2: an option that is not what it should be is a format error.
        if (asked === 'malformed') return this.#send(received, rcodeReply(Rcode.FORMERR));
        received = { header: question, question, asked, client };
      }
      const query = trace === undefined ? { question, client } : { question, client, trace };
      const outcome = this.#handle(query);
      if (outcome instanceof Promise) return this.#answerLater(outcome, question, received);
      const reply = respond(outcome, this.#soa, question.class);
      if (mayKeep) this.#compiled.keep(question, outcome, reply);
      return this.#send(received, reply);
    } catch (error) {
      return this.#fail(error, question, received);
    }
  }

  async #answerLater(
    outcome: Promise<Outcome>,
    question: Question,
    received: Received,
  ): Promise<Uint8Array | undefined> {
    try {
      const reply = respond(await outcome, this.#soa, question.class);
      return this.#copied(this.#send(received, reply));
    } catch (error) {
      return this.#copied(this.#fail(error, question, received));
    }
  }

  /** A defect of ours: the client gets SERVFAIL, the log one line. */
  #fail(error: unknown, { type }: Question, received: Received): number {
    this.#logger.error({ err: error, type }, 'answering a query failed');
    return this.#send(received, rcodeReply(Rcode.SERVFAIL, DEFECT));
  }

  #readOptions({ options }: Edns, client: Client): AskedOptions | 'malformed' {
    const settings = this.#protection.optionSettings;
    const asked = readAskedOptions(options, { client, settings }, this.#nowMs);
    if (asked !== 'malformed' && asked.cookie !== undefined) this.#counts.cookie(asked.cookie);
    return asked;
  }

  /** The octets of a reply that the writer has then; none when there have been too many like it. */
  #send(received: Received, reply: Reply): number {
    const { limiter } = this.#protection;
    if (limiter === undefined || isGenuine(received)) return this.#write(received, reply);
    const verdict = judgeReply(limiter, reply, received.client, this.#clock.monotonic());
    if (verdict === 'send') return this.#write(received, reply);
    this.#counts.limited(verdict);
    return verdict === 'slip' ? this.#write(received, slippedReply(reply)) : NO_REPLY;
  }

  #write(received: Received, reply: Reply): number {
    const { answer } = this.settings;
    const { client, header } = received;
    const isTruncated = fitReply(this.#writer, received, reply, {
      bytesMax: replyBytesMax(client, header.edns),
      compressing: !answer.disableCompression,
      recursionAvailable: this.#isRecursiveFor(received),
      isSilent: !answer.truncate && client.transport === 'udp',
    });
    this.#counts.sent(reply, isTruncated);
    return this.#writer.length;
  }

  /** Whether RA is set. */
  #isRecursiveFor(from: { readonly client: Client }): boolean {
    if (!this.settings.recursionAvailable) return false;
    return this.#forwardsForAll() || this.#forwardsFor(from.client.address);
  }
}

/** Whether the client surely has the address that its query came from: over TCP, or by its cookie. */
function isGenuine({ client, asked }: Received): boolean {
  return client.transport === 'tcp' || asked?.cookie?.kind === 'valid';
}

/** A message whose EDNS options are not answered, for want of any or because it is rejected unread. */
function receivedOf(
  header: EchoedHeader,
  question: MessageQuestion | undefined,
  client: Client,
): Received {
  return { header, question, asked: undefined, client };
}
