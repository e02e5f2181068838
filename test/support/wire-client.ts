/** Octets that no resolver library would send, to a listener of the test, and what comes back. */
import { type Seen, see } from '../dns/ask.ts';
import { tcpClient, udpClient } from '../dns/server/clients.ts';

export type WireTransport = 'udp' | 'tcp';
export const WIRE_TRANSPORTS: readonly WireTransport[] = ['udp', 'tcp'];

interface Server {
  readonly host: string;
  readonly port: number;
}

/** Sends one message and reads the reply to it, with a library that shares no code with ours. */
export async function askWire(
  server: Server,
  message: Buffer,
  transport: WireTransport = 'udp',
): Promise<Seen> {
  return see(await exchange(server, message, transport));
}

/** As `askWire`, for replies that are to be looked at octet by octet. */
export async function exchange(
  { host, port }: Server,
  message: Buffer,
  transport: WireTransport = 'udp',
): Promise<Buffer> {
  const to = { address: host, port };
  const client = await (transport === 'udp' ? udpClient(to) : tcpClient(to));
  try {
    client.send(message);
    return await client.next();
  } finally {
    client.close();
  }
}

/** Sends `message` and then a good `query` from the same socket; true when only the second got a reply. */
export async function isDropped(
  { host, port }: Server,
  message: Buffer,
  query: Buffer,
): Promise<boolean> {
  const client = await udpClient({ address: host, port });
  try {
    client.send(message);
    client.send(query);
    return (await client.next()).readUInt16BE(0) === query.readUInt16BE(0);
  } finally {
    client.close();
  }
}
