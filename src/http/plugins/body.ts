/**
 * Reads request bodies: as octets, whatever their content type says, since Consul never looks at it. They are read whole,
 * but for those of endpoints that read them as they come. Bounds each, and the large ones together. What they mean is for
 * the endpoint to decode.
 */
import { type Readable, Transform } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../runtime/index.ts';
import { BodyBudget, type BodyShare, SMALL_BODY_BYTES } from '../body-budget.ts';
import { BodyOctets } from '../body-octets.ts';
import { HttpError } from '../errors.ts';
import { endGently } from '../gentle-close.ts';

export interface BodyLimit {
  readonly bytes: number;
  /** Key of Consul's `limits` that it belongs to, for its error text; empty for none. */
  readonly setting: string;
  /** The endpoint reads it as it comes, with `streamBody`: it may be longer than what is to be held in memory. */
  readonly isStreamed?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a route before its body is read; null: that of all others. */
    bodyLimit: BodyLimit | null;
  }
}

export interface BodyDeps {
  readonly clock: Clock;
  /** Largest body, where the route says nothing else. */
  readonly bodyBytesMax: number;
  /** Octets of large bodies in all requests. */
  readonly bodiesBytesMax: number;
}

export function installBody(app: FastifyInstance, deps: BodyDeps): void {
  const byDefault: BodyLimit = { bytes: deps.bodyBytesMax, setting: '' };
  const budget = new BodyBudget(deps.bodiesBytesMax);
  const shares = new WeakMap<FastifyRequest, BodyShare>();
  app.decorateRequest('bodyLimit', null);
  app.addHook('onRequest', (request, reply, done) => {
    const { headers } = request.raw;
    // Fastify refuses a content type that it cannot parse, before it looks for a parser.
    delete headers['content-type'];
    if (mayBeLarge(headers)) {
      const share = budget.open();
      shares.set(request, share);
      reply.raw.once('close', share.close);
    }
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, _payload, done) => {
    const limit = request.bodyLimit ?? byDefault;
    const end = (error: Error | null, body?: Buffer): void => {
      if (error instanceof HttpError) closeAfterReply(request, deps.clock);
      done(error, body);
    };
    const announced = request.raw.headers['content-length'];
    if (Number(announced) > limit.bytes) end(tooLarge(limit, announced));
    else if (limit.isStreamed === true) end(null);
    else readBody(request, { limit, share: shares.get(request) }, end);
  });
}

function mayBeLarge(headers: FastifyRequest['headers']): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return Number(headers['content-length']) > SMALL_BODY_BYTES;
}

interface BodyRoom {
  readonly limit: BodyLimit;
  readonly share: BodyShare | undefined;
}

function readBody(
  { raw }: FastifyRequest,
  { limit, share }: BodyRoom,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const announced = raw.headers['content-length'];
  const octets = new BodyOctets(Number(announced ?? 0));
  const end = (error: Error | null): void => {
    raw.removeListener('data', onData);
    raw.removeListener('end', onEnd);
    raw.removeListener('error', end);
    if (error === null) done(null, octets.whole());
    else done(error);
  };
  const onData = (piece: Buffer): void => {
    const length = octets.length + piece.length;
    if (length > limit.bytes) end(tooLarge(limit, announced));
    else if (share?.grow(length) === false) end(new HttpError('bodies_exceeded', TOO_MANY));
    else octets.add(piece);
  };
  const onEnd = (): void => {
    const isWhole = announced === undefined || octets.length === Number(announced);
    end(isWhole ? null : new HttpError('body_incomplete', 'unexpected EOF'));
  };
  raw.on('data', onData);
  raw.on('end', onEnd);
  raw.on('error', end);
}

/** A body as it comes. */
export interface StreamedBody {
  /** Ends with HttpError where the body is cut off, or longer than it may be. */
  readonly stream: Readable;
  /** For who does not read to the end: the connection ends with the reply, since more of the body is to come. */
  leave(): void;
}

/** To be called once, by an endpoint whose `bodyLimit` says that it is streamed. */
export function streamBody(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  limit: BodyLimit,
  clock: Clock,
): StreamedBody {
  const { raw } = request;
  let length = 0;
  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      length += piece.length;
      if (length > limit.bytes) done(tooLarge(limit, raw.headers['content-length']));
      else done(null, piece);
    },
  });
  const cutOff = (): void => {
    if (!raw.readableEnded) stream.destroy(new HttpError('body_incomplete', 'unexpected EOF'));
  };
  if (raw.destroyed) cutOff();
  raw.once('error', cutOff);
  raw.once('close', cutOff);
  raw.pipe(stream);
  return {
    stream,
    leave() {
      if (raw.readableEnded) return;
      raw.unpipe(stream);
      reply.header('connection', 'close');
      closeAfterReply(request, clock);
    },
  };
}

const TOO_MANY = 'Too many large request bodies are being read, please try again';
const LIMITS_PAGE = 'https://www.consul.io/docs/agent/config/config-files';

function tooLarge({ bytes, setting }: BodyLimit, announced: string | undefined): HttpError {
  const size = announced === undefined ? '' : `(${announced} bytes)`;
  const see = setting === '' ? '' : ` See ${LIMITS_PAGE}#${setting}.`;
  const reason = `Request body${size} too large, max size: ${bytes} bytes.${see}`;
  return new HttpError('body_too_large', reason);
}

/** The rest of the body is on its way; nothing behind it is looked at. */
function closeAfterReply({ raw }: FastifyRequest, clock: Clock): void {
  const { socket } = raw;
  // What Node calls once the reply is written.
  socket.destroySoon = () => endGently(socket, clock);
  raw.resume();
}
