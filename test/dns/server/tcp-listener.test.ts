import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { openTcpListener } from '../../../src/dns/server/tcp-listener.ts';
import type { Respond } from '../../../src/dns/server/transport.ts';
import { limits, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle, until } from '../../support/held-clock.ts';
import {
  closeNow,
  framed,
  idOf,
  message,
  type Opened,
  type TcpClient,
  tcpClient,
} from './clients.ts';

const opened: Opened[] = [];
const clients: TcpClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(opened.splice(0).map(closeNow));
});

async function start(respond: Respond = (bytes) => bytes) {
  const clock = new HeldClock();
  const at = { address: '127.0.0.1', port: 0, ipv6Only: false };
  const transport = await openTcpListener(at, { respond, clock, logger: silentLogger });
  opened.push({ transport, clock });
  const client = async (): Promise<TcpClient> => {
    const made = await tcpClient(transport.address);
    clients.push(made);
    return made;
  };
  return { transport, clock, client };
}

describe('frames (RFC 1035 §4.2.2, RFC 7766 §8)', () => {
  it('are found wherever the stream is cut', async () => {
    const { client } = await start();
    const bytes = Buffer.concat([1, 2, 3].map((id) => framed(message(id, 'abc'))));
    for (let cut = 1; cut < bytes.length; cut++) {
      const one = await client();
      one.sendRaw(bytes.subarray(0, cut));
      await settle();
      one.sendRaw(bytes.subarray(cut));
      const ids = [idOf(await one.next()), idOf(await one.next()), idOf(await one.next())];
      expect([cut, ...ids]).toEqual([cut, 1, 2, 3]);
      one.close();
    }
  });

  it('may come octet by octet', async () => {
    const { client } = await start();
    const one = await client();
    for (const octet of framed(message(9, 'slow'))) {
      one.sendRaw(Buffer.from([octet]));
      await settle();
    }
    expect((await one.next()).toString('latin1', 12)).toBe('slow');
  });

  it.each([0, 1, 11])(
    'of length %i end the connection after the replies that are due',
    async (length) => {
      const { client, transport } = await start();
      const one = await client();
      one.sendRaw(
        Buffer.concat([framed(message(1)), framed(Buffer.alloc(length)), framed(message(2))]),
      );
      expect(idOf(await one.next())).toBe(1);
      await one.closed;
      expect(one.unread).toBe(0);
      expect(transport.stats()).toMatchObject({ queries: 2, replies: 1, dropped: 1 });
    },
  );

  it('whose length lies end with the client', async () => {
    const { client, transport } = await start();
    const one = await client();
    one.sendRaw(Buffer.concat([Buffer.from([0xff, 0xff]), message(1)]));
    one.socket.end();
    await one.closed;
    await until(() => transport.stats().connections === 0);
    expect(transport.stats()).toMatchObject({ queries: 0, connections: 0 });
  });

  it('are answered in one segment with their length', async () => {
    const { client } = await start();
    const one = await client();
    const chunks: number[] = [];
    one.socket.on('data', (chunk: Buffer) => chunks.push(chunk.length));
    one.send(message(1));
    await one.next();
    expect(chunks).toEqual([14]);
  });
});

describe('a client that ends its side', () => {
  it('still gets the replies to what it sent (RFC 7766 §6.2.4)', async () => {
    let give: (reply: Uint8Array) => void = () => {};
    const { client, transport } = await start(() => new Promise((resolve) => (give = resolve)));
    const one = await client();
    one.send(message(1));
    one.socket.end();
    await until(() => transport.stats().queries === 1);
    await settle();
    give(message(1, 'late'));
    expect(idOf(await one.next())).toBe(1);
    await one.closed;
  });

  it('leaves nothing behind when it resets the connection', async () => {
    const gives: ((reply: Uint8Array) => void)[] = [];
    const { client, transport } = await start(() => new Promise((resolve) => gives.push(resolve)));
    const one = await client();
    one.send(message(1));
    await until(() => gives.length === 1);
    one.socket.resetAndDestroy();
    await until(() => transport.stats().connections === 0);
    gives[0]!(message(1));
    await until(() => transport.stats().sendErrors === 1);
    const other = await client();
    other.send(message(2));
    await until(() => gives.length === 2);
  });
});

