/** What every transport does alike; a further one is one more row of `transports`. */
import { afterEach, describe, expect, it } from 'vitest';
import { BindError } from '../../../src/dns/server/bind-error.ts';
import { openTcpListener } from '../../../src/dns/server/tcp-listener.ts';
import type {
  BindAddress,
  Respond,
  Transport,
  TransportParts,
} from '../../../src/dns/server/transport.ts';
import { openUdpSocket } from '../../../src/dns/server/udp-socket.ts';
import type { Client as Asker } from '../../../src/dns/wire/question.ts';
import { silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock, settle } from '../../support/held-clock.ts';
import { openBatchTransport } from './batch/sockets.ts';
import {
  type Client,
  closeNow,
  idOf,
  message,
  type Opened,
  privateLoopback,
  tcpClient,
  udpClient,
} from './clients.ts';

interface Implementation {
  readonly name: string;
  readonly kind: 'udp' | 'tcp';
  readonly open: (at: BindAddress, parts: TransportParts) => Promise<Transport>;
  readonly connect: (to: Transport['address']) => Promise<Client>;
}

const transports: Implementation[] = [
  { name: 'udp', kind: 'udp', open: openUdpSocket, connect: udpClient },
  { name: 'batched udp', kind: 'udp', open: openBatchTransport, connect: udpClient },
  { name: 'tcp', kind: 'tcp', open: openTcpListener, connect: tcpClient },
];

const LOOPBACK: BindAddress = { address: '127.0.0.1', port: 0, ipv6Only: false };

const opened: Opened[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(opened.splice(0).map(closeNow));
});

/** Replies to be given by hand, by id. */
function byHand() {
  const pending = new Map<number, (reply: Uint8Array | undefined) => void>();
  const arrived: (() => void)[] = [];
  const respond: Respond = (bytes) =>
    new Promise((resolve) => {
      pending.set(idOf(Buffer.from(bytes)), resolve);
      for (const resume of arrived.splice(0)) resume();
    });
  return {
    respond,
    pending,
    async has(count: number) {
      while (pending.size < count) await new Promise<void>((resolve) => arrived.push(resolve));
    },
    give: (id: number, reply: Uint8Array | undefined = message(id, 'late')) =>
      pending.get(id)?.(reply),
  };
}

