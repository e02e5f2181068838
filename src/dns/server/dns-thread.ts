/**
 * What runs inside an answer thread: holds its copy of the catalog, builds what answers from it, opens and closes
 * transports, and does what the messages say. Knows nothing of threads: it is given a function to post with, so tests
 * run it in their own.
 */
import { deserialize } from 'node:v8';
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
import { createForwarder, type ForwarderParts } from '../forward/forwarder.ts';
import { RemoteForwarder } from '../forward/remote-forwarder.ts';
import { serveForwarder } from '../forward/serve-forwarder.ts';
import type { DnsOptions } from '../options.ts';
import type { ViewDelta } from '../view/delta.ts';
import { View } from '../view/view.ts';
import { loadZonesInSlices } from '../zone/load-zones.ts';
import { checkSerialsInSlices, type SerialSlip } from '../zone/serial-check.ts';
import { type Pacing, runInSlices } from '../zone/steps.ts';
import { judgeInSteps, type RRsetToJudge } from '../zone/stored-verdict.ts';
import { StoredZones } from '../zone/stored-zones.ts';
import type { ZoneStore } from '../zone/zone-store.ts';
import { createPortLogger, type PortLogger } from './port-logger.ts';
import type { FromThread, Reply, Request, ThreadStart, ThreadStats, ToThread } from './protocol.ts';
import { refusalOf } from './refusal-error.ts';
import { loadOptions, Serving } from './serving.ts';
import { openTcpListener } from './tcp-listener.ts';
import type { BindAddress, DatagramParts, Sharing, SocketAddress, Transport } from './transport.ts';
import { openUdpSocket } from './udp-socket.ts';
import { wakeBy } from './wake-by.ts';

export interface ThreadParts {
  readonly post: (message: FromThread) => void;
  /** The thread has nothing more to do. */
  readonly exit: () => void;
  /** Default: one datagram after another, as Node has them. */
  readonly openDatagrams?: (
    at: BindAddress,
    sharing: Sharing,
    parts: DatagramParts,
  ) => Promise<Transport>;
  /** Lets queries, messages and timers that are due go first. */
  readonly pause?: () => Promise<void>;
  /** Has the thread look at its event loop while it waits for the system; `work` is what it waits for. */
  readonly attend?: <Result>(work: Promise<Result>) => Promise<Result>;
  readonly clock?: Clock;
  readonly random?: Random;
}

type OpenRequest = Request & { readonly kind: 'open' };

/** A reload that all threads have to agree on. */
interface Prepared {
  readonly options: DnsOptions;
  readonly files: ZoneStore;
  readonly slips: readonly SerialSlip[];
}

export class DnsThread {
  readonly #start: ThreadStart;
  readonly #parts: ThreadParts;
  readonly #clock: Clock;
  readonly #logger: PortLogger;
  readonly #view: View;
  #stored = new StoredZones();
  /** What is stored by a view that replaces this one. */
  #nextStored: StoredZones | undefined;
  #serving: Serving | undefined;
  readonly #transports = new Map<number, Transport>();
  #sockets = 0;
  readonly #opening = new Set<Promise<unknown>>();
  #prepared: Prepared | undefined;
  readonly #remote: RemoteForwarder[] = [];
  /** Other threads that ask through this one; each settles when that one has left. */
  readonly #askers = new Set<Promise<void>>();
  #stopping = false;
  readonly #stopped = new AbortController();
  readonly #explanations = new InTurn();

  constructor(start: ThreadStart, parts: ThreadParts) {
    this.#start = start;
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
      case 'view': {
        const delta = deserialize(message.delta) as ViewDelta;
        this.#view.apply(delta);
        (this.#nextStored ?? this.#stored).apply(delta);
        return;
      }
      case 'view-begin':
        this.#view.beginWhole();
        this.#nextStored = new StoredZones();
        return;
      case 'view-end':
        this.#view.endWhole();
        this.#stored = this.#nextStored ?? this.#stored;
        this.#nextStored = undefined;
        return;
      case 'unsaved':
        this.#view.hasUnsaved = message.hasUnsaved;
        return;
      case 'request':
        this.#receiveRequest(message.id, message.request);
        return;
      case 'ask-through':
        for (const remote of this.#remote) remote.askThrough(message.port);
        return;
      case 'ask-for':
        this.#askFor(message);
        return;
      case 'log-level':
        this.#logger.setLevel(message.level);
        return;
      case 'stop':
        void this.#stop();
        return;
    }
  }

  /** A defect in what answers a request ends the thread, and the main thread hears why. */
  #receiveRequest(id: number, request: Request): void {
    const reply = this.#replyTo(request);
    const post = (settled: Reply | undefined): void => {
      if (settled !== undefined) this.#parts.post({ kind: 'reply', id, reply: settled });
    };
    if (reply instanceof Promise) void reply.then(post);
    else post(reply);
  }

