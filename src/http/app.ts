/**
 * Builds the HTTP interface: Fastify without its defaults, one plugin for each concern, one group of endpoints for
 * each resource. It listens nowhere by itself: `listen` opens as many addresses as there are, and `close` ends the
 * blocking queries, answers what is in flight and lets go of every connection.
 */
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { type Endpoint, mountEndpoints } from './endpoint.ts';
import {
  DEFAULT_LISTENER_LIMITS,
  type ListenAddress,
  type ListenerLimits,
  Listeners,
} from './listeners.ts';
import { liveReplies } from './live-reply.ts';
import { installAccess } from './plugins/access.ts';
import { installBody } from './plugins/body.ts';
import { installCompression } from './plugins/compression.ts';
import { installErrors, refuse } from './plugins/errors.ts';
import { installPathGuard } from './plugins/path-guard.ts';
import { createRequestIds, installRequestId } from './plugins/request-id.ts';
import { installStandardHeaders } from './plugins/standard-headers.ts';
import { EMPTY_QUERY, Query } from './query.ts';
import { blockingQueries } from './reads.ts';
import { ROUTE_GROUPS } from './routes/index.ts';

export interface HttpApp {
  /** For tests (`inject`); it has no sockets of its own. */
  readonly fastify: FastifyInstance;
  /** What is served. */
  readonly endpoints: readonly Endpoint[];
  /** Opens an address; may be called for several. Rejects with the system's error. */
  listen(address: ListenAddress): Promise<AddressInfo>;
  /** Changes what a reload of the configuration may change. */
  reload(limits: Pick<ListenerLimits, 'connectionsPerClientMax'>): void;
  /** May be called twice. */
  close(): Promise<void>;
}

/** `listenerLimits` bounds what clients may hold open. */
export function createHttpApp(
  deps: HttpDeps,
  listenerLimits: ListenerLimits = DEFAULT_LISTENER_LIMITS,
): HttpApp {
  const { clock, logger, options } = deps;
  const ids = createRequestIds();
  const waits = blockingQueries();
  const live = liveReplies();
  const errors = { ...options, logger };
  const without = options.useCache ? '' : 'cached';
  const fastify = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    // Closing takes as long as the listeners give what is in flight.
    pluginTimeout: 0,
    genReqId: (request) => ids.of(request),
    frameworkErrors: (error, request, reply) => {
      reply.raw.setHeader('X-Request-Id', request.id);
      refuse(errors, error, request, reply);
    },
    routerOptions: {
      maxParamLength: 1 << 16,
      querystringParser: (text) => (text === '' ? EMPTY_QUERY : new Query(text, without)) as never,
    },
  });
  const nextRequestId = ids.next;
  const listeners = new Listeners(fastify, {
    clock,
    logger,
    limits: listenerLimits,
    nextRequestId,
  });

  // A plugin feels those after it and ignores those before it.
  installRequestId(fastify, { logger });
  installStandardHeaders(fastify, options);
  installErrors(fastify, errors);
  installPathGuard(fastify);
  installAccess(fastify, options);
  installBody(fastify, { ...options, clock });
  installCompression(fastify);
  fastify.addHook('preClose', () => {
    waits.stop();
    live.stop();
    return listeners.close();
  });
  const endpoints = ROUTE_GROUPS.flatMap((group) => group({ ...deps, waits, live }));
  mountEndpoints(fastify, endpoints, options);

  return {
    fastify,
    endpoints,
    listen: (address) => listeners.listen(address),
    reload: ({ connectionsPerClientMax }) =>
      listeners.setConnectionsPerClient(connectionsPerClientMax),
    close: () => fastify.close(),
  };
}

/** Decoders check what comes in; Fastify would load its own compilers for that at every start. */
function noSchemas(): never {
  throw new Error('no endpoint has a schema');
}
