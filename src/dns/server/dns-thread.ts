/**
 * What runs inside the DNS thread: builds view, zones, forwarder, responder and transports, and does what the
 * messages say. Knows nothing of threads: it is given a function to post with, so tests run it in their own.
 */
import {
  type Clock,
  InTurn,
  type LogFields,
  type LogLevel,
  limits,
  type Random,
  systemClock,
  systemRandom,
} from '../../runtime/index.ts';
import { explain, UnaskableError } from '../answer/explain.ts';
import type { ExplainRequest } from '../answer/explained.ts';
import { createResponder, type Responder, type ResponderParts } from '../answer/responder.ts';
import type { ResponderOptions } from '../answer/settings.ts';
import { createForwarder, type Forwarder } from '../forward/forwarder.ts';
import { createNameGrammar } from '../names.ts';
import { type DnsOptions, isForwarding } from '../options.ts';
import { View } from '../view/view.ts';
import type { Client } from '../wire/question.ts';
import { type LoadOptions, loadZones, loadZonesInSlices } from '../zone/load-zones.ts';
import { checkSerialsInSlices } from '../zone/serial-check.ts';
import { type Pacing, runInSlices } from '../zone/steps.ts';
import { judgeInSteps, type RRsetToJudge } from '../zone/stored-verdict.ts';
import { StoredZones } from '../zone/stored-zones.ts';
import { ZoneError } from '../zone/zone-error.ts';
import { createZoneSource } from '../zone/zone-source.ts';
import type { ZoneStore } from '../zone/zone-store.ts';
import { BindError } from './bind-error.ts';
import { openTransports } from './open-transports.ts';
import { isOwnName } from './own-names.ts';
import { createPortLogger, type PortLogger } from './port-logger.ts';
import type {
  DnsStats,
  FromThread,
  Refusal,
  Reply,
  Request,
  ThreadStart,
  ToThread,
} from './protocol.ts';
import { openTcpListener } from './tcp-listener.ts';
import type { SocketAddress, Transport } from './transport.ts';
import { openUdpSocket } from './udp-socket.ts';

export interface ThreadParts {
  readonly post: (message: FromThread) => void;
  /** The thread has nothing more to do. */
  readonly exit: () => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

export class DnsThread {
  readonly #start: ThreadStart;
  readonly #parts: ThreadParts;
  readonly #clock: Clock;
  readonly #logger: PortLogger;
  readonly #view: View;
  readonly #stored = new StoredZones();
  #serving: Serving | undefined;
  #transports: readonly Transport[] = [];
  #options: DnsOptions;
  #binding = false;
  #stopping = false;
  readonly #stopped = new AbortController();
  readonly #reloads = new InTurn();
  readonly #explanations = new InTurn();

  constructor(start: ThreadStart, parts: ThreadParts) {
    this.#start = start;
    this.#options = start.options;
    this.#parts = parts;
    this.#view = new View(start.options.identity.datacenter);
    this.#clock = parts.clock ?? systemClock;
    this.#logger = createPortLogger(start.logLevel, (level, fields, message) =>
      this.#postLine(level, fields, message),
    );
  }

  /** Takes the next message; they are handled in order. */
  receive(message: ToThread): void {
    switch (message.kind) {
      case 'view':
        this.#view.apply(message.delta);
        this.#stored.apply(message.delta);
        return;
      case 'view-complete':
        void this.#serve();
        return;
      case 'unsaved':
        this.#view.hasUnsaved = message.hasUnsaved;
        return;
      case 'request':
        this.#reply(message.id, message.request);
        return;
      case 'log-level':
        this.#logger.setLevel(message.level);
        return;
      case 'stop':
        void this.#stop();
        return;
    }
  }

