/**
 * One question to one upstream: over UDP, and over TCP when the reply is truncated or somebody seems to be
 * guessing. Ends with the reply, or with why there is none; never throws. Does not judge the rcode.
 */
import { type Clock, limits } from '../../runtime/index.ts';
import type { UpstreamAddress } from '../options.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import type { Message } from '../wire/message.ts';
import { matchReply, type UpstreamQuery } from './upstream-query.ts';
import type { Link, LinkEvents, UpstreamSockets } from './upstream-sockets.ts';

export type Exchange =
  | { readonly kind: 'reply'; readonly message: Message }
  /** Nothing that matches within the time; `mismatches` came instead. */
  | { readonly kind: 'silence'; readonly mismatches: number }
  | { readonly kind: 'network-error'; readonly reason: string }
  | { readonly kind: 'aborted' };

export interface ExchangeParts {
  readonly sockets: UpstreamSockets;
  readonly clock: Clock;
  /** Each ends the wait: the forwarder is closing, or the question makes room for another. */
  readonly signals: readonly AbortSignal[];
  /** Called for each reply that is not to the query, or cannot be read. */
  readonly mismatched: () => void;
  /** Called for each reply to the query that cannot be read: forged or not, it is a reason not to wait for this one. */
  readonly unreadable: () => void;
}

export interface Attempt {
  readonly upstream: UpstreamAddress;
  readonly query: UpstreamQuery;
  /** Of each transport. */
  readonly timeoutMs: number;
  /** When all is over, whatever the transport. */
  readonly endMs: number;
}

export async function exchange(parts: ExchangeParts, attempt: Attempt): Promise<Exchange> {
  const overUdp = await exchangeDatagrams(parts, attempt);
  switch (overUdp.kind) {
    case 'reply': {
      if (!overUdp.message.header.truncated) return overUdp;
      const overTcp = await exchangeOnStream(parts, attempt);
      // RFC 2181 §9 wants TCP; where that fails, a truncated reply that says so is better than none.
      return overTcp.kind === 'reply' ? overTcp : overUdp;
    }
    case 'suspicion':
      return exchangeOnStream(parts, attempt);
    case 'silence':
    case 'network-error':
    case 'aborted':
      return overUdp;
  }
}

/** So many replies that were not ours that the next could be a forgery that is (RFC 5452 §9). */
interface Suspicion {
  readonly kind: 'suspicion';
}

function exchangeDatagrams(
  parts: ExchangeParts,
  { upstream, query, timeoutMs }: Attempt,
): Promise<Exchange | Suspicion> {
  return withLink<Exchange | Suspicion>(parts, timeoutMs, (end) => {
    let mismatches = 0;
    const link = parts.sockets.openDatagram(upstream, {
      received(bytes) {
        const message = matchReply(bytes, query);
        if (typeof message === 'object') {
          end({ kind: 'reply', message });
          return;
        }
        if (message === 'unreadable') parts.unreadable();
        mismatches += 1;
        parts.mismatched();
        if (mismatches >= limits.forwardMismatches.default) end({ kind: 'suspicion' });
      },
      failed: (reason) => end({ kind: 'network-error', reason }),
    });
    link.send(query.bytes);
    return { link, silence: () => ({ kind: 'silence', mismatches }) };
  });
}

function exchangeOnStream(
  parts: ExchangeParts,
  { upstream, query, timeoutMs, endMs }: Attempt,
): Promise<Exchange> {
  const leftMs = Math.max(endMs - parts.clock.monotonic(), 0);
  return withLink<Exchange>(parts, Math.min(timeoutMs, leftMs), (end) => {
    const frames = new FrameReader();
    let mismatches = 0;
    const events: LinkEvents = {
      received(bytes) {
        for (const frame of frames.read(bytes)) {
          const message = matchReply(frame, query);
          if (typeof message === 'object') {
            end({ kind: 'reply', message });
            return;
          }
          if (message === 'unreadable') parts.unreadable();
          mismatches += 1;
          parts.mismatched();
          if (mismatches >= limits.forwardMismatches.default) end({ kind: 'silence', mismatches });
        }
      },
      failed: (reason) => end({ kind: 'network-error', reason }),
    };
    const link = parts.sockets.openStream(upstream, events);
    link.send(encodeFrame(query.bytes));
    return { link, silence: () => ({ kind: 'silence', mismatches }) };
  });
}

interface Opened<Result> {
  readonly link: Link;
  readonly silence: () => Result;
}

/** Waits for `end`, the time or the signal, whichever is first, and closes the link. */
function withLink<Result>(
  { clock, signals }: ExchangeParts,
  timeoutMs: number,
  open: (end: (result: Result | Exchange) => void) => Opened<Result>,
): Promise<Result | Exchange> {
  return new Promise((resolve) => {
    let opened: Opened<Result> | undefined;
    let ended = false;
    const end = (result: Result | Exchange): void => {
      if (ended) return;
      ended = true;
      timer.cancel();
      for (const signal of signals) signal.removeEventListener('abort', abort);
      opened?.link.close();
      resolve(result);
    };
    const abort = (): void => end({ kind: 'aborted' });
    const timer = clock.schedule(timeoutMs, () => {
      end(opened === undefined ? { kind: 'silence', mismatches: 0 } : opened.silence());
    });
    for (const signal of signals) signal.addEventListener('abort', abort);
    opened = open(end);
    // A socket may fail while it is being opened.
    if (ended) opened.link.close();
    else if (signals.some(({ aborted }) => aborted)) abort();
  });
}
