/**
 * Writes refusals: Consul's plain text by default, an RFC 9457 envelope for clients that accept one. Unknown paths
 * and whatever is thrown end here; an error of no known kind is logged once, with the request's id, and shows no more
 * than that it happened.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../runtime/index.ts';
import { DecodeError } from '../decode/decode-error.ts';
import { HttpError, type Refusal, refusalOf } from '../errors.ts';
import { encodeJson, encodePrettyJson } from '../json/encode.ts';
import { unreadablePath } from './path-guard.ts';

export interface ErrorDeps {
  readonly logger: Logger;
  readonly pretty: boolean;
}

export function installErrors(app: FastifyInstance, deps: ErrorDeps): void {
  app.setErrorHandler((error, request, reply) => refuse(deps, error, request, reply));
  app.setNotFoundHandler((request, reply) => refuse(deps, unknownPath(request), request, reply));
}

/** For errors that Fastify meets before it has a route. */
export function refuse(
  deps: ErrorDeps,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = translated(thrown, request);
  const refusal = refusalOf(error);
  if (refusal.code === 'internal_error') {
    const { method, url } = request;
    deps.logger.error({ requestId: request.id, method, url, err: error }, 'request failed');
  }
  return write(deps, refusal, request, reply.code(refusal.status));
}

function write(
  { pretty }: ErrorDeps,
  refusal: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!(request.headers.accept ?? '').includes(PROBLEM_TYPE)) {
    return reply.type('text/plain; charset=utf-8').send(refusal.detail);
  }
  const problem = problemJson(refusal, request.id);
  return reply
    .header('content-type', PROBLEM_TYPE)
    .serializer(asIs)
    .send(pretty ? encodePrettyJson(problem) : encodeJson(problem));
}

const asIs = (payload: unknown): string => payload as string;

const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457 §3, with the stable code, the offending field and the request's id. */
export function problemJson({ code, status, title, detail, field }: Refusal, requestId: string) {
  return {
    type: `urn:rollcall:error:${code}`,
    title,
    status,
    detail: detail.trimEnd() || title,
    code,
    field: field || undefined,
    requestId,
  };
}

function unknownPath({ raw }: FastifyRequest): HttpError {
  const reason = (raw.url ?? '').includes('/v1/')
    ? 'not a recognized HTTP API endpoint'
    : "if attempting to use the HTTP API, ensure the path starts with '/v1/'";
  return new HttpError('path_unknown', `Invalid URL path: ${reason}\n`);
}

/** Our own errors for those of Fastify and the decoder. */
function translated(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof DecodeError) {
    return new HttpError(
      'request_decode_failed',
      `Request decode failed: ${error.message}`,
      error.field,
    );
  }
  switch ((error as FastifyError | undefined)?.code) {
    case 'ECONNRESET':
    case 'ECONNABORTED':
      return new HttpError('body_incomplete', 'unexpected EOF');
    case 'FST_ERR_BAD_URL':
      return unreadablePath('url_malformed', request.raw.url ?? '');
    default:
      return error;
  }
}