describe('limits of one connection', () => {
  const most = limits.dnsConnectionQueries.default;

  it('takes up no more queries than may be in flight, and the rest as replies go out', async () => {
    const gives = new Map<number, () => void>();
    const { client } = await start(
      (bytes) =>
        new Promise((resolve) => {
          const id = idOf(Buffer.from(bytes));
          gives.set(id, () => resolve(message(id)));
        }),
    );
    const one = await client();
    const ids = Array.from({ length: 3 * most }, (_, at) => at);
    one.sendRaw(Buffer.concat(ids.map((id) => framed(message(id)))));
    await until(() => gives.size === most);
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(gives.size).toBe(most);
    gives.get(0)!();
    expect(idOf(await one.next())).toBe(0);
    await until(() => gives.size === most + 1);
    for (const id of ids.slice(1)) {
      await until(() => gives.has(id));
      gives.get(id)!();
    }
    const rest = await Promise.all(ids.slice(1).map(() => one.next()));
    expect(rest.map(idOf)).toEqual(ids.slice(1));
  });

  it('answers any number of queries, one after the other and pipelined', async () => {
    const { client } = await start();
    const one = await client();
    const count = 5000;
    one.sendRaw(Buffer.concat(Array.from({ length: count }, (_, id) => framed(message(id)))));
    for (let id = 0; id < count; id++) expect(idOf(await one.next())).toBe(id);
  });

  it('stops reading from a client that does not read, and cuts it off', async () => {
    const big = Buffer.alloc(60_000);
    const { client, clock, transport } = await start((bytes) => {
      big.writeUInt16BE(idOf(Buffer.from(bytes)));
      return big;
    });
    const one = await client();
    one.socket.pause();
    const count = 2000;
    one.sendRaw(Buffer.concat(Array.from({ length: count }, (_, id) => framed(message(id)))));
    // What two kernels buffer, and the limit, are far from two thousand replies.
    let before = -1;
    await until(() => {
      const { queries } = transport.stats();
      const isStill = queries > 0 && queries === before;
      before = queries;
      return isStill;
    });
    for (let turn = 0; turn < 50; turn++) await settle();
    const { queries } = transport.stats();
    expect(queries).toBeLessThan(count / 2);
    clock.advance(limits.dnsConnectionIdleMs.default + 1000);
    await until(() => transport.stats().connections === 0);
    expect(transport.stats()).toMatchObject({ queries, connectionsCut: 1 });
  });

  it('goes on with a client that reads again', async () => {
    const big = Buffer.alloc(60_000);
    const { client } = await start((bytes) => {
      const reply = Buffer.from(big);
      reply.writeUInt16BE(idOf(Buffer.from(bytes)));
      return reply;
    });
    const one = await client();
    one.socket.pause();
    const count = 300;
    one.sendRaw(Buffer.concat(Array.from({ length: count }, (_, id) => framed(message(id)))));
    for (let turn = 0; turn < 50; turn++) await settle();
    one.socket.resume();
    for (let id = 0; id < count; id++) expect(idOf(await one.next())).toBe(id);
  });

  it('cuts off a client that does not finish its message, however busily it sends', async () => {
    const { client, clock, transport } = await start();
    const one = await client();
    one.sendRaw(Buffer.from([0, 100]));
    await until(() => transport.stats().connections === 1);
    for (let ms = 0; ms < limits.dnsFrameMs.default + 1000; ms += 500) {
      one.sendRaw(Buffer.from([0]));
      for (let turn = 0; turn < 5; turn++) await settle();
      clock.advance(500);
    }
    await one.closed;
    expect(transport.stats()).toMatchObject({ connections: 0, connectionsCut: 1 });
  });

  it('does not hold a message against a client while it is not read from', async () => {
    const gives: (() => void)[] = [];
    const { client, clock, transport } = await start(
      (bytes) => new Promise((resolve) => gives.push(() => resolve(bytes))),
    );
    const one = await client();
    const last = framed(message(most));
    const full = Array.from({ length: most - 1 }, (_, id) => framed(message(id)));
    one.sendRaw(Buffer.concat([...full, last.subarray(0, 5)]));
    await until(() => gives.length === most - 1);
    // The last place is taken by a message that comes with the beginning of the next.
    one.sendRaw(Buffer.concat([last.subarray(5), last.subarray(0, 5)]));
    await until(() => gives.length === most);
    clock.advance(limits.dnsFrameMs.default + 1000);
    expect(transport.stats().connections).toBe(1);
    gives[0]!();
    await one.next();
    clock.advance(limits.dnsFrameMs.default - 1000);
    one.sendRaw(last.subarray(5));
    await until(() => gives.length === most + 1);
    expect(transport.stats().connectionsCut).toBe(0);
  });

  it('closes a connection that is idle, and none that waits for a reply', async () => {
    const gives: ((reply: Uint8Array) => void)[] = [];
    const { client, clock, transport } = await start(
      () => new Promise((resolve) => gives.push(resolve)),
    );
    const idle = await client();
    const waiting = await client();
    waiting.send(message(1));
    await until(() => gives.length === 1);
    clock.advance(limits.dnsConnectionIdleMs.default - 500);
    expect(transport.stats().connections).toBe(2);
    clock.advance(1000);
    await idle.closed;
    expect(transport.stats().connections).toBe(1);
    gives[0]!(message(1));
    expect(idOf(await waiting.next())).toBe(1);
    // The idle time begins with the reply.
    clock.advance(limits.dnsConnectionIdleMs.default - 1000);
    expect(transport.stats().connections).toBe(1);
    clock.advance(1500);
    await waiting.closed;
  });
});

describe('the number of connections', () => {
  const most = limits.dnsConnections.default;

  it('stays within its limit: the longest idle one makes room, a busy one does not', async () => {
    const gives: ((reply: Uint8Array) => void)[] = [];
    const { client, clock, transport } = await start(
      () => new Promise((resolve) => gives.push(resolve)),
    );
    const busy = await client();
    busy.send(message(1));
    await until(() => gives.length === 1);
    const idle = await client();
    await until(() => transport.stats().connections === 2);
    clock.advance(1);
    for (let made = 2; made < most; made += 100) {
      await Promise.all(Array.from({ length: Math.min(100, most - made) }, client));
    }
    await until(() => transport.stats().connections === most);
    const late = await client();
    await idle.closed;
    late.send(message(2));
    await until(() => gives.length === 2);
    expect(transport.stats()).toMatchObject({ connections: most, connectionsCut: 1 });
    gives[0]!(message(1));
    expect(idOf(await busy.next())).toBe(1);
  });
});

it('a stop ends connections that are idle at once', async () => {
  const { client, transport } = await start();
  const one = await client();
  one.send(message(1));
  await one.next();
  const ended = once(one.socket, 'end');
  await transport.close();
  await ended;
});
