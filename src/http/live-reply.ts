/**
 * Replies without an end: a client reads on until it leaves or the agent stops. They are counted, and in gzip for
 * those who take it, as Consul's always are. What is in them is `log-tail.ts` and `routes/agent-metrics.ts`.
 */
import { Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { type Clock, limits } from '../runtime/index.ts';
import type { Answer, Headers } from './answer.ts';
import type { Call } from './endpoint.ts';
import { HttpError } from './errors.ts';
import { acceptsGzip } from './plugins/compression.ts';
import { Waits } from './reads.ts';

/** What a reply goes on with; it ends soon after `ended` is aborted. */
export type Chunks = (ended: AbortSignal) => AsyncIterable<string>;

export function liveReplies(): Waits {
  const text = 'Too many clients follow the log or the metrics';
  return new Waits(limits.liveReplies.default, () => new HttpError('live_replies_exceeded', text));
}

/** @throws HttpError when there are too many of them already */
export function answerLive(
  replies: Waits,
  { request, reply }: Call,
  { contentType, chunks }: { readonly contentType: string; readonly chunks: Chunks },
): Answer {
  const abort = replies.begin();
  reply.raw.once('close', () => {
    abort.abort();
    replies.end(abort);
  });
  const source = Readable.from(chunks(abort.signal));
  const isPacked = acceptsGzip(request.headers['accept-encoding'] ?? '');
  // Nothing can follow it on its connection.
  const headers: Headers = { Connection: 'close' };
  return {
    kind: 'live',
    stream: isPacked ? packed(source) : source,
    contentType,
    headers: isPacked ? { ...headers, 'Content-Encoding': 'gzip' } : headers,
  };
}

/** Each chunk can be read once it is there. */
function packed(source: Readable): Readable {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, flush: constants.Z_SYNC_FLUSH });
  gzip.once('close', () => source.destroy());
  return source.pipe(gzip);
}

/** Resolves after `ms`, or once `ended` is aborted. */
export function elapsed(clock: Clock, ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const over = (): void => {
      timer.cancel();
      ended.removeEventListener('abort', over);
      resolve();
    };
    const timer = clock.schedule(ms, over);
    ended.addEventListener('abort', over);
  });
}
