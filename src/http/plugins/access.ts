/**
 * What an operator closes to clients: endpoints by the beginning of their paths, and writing for all but some
 * addresses. The texts are Consul's. Where nothing is closed, no request passes through here.
 */
import { BlockList, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors.ts';

export interface AccessOptions {
  /** Beginnings of paths: `/v1/acl`. */
  readonly blockedEndpoints: readonly string[];
  /** Subnets with their prefixes; empty: everybody may write. */
  readonly allowWritesFrom: readonly string[];
}

export function installAccess(app: FastifyInstance, options: AccessOptions): void {
  const { blockedEndpoints, allowWritesFrom } = options;
  if (blockedEndpoints.length > 0) blockEndpoints(app, blockedEndpoints);
  if (allowWritesFrom.length > 0) restrictWrites(app, allowWritesFrom);
}

/** Before the method is looked at; a path that is none stays unknown. */
function blockEndpoints(app: FastifyInstance, prefixes: readonly string[]): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) {
      const path = routedPath(request);
      if (prefixes.some((prefix) => path.startsWith(prefix))) {
        throw new HttpError('endpoint_blocked', 'Endpoint is blocked by agent configuration');
      }
    }
    done();
  });
}

/** As the router read it, so that no spelling of a path leads past a prefix. */
function routedPath({ routeOptions, params }: FastifyRequest): string {
  const { '*': rest = '' } = params as { readonly '*'?: string };
  return (routeOptions.url ?? '').replace(/\*$/, '') + rest;
}

/** These change nothing. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** After the method was found to be one that the endpoint takes, and before the body is read. */
function restrictWrites(app: FastifyInstance, subnets: readonly string[]): void {
  const isAllowed = addressesIn(subnets);
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (!READING.has(request.method) && !request.is404) {
      if (!isAllowed(request.raw.socket.remoteAddress ?? '')) {
        throw new HttpError('write_restricted', 'Access is restricted');
      }
    }
    done(null, payload);
  });
}

/** How a socket of both families names the address of an IPv4 client. */
const MAPPED = /^::ffff:(?=[0-9]+\.)/i;

/** One list a family: `::/0` does not mean the clients of IPv4. */
function addressesIn(subnets: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/');
    const family = familyOf(network);
    lists[family].addSubnet(network, Number(bits), family);
  }
  return (address) => {
    const plain = address.replace(MAPPED, '');
    const family = familyOf(plain);
    return lists[family].check(plain, family);
  };
}
