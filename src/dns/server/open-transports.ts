/**
 * Binds all endpoints, UDP and TCP on the same port each (RFC 7766 §5: every server has both), or none of them.
 * Port 0 is one free port for all endpoints that say so. Knows no transport by name.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Logger } from '../../runtime/index.ts';
import { BindError } from './bind-error.ts';
import {
  type BindAddress,
  formatSocketAddress,
  type SocketAddress,
  type Transport,
} from './transport.ts';

export interface Endpoint extends SocketAddress {
  /** May be missing on this machine: then the log says so and the others serve. */
  readonly optional: boolean;
}

/** What is opened, wherever it is. */
export type Opened = Pick<Transport, 'kind' | 'address' | 'close'>;

export interface Openers {
  readonly openDatagrams: (at: BindAddress) => Promise<Opened>;
  readonly openStreams: (at: BindAddress) => Promise<Opened>;
  readonly logger: Logger;
}

/** Free ports tried before it is taken that there is none for both protocols. */
const ATTEMPTS_MAX = 20;

/** Throws BindError, and then nothing is left open. */
export async function openTransports(
  endpoints: readonly Endpoint[],
  openers: Openers,
): Promise<Opened[]> {
  for (let attempt = 1; ; attempt++) {
    const opened: Opened[] = [];
    let freePort = 0;
    try {
      for (const endpoint of endpoints) {
        const pair = await openPair(endpoint, { endpoints, freePort, openers });
        opened.push(...pair);
        if (endpoint.port === 0) freePort = pair[0]?.address.port ?? freePort;
      }
      return opened;
    } catch (error) {
      await closeAll(opened);
      if (!(error instanceof FreePortTaken)) throw error;
      if (attempt === ATTEMPTS_MAX) throw error.cause;
    }
  }
}

/** The port that was free over UDP, or at the first address, is somebody's over TCP, or at the next. */
class FreePortTaken extends Error {
  override readonly cause: BindError;

  constructor(cause: BindError) {
    super(cause.message);
    this.cause = cause;
  }
}

interface PairParts {
  readonly endpoints: readonly Endpoint[];
  /** What port 0 has become; 0 while that is open. */
  readonly freePort: number;
  readonly openers: Openers;
}

/** UDP and TCP at one endpoint; nothing for an optional one that cannot be had. */
async function openPair(
  endpoint: Endpoint,
  { endpoints, freePort, openers }: PairParts,
): Promise<Opened[]> {
  const opened: Opened[] = [];
  const { address } = endpoint;
  // Beside IPv4 listeners `::` is for IPv6; alone it takes both, as Consul's does.
  const ipv6Only = isIPv6(address) && endpoints.some((other) => isIPv4(other.address));
  const port = endpoint.port === 0 ? freePort : endpoint.port;
  try {
    const datagrams = await openers.openDatagrams({ address, port, ipv6Only });
    opened.push(datagrams);
    const { port: bound } = datagrams.address;
    opened.push(await openers.openStreams({ address, port: bound, ipv6Only }));
    return opened;
  } catch (error) {
    await closeAll(opened);
    if (!(error instanceof BindError)) throw error;
    if (endpoint.port === 0 && error.reason === 'EADDRINUSE') throw new FreePortTaken(error);
    if (!endpoint.optional) throw error;
    const fields = { address: formatSocketAddress(endpoint), reason: error.message };
    openers.logger.info(fields, 'not listening on an optional address');
    return [];
  }
}

async function closeAll(transports: readonly Opened[]): Promise<void> {
  await Promise.all(transports.map((transport) => transport.close()));
}