  /** Nothing when the thread is told to stop meanwhile. */
  #replyTo(request: Request): Reply | Promise<Reply | undefined> {
    switch (request.kind) {
      case 'serve':
        return this.#serve();
      case 'open':
        return this.#open(request);
      case 'shut':
        return this.#shut(request.socket);
      case 'applied-index':
        return { kind: 'applied-index', index: this.#view.index };
      case 'stats':
        return { kind: 'stats', stats: this.#stats() };
      case 'judge':
        return this.#judge(request.rrset);
      case 'explain':
        // A name that is forwarded takes its time.
        return this.#explain(request.query);
      case 'prepare':
        return this.#prepare(request.options);
      case 'adopt':
        return this.#adopt();
      case 'abandon':
        this.#prepared = undefined;
        return { kind: 'done' };
    }
  }

  /** Called when the whole view is there: with half of it, live services would be denied. */
  #serve(): Reply {
    try {
      this.#serving = new Serving({
        options: this.#start.options,
        view: this.#view,
        stored: () => this.#stored,
        listeners: () => this.#addresses(),
        createForwarder: (parts) => this.#createForwarder(parts),
        clock: this.#clock,
        random: this.#parts.random ?? systemRandom,
        logger: this.#logger,
      });
      return { kind: 'serving' };
    } catch (error) {
      return { kind: 'refused', refusal: refusalOf(error) };
    }
  }

  #createForwarder(parts: ForwarderParts) {
    if (this.#start.forwards) return createForwarder(parts);
    const remote = new RemoteForwarder(parts);
    this.#remote.push(remote);
    return remote;
  }

  #askFor({ port, wakeFd }: ToThread & { readonly kind: 'ask-for' }): void {
    const left = serveForwarder(port, () => this.#serving?.forwarder, wakeBy(wakeFd));
    this.#askers.add(left);
    void left.then(() => this.#askers.delete(left));
  }

  async #open({ transport: kind, at, sharing }: OpenRequest): Promise<Reply | undefined> {
    if (this.#stopping) return undefined;
    const opening = kind === 'tcp' ? this.#openStreams(at) : this.#openDatagrams(at, sharing);
    this.#opening.add(opening);
    try {
      const transport = await opening;
      const socket = ++this.#sockets;
      this.#transports.set(socket, transport);
      if (this.#stopping) return undefined;
      const { address, descriptor } = transport;
      return { kind: 'opened', socket, address, descriptor };
    } catch (error) {
      return { kind: 'refused', refusal: refusalOf(error) };
    } finally {
      this.#opening.delete(opening);
    }
  }

  #openDatagrams(at: BindAddress, sharing: Sharing): Promise<Transport> {
    const parts = this.#transportParts();
    return this.#parts.openDatagrams?.(at, sharing, parts) ?? openUdpSocket(at, parts);
  }

  #openStreams(at: BindAddress): Promise<Transport> {
    return openTcpListener(at, this.#transportParts());
  }

  /** Whatever a message does to the responder, the thread goes on with the next. */
  #transportParts(): DatagramParts {
    const { responder } = this.#theServing;
    return {
      respond: (bytes, client) => {
        try {
          return responder.respond(bytes, client);
        } catch (error) {
          this.#logger.error({ err: error }, 'a message could not be answered');
          return undefined;
        }
      },
      respondTo: (datagram) => {
        try {
          return responder.respondTo(datagram);
        } catch (error) {
          this.#logger.error({ err: error }, 'a datagram could not be answered');
          return 0;
        }
      },
      clock: this.#clock,
      logger: this.#logger,
    };
  }

  get #theServing(): Serving {
    if (this.#serving === undefined) throw new Error('nothing is served yet');
    return this.#serving;
  }

  async #shut(socket: number): Promise<Reply> {
    await this.#transports.get(socket)?.close();
    if (this.#transports.delete(socket)) this.#parts.post({ kind: 'closed', socket });
    return { kind: 'done' };
  }

  #addresses(): SocketAddress[] {
    return Array.from(this.#transports.values(), ({ address }) => address);
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
      const account = await explain({ responder, pause: this.#pause }, query);
      return { kind: 'explained', account };
    } catch (error) {
      if (error instanceof UnaskableError) {
        return { kind: 'unaskable', field: error.field, reason: error.message };
      }
      this.#logger.error({ err: error }, 'an answer could not be explained');
      return { kind: 'failed', code: 'dns_failed', reason: 'the answer could not be explained' };
    }
  }

  /** Beside the answers, since it may go through a whole zone. */
  async #judge(rrset: RRsetToJudge): Promise<Reply | undefined> {
    const files = this.#serving?.files;
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

  #stats(): ThreadStats {
    return {
      appliedIndex: this.#view.index,
      nodes: this.#view.nodeCount,
      instances: this.#view.instanceCount,
      endpoints: Array.from(this.#transports.values(), (transport) => ({
        transport: transport.kind,
        address: transport.address,
        ...transport.stats(),
      })),
      replies: this.#serving?.responder.counts,
      compiled: this.#serving?.responder.compiled,
      forward: this.#serving?.forwarder.scope.stats,
    };
  }

  /** Reads the zones in slices between queries; nothing that is answered from changes. */
  async #prepare(next: DnsOptions): Promise<Reply | undefined> {
    // Domains stay what they were: names that are handed out depend on them.
    const options = { ...next, identity: this.#start.options.identity };
    const pacing = this.#pacing();
    try {
      const reading = loadZonesInSlices(loadOptions(options), pacing);
      const files = await (this.#parts.attend?.(reading) ?? reading);
      const before = this.#serving?.files;
      const slips = before === undefined ? [] : await checkSerialsInSlices(before, files, pacing);
      if (this.#stopping) return undefined;
      this.#prepared = { options, files, slips };
      return { kind: 'done' };
    } catch (error) {
      if (this.#stopping) return undefined;
      return { kind: 'refused', refusal: refusalOf(error) };
    }
  }

  /** Between two queries. */
  #adopt(): Reply {
    if (this.#prepared === undefined) return { kind: 'done' };
    const { options, files, slips } = this.#prepared;
    this.#prepared = undefined;
    this.#theServing.adopt(options, files);
    // Every thread reads the zones; one line about each is enough.
    const lines = this.#start.forwards ? slips : [];
    for (const { problem, ...slip } of lines) this.#logger.warn(slip, problem);
    return { kind: 'done' };
  }

  readonly #pause = (): Promise<void> =>
    this.#parts.pause?.() ?? new Promise((resolve) => setImmediate(resolve));

  #pacing(): Pacing {
    return { clock: this.#clock, pause: this.#pause, signal: this.#stopped.signal };
  }

  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#stopped.abort();
    await Promise.allSettled(this.#opening);
    await this.#close();
  }

  async #close(): Promise<void> {
    // Upstreams get half of the time to answer. Then every wait is settled, and the transports still send that.
    const enough = this.#clock.schedule(limits.dnsDrainMs.default / 2, () =>
      this.#serving?.forwarder.close(),
    );
    await Promise.all(Array.from(this.#transports.keys(), (socket) => this.#shut(socket)));
    // Those who ask through this thread are stopped as well, and leave when they have answered their clients.
    await Promise.all(this.#askers);
    enough.cancel();
    this.#serving?.forwarder.close();
    this.#parts.exit();
  }

  #postLine(level: LogLevel, fields: LogFields, message: string): void {
    try {
      this.#parts.post({ kind: 'log', level, fields, message });
    } catch {
      // A field that cannot be copied between threads: better its text than no line.
      const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
      this.#parts.post({ kind: 'log', level, fields: Object.fromEntries(texts), message });
    }
  }
}
