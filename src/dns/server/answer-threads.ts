/**
 * The threads that answer, as a set: one for streams and for asking upstreams, and one or more for datagrams, whose
 * sockets share each address. Starts and ends them together, has them listen, and starts one anew that died while the
 * others go on. Knows nothing of what they are asked.
 */
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import { type Clock, InTurn, type Logger, type LogLevel } from '../../runtime/index.ts';
import type { DnsOptions } from '../options.ts';
import type { ViewDelta } from '../view/delta.ts';
import { chooseDatagrams } from './batch/choose-datagrams.ts';
import { createWake, type Wake } from './batch/wake.ts';
import { forThreads, type Share } from './for-threads.ts';
import { handOver } from './hand-over.ts';
import { type Endpoint, type Opened, openTransports } from './open-transports.ts';
import type { Reply, Request } from './protocol.ts';
import { errorOf } from './refusal-error.ts';
import { RestartPlan } from './restart-plan.ts';
import { ThreadLink } from './thread-link.ts';
import type { BindAddress, Sharing, SocketAddress, Transport } from './transport.ts';

export interface AnswerThreadsParts {
  readonly options: DnsOptions;
  readonly endpoints: readonly Endpoint[];
  /** Threads for datagrams, where several can share an address. */
  readonly threads: number;
  readonly logger: Logger;
  readonly logLevel: LogLevel;
  readonly clock: Clock;
  readonly onFailure: (reason: string) => void;
}

/** As long as a secret of the configuration. */
const COOKIE_SECRET_BYTES = 16;

/** The place of a thread, whichever has it. */
interface Slot {
  readonly role: 'streams' | 'datagrams';
  /** Kept as long as the service: a number that is closed could become another file. */
  readonly wake: Wake | undefined;
  readonly plan: RestartPlan;
  link: ThreadLink;
  /** It answers; false while it starts. */
  isServing: boolean;
  /** Sockets that are open and that its end does not close, by its own number for them. */
  readonly descriptors: Map<number, number>;
}

/** What a socket listens on, with the port that was really bound. */
interface Bound {
  readonly kind: Transport['kind'];
  readonly at: BindAddress;
}

