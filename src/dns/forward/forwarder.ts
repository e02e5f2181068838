/**
 * The source of everything that is not ours: asks the recursors in turn and hands on what the first good one
 * says. Keeps nothing: a cache would stand in front of `#resolve`. One question is asked once at a time however
 * many clients wait for it, which also ends a loop that leads back here: its second round waits for the first.
 */
import { setMaxListeners } from 'node:events';
import { networkInterfaces } from 'node:os';
import { type Clock, type Logger, limits, type Random, shuffle } from '../../runtime/index.ts';
import type { Failure, Outcome, Query, Source } from '../answer/outcome.ts';
import type { ForwardOptions, UpstreamAddress } from '../options.ts';
import type { Message } from '../wire/message.ts';
import type { Question } from '../wire/question.ts';
import { ExtendedError, Rcode } from '../wire/types.ts';
import { answersTo } from './answers-to.ts';
import { type Exchange, exchange } from './exchange.ts';
import { isOwnAddress } from './own-addresses.ts';
import { QueryWriter } from './upstream-query.ts';
import { systemSockets, type UpstreamSockets } from './upstream-sockets.ts';

export interface ForwarderParts {
  readonly options: ForwardOptions;
  /** Where this server listens, known once it does. */
  readonly listeners: () => readonly UpstreamAddress[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The system's own unless a test says otherwise. */
  readonly sockets?: UpstreamSockets;
}

export interface Forwarder extends Source {
  /** Whether there is anyone to ask. */
  readonly isForwarding: boolean;
  /** Questions that begin after this go to the new recursors. */
  setOptions(options: ForwardOptions): void;
  /** Ends every wait with SERVFAIL. May be called twice. */
  close(): void;
}

export function createForwarder(parts: ForwarderParts): Forwarder {
  return new RecursorForwarder(parts);
}

class RecursorForwarder implements Forwarder {
  readonly name = 'forward';
  readonly #parts: ForwarderParts;
  readonly #sockets: UpstreamSockets;
  readonly #writer = new QueryWriter();
  readonly #closing = new AbortController();
  readonly #underWay = new Map<string, Promise<Outcome>>();
  #waiting = 0;
  #options: ForwardOptions;
  /** The recursors that are not this server; worked out when first needed. */
  #recursors: readonly UpstreamAddress[] | undefined;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    this.#sockets = parts.sockets ?? systemSockets;
    this.#options = parts.options;
    // One listener for each socket, whose number has a limit of its own: many are no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  get isForwarding(): boolean {
    return this.#options.recursors.length > 0;
  }

  setOptions(options: ForwardOptions): void {
    this.#options = options;
    this.#recursors = undefined;
  }

  close(): void {
    this.#closing.abort();
  }

