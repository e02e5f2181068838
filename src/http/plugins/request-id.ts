/**
 * Every request has an id: the client's `X-Request-Id` when it is sane, else one of our own. It goes out with the
 * reply, into the debug line of the request and into whatever else is logged on its behalf.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../runtime/index.ts';

const SANE = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

export interface RequestIds {
  /** The client's id, or the next of our own. */
  of(request: IncomingMessage): string;
  next(): string;
}

/** Ids of one process differ in their second part, those of two processes in their first. */
export function createRequestIds(): RequestIds {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  const next = (): string => {
    count++;
    return `${prefix}-${count.toString(36)}`;
  };
  return {
    next,
    of({ headers }) {
      const given = headers['x-request-id'];
      return typeof given === 'string' && SANE.test(given) ? given : next();
    },
  };
}

export function installRequestId(
  app: FastifyInstance,
  { logger }: { readonly logger: Logger },
): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader('X-Request-Id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 1000) / 1000,
      },
      'request',
    );
    done();
  });
}
