/**
 * Answers in gzip for clients that take it, from the size on at which Consul's do. They are packed on a thread of
 * libuv, so that a long list does not hold the others up; what is small, a stream of no JSON, or packed already goes out
 * as it is.
 */
import { pipeline } from 'node:stream';
import { constants, createGzip, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { JsonStream } from '../json/encode-in-slices.ts';

/** A packet or less: packing it wins nothing. */
const BYTES_MIN = 1400;

export function installCompression(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const accepted = request.headers['accept-encoding'];
    if (accepted === undefined || !isLarge(payload) || !acceptsGzip(String(accepted))) {
      done(null, payload);
      return;
    }
    if (reply.hasHeader('content-encoding') || reply.getHeader('content-type') === GZIP_FILE) {
      done(null, payload);
      return;
    }
    if (payload instanceof JsonStream) {
      reply.header('content-encoding', 'gzip');
      done(null, packedStream(payload));
      return;
    }
    gzip(payload, { level: constants.Z_BEST_SPEED }, (error, packed) => {
      if (error !== null) {
        done(error);
        return;
      }
      reply.header('content-encoding', 'gzip');
      done(null, packed);
    });
  });
}

const GZIP_FILE = 'application/x-gzip';

/** Either ends with the other; whoever sends it sees why. */
function packedStream(stream: JsonStream): NodeJS.ReadableStream {
  return pipeline(stream, createGzip({ level: constants.Z_BEST_SPEED }), () => {});
}

function isLarge(payload: unknown): payload is string | Buffer | JsonStream {
  if (payload instanceof JsonStream) return true;
  if (typeof payload === 'string') return Buffer.byteLength(payload) >= BYTES_MIN;
  return Buffer.isBuffer(payload) && payload.length >= BYTES_MIN;
}

/** RFC 9110 §12.5.3: a weight of 0 is a refusal. Like Consul, `*` is not taken for gzip. */
export function acceptsGzip(accepted: string): boolean {
  return accepted
    .toLowerCase()
    .split(',')
    .some((coding) => {
      const [name = '', ...parameters] = coding.split(';').map((part) => part.trim());
      return name === 'gzip' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    });
}
