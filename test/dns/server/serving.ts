/** Options, a small catalog and questions for the tests of DNS threads. */
import dnsPacket from 'dns-packet';
import { onTestFinished } from 'vitest';
import type { DnsOptions } from '../../../src/dns/options.ts';
import type { SocketAddress } from '../../../src/dns/server/transport.ts';
import type { ViewChange, ViewDelta } from '../../../src/dns/view/delta.ts';
import type { Upstream } from '../forward/upstream.ts';
import { ANSWER_OPTIONS, PROTOCOL_OPTIONS } from '../options.ts';
import { type Client, udpClient } from './clients.ts';

export const APEX = '$TTL 0\n@ SOA ns hostmaster 1 3600 600 86400 0\n@ NS ns\n';

export function dnsOptions(zoneDirectory: string, changes: Partial<DnsOptions> = {}): DnsOptions {
  return {
    identity: { domain: 'consul.', altDomain: '', datacenter: 'dc1', nodeName: 'n1' },
    answer: ANSWER_OPTIONS,
    protocol: PROTOCOL_OPTIONS,
    forward: { recursors: [], strategy: 'sequential', timeoutMs: 2000 },
    zoneDirectory,
    ...changes,
  };
}

/** Everything that is not ours is asked of `upstream`. */
export function forwardingTo(
  { address }: Upstream,
  changes: Partial<DnsOptions['forward']> = {},
): Pick<DnsOptions, 'forward'> {
  return {
    forward: { recursors: [address], strategy: 'sequential', timeoutMs: 2000, ...changes },
  };
}

const NODE: ViewChange = {
  kind: 'put-node',
  node: {
    key: 'n1',
    name: 'n1',
    id: '',
    datacenter: 'dc1',
    address: '10.0.0.1',
    taggedAddresses: {},
    meta: {},
    marks: [],
  },
};

export function service(name: string, address: string): ViewChange {
  return {
    kind: 'put-instance',
    instance: {
      key: `n1\0${name}`,
      nodeKey: 'n1',
      datacenter: 'dc1',
      id: name,
      service: name,
      kind: '',
      tags: [],
      address,
      taggedAddresses: {},
      port: 80,
      meta: {},
      weights: { passing: 1, warning: 1 },
      marks: [],
      connectService: '',
    },
  };
}

export const view = (index: number, ...changes: ViewChange[]): ViewDelta => ({ index, changes });

/** The node and `web` at 10.0.0.2. */
export const smallView = view(7, NODE, service('web', '10.0.0.2'));

export function question(name: string, type = 'A', id = 1): Buffer {
  return dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: type as 'A', name }],
  });
}

/** `rcode data, data …` of a reply. */
export function said(reply: Buffer): string {
  const packet = dnsPacket.decode(reply) as dnsPacket.DecodedPacket & { rcode: string };
  const data = (packet.answers ?? []).map((answer) => String((answer as { data: unknown }).data));
  return [packet.rcode, ...data].join(' ');
}

/** Asks over a client of its own, which is closed when the test is over; replies as `said`. */
export async function asking(
  to: SocketAddress,
  over: (to: SocketAddress) => Promise<Client> = udpClient,
): Promise<(name: string, type?: string) => Promise<string>> {
  const client = await over(to);
  onTestFinished(() => client.close());
  return async (name, type) => {
    client.send(question(name, type));
    return said(await client.next());
  };
}
