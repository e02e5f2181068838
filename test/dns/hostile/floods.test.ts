/** Questions that are never the same twice, and connections that promise much: neither makes memory grow. */
import { afterEach, describe, expect, it } from 'vitest';
import { openTcpListener } from '../../../src/dns/server/tcp-listener.ts';
import { limits, seededRandom, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle, until } from '../../support/held-clock.ts';
import { clientOf, query, type Server, serve } from '../ask.ts';
import { fleet, instance, node } from '../catalog-rows.ts';
import { closeNow, framed, idOf, message, type TcpClient, tcpClient } from '../server/clients.ts';

const MIB = 1 << 20;

/** Bytes held, after what was only passing through is gone; the collector runs by itself as often as it wants to. */
function heldBytes(): number {
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + arrayBuffers + external;
}

describe('a flood of random names', () => {
  const QUESTIONS = 300_000;

  /** Puts a random label over that of `template`, which has twelve octets for it. */
  function flood(server: Server, text: string, questions: number, seed: number): void {
    const random = seededRandom(seed);
    const asked = query(text, { edns: 1232 });
    const at = asked.indexOf('xxxxxxxxxxxx');
    for (let count = 0; count < questions; count++) {
      for (let letter = 0; letter < 12; letter++) asked[at + letter] = 97 + random.integer(26);
      const reply = server.responder.respond(asked, {
        ...clientOf(),
        address: `192.0.${count & 255}.${(count >> 8) & 255}`,
      });
      if (!(reply instanceof Uint8Array)) throw new Error('no reply');
    }
  }

  it('300,000 of them leave nothing behind (random subdomain attack)', () => {
    const rows = [...fleet('db', 50), node('n', '10.0.0.1'), instance('web', 'n')];
    const server = serve({ rows });
    const texts = [
      'A xxxxxxxxxxxx.service.consul',
      'SRV xxxxxxxxxxxx.db.service.consul',
      'A xxxxxxxxxxxx.node.consul',
      'A web.service.xxxxxxxxxxxx.consul',
      'A xxxxxxxxxxxx.query.consul',
      'A xxxxxxxxxxxx.example.com',
    ];
    // Whatever is made once, by the first of a kind.
    for (const text of texts) flood(server, text, 5000, 1);
    const before = heldBytes();
    for (const text of texts) flood(server, text, QUESTIONS / texts.length, 2);
    // An entry of 100 octets for each name would be 30 MiB.
    expect(heldBytes() - before).toBeLessThan(25 * MIB);
    expect([server.view.nodeCount, server.view.instanceCount]).toEqual([51, 51]);
  });
});

describe('a flood of forged senders', () => {
  it('300,000 networks with cookies and limits of their own leave nothing behind', () => {
    const rateLimit = { responsesPerSecond: 5, slip: 2, exempt: [] };
    const server = serve({ rows: fleet('db', 5), protocol: { rateLimit } });
    const asked = query('A db.service.consul', {
      edns: 1232,
      ednsOptions: [{ code: 10, data: Buffer.alloc(8) }],
    });
    const from = (count: number): number => {
      let answered = 0;
      for (let network = 0; network < count; network++) {
        asked.writeUInt32BE(network, asked.length - 8);
        const octets = [10 + (network >> 16), (network >> 8) & 255, network & 255, 1];
        const client = { ...clientOf(), address: octets.join('.') };
        if (server.responder.respond(asked, client) !== undefined) answered += 1;
      }
      return answered;
    };
    // As many as the table of the limit has room for, and then twelve times that.
    from(25_000);
    const before = heldBytes();
    expect(from(300_000)).toBeGreaterThan(0);
    expect(heldBytes() - before).toBeLessThan(25 * MIB);
  });
});

describe('connections', () => {
  const opened: { transport: Awaited<ReturnType<typeof openTcpListener>>; clock: HeldClock }[] = [];
  const clients: TcpClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(opened.splice(0).map(closeNow));
  });

  async function start(respond = (bytes: Uint8Array): Uint8Array => bytes) {
    const clock = new HeldClock();
    const at = { address: '127.0.0.1', port: 0, ipv6Only: false };
    const transport = await openTcpListener(at, { respond, clock, logger: silentLogger });
    opened.push({ transport, clock });
    const connectMany = async (count: number): Promise<TcpClient[]> => {
      const made = await Promise.all(
        Array.from({ length: count }, () => tcpClient(transport.address)),
      );
      clients.push(...made);
      return made;
    };
    return { transport, clock, connectMany };
  }

  it('that promise 64 KiB each and send an octet hold an octet each, and are cut off', async () => {
    const { transport, clock, connectMany } = await start();
    const many = await connectMany(500);
    await until(() => transport.stats().connections === 500);
    const before = process.memoryUsage().arrayBuffers;
    for (const client of many) client.sendRaw(Buffer.from([0xff, 0xff, 0]));
    const witness = (await connectMany(1))[0]!;
    witness.send(message(7));
    expect(idOf(await witness.next())).toBe(7);
    // 500 promises are 31 MiB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
    witness.close();
    await until(() => transport.stats().connections === 500);
    clock.advance(limits.dnsFrameMs.default + 1000);
    await Promise.all(many.map((client) => client.closed));
    expect(transport.stats()).toMatchObject({ connections: 0, connectionsCut: 500 });
  });

  it('that ask for much and read nothing are not read from, and are cut off', async () => {
    const large = Buffer.alloc(60_000);
    let answered = 0;
    const { transport, clock, connectMany } = await start((bytes) => {
      answered += 1;
      const reply = Buffer.from(large);
      reply.set(bytes.subarray(0, 2));
      return reply;
    });
    const many = await connectMany(20);
    const questions = Buffer.concat(Array.from({ length: 2000 }, (_, id) => framed(message(id))));
    for (const client of many) {
      client.socket.pause();
      client.sendRaw(questions);
    }
    let last = -1;
    for (let quiet = 0; quiet < 50; quiet = last === answered ? quiet + 1 : 0) {
      last = answered;
      await settle();
    }
    // What the kernel takes of each, and then dnsUnreadBytes: far less than the 40,000 questions.
    expect(answered).toBeLessThan(20 * 400);
    const [witness] = await connectMany(1);
    witness!.send(message(9));
    expect(idOf(await witness!.next())).toBe(9);
    witness!.close();
    await until(() => transport.stats().connections === 20);
    clock.advance(limits.dnsConnectionIdleMs.default + 1000);
    await until(() => transport.stats().connections === 0);
    expect(transport.stats().connectionsCut).toBe(20);
  });
});
