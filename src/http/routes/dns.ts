/** `/v1/dns/explain`: why DNS answers a name as it does. Ours; Consul has nothing like it. */
import { isIP } from 'node:net';
import { limits } from '../../runtime/index.ts';
import { json } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { HttpError } from '../errors.ts';
import type { ExplanationRequest } from '../explanation.ts';
import { explainJson } from '../json/explain-json.ts';
import type { Query } from '../query.ts';
import { checkDatacenter } from '../reads.ts';

/** RFC 6891 §6.2.3: less counts as 512. */
const PAYLOAD_BYTES_MIN = 512;
const PAYLOAD_BYTES_MAX = 65_535;

export function dns({
  agent,
  explainDns,
}: Pick<HttpDeps, 'agent' | 'explainDns'>): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/dns/explain',
      handle: async ({ query }) => {
        checkDatacenter(query, agent.identity.datacenter);
        return json(explainJson(await explainDns(requestOf(query))));
      },
    },
  ];
}

/** What is left out is as a resolver sends it. Name and type are read where names and types are known. */
function requestOf(query: Query): ExplanationRequest {
  const name = query.get('name');
  if (name === '') throw unaskable('name', 'Missing name');
  const client = query.get('client') || '127.0.0.1';
  if (isIP(client) === 0) throw unaskable('client', `${quoted(client)} is not an IP address`);
  return {
    name,
    type: query.get('type') || 'A',
    transport: transportOf(query.get('transport')),
    bufsize: bufsizeOf(query.get('bufsize')),
    client,
  };
}

function transportOf(text: string): 'udp' | 'tcp' {
  const transport = text === '' ? 'udp' : text.toLowerCase();
  if (transport === 'udp' || transport === 'tcp') return transport;
  throw unaskable('transport', `${quoted(text)} is neither udp nor tcp`);
}

/** 0: a query without EDNS. */
function bufsizeOf(text: string): number | undefined {
  if (text === '') return limits.udpPayloadBytes.default;
  if (text === '0') return undefined;
  const bytes = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (bytes >= PAYLOAD_BYTES_MIN && bytes <= PAYLOAD_BYTES_MAX) return bytes;
  const range = `${PAYLOAD_BYTES_MIN} to ${PAYLOAD_BYTES_MAX}`;
  throw unaskable('bufsize', `${quoted(text)} is neither 0 nor a number from ${range}`);
}

const quoted = (text: string): string => JSON.stringify(text);

function unaskable(field: string, message: string): HttpError {
  return new HttpError('dns_unaskable', message, field);
}
