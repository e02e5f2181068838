/** What batches have beside the contract of transports: routes of replies, shared addresses, the batch itself. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BindError } from '../../../../src/dns/server/bind-error.ts';
import type { Client as Asker } from '../../../../src/dns/wire/question.ts';
import { dig } from '../../../support/dig.ts';
import { type Client, idOf, message, udpClient } from '../clients.ts';
import { libcHere, type Served, type ServeOptions, serve } from './sockets.ts';

async function clientOf({ transport }: Served, address = '127.0.0.1'): Promise<Client> {
  const client = await udpClient({ address, port: transport.address.port });
  onTestFinished(() => client.close());
  return client;
}

describe('a reply leaves from the address that was asked', () => {
  const asked = async (served: Served, address: string): Promise<number> => {
    // Connected, so that it takes nothing from any other address.
    const client = await clientOf(served, address);
    client.send(message(7));
    return idOf(await client.next());
  };

  it.each(['127.0.0.1', '127.0.0.2', '127.9.8.7'])('%s over 0.0.0.0', async (address) => {
    expect(await asked(await serve({ at: { address: '0.0.0.0' } }), address)).toBe(7);
  });

  it.each(['127.0.0.2', '::1'])('%s over :: for both families', async (address) => {
    expect(await asked(await serve({ at: { address: '::' } }), address)).toBe(7);
  });

  it.each([
    ['0.0.0.0', '127.0.0.2'],
    ['::', '127.0.0.2'],
    ['::', '::1'],
  ])('over %s when the reply to %s comes later', async (address, to) => {
    const served = await serve({ at: { address }, respond: async (bytes) => bytes });
    expect(await asked(served, to)).toBe(7);
  });

  it('and dig takes it', async () => {
    const answered = (query: Uint8Array): Uint8Array => {
      const reply = Buffer.from(query);
      reply[2] = 0x84;
      return reply;
    };
    const { transport } = await serve({ at: { address: '0.0.0.0' }, respond: answered });
    const at = { host: '127.0.0.2', port: transport.address.port };
    expect((await dig(at, 'web.consul', '+noedns')).status).toBe('NOERROR');
  });
});

describe('the address of a client', () => {
  const seen = async (at: NonNullable<ServeOptions['at']>, address: string): Promise<Asker> => {
    let asker: Asker | undefined;
    const respond = (bytes: Uint8Array, from: Asker): Uint8Array => {
      asker = from;
      return bytes;
    };
    const client = await clientOf(await serve({ at, respond }), address);
    client.send(message(1));
    await client.next();
    expect(asker).toMatchObject({ port: client.port, transport: 'udp' });
    return asker as Asker;
  };

  it('is in dotted decimal', async () => {
    expect((await seen({}, '127.0.0.1')).address).toBe('127.0.0.1');
  });

  it('is IPv4-mapped over ::', async () => {
    expect((await seen({ address: '::' }, '127.0.0.1')).address).toBe('::ffff:127.0.0.1');
  });

  it('is as short as it can be over IPv6', async () => {
    expect((await seen({ address: '::1' }, '::1')).address).toBe('::1');
  });
});

describe('batches', () => {
  it('answer each client with its own, where others in between get nothing', async () => {
    const served = await serve({
      respond: (bytes) => (idOf(Buffer.from(bytes)) % 3 === 0 ? undefined : bytes),
    });
    const clients = await Promise.all(Array.from({ length: 20 }, () => clientOf(served)));
    for (let id = 0; id < 400; id++) clients[id % 20]?.send(message(id, `of ${id}`));
    const answered = Array.from({ length: 400 }, (_, id) => id).filter((id) => id % 3 !== 0);
    for (const id of answered) {
      expect((await clients[id % 20]?.next())?.toString('latin1')).toBe(
        message(id, `of ${id}`).toString('latin1'),
      );
    }
    expect(served.transport.stats()).toMatchObject({ queries: 400, replies: 266, dropped: 134 });
  });

  it('cut a message that is longer than any query', async () => {
    const served = await serve({
      respond: (bytes) => Buffer.from([bytes[0] as number, bytes[1] as number, bytes.length >> 8]),
    });
    const client = await clientOf(served);
    client.send(message(9, 'x'.repeat(60_000)));
    const reply = await client.next();
    expect([idOf(reply), reply[2]]).toEqual([9, 4096 >> 8]);
  });

  it('drop what comes from port 0, which is nobody', async () => {
    const libc = libcHere();
    const served = await serve({
      libc: {
        ...libc,
        recvmmsg(descriptor, headers, ...rest) {
          const count = libc.recvmmsg(descriptor, headers, ...rest);
          const { buffer, byteOffset } = headers;
          const base = libc.addressOf(buffer as ArrayBuffer);
          const view = new DataView(buffer, byteOffset);
          if (count > 0) {
            const name = Number(view.getBigUint64(0, true) - base);
            new DataView(buffer).setUint16(name + 2, 0);
          }
          return count;
        },
      },
    });
    const client = await clientOf(served);
    client.send(message(1));
    while (served.transport.stats().queries === 0) await new Promise(setImmediate);
    expect(served.transport.stats()).toMatchObject({ queries: 1, replies: 0, dropped: 1 });
  });
});

describe('an address of several threads', () => {
  it('divides clients among the sockets', async () => {
    const first = await serve({ sharing: 'first' });
    const { port } = first.transport.address;
    const further = await serve({ sharing: 'further', at: { port } });
    const clients = await Promise.all(Array.from({ length: 64 }, () => clientOf(first)));
    for (const [id, client] of clients.entries()) client.send(message(id));
    const replies = await Promise.all(clients.map((client) => client.next()));
    expect(replies.map(idOf)).toEqual(clients.map((_, id) => id));
    const counts = [first, further].map(({ transport }) => transport.stats().queries);
    expect(counts.reduce((sum, count) => sum + count)).toBe(64);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('is not taken by a stranger, nor from one who shares it as well', async () => {
    const { transport } = await serve({ sharing: 'first' });
    const { port } = transport.address;
    for (const sharing of ['alone', 'first'] as const) {
      const error: BindError = await serve({ sharing, at: { port } }).catch((e) => e);
      expect(error.reason).toBe('EADDRINUSE');
    }
  });

  it('leaves IPv4 to others when it is :: beside them', async () => {
    const { transport } = await serve({ at: { address: '::', ipv6Only: true } });
    const beside = await serve({ at: { address: '0.0.0.0', port: transport.address.port } });
    expect(beside.transport.address.port).toBe(transport.address.port);
  });
});

describe('close', () => {
  it('answers all that the kernel has by then, more than one batch of it', async () => {
    const served = await serve();
    const clients = await Promise.all(Array.from({ length: 10 }, () => clientOf(served)));
    for (let id = 0; id < 1000; id++) clients[id % 10]?.send(message(id));
    // Later than they arrived, but not a turn of the loop in between.
    served.clock.stall(500);
    await served.transport.close();
    for (let id = 0; id < 1000; id++) {
      expect(idOf((await clients[id % 10]?.next()) as Buffer)).toBe(id);
    }
    expect(served.transport.stats()).toMatchObject({ queries: 1000, replies: 1000, dropped: 0 });
  });

  it('does not read what arrives after it for ever', async () => {
    let client: Client | undefined;
    // Each query brings two more, before its own reply.
    const served = await serve({
      respond: (bytes) => {
        for (let more = 0; more < 2; more++) client?.send(Buffer.from(bytes));
        return bytes;
      },
    });
    client = await clientOf(served);
    for (let id = 0; id < 70; id++) client.send(message(id));
    served.clock.stall(1);
    await served.transport.close();
    expect(served.transport.stats().queries).toBeLessThan(1000);
  });
});
