/**
 * One client on TCP (RFC 7766): reads framed queries, answers each as soon as its reply is there, in whatever
 * order. Takes no more in than it gets rid of: with too many queries in flight, or replies unread, it stops
 * reading. Has no timer; the listener asks `overdue` now and then.
 */
import type { Socket } from 'node:net';
import { limits } from '../../runtime/index.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import { HEADER_BYTES } from '../wire/message.ts';
import type { Client } from '../wire/question.ts';
import type { TransportParts } from './transport.ts';

/** What the connections of a listener count together. */
export interface StreamCounts {
  queries: number;
  replies: number;
  dropped: number;
  sendErrors: number;
}

export class TcpConnection {
  readonly #socket: Socket;
  readonly #parts: TransportParts;
  readonly #counts: StreamCounts;
  readonly #client: Client;
  readonly #frames = new FrameReader();
  /** Queries that have arrived and are not taken up yet. */
  #arrived: Iterator<Uint8Array> | undefined;
  #inFlight = 0;
  /** No more queries are taken: the client has ended, sent nonsense, or the listener closes. */
  #ending = false;
  #closing = false;
  /** When the client last did something: sent a query, or read a reply. */
  #activeAt: number;
  /** When the message that is still incomplete began. */
  #partialSince: number | undefined;

  constructor(socket: Socket, parts: TransportParts, counts: StreamCounts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#counts = counts;
    this.#activeAt = parts.clock.monotonic();
    const { remoteAddress = '', remotePort = 0 } = socket;
    this.#client = { address: remoteAddress, port: remotePort, transport: 'tcp' };
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#ended());
    // A reset is the client's way of leaving; 'close' follows.
    socket.on('error', () => {});
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#arrived === undefined && this.#socket.writableLength === 0;
  }

  get activeAt(): number {
    return this.#activeAt;
  }

  /** Which limit of time the client is over, if any. */
  overdue(now: number): 'slow reader' | 'slow writer' | 'idle' | undefined {
    const quietMs = now - this.#activeAt;
    if (this.#socket.writableLength > 0) {
      return quietMs >= limits.dnsConnectionIdleMs.default ? 'slow reader' : undefined;
    }
    if (this.#partialSince !== undefined && now - this.#partialSince >= limits.dnsFrameMs.default) {
      return 'slow writer';
    }
    return this.isIdle && quietMs >= limits.dnsConnectionIdleMs.default ? 'idle' : undefined;
  }

  /** Takes nothing new, sends the replies to what is in flight, then closes without waiting for the client. */
  close(): void {
    this.#closing = true;
    this.#ending = true;
    this.#pump();
  }

  destroy(): void {
    this.#ending = true;
    this.#arrived = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#ending) return;
    this.#activeAt = this.#parts.clock.monotonic();
    this.#arrived = chained(this.#arrived, this.#frames.read(chunk));
    this.#pump();
  }

  #ended(): void {
    this.#ending = true;
    this.#pump();
  }

  #drained(): void {
    this.#activeAt = this.#parts.clock.monotonic();
    this.#pump();
  }

  /** Takes up what has arrived as far as the limits allow, and reads on or not accordingly. */
  #pump(): void {
    // Replies to queries that came together leave together.
    this.#socket.cork();
    while (this.#arrived !== undefined && this.#hasRoom()) {
      const next = this.#arrived.next();
      if (next.done === true) this.#arrived = undefined;
      else this.#answer(next.value);
    }
    this.#socket.uncork();
    if (this.#socket.destroyed) return;
    const isReading = this.#arrived === undefined && this.#hasRoom();
    // A client that is not read from cannot finish its message.
    if (!isReading || !this.#frames.isPartial) this.#partialSince = undefined;
    else this.#partialSince ??= this.#parts.clock.monotonic();
    if (this.#ending && this.#inFlight === 0 && this.#arrived === undefined) this.#finish();
    else if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  #finish(): void {
    if (this.#closing) {
      this.#socket.destroySoon();
      return;
    }
    this.#socket.end();
    // What else the client sends is ignored, but read: its end is behind it, and closing on unread octets
    // would reset the connection before the last reply arrived.
    this.#socket.resume();
  }

  #hasRoom(): boolean {
    return (
      this.#inFlight < limits.dnsConnectionQueries.default &&
      this.#socket.writableLength < limits.dnsUnreadBytes.default
    );
  }

  #answer(message: Uint8Array): void {
    // What came before this message is complete: a partial one that follows began just now.
    this.#partialSince = undefined;
    if (this.#socket.destroyed) return;
    this.#counts.queries += 1;
    // Too short to have an id that a reply could carry: the stream is not, or no longer, DNS.
    if (message.length < HEADER_BYTES) {
      this.#give(undefined);
      return;
    }
    const reply = this.#parts.respond(message, this.#client);
    if (!(reply instanceof Promise)) {
      this.#give(reply);
      return;
    }
    this.#inFlight += 1;
    reply
      .then((settled) => this.#give(settled))
      .catch((error: unknown) => {
        this.#parts.logger.error({ err: error }, 'a reply was lost');
        this.destroy();
      })
      .finally(() => {
        this.#inFlight -= 1;
        this.#pump();
      });
  }

  /** Sends a reply. A message that gets none ends the connection: its sender would wait for the timeout. */
  #give(reply: Uint8Array | undefined): void {
    if (reply === undefined) {
      this.#counts.dropped += 1;
      this.#ending = true;
      this.#arrived = undefined;
      return;
    }
    if (this.#socket.destroyed) {
      this.#counts.sendErrors += 1;
      return;
    }
    this.#counts.replies += 1;
    this.#activeAt = this.#parts.clock.monotonic();
    this.#socket.write(encodeFrame(reply));
  }
}

function chained(
  first: Iterator<Uint8Array> | undefined,
  then: Iterator<Uint8Array>,
): Iterator<Uint8Array> {
  if (first === undefined) return then;
  return {
    next() {
      const next = first.next();
      return next.done === true ? then.next() : next;
    },
  };
}