export class AnswerThreads {
  readonly #parts: AnswerThreadsParts;
  readonly #turns = new InTurn();
  #options: DnsOptions;
  #logLevel: LogLevel;
  #hasUnsaved = false;
  readonly #slots: Slot[] = [];
  /** Of threads, once all of them are there. */
  #count = 0;
  readonly #bound = new Set<Bound>();
  #restarts = 0;
  #hasStarted = false;
  readonly #ownSecret = randomBytes(COOKIE_SECRET_BYTES).toString('hex');
  #wholeView: () => ViewDelta = () => ({ index: 0, changes: [] });
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: AnswerThreadsParts) {
    this.#parts = parts;
    this.#options = parts.options;
    this.#logLevel = parts.logLevel;
  }

  /** Those that are there, serving or not. */
  get all(): readonly ThreadLink[] {
    return this.#slots.map(({ link }) => link);
  }

  /** The one that has everything: streams, and upstreams. */
  get streams(): ThreadLink {
    const [slot] = this.#slots;
    if (slot === undefined) throw new Error('DNS is not running');
    return slot.link;
  }

  /** Threads that died and were started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts the threads, unless they are started. When one cannot be had, those before it are there, to be closed. */
  begin(): void {
    if (this.#slots.length === 0) this.#fillSlots();
  }

  /** `wholeView` is the catalog at the moment it is called. @throws BindError, ZoneError; all is then closed */
  async start(wholeView: () => ViewDelta): Promise<readonly SocketAddress[]> {
    this.#wholeView = wholeView;
    try {
      this.begin();
      await handOver(this.all, wholeView());
      await Promise.all(this.#slots.map((slot) => this.#serve(slot)));
      for (const slot of this.#slots) this.#connect(slot);
      const opened = await openTransports(this.#parts.endpoints, {
        openDatagrams: (at) => this.#open('udp', at),
        openStreams: (at) => this.#open('tcp', at),
        logger: this.#parts.logger,
      });
      this.#hasStarted = true;
      return opened.filter(({ kind }) => kind === 'udp').map(({ address }) => address);
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  setUnsaved(hasUnsaved: boolean): void {
    this.#hasUnsaved = hasUnsaved;
    for (const link of this.all) link.post({ kind: 'unsaved', hasUnsaved });
  }

  setLogLevel(level: LogLevel): void {
    this.#logLevel = level;
    for (const link of this.all) link.post({ kind: 'log-level', level });
  }

  /** What the threads that serve reply; one that dies meanwhile is left out. @throws what ended all of them */
  async askAll(request: Request): Promise<Reply[]> {
    const slots = this.#slots.filter(({ isServing }) => isServing);
    const settled = await Promise.allSettled(slots.map(({ link }) => link.request(request)));
    const replies = settled.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    if (replies.length > 0) return replies;
    const [first] = settled;
    throw first?.status === 'rejected' ? first.reason : new Error('DNS is not running');
  }

  /** Prepares a change by all threads, and has all adopt it, or none. @throws what one refused with */
  change(options: DnsOptions): Promise<void> {
    return this.#turns.run(async () => {
      const prepared = await this.askAll({
        kind: 'prepare',
        options: forThreads(options, this.#share),
      });
      const refused = prepared.find((reply) => reply.kind === 'refused');
      if (refused !== undefined) {
        await this.askAll({ kind: 'abandon' });
        throw errorOf(refused.refusal);
      }
      // The domains of the start stay: a thread that is started anew must have the same.
      this.#options = { ...options, identity: this.#options.identity };
      await this.askAll({ kind: 'adopt' });
    });
  }

  get #share(): Share {
    return { threads: this.#count, cookieSecret: this.#ownSecret };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const { plan } of this.#slots) plan.cancel();
    await Promise.all(this.all.map((link) => link.close()));
    for (const { wake } of this.#slots) wake?.close();
    this.#slots.length = 0;
  }

  /** Starts a thread for each place. */
  #fillSlots(): void {
    const { logger, threads, endpoints } = this.#parts;
    const chosen = chooseDatagrams(process.env);
    // Nobody can ask: explanations and the judging of records want the thread of streams alone. Sockets of node:dgram
    // cannot share an address.
    const most = chosen.kind === 'dgram' ? 1 : threads;
    const sharing = endpoints.length === 0 ? 0 : most;
    if (sharing > 0) logger.info({}, chosen.text);
    this.#count = 1 + sharing;
    this.#addSlot('streams', undefined);
    for (let added = 0; added < sharing; added++) {
      this.#addSlot('datagrams', chosen.kind === 'dgram' ? undefined : createWake(chosen.libc));
    }
  }

  #addSlot(role: Slot['role'], wake: Wake | undefined): void {
    const plan = new RestartPlan(this.#parts.clock);
    const slot = { role, wake, plan, isServing: false, descriptors: new Map() } as Slot;
    slot.link = this.#newLink(slot);
    this.#slots.push(slot);
  }

  #newLink(slot: Slot): ThreadLink {
    const { logger, clock } = this.#parts;
    const link = new ThreadLink({
      start: {
        options: forThreads(this.#options, this.#share),
        forwards: slot.role === 'streams',
        logLevel: this.#logLevel,
        ...(slot.wake === undefined ? {} : { wakeFd: slot.wake.fd }),
      },
      logger,
      clock,
      onBehind: () => void handOver([link], this.#wholeView()),
      onClosed: (socket) => slot.descriptors.delete(socket),
      onEnd: (error) => this.#ended(slot, error),
    });
    return link;
  }

  /** Has a thread that has the view read the zones. @throws ZoneError */
  async #serve(slot: Slot): Promise<void> {
    const reply = await slot.link.request({ kind: 'serve' });
    if (reply.kind === 'refused') throw errorOf(reply.refusal);
    slot.link.post({ kind: 'unsaved', hasUnsaved: this.#hasUnsaved });
    slot.isServing = true;
  }

  /** Lets a thread of datagrams ask through the one that asks upstreams; that one, all of them. */
  #connect(slot: Slot): void {
    const others = slot.role === 'streams' ? this.#slots.filter(isOfDatagrams) : [slot];
    for (const other of others.filter(({ isServing }) => isServing)) {
      const { port1, port2 } = new MessageChannel();
      const wakeFd = other.wake?.fd;
      this.streams.post({ kind: 'ask-for', port: port1, wakeFd }, [port1]);
      other.link.post({ kind: 'ask-through', port: port2 }, [port2]);
    }
  }

  /** Opens a socket in every thread of the kind, or none. @throws BindError */
  async #open(kind: Transport['kind'], at: BindAddress): Promise<Opened> {
    const slots = this.#slots.filter((slot) => isFor(kind, slot));
    const sockets: (() => Promise<unknown>)[] = [];
    const bound = { kind, at };
    const close = async (): Promise<void> => {
      this.#bound.delete(bound);
      await Promise.all(sockets.map((shut) => shut()));
    };
    try {
      for (const [place, slot] of slots.entries()) {
        const sharing = slots.length === 1 ? 'alone' : place === 0 ? 'first' : 'further';
        const { socket, address } = await openIn(slot, kind, bound.at, sharing);
        bound.at = { ...at, port: address.port };
        sockets.push(() => shutIn(slot, socket));
      }
    } catch (error) {
      await close();
      throw error;
    }
    this.#bound.add(bound);
    return { kind, address: { address: bound.at.address, port: bound.at.port }, close };
  }

  /** A thread is gone, by its own fault or by `close`. */
  #ended(slot: Slot, error: Error): void {
    slot.isServing = false;
    for (const descriptor of slot.descriptors.values()) closeSync(descriptor);
    slot.descriptors.clear();
    if (this.#closing !== undefined || !this.#hasStarted) return;
    const { logger, onFailure } = this.#parts;
    const delayMs = slot.plan.next();
    logger.error({ err: error, thread: slot.role, delayMs }, 'a DNS thread died');
    if (delayMs === undefined) {
      if (this.#failure === undefined) onFailure(error.message);
      this.#failure ??= error;
      return;
    }
    slot.plan.schedule(delayMs, () => void this.#turns.run(() => this.#restart(slot)));
  }

  /** Between two reloads. Failing again is an end like any other. */
  async #restart(slot: Slot): Promise<void> {
    if (this.#closing !== undefined) return;
    try {
      slot.link = this.#newLink(slot);
    } catch (error) {
      // The system gives no more threads: dead before it lived.
      this.#ended(slot, error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const { link } = slot;
    try {
      await handOver([link], this.#wholeView());
      await this.#serve(slot);
      this.#connect(slot);
      for (const { kind, at } of this.#bound) {
        // Others of its kind may be there already.
        if (isFor(kind, slot)) await openIn(slot, kind, at, 'further');
      }
      this.#restarts += 1;
      this.#parts.logger.info({ thread: slot.role }, 'a DNS thread was started again');
    } catch (error) {
      slot.isServing = false;
      this.#parts.logger.error({ err: error }, 'a DNS thread could not be started again');
      // One that died on the way has told so already.
      if (!link.hasEnded) await link.close();
    }
  }
}

function isOfDatagrams({ role }: Slot): boolean {
  return role === 'datagrams';
}

function isFor(kind: Transport['kind'], { role }: Slot): boolean {
  return role === (kind === 'udp' ? 'datagrams' : 'streams');
}

async function openIn(slot: Slot, transport: Transport['kind'], at: BindAddress, sharing: Sharing) {
  const reply = await slot.link.request({ kind: 'open', transport, at, sharing });
  if (reply.kind === 'opened') {
    if (reply.descriptor !== undefined) slot.descriptors.set(reply.socket, reply.descriptor);
    return reply;
  }
  if (reply.kind === 'refused') throw errorOf(reply.refusal);
  throw new Error(`a DNS thread replied ${reply.kind} to open`);
}

async function shutIn(slot: Slot, socket: number): Promise<void> {
  await slot.link.request({ kind: 'shut', socket });
}