  /** Binds only now: with half a view, live services would be denied. */
  async #serve(): Promise<void> {
    this.#binding = true;
    try {
      const serving = this.#build(this.#options);
      this.#serving = serving;
      const logger = this.#logger;
      const respond = this.#guarded(serving.responder);
      const parts = { respond, clock: this.#clock, logger };
      this.#transports = await openTransports(this.#start.endpoints, {
        openDatagrams: (at) => openUdpSocket(at, parts),
        openStreams: (at) => openTcpListener(at, parts),
        logger,
      });
      this.#binding = false;
      this.#post({ kind: 'listening', addresses: this.#addresses() });
      // Told to stop while it was binding.
      if (this.#stopping) await this.#close();
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal === undefined) throw error;
      this.#post({ kind: 'refused', refusal });
      this.#parts.exit();
    }
  }

  #build(options: DnsOptions): Serving {
    const zones = { current: loadZones(loadOptions(options)) };
    const served = (): ZoneStore => this.#stored.over(zones.current);
    const random = this.#parts.random ?? systemRandom;
    const grammar = createNameGrammar(options.identity);
    const forwarder = createForwarder({
      options: options.forward,
      listeners: () => this.#addresses(),
      isOurs: (name) => isOwnName({ grammar, zones: served, view: this.#view }, name),
      follow: (query) => responder.ask(query),
      clock: this.#clock,
      random,
      logger: this.#logger,
    });
    const parts = (responder: () => Responder): ResponderParts => ({
      view: this.#view,
      identity: options.identity,
      options: responderOptions(options),
      apex: {
        soaOf: (zone, serial) => served().soaOf(zone, serial),
        hasName: (name) => served().hasName(name),
      },
      zones: [
        createZoneSource({
          zones: served,
          isStored: (zone, owner, type) => this.#stored.has(zone, owner, type),
          follow: (query) => responder().ask(query),
          forwards: (name) => forwarder.reaches(name),
        }),
      ],
      forward: [forwarder],
      forwards: (name) => forwarder.reaches(name),
      forwardsFor: (address) => forwarder.serves(address),
      random,
      logger: this.#logger,
      clock: this.#clock,
    });
    const responder: Responder = createResponder(parts(() => responder));
    // Explaining is neither counted nor limited: the same code and settings, with counts that nobody looks at.
    const explainer: Responder = createResponder({
      ...parts(() => explainer),
      settings: responder.settings,
      unlimited: true,
    });
    return { zones, forwarder, responder, explainer };
  }

  /** Whatever a message does to the responder, the thread goes on with the next. */
  #guarded({ respond }: Responder) {
    return (bytes: Uint8Array, client: Client) => {
      try {
        return respond(bytes, client);
      } catch (error) {
        this.#logger.error({ err: error }, 'a message could not be answered');
        return undefined;
      }
    };
  }

  #addresses(): SocketAddress[] {
    return this.#transports
      .filter((transport) => transport.kind === 'udp')
      .map((transport) => transport.address);
  }

  #reply(id: number, request: Request): void {
    const post = (reply: Reply): void => this.#post({ kind: 'reply', id, reply });
    switch (request.kind) {
      case 'applied-index':
        post({ kind: 'applied-index', index: this.#view.index });
        return;
      case 'stats':
        post({ kind: 'stats', stats: this.#stats() });
        return;
      case 'judge':
        void this.#judge(request.rrset).then((reply) => reply && post(reply));
        return;
      case 'explain':
        // A name that is forwarded takes its time.
        void this.#explain(request.query).then(post);
        return;
      case 'reload':
        void this.#reload(request.options).then((reply) => {
          if (reply !== undefined) post(reply);
        });
        return;
    }
  }

  /** One after another, for each is work that DNS waits beside. */
  #explain(query: ExplainRequest): Promise<Reply> {
    if (this.#explanations.count >= limits.explainWaiting.default) {
      const reason = 'too many explanations are waiting';
      return Promise.resolve({ kind: 'failed', code: 'dns_busy', reason });
    }
    return this.#explanations.run(() => this.#explainNow(query));
  }

  async #explainNow(query: ExplainRequest): Promise<Reply> {
    const responder = this.#serving?.explainer;
    if (responder === undefined) {
      return { kind: 'failed', code: 'dns_busy', reason: 'DNS is not ready yet' };
    }
    try {
      return { kind: 'explained', account: await explain({ responder, pause }, query) };
    } catch (error) {
      if (error instanceof UnaskableError) {
        return { kind: 'unaskable', field: error.field, reason: error.message };
      }
      this.#logger.error({ err: error }, 'an answer could not be explained');
      return { kind: 'failed', code: 'dns_failed', reason: 'the answer could not be explained' };
    }
  }

  /** Beside the answers, since it may go through a whole zone. @returns nothing when told to stop */
  async #judge(rrset: RRsetToJudge): Promise<Reply | undefined> {
    const files = this.#serving?.zones.current;
    if (files === undefined) return { kind: 'judged', verdict: undefined };
    const steps = judgeInSteps({ files, served: this.#stored.over(files) }, rrset);
    try {
      const verdict = await runInSlices(steps, async () => '', this.#pacing());
      return { kind: 'judged', verdict };
    } catch (error) {
      if (this.#stopping) return undefined;
      this.#logger.error({ err: error }, 'an RRset could not be judged');
      return { kind: 'judged', verdict: undefined };
    }
  }

  #stats(): DnsStats {
    return {
      appliedIndex: this.#view.index,
      nodes: this.#view.nodeCount,
      instances: this.#view.instanceCount,
      endpoints: this.#transports.map((transport) => ({
        transport: transport.kind,
        address: transport.address,
        ...transport.stats(),
      })),
      replies: this.#serving?.responder.counts,
      forward: this.#serving?.forwarder.stats,
    };
  }

  /** One after another, so that the last one asked for is what stays. @returns nothing when told to stop */
  #reload(next: DnsOptions): Promise<Reply | undefined> {
    return this.#reloads.run(() => this.#reloadNow(next));
  }

  /** Read in slices, then everything between two queries, or nothing: a bad zone leaves all as it was. */
  async #reloadNow(next: DnsOptions): Promise<Reply | undefined> {
    // Domains stay what they were: names that are handed out depend on them.
    const options = { ...next, identity: this.#start.options.identity };
    const pacing = this.#pacing();
    try {
      const zones = await loadZonesInSlices(loadOptions(options), pacing);
      const before = this.#serving?.zones.current;
      const slips = before === undefined ? [] : await checkSerialsInSlices(before, zones, pacing);
      if (this.#stopping) return undefined;
      this.#apply(options, zones);
      for (const { problem, ...slip } of slips) this.#logger.warn(slip, problem);
      return { kind: 'reloaded' };
    } catch (error) {
      if (this.#stopping) return undefined;
      const refusal = asRefusal(error);
      if (refusal === undefined) throw error;
      return { kind: 'refused', refusal };
    }
  }

  #pacing(): Pacing {
    return { clock: this.#clock, pause, signal: this.#stopped.signal };
  }

  #apply(options: DnsOptions, zones: ZoneStore): void {
    if (this.#serving !== undefined) {
      const { responder, explainer, forwarder } = this.#serving;
      const settings = responderOptions(options);
      // The one that may throw goes first, and changes nothing then.
      responder.setOptions(settings);
      explainer.setOptions(settings);
      forwarder.setOptions(options.forward);
      this.#serving.zones.current = zones;
      this.#view.dropSelections();
    }
    this.#options = options;
  }

  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#stopped.abort();
    // While it binds, `#serve` closes what it opened.
    if (!this.#binding) await this.#close();
  }

  async #close(): Promise<void> {
    // Upstreams get half of the time to answer. Then every wait is settled, and the transports still send that.
    const enough = this.#clock.schedule(limits.dnsDrainMs.default / 2, () =>
      this.#serving?.forwarder.close(),
    );
    await Promise.all(this.#transports.map((transport) => transport.close()));
    enough.cancel();
    this.#serving?.forwarder.close();
    this.#parts.exit();
  }

  #post(message: FromThread): void {
    this.#parts.post(message);
  }

  #postLine(level: LogLevel, fields: LogFields, message: string): void {
    try {
      this.#post({ kind: 'log', level, fields, message });
    } catch {
      // A field that cannot be copied between threads: better its text than no line.
      const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
      this.#post({ kind: 'log', level, fields: Object.fromEntries(texts), message });
    }
  }
}

/** What answers, once the zones are read. */
interface Serving {
  /** Of the master files, without what is stored; replaced as a whole. */
  readonly zones: { current: ZoneStore };
  readonly forwarder: Forwarder;
  readonly responder: Responder;
  readonly explainer: Responder;
}

/** Lets queries, messages and timers that are due go first. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function loadOptions({ identity, zoneDirectory }: DnsOptions): LoadOptions {
  const { domain, altDomain } = identity;
  return { directory: zoneDirectory, domain, altDomain };
}

function responderOptions({ answer, protocol, forward }: DnsOptions): ResponderOptions {
  return { answer, protocol, recursionAvailable: isForwarding(forward) };
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof ZoneError) return { kind: 'zones', faults: error.faults };
  if (!(error instanceof BindError)) return undefined;
  return { kind: 'bind', address: error.address, reason: error.reason };
}
