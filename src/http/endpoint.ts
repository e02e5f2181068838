/**
 * An endpoint as a value: method, path and a function from a call to an answer; and the one place where endpoints
 * become Fastify routes, those of one path together, and answers become replies. Paths are matched as Go's mux does: one that ends in a slash
 * takes the rest of the path as its name, and is redirected to when the slash is missing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { type Answer, EMPTY, json } from './answer.ts';
import { HttpError } from './errors.ts';
import { encodeInSlices } from './json/encode-in-slices.ts';
import type { BodyLimit } from './plugins/body.ts';
import type { Query } from './query.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface Endpoint {
  readonly method: Method;
  readonly path: string;
  /** What a name takes, where not every name takes all methods of the path; Consul answers OPTIONS with `{}` there. */
  readonly methodsOf?: (name: string) => readonly Method[];
  /** Consul looks for a namespace here, and refuses one. */
  readonly namespaced?: boolean;
  /** The largest body, where it is not that of all others. */
  readonly bodyLimit?: BodyLimit;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** What an endpoint sees of a request. */
export interface Call {
  /** The rest of the path, decoded; empty for an endpoint without a name. */
  readonly name: string;
  readonly query: Query;
  /** The request body; empty when there is none. */
  readonly octets: Buffer;
  /** The same as text. */
  readonly body: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface MountOptions {
  /** Indent every JSON answer. */
  readonly pretty: boolean;
}

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function mountEndpoints(
  app: FastifyInstance,
  endpoints: readonly Endpoint[],
  options: MountOptions,
): void {
  const byPath = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const others = byPath.get(endpoint.path);
    if (others === undefined) byPath.set(endpoint.path, [endpoint]);
    else others.push(endpoint);
  }
  for (const [path, atPath] of byPath) {
    mountPath(app, path, atPath, options);
    if (takesName(path) && !byPath.has(path.slice(0, -1))) redirectToSlash(app, path);
  }
}

/** The root stands for itself alone: what is below it and nowhere else is unknown. */
function takesName(path: string): boolean {
  return path.endsWith('/') && path !== '/';
}

function mountPath(
  app: FastifyInstance,
  path: string,
  endpoints: readonly Endpoint[],
  options: MountOptions,
): void {
  const endpointFor = ({ method }: FastifyRequest): Endpoint | undefined =>
    endpoints.find((endpoint) => endpoint.method === method);
  const atPath = methodsAt(endpoints);
  const bodyLimit = endpoints.find((endpoint) => endpoint.bodyLimit !== undefined)?.bodyLimit;
  app.route({
    method: METHODS,
    url: takesName(path) ? `${path}*` : path,
    // Before the body is read: it does not matter for a method that is not taken.
    onRequest: (request, reply, done) => {
      const methods = atPath.of(nameOf(request));
      if (bodyLimit !== undefined) request.bodyLimit = bodyLimit;
      if ((methods as readonly string[]).includes(request.method)) done();
      else if (request.method !== 'OPTIONS') refuseMethod(request, reply, atPath.refused(methods));
      else sendMethods(reply, methods, atPath.bodyOfOptions, isPretty(request, options));
    },
    handler: (request, reply) => {
      const endpoint = endpointFor(request);
      if (endpoint === undefined) return reply;
      const call = callOf(request, reply);
      if (endpoint.namespaced === true) refuseEnterprise(call.query, request);
      const pretty = isPretty(request, options);
      const answer = endpoint.handle(call);
      if (!(answer instanceof Promise)) return send(reply, answer, pretty);
      return answer.then((value) => send(reply, value, pretty));
    },
  });
}

interface PathMethods {
  readonly of: (name: string) => readonly Method[];
  /** What is allowed, as a refusal tells it. */
  readonly refused: (methods: readonly Method[]) => readonly string[];
  readonly bodyOfOptions: Answer;
}

function methodsAt(endpoints: readonly Endpoint[]): PathMethods {
  const all = endpoints.map(({ method }) => method);
  const methodsOf = endpoints.find((endpoint) => endpoint.methodsOf !== undefined)?.methodsOf;
  if (methodsOf !== undefined) {
    return { of: methodsOf, refused: (methods) => methods, bodyOfOptions: json({}) };
  }
  return { of: () => all, refused: (methods) => ['OPTIONS', ...methods], bodyOfOptions: EMPTY };
}

