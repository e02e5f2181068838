/** Headers that every endpoint's answer carries, those of errors included; unknown paths do without. */
import type { FastifyInstance } from 'fastify';

export interface StandardHeaderDeps {
  readonly responseHeaders: Readonly<Record<string, string>>;
}

export function installStandardHeaders(
  app: FastifyInstance,
  { responseHeaders }: StandardHeaderDeps,
): void {
  const headers = Object.entries({
    Vary: 'Accept-Encoding',
    // Access control is not built: everything is allowed.
    'X-Consul-Default-Acl-Policy': 'allow',
    ...responseHeaders,
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) {
      for (const [name, value] of headers) reply.raw.setHeader(name, value);
    }
    done();
  });
}