describe.each(transports)('the $name transport', ({ kind, open, connect }) => {
  async function start(respond: Respond, at: BindAddress = LOOPBACK) {
    const clock = new HeldClock();
    const transport = await open(at, { respond, clock, logger: silentLogger });
    opened.push({ transport, clock });
    const client = async (): Promise<Client> => {
      const made = await connect(transport.address);
      clients.push(made);
      return made;
    };
    return { transport, clock, client };
  }

  it('says what it is and where it really listens', async () => {
    const { transport } = await start(() => undefined);
    expect(transport.kind).toBe(kind);
    expect(transport.address.address).toBe('127.0.0.1');
    expect(transport.address.port).toBeGreaterThan(0);
  });

  it('hands over a message with who sent it, and returns the reply', async () => {
    const asked: [string, Asker][] = [];
    const { client } = await start((bytes, from) => {
      asked.push([Buffer.from(bytes).toString('latin1', 12), from]);
      return Buffer.concat([bytes, Buffer.from('!')]);
    });
    const one = await client();
    one.send(message(7, 'hello'));
    expect((await one.next()).toString('latin1', 12)).toBe('hello!');
    expect(asked).toEqual([['hello', { address: '127.0.0.1', port: one.port, transport: kind }]]);
  });

  it('works over IPv6', async () => {
    const { client } = await start((bytes) => bytes, { address: '::1', port: 0, ipv6Only: true });
    const one = await client();
    one.send(message(3));
    expect(idOf(await one.next())).toBe(3);
  });

  it('sends each reply when it is there, in whatever order', async () => {
    const hand = byHand();
    const { client } = await start(hand.respond);
    const one = await client();
    for (const id of [1, 2, 3]) one.send(message(id));
    await hand.has(3);
    for (const id of [3, 1, 2]) {
      hand.give(id);
      expect(idOf(await one.next())).toBe(id);
    }
  });

  it('keeps the replies of its clients apart', async () => {
    const hand = byHand();
    const { client } = await start(hand.respond);
    const one = await client();
    const other = await client();
    one.send(message(1));
    other.send(message(2));
    await hand.has(2);
    hand.give(2);
    hand.give(1);
    expect(idOf(await other.next())).toBe(2);
    expect(idOf(await one.next())).toBe(1);
    expect([one.unread, other.unread]).toEqual([0, 0]);
  });

  it('serves many clients at once', async () => {
    const { client, transport } = await start((bytes) => bytes);
    const many = await Promise.all(Array.from({ length: 100 }, client));
    for (const [at, one] of many.entries()) one.send(message(at));
    const replies = await Promise.all(many.map((one) => one.next()));
    expect(replies.map(idOf)).toEqual(many.map((_, at) => at));
    expect(transport.stats()).toMatchObject({ queries: 100, replies: 100, dropped: 0 });
  });

  it('carries messages as large as it can', async () => {
    const { client } = await start((bytes) => bytes);
    const one = await client();
    const body = 'x'.repeat(kind === 'udp' ? 4000 : 65_535 - 12);
    one.send(message(1, body));
    expect((await one.next()).toString('latin1', 12)).toBe(body);
  });

  it('counts a message that gets no reply, and sends nothing', async () => {
    const { client, transport } = await start((bytes) =>
      idOf(Buffer.from(bytes)) === 1 ? undefined : bytes,
    );
    const one = await client();
    one.send(message(1));
    const other = await client();
    other.send(message(2));
    await other.next();
    expect(one.unread).toBe(0);
    expect(transport.stats()).toMatchObject({ queries: 2, replies: 1, dropped: 1 });
  });

  it('goes on when a reply fails', async () => {
    const { client } = await start(async (bytes) => {
      if (idOf(Buffer.from(bytes)) === 1) throw new Error('lost');
      return bytes;
    });
    (await client()).send(message(1));
    const other = await client();
    other.send(message(2));
    expect(idOf(await other.next())).toBe(2);
  });

  it('answers what is in flight before it closes, and takes nothing new', async () => {
    const hand = byHand();
    const { client, transport } = await start(hand.respond);
    const one = await client();
    one.send(message(1));
    await hand.has(1);
    let isClosed = false;
    const closing = transport.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    hand.give(1);
    expect(idOf(await one.next())).toBe(1);
    await closing;
    expect(transport.close()).toBe(transport.close());
  });

  it('waits for what is in flight no longer than the limit', async () => {
    const hand = byHand();
    const { client, clock, transport } = await start(hand.respond);
    (await client()).send(message(1));
    await hand.has(1);
    const closing = transport.close();
    // The stop itself takes some turns of the event loop before it starts to wait.
    while (clock.pending === 0) await settle();
    clock.advance(3000);
    await closing;
    hand.give(1);
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('can be opened again on its port once it is closed', async () => {
    const at = { ...LOOPBACK, address: privateLoopback() };
    const { transport } = await start((bytes) => bytes, at);
    const { port } = transport.address;
    await transport.close();
    const again = await start((bytes) => bytes, { ...at, port });
    const one = await again.client();
    one.send(message(5));
    expect(idOf(await one.next())).toBe(5);
  });

  it('refuses an address that is in use, with what it was', async () => {
    const { transport } = await start(() => undefined);
    const { port } = transport.address;
    const error = await start(() => undefined, { ...LOOPBACK, port }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BindError);
    expect((error as BindError).message).toBe(`address 127.0.0.1:${port} is already in use`);
    expect(error).toMatchObject({ code: 'dns_bind_failed', reason: 'EADDRINUSE' });
  });

  it('refuses an address that this machine does not have', async () => {
    const elsewhere = { address: '192.0.2.1', port: 53_535, ipv6Only: false };
    await expect(start(() => undefined, elsewhere)).rejects.toThrow(
      'address 192.0.2.1:53535 does not belong to this machine',
    );
  });
});

describe('a bind error in words', () => {
  it.each([
    ['EACCES', 'address [::1]:53 needs root or the capability CAP_NET_BIND_SERVICE'],
    ['EAFNOSUPPORT', 'address [::1]:53 is of a family that this machine does not have'],
    ['EBUSY', 'address [::1]:53 cannot be listened on: EBUSY'],
  ])('%s', (reason, expected) => {
    expect(new BindError({ address: '::1', port: 53 }, reason).message).toBe(expected);
  });
});