function sendMethods(
  reply: FastifyReply,
  methods: readonly Method[],
  answer: Answer,
  pretty: boolean,
): void {
  reply.raw.setHeader('Allow', ['OPTIONS', ...methods].join(','));
  void send(reply, answer, pretty);
}

function refuseMethod(
  { method }: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): never {
  reply.raw.setHeader('Allow', allowed.join(','));
  throw new HttpError('method_not_allowed', `method ${method} not allowed`);
}

function isPretty({ query }: FastifyRequest, options: MountOptions): boolean {
  return options.pretty || (query as Query).has('pretty');
}

/** Go's mux: the path of a subtree without its slash leads to the subtree. */
function redirectToSlash(app: FastifyInstance, path: string): void {
  const url = path.slice(0, -1);
  app.route({
    method: METHODS,
    url,
    onRequest: (request, reply) => {
      const query = /\?.*$/s.exec(request.raw.url ?? '')?.[0] ?? '';
      reply.code(301).header('location', `${path}${query}`).send();
    },
    handler: () => undefined,
  });
}

const NO_OCTETS = Buffer.alloc(0);

/** The rest of the path. */
function nameOf({ params }: FastifyRequest): string {
  return (params as { readonly '*'?: string })['*'] ?? '';
}

function callOf(request: FastifyRequest, reply: FastifyReply): Call {
  const octets = Buffer.isBuffer(request.body) ? request.body : NO_OCTETS;
  return {
    name: nameOf(request),
    query: request.query as Query,
    octets,
    get body() {
      return octets.toString();
    },
    request,
    reply,
  };
}

const ENTERPRISE = [
  ['ns', 'x-consul-namespace', 'X-Consul-Namespace', 'Namespaces', 'namespace_unsupported'],
  ['partition', 'x-consul-partition', 'X-Consul-Partition', 'Partitions', 'partition_unsupported'],
] as const;

function refuseEnterprise(query: Query, { headers }: FastifyRequest): void {
  for (const [parameter, key, header, what, code] of ENTERPRISE) {
    const feature = `${what} are a Consul Enterprise feature`;
    if (query.get(parameter) !== '') {
      const text = `Invalid query parameter: "${parameter}" - ${feature}`;
      throw new HttpError(code, text, parameter);
    }
    if ((headers[key] ?? '') !== '') {
      throw new HttpError(code, `Invalid header: "${header}" - ${feature}`, header);
    }
  }
}

/** With a serializer of our own Fastify leaves the content type alone: Consul's has no charset. */
const asIs = (payload: unknown): string => payload as string;

function send(
  reply: FastifyReply,
  answer: Answer,
  pretty: boolean,
): FastifyReply | Promise<FastifyReply> {
  for (const name in answer.headers) reply.raw.setHeader(name, answer.headers[name] ?? '');
  switch (answer.kind) {
    case 'json':
      return sendJson(reply, answer, pretty);
    case 'text':
      return reply.code(answer.status).type(answer.contentType).send(answer.text);
    case 'empty':
      return reply.code(answer.status).send();
    case 'octets':
      return reply.header('content-type', answer.contentType).send(answer.octets);
    case 'live':
      // Once it is read from, the headers are in place.
      answer.stream.once('resume', () => reply.raw.flushHeaders());
      return reply.header('content-type', answer.contentType).send(answer.stream);
    case 'stream':
      return reply.header('content-type', answer.contentType).send(answer.stream);
  }
}

function sendJson(
  reply: FastifyReply,
  { status, value }: Answer & { readonly kind: 'json' },
  pretty: boolean,
): FastifyReply | Promise<FastifyReply> {
  const typed = reply.code(status).header('content-type', 'application/json').serializer(asIs);
  const encoded = encodeInSlices(value, pretty);
  if (typeof encoded === 'string') return typed.send(encoded);
  return encoded.then((octets) => typed.send(octets));
}
