/**
 * From the bytes of a query to the bytes of its reply: the pipeline of this folder, in order. One responder serves
 * a thread; it holds the writer's buffer and the settings, and no state of any query. Knows nothing of sockets.
 *
 *   bytes ─▶ question ─▶ stages ─▶ catalog ▸ reverse ▸ zones ▸ remainder ▸ forward ─▶ Outcome ─▶ respond ─▶ fit ─▶ bytes
 */
import type { Logger, Random } from '../../runtime/index.ts';
import { createNameGrammar } from '../names.ts';
import type { IdentityOptions } from '../options.ts';
import type { View } from '../view/view.ts';
import { lowerName, type Name, parseName } from '../wire/name.ts';
import type { Client, Question } from '../wire/question.ts';
import { type Rejection, readQuestion } from '../wire/read-question.ts';
import { Rcode } from '../wire/types.ts';
import { MessageWriter } from '../wire/write-message.ts';
import type { CatalogContext } from './catalog-context.ts';
import { createCatalogSource, createRemainder } from './catalog-source.ts';
import { areOptionsWellFormed } from './edns-reply.ts';
import { type Echo, fitReply } from './fit-reply.ts';
import type { Outcome, Query, Source } from './outcome.ts';
import { replyBytesMax } from './reply-size.ts';
import { type Reply, rcodeReply, respond } from './respond.ts';
import { createReverseSource } from './reverse-source.ts';
import { type ResponderOptions, Settings } from './settings.ts';
import { type ApexRecords, createZoneSoa, type ZoneSoa } from './soa.ts';
import { askSources, type Handler, stages, throughStages } from './stages.ts';
import type { Trace } from './trace.ts';

export interface ResponderParts {
  readonly view: View;
  readonly identity: IdentityOptions;
  readonly options: ResponderOptions;
  readonly apex: ApexRecords;
  /** Asked when the catalog skips, before names in its domains are denied: the master files. */
  readonly zones: readonly Source[];
  /** Asked about names outside of every zone: the forwarder. */
  readonly forward: readonly Source[];
  readonly random: Random;
  readonly logger: Logger;
}

export interface Responder {
  /** The reply to a received message; undefined when there is to be none. A promise only when a source waits. */
  respond(
    bytes: Uint8Array,
    client: Client,
    trace?: Trace,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Asks all sources about a question that did not come from a client: the target of an alias. */
  ask(query: Query): Outcome | Promise<Outcome>;
  /** Queries that begin after this are answered by the new options. */
  setOptions(options: ResponderOptions): void;
}

/** @throws TypeError when a domain of `identity` is no domain name */
export function createResponder(parts: ResponderParts): Responder {
  const responder = new QueryResponder(parts);
  // Functions that may be taken apart and handed on, unlike methods.
  return {
    respond: (bytes, client, trace) => responder.respond(bytes, client, trace),
    ask: (query) => responder.ask(query),
    setOptions: (options) => responder.setOptions(options),
  };
}

class QueryResponder implements Responder {
  readonly #settings: Settings;
  readonly #soa: ZoneSoa;
  readonly #sources: Handler;
  readonly #handle: Handler;
  readonly #logger: Logger;
  readonly #writer = new MessageWriter();

  constructor(parts: ResponderParts) {
    const { view, identity, random } = parts;
    this.#logger = parts.logger;
    this.#settings = new Settings(parts.options);
    const settings = this.#settings;
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
    this.#handle = throughStages(stages, this.#sources);
  }

  ask(query: Query): Outcome | Promise<Outcome> {
    return this.#sources(query);
  }

  setOptions(options: ResponderOptions): void {
    this.#settings.replace(options);
  }

  respond(
    bytes: Uint8Array,
    client: Client,
    trace?: Trace,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const reading = readQuestion(bytes);
    switch (reading.kind) {
      case 'drop':
        return undefined;
      case 'reject':
        return this.#reject(reading, client);
      case 'question':
        return this.#answer(reading.question, client, trace);
    }
  }

  #reject(rejection: Rejection, client: Client): Uint8Array {
    return this.#write(rejection, rcodeReply(rejection.rcode), client);
  }

  #answer(
    question: Question,
    client: Client,
    trace: Trace | undefined,
  ): Uint8Array | Promise<Uint8Array> {
    try {
      // RFC 7871 §7.1.2: a malformed client subnet is a format error.
      if (question.edns !== undefined && !areOptionsWellFormed(question.edns)) {
        return this.#write(echoOf(question), rcodeReply(Rcode.FORMERR), client);
      }
      const query = trace === undefined ? { question, client } : { question, client, trace };
      const outcome = this.#handle(query);
      if (outcome instanceof Promise) return this.#answerLater(outcome, question, client);
      return this.#write(echoOf(question), respond(outcome, this.#soa, question.class), client);
    } catch (error) {
      return this.#fail(error, question, client);
    }
  }

  async #answerLater(
    outcome: Promise<Outcome>,
    question: Question,
    client: Client,
  ): Promise<Uint8Array> {
    try {
      return this.#write(
        echoOf(question),
        respond(await outcome, this.#soa, question.class),
        client,
      );
    } catch (error) {
      return this.#fail(error, question, client);
    }
  }

  /** A defect of ours: the client gets SERVFAIL, the log one line. */
  #fail(error: unknown, question: Question, client: Client): Uint8Array {
    this.#logger.error({ err: error, type: question.type }, 'answering a query failed');
    return this.#write(echoOf(question), rcodeReply(Rcode.SERVFAIL), client);
  }

  #write(echo: Echo, reply: Reply, client: Client): Uint8Array {
    return fitReply(this.#writer, echo, reply, {
      bytesMax: replyBytesMax(client, echo.edns),
      compressing: !this.#settings.answer.disableCompression,
      recursionAvailable: this.#settings.recursionAvailable,
    });
  }
}

function echoOf(question: Question): Echo {
  const { id, opcode, recursionDesired, checkingDisabled, edns } = question;
  return { id, opcode, recursionDesired, checkingDisabled, question, edns };
}
