/**
 * `cached` and `Cache-Control`. Consul's agents keep answers of their servers; here the rows themselves are in memory,
 * so that every answer is a hit of age 0, unless the client wants one that was looked up for it.
 */
import type { Headers } from './answer.ts';
import type { Call } from './endpoint.ts';
import { HttpError } from './errors.ts';

/**
 * The headers of an answer that Consul's cache would give for `cached`.
 * @throws HttpError `cache_control_invalid`
 */
export function cacheHeaders(call: Call): Headers {
  const headers = alwaysCachedHeaders(call);
  return call.query.has('cached') ? headers : {};
}

/**
 * The same of an endpoint whose answers Consul's agent keeps without being asked to.
 * @throws HttpError `cache_control_invalid`
 */
export function alwaysCachedHeaders(call: Call): Headers {
  const { mustRevalidate } = readCacheControl(call);
  return mustRevalidate ? { 'X-Cache': 'MISS' } : { 'X-Cache': 'HIT', Age: '0' };
}

/** A whole number that Go's Atoi takes. */
const SECONDS = /^[+-]?[0-9]{1,18}$/;

/**
 * What the client says about old answers, checked on every read.
 * @throws HttpError `cache_control_invalid`
 */
export function readCacheControl({ request }: Call): { readonly mustRevalidate: boolean } {
  const header = request.headers['cache-control'];
  if (header === undefined) return { mustRevalidate: false };
  const directives = header
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  let mustRevalidate = false;
  for (const directive of directives) {
    const [name, value] = directive.split('=', 2);
    if (directive === 'must-revalidate') mustRevalidate = true;
    if (value === undefined || (name !== 'max-age' && name !== 'stale-if-error')) continue;
    if (!SECONDS.test(value)) {
      const text = 'Invalid Cache-Control header.';
      throw new HttpError('cache_control_invalid', text, 'Cache-Control');
    }
    if (name === 'max-age' && Number(value) === 0) mustRevalidate = true;
  }
  return { mustRevalidate };
}
