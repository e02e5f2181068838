/**
 * Reads request bodies: whole, as text, whatever their content type says, since Consul never looks at it. What the
 * text means is for the endpoint to decode.
 */
import type { FastifyInstance } from 'fastify';

export function installBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, _reply, done) => {
    // Fastify refuses a content type that it cannot parse, before it looks for a parser.
    delete request.raw.headers['content-type'];
    done();
  });
}
