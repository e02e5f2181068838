/**
 * RFC 7766: DNS over TCP against the running agent. Where the stream is cut, what a client may leave half done and
 * when it is cut off has tests of its own at the listener (test/dns/server/tcp-listener.test.ts).
 */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { query, see } from '../../dns/ask.ts';
import { framed, idOf, type TcpClient, tcpClient } from '../../dns/server/clients.ts';
import { DB_COUNT, referenceAgent } from '../../support/reference-agent.ts';

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

function numbered(id: number, text = 'A web.service.consul'): Buffer {
  const message = query(text);
  message.writeUInt16BE(id, 0);
  return message;
}

async function ids(client: TcpClient, count: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < count) seen.push(idOf(await client.next()));
  return seen.sort((one, other) => one - other);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

describe('RFC 7766 §6.2.1, connection reuse', () => {
  it('§6.2.1: "clients SHOULD be able to reuse": a thousand queries, one after the other', async () => {
    const client = await connect();
    for (let id = 0; id < 1000; id++) {
      client.send(numbered(id));
      expect(idOf(await client.next())).toBe(id);
    }
  });

  it('§6.2.1.1, query pipelining: "servers MUST expect to receive pipelined queries"', async () => {
    const client = await connect();
    client.sendRaw(Buffer.concat(upTo(1000).map((id) => framed(numbered(id)))));
    expect(await ids(client, 1000)).toEqual(upTo(1000));
  });

  it('§7, response reordering: each reply is found by its id and its question', async () => {
    const client = await connect();
    const names = [
      'A web.service.consul',
      'SRV db.service.consul',
      'A www.example.com',
      'MX mail.consul',
    ];
    names.forEach((name, id) => {
      client.send(numbered(id, name));
    });
    const rcodes = new Map<number, number>();
    for (const _ of names) {
      const reply = await client.next();
      rcodes.set(idOf(reply), see(reply).rcode);
    }
    expect(upTo(names.length).map((id) => rcodes.get(id))).toEqual([0, 0, 5, 0]);
  });

  it('§6.2.2: many connections at once are served alike', async () => {
    const many = await Promise.all(upTo(50).map(connect));
    many.forEach((client, id) => {
      client.send(numbered(id));
    });
    expect(await Promise.all(many.map(async (client) => idOf(await client.next())))).toEqual(
      upTo(50),
    );
  });
});

describe('RFC 7766 §8, the two-octet length', () => {
  it('"MUST NOT assume that … a single read": a query cut at every octet', async () => {
    const bytes = framed(numbered(7));
    for (let cut = 1; cut < bytes.length; cut++) {
      const client = await connect();
      client.sendRaw(bytes.subarray(0, cut));
      client.sendRaw(bytes.subarray(cut));
      expect(idOf(await client.next())).toBe(7);
      client.close();
    }
  });

  it('counts the message, and nothing follows it', async () => {
    const client = await connect();
    for (const text of ['A web.service.consul', 'SRV db.service.consul', 'A nosuch.consul']) {
      client.send(numbered(1, text));
      // `see` refuses octets after the last record.
      expect(see(await client.next()).bytes.length).toBeGreaterThan(12);
    }
    expect(client.unread).toBe(0);
  });

  it('a query longer than any datagram is read whole', async () => {
    const client = await connect();
    client.send(Buffer.concat([numbered(3), Buffer.alloc(65_535 - numbered(3).length)]));
    expect(idOf(await client.next())).toBe(3);
  });
});

describe('RFC 7766 §6.2.4, tear-down', () => {
  it('a client that ends its side still gets its replies, and then the end', async () => {
    const client = await connect();
    client.socket.end(
      Buffer.concat(upTo(20).map((id) => framed(numbered(id, 'SRV db.service.consul')))),
    );
    const ended = once(client.socket, 'end');
    expect(await ids(client, 20)).toEqual(upTo(20));
    await ended;
  });

  it('a connection that is reset is forgotten, and the next one served', async () => {
    const gone = await connect();
    gone.sendRaw(
      Buffer.concat(upTo(20).map((id) => framed(numbered(id, 'SRV db.service.consul')))),
    );
    gone.socket.resetAndDestroy();
    const next = await connect();
    next.send(numbered(5));
    expect(idOf(await next.next())).toBe(5);
  });
});

it('RFC 7766 §5: "MUST support both UDP and TCP": the answers are the same', async () => {
  for (const args of ['www.consul A', 'mail.consul MX', 'consul SOA', 'nosuch.consul A']) {
    const [udp, tcp] = [await agent.dig(`${args} +notcp`), await agent.dig(`${args} +tcp`)];
    expect([tcp.status, tcp.flags, [...tcp.answers].sort(), tcp.authority]).toEqual([
      udp.status,
      udp.flags,
      [...udp.answers].sort(),
      udp.authority,
    ]);
  }
  expect((await agent.dig('db.service.consul SRV +keepopen +tcp')).answers).toHaveLength(DB_COUNT);
});
