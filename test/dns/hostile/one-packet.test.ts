/**
 * One message that ends or silences a server. Each goes to a running agent, over UDP and TCP, and after it a good
 * question over UDP and over a connection of its own: the answer is the proof that nobody fell.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { referenceAgent } from '../../support/reference-agent.ts';
import { askWire, exchange, WIRE_TRANSPORTS } from '../../support/wire-client.ts';
import { opt, QUERY_ID, query, see } from '../ask.ts';
import { framed, idOf, type TcpClient, tcpClient, udpClient } from '../server/clients.ts';

const agent = referenceAgent();
const clients: TcpClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

async function connect(): Promise<TcpClient> {
  const { host, port } = agent.dns;
  const client = await tcpClient({ address: host, port });
  clients.push(client);
  return client;
}

async function expectAlive(): Promise<void> {
  for (const transport of WIRE_TRANSPORTS) {
    const { rcode, answer } = await askWire(agent.dns, query('A web.service.consul'), transport);
    expect([rcode, answer]).toEqual([0, ['web.service.consul 0 A 127.0.0.1']]);
  }
}

/** The counts of a query's header set to these. */
function counted(message: Buffer, counts: Readonly<Record<number, number>>): Buffer {
  const copy = Buffer.from(message);
  for (const [at, count] of Object.entries(counts)) copy.writeUInt16BE(count, Number(at));
  return copy;
}

const [QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT] = [4, 6, 8, 10];
const good = query('A web.service.consul');
const withOpt = query('A web.service.consul', { edns: 1232 });
/** The OPT of `withOpt` promises `length` octets of RDATA. */
function optLength(length: number): Buffer {
  const copy = Buffer.from(withOpt);
  copy.writeUInt16BE(length, copy.length - 2);
  return copy;
}

describe('counts that lie', () => {
  const table: readonly (readonly [string, Buffer])[] = [
    ['QDCOUNT 0', counted(good, { [QDCOUNT]: 0 })],
    ['QDCOUNT 2 with one question', counted(good, { [QDCOUNT]: 2 })],
    [
      'QDCOUNT 2 with two questions',
      counted(Buffer.concat([good, good.subarray(12)]), { [QDCOUNT]: 2 }),
    ],
    ['QDCOUNT 65535', counted(good, { [QDCOUNT]: 65_535 })],
    ['ANCOUNT 65535', counted(good, { [ANCOUNT]: 65_535 })],
    ['NSCOUNT 65535', counted(good, { [NSCOUNT]: 65_535 })],
    ['ARCOUNT 65535', counted(good, { [ARCOUNT]: 65_535 })],
    ['ARCOUNT 1 with nothing there', counted(good, { [ARCOUNT]: 1 })],
    ['all counts 65535', counted(good, { 4: 65_535, 6: 65_535, 8: 65_535, 10: 65_535 })],
  ];
  it.each(table)('%s is a format error', async (_, message) => {
    for (const transport of WIRE_TRANSPORTS) {
      expect(await askWire(agent.dns, message, transport)).toMatchObject({
        rcode: 1,
        answer: [],
        authority: [],
        additional: [],
      });
    }
    await expectAlive();
  });
});

describe('OPT records', () => {
  const option = (code: number, ...data: number[]) => ({ code, data: Buffer.from(data) });
  const named = Buffer.concat([good, Buffer.from('\x01a', 'latin1'), opt(1232)]);
  const table: readonly (readonly [string, Buffer, number])[] = [
    ['two of them', counted(Buffer.concat([withOpt, opt(512)]), { [ARCOUNT]: 2 }), 1],
    ['RDATA past the end by one', optLength(1), 1],
    ['RDATA past the end by 64 KiB', optLength(65_535), 1],
    ['cut inside of the fixed fields', withOpt.subarray(0, withOpt.length - 3), 1],
    ['an owner that is not the root', counted(named, { [ARCOUNT]: 1 }), 1],
    ['among the answers', counted(withOpt, { [ANCOUNT]: 1, [ARCOUNT]: 0 }), 1],
    ['an option past the end', Buffer.concat([optLength(4), Buffer.from([0, 100, 255, 255])]), 1],
    ['half an option', Buffer.concat([optLength(3), Buffer.from([0, 100, 0])]), 1],
    [
      'a thousand options',
      query('A web.service.consul', { edns: 1232, ednsOptions: Array(1000).fill(option(65_001)) }),
      0,
    ],
    [
      // CVE-2026-64193: the text of an extended error was run as code by who read it.
      'an extended error in a question, with text that is code',
      query('A web.service.consul', {
        edns: 1232,
        ednsOptions: [{ code: 15, data: Buffer.from('\0\0`id`; process.exit(1)') }],
      }),
      0,
    ],
  ];
  it.each(table)('%s', async (_, message, rcode) => {
    for (const transport of WIRE_TRANSPORTS) {
      const seen = await askWire(agent.dns, message, transport);
      expect(seen.rcode).toBe(rcode);
      expect(seen.bytes.includes('process.exit')).toBe(false);
    }
    await expectAlive();
  });
});

describe('octets that are no message', () => {
  const table: readonly (readonly [string, Buffer])[] = [
    [
      // CVE-2026-62309: 28 octets with a header of the PROXY protocol, and nothing in it.
      'a PROXY v2 header',
      Buffer.concat([
        Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]),
        Buffer.from([0x21, 0x12, 0, 12]),
        Buffer.alloc(12),
      ]),
    ],
    ['a header of zeros', Buffer.alloc(12)],
    ['a header of ones but for QR', Buffer.from(`ffff7f${'ff'.repeat(9)}`, 'hex')],
    ['zeros', Buffer.alloc(4096)],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ];
  it.each(table)('%s gets an error, never an answer', async (_, message) => {
    for (const transport of WIRE_TRANSPORTS) {
      const reply = await exchange(agent.dns, message, transport);
      expect([1, 4]).toContain(see(reply).rcode);
      expect(reply.readUInt16BE(0)).toBe(message.readUInt16BE(0));
      expect(reply.length).toBeLessThanOrEqual(message.length);
    }
    await expectAlive();
  });

  it.each([0, 1, 2, 11])('%d octets get no reply', async (length) => {
    const { host, port } = agent.dns;
    const client = await udpClient({ address: host, port });
    client.send(Buffer.alloc(length));
    client.send(good);
    expect(idOf(await client.next())).toBe(QUERY_ID);
    expect(client.unread).toBe(0);
    client.close();
    await expectAlive();
  });
});

describe('lengths on TCP that lie', () => {
  it.each([0, 1, 11])('%d: the connection ends, the server does not', async (length) => {
    const client = await connect();
    client.sendRaw(framed(Buffer.alloc(length)));
    await client.closed;
    await expectAlive();
  });

  it('more than comes: the reply is not sent, and the end of the client ends it', async () => {
    const client = await connect();
    client.sendRaw(Buffer.concat([Buffer.from([0xff, 0xff]), good]));
    client.socket.end();
    await client.closed;
    expect(client.unread).toBe(0);
    await expectAlive();
  });

  it('less than comes: what is left over is read as the next length', async () => {
    const client = await connect();
    const short = Buffer.from(framed(good));
    short.writeUInt16BE(good.length - 4, 0);
    // The last four octets, type and class, promise a message of one octet, which ends the connection.
    client.sendRaw(Buffer.concat([short, Buffer.from([0])]));
    const reply = see(await client.next());
    expect([reply.rcode, reply.answer]).toEqual([1, []]);
    await client.closed;
    await expectAlive();
  });
});
