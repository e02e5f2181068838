/**
 * What Go's server does with a path before any handler sees it: unprintable characters are refused, and a path with
 * `//`, `/./` or `/../` is redirected to its clean form, so that it never names a key or an id. An undecodable query
 * string is refused too, with Consul's status.
 */
import { posix } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../errors.ts';
import type { Query } from '../query.ts';

export function installPathGuard(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const url = (request.raw.url ?? '/').replace(ORIGIN, '');
    const at = url.indexOf('?');
    const location = guardPath(at < 0 ? url : url.slice(0, at));
    if (location !== undefined) {
      const target = at < 0 ? location : location + url.slice(at);
      reply.code(301).header('location', target).send();
      return;
    }
    if (!request.is404 && !(request.query as Query).valid) {
      throw new HttpError('query_malformed', '');
    }
    done();
  });
}

/** A proxy's client sends whole URLs. */
const ORIGIN = /^https?:\/\/[^/?#]*/i;
/** Nothing to decode, to clean or to refuse. */
const HARMLESS = /^(?:\/[A-Za-z0-9_~:@!$&'()*+,;=-][A-Za-z0-9_~:@!$&'()*+,;=.-]*)+\/?$/;
/** What Go's unicode.IsPrint refuses. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/**
 * @returns the clean path where it differs
 * @throws HttpError `path_unprintable` or `url_malformed`
 */
function guardPath(encoded: string): string | undefined {
  if (HARMLESS.test(encoded)) return undefined;
  // RFC 9112 §3.2: a request has no fragment. The router would leave it out, and name another key.
  if (encoded.includes('#')) throw unreadablePath('url_malformed', encoded);
  const path = decodeURIComponent(encoded);
  if (UNPRINTABLE.test(path)) throw unreadablePath('path_unprintable', encoded);
  const clean = posix.normalize(path.startsWith('/') ? path : `/${path}`);
  if (clean === path) return undefined;
  return encodeURI(clean).replace(/[?#]/g, encodeURIComponent);
}

/** Consul says little or nothing of a path that it cannot read; ours may name octets, and there is a way to. */
export function unreadablePath(code: 'path_unprintable' | 'url_malformed', url: string): HttpError {
  const consuls = code === 'url_malformed' ? '400 Bad Request' : '';
  const isOurs = url.replace(ORIGIN, '').startsWith('/v1/dns/');
  const reason = 'the path is not printable UTF-8 text; such octets of a name are written \\DDD';
  return new HttpError(code, isOurs ? reason : consuls, 'path');
}
