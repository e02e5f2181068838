/**
 * `/v1/connect/ca` and what agents keep of it: the roots of the mesh, and certificates for services with their private
 * keys. Whether a service of that name exists is not asked, as in Consul.
 */
import { limits } from '../../runtime/index.ts';
import { type Answer, type Headers, json, text } from '../answer.ts';
import { alwaysCachedHeaders } from '../caching.ts';
import type { Connect, HttpDeps } from '../deps.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import { leafJson, rootsJson } from '../json/ca-json.ts';
import { parseBool } from '../query.ts';
import {
  answerPlainRead,
  checkDatacenter,
  type ReadDeps,
  readHeaders,
  waited,
  waitOf,
} from '../reads.ts';
import { requireName } from './catalog-reads.ts';

export type ConnectDeps = ReadDeps & Pick<HttpDeps, 'connect' | 'logger'>;

export function connect(deps: ConnectDeps): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/connect/ca/roots',
      handle: (call) => answerRoots(deps, call, { isPem: isPem(call), added: {} }),
    },
    {
      method: 'GET',
      path: '/v1/agent/connect/ca/roots',
      handle: (call) => answerRoots(deps, call, { isPem: false, added: alwaysCachedHeaders(call) }),
    },
    {
      method: 'GET',
      path: '/v1/agent/connect/ca/leaf/',
      handle: (call) => answerLeaf(deps, call),
    },
  ];
}

/** @throws HttpError where the mesh is off */
export function enabled({ connect }: ConnectDeps): Connect {
  if (connect !== undefined) return connect;
  const message = 'Connect must be enabled in order to use this endpoint';
  throw new HttpError('connect_disabled', message);
}

interface RootsForm {
  readonly isPem: boolean;
  readonly added: Headers;
}

async function answerRoots(
  deps: ConnectDeps,
  call: Call,
  { isPem, added }: RootsForm,
): Promise<Answer> {
  const { authority } = enabled(deps);
  await authority.ready();
  return await answerPlainRead(deps, call, {
    read: () => authority.readRoots(),
    toAnswer: (roots, headers) => {
      if (!isPem) return json(rootsJson(roots), { ...headers, ...added });
      const chain = roots.rows.map(({ certificate }) => certificate).join('');
      return text(chain, headers, 200, 'application/pem-certificate-chain');
    },
  });
}

function isPem({ query }: Call): boolean {
  const value = query.get('pem');
  const wanted = value === '' ? false : parseBool(value);
  if (wanted !== undefined) return wanted;
  throw new HttpError('pem_invalid', "The 'pem' query parameter must be a boolean value", 'pem');
}

async function answerLeaf(deps: ConnectDeps, call: Call): Promise<Answer> {
  const { leaves } = enabled(deps);
  const service = requireName(call, 'service_name_missing', 'Missing service name');
  const bytesMax = limits.nameBytes.default;
  if (Buffer.byteLength(service) > bytesMax) {
    throw new HttpError('name_too_long', `Service name is longer than ${bytesMax} bytes`);
  }
  checkDatacenter(call.query, deps.agent.identity.datacenter);
  const cached = alwaysCachedHeaders(call);
  const wait = waitOf(call.query, deps);
  const outcome = await leaves.take(service);
  if (outcome.kind === 'busy') {
    throw new HttpError('certificates_exceeded', 'Too many certificates wait to be signed');
  }
  const { clock, waits } = deps;
  // It is not the catalog that is waited on: a certificate is no row.
  const read = () => leaves.read(outcome.leaf);
  const { value: leaf } = await waited({ clock, waits, state: leaves }, call, read, wait);
  const isKept = outcome.kind === 'kept' && leaf === outcome.leaf;
  const headers = readHeaders(leaf.index, 'blocking-query');
  return json(leafJson(leaf), { ...headers, ...(isKept ? cached : { 'X-Cache': 'MISS' }) });
}
