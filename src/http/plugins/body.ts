/**
 * Reads request bodies: whole, as octets, whatever their content type says, since Consul never looks at it. What they
 * mean is for the endpoint to decode.
 */
import type { FastifyInstance } from 'fastify';

export function installBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, _reply, done) => {
    // Fastify refuses a content type that it cannot parse, before it looks for a parser.
    delete request.raw.headers['content-type'];
    done();
  });
}