  answer({ question }: Query): Outcome | Promise<Outcome> {
    if (!this.isForwarding) return { kind: 'skip' };
    if (this.#waiting >= limits.forwardWaiting.default) return TOO_MANY;
    return this.#join(question);
  }

  async #join(question: Question): Promise<Outcome> {
    this.#waiting += 1;
    try {
      const key = keyOf(question);
      const underWay = this.#underWay.get(key);
      if (underWay !== undefined) return await underWay;
      if (this.#underWay.size >= limits.forwardSockets.default) return TOO_MANY;
      const begun = this.#resolve(question).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, begun);
      return await begun;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #resolve(question: Question): Promise<Outcome> {
    const { clock } = this.#parts;
    const { timeoutMs } = this.#options;
    const end = clock.monotonic() + limits.forwardTotalMs.default;
    const failures: Failed[] = [];
    for (const upstream of this.#inOrder()) {
      const leftMs = end - clock.monotonic();
      if (leftMs <= 0) break;
      const triedMs = Math.min(timeoutMs, leftMs);
      const result = await this.#ask(upstream, question, triedMs);
      if (result.kind === 'aborted') return STOPPING;
      if (result.kind === 'reply' && isAccepted(result.message))
        return relay(result.message, question);
      failures.push(describeFailure(upstream, result, triedMs));
    }
    return explainFailures(failures);
  }

  /** Every query has a fresh id: who saw the first one knows nothing of the next. */
  async #ask(upstream: UpstreamAddress, question: Question, timeoutMs: number): Promise<Exchange> {
    const { clock } = this.#parts;
    const parts = { sockets: this.#sockets, clock, signal: this.#closing.signal };
    const end = clock.monotonic() + timeoutMs;
    const query = this.#writer.write(question, { withEdns: true });
    const first = await exchange(parts, { upstream, query, timeoutMs });
    const leftMs = end - clock.monotonic();
    if (!isWithoutEdns(first) || leftMs <= 0) return first;
    // RFC 6891 §6.2.2: who does not know the OPT record is asked as if there were none.
    const plain = this.#writer.write(question, { withEdns: false });
    return exchange(parts, { upstream, query: plain, timeoutMs: leftMs });
  }

  #inOrder(): readonly UpstreamAddress[] {
    this.#recursors ??= this.#withoutSelf();
    switch (this.#options.strategy) {
      case 'sequential':
        return this.#recursors;
      case 'random':
        return shuffle([...this.#recursors], this.#parts.random);
    }
  }

  /** Recursors that lead back here are left out, which one line of the log says. */
  #withoutSelf(): readonly UpstreamAddress[] {
    const listeners = this.#parts.listeners();
    const interfaces = networkInterfaces();
    const isOwn = (upstream: UpstreamAddress): boolean =>
      isOwnAddress(upstream, listeners, interfaces);
    const own = this.#options.recursors.filter(isOwn);
    if (own.length > 0) {
      const recursors = own.map(formatAddress);
      this.#parts.logger.warn({ recursors }, 'a recursor is this server itself and is not asked');
    }
    return this.#options.recursors.filter((upstream) => !own.includes(upstream));
  }
}

/** Case apart, so that a loop through a resolver that mixes case (0x20) meets itself. */
function keyOf(question: Question): string {
  const { lowerName, type, class: asked, edns, authenticData, checkingDisabled } = question;
  const bits = [edns?.dnssecOk ?? false, authenticData, checkingDisabled].join(' ');
  return `${type} ${asked} ${bits} ${lowerName}`;
}

/** RFC 2308 §7: any other rcode says that this server could not find out, the next one may. */
function isAccepted(message: Message): boolean {
  return message.rcode === Rcode.NOERROR || message.rcode === Rcode.NXDOMAIN;
}

/** RFC 6891 §7: a server that knows the OPT record sends one back, also with FORMERR. */
function isWithoutEdns(result: Exchange): boolean {
  if (result.kind !== 'reply' || result.message.edns !== undefined) return false;
  const { rcode } = result.message;
  return rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP;
}

function relay(message: Message, { lowerName, edns, authenticData }: Question): Outcome {
  // RFC 6840 §5.8: AD is for who has shown to understand it.
  const understandsAd = authenticData || edns?.dnssecOk === true;
  return {
    kind: 'relayed',
    rcode: message.rcode,
    answers: answersTo(lowerName, message.answers),
    authority: message.authority,
    additional: message.additional,
    truncated: message.header.truncated,
    authenticData: understandsAd && message.header.authenticData,
  };
}

interface Failed {
  readonly isNetworkError: boolean;
  readonly text: string;
}

function describeFailure(upstream: UpstreamAddress, result: Exchange, triedMs: number): Failed {
  const address = formatAddress(upstream);
  switch (result.kind) {
    case 'reply':
      return {
        isNetworkError: false,
        text: `${address} answered ${formatRcode(result.message.rcode)}`,
      };
    case 'silence': {
      const others = result.mismatches === 0 ? '' : `, ${result.mismatches} replies did not match`;
      const text = `${address} did not answer within ${Math.round(triedMs)} ms${others}`;
      return { isNetworkError: false, text };
    }
    case 'network-error':
      return { isNetworkError: true, text: `${address}: ${result.reason}` };
    case 'aborted':
      return { isNetworkError: false, text: `${address}: stopped` };
  }
}

/** RFC 8914 §4.23 when somebody was reached who did not say, §4.24 when nothing was but errors. */
function explainFailures(failures: readonly Failed[]): Failure {
  if (failures.length === 0) return ONLY_SELF;
  const code = failures.every(({ isNetworkError }) => isNetworkError)
    ? ExtendedError.NETWORK_ERROR
    : ExtendedError.NO_REACHABLE_AUTHORITY;
  // A few are enough to see what is wrong, and the text has to fit in a datagram.
  const text = failures.slice(0, 3).map((failed) => failed.text);
  if (failures.length > text.length) text.push(`${failures.length - text.length} more failed`);
  return { kind: 'failure', explanation: { code, text: text.join('; ') } };
}

const TOO_MANY: Failure = {
  kind: 'failure',
  explanation: { code: ExtendedError.OTHER, text: 'too many queries wait for upstreams' },
};

const STOPPING: Failure = {
  kind: 'failure',
  explanation: { code: ExtendedError.OTHER, text: 'the server is stopping' },
};

const ONLY_SELF: Failure = {
  kind: 'failure',
  explanation: {
    code: ExtendedError.NO_REACHABLE_AUTHORITY,
    text: 'the only recursor is this server itself',
  },
};

function formatAddress({ address, port }: UpstreamAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const rcodeNames = new Map<number, string>(
  Object.entries(Rcode).map(([name, rcode]) => [rcode, name]),
);

function formatRcode(rcode: number): string {
  return rcodeNames.get(rcode) ?? `rcode ${rcode}`;
}
