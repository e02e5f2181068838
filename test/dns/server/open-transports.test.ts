import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { BindError } from '../../../src/dns/server/bind-error.ts';
import {
  type Endpoint,
  type Opened,
  openTransports,
} from '../../../src/dns/server/open-transports.ts';
import { openTcpListener } from '../../../src/dns/server/tcp-listener.ts';
import type { BindAddress } from '../../../src/dns/server/transport.ts';
import { openUdpSocket } from '../../../src/dns/server/udp-socket.ts';
import { type Logger, silentLogger } from '../../../src/runtime/index.ts';
import { HeldClock } from '../../support/held-clock.ts';
import { privateLoopback } from './clients.ts';

const opened: Opened[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
});

const endpoint = (address: string, port = 0, optional = false): Endpoint => ({
  address,
  port,
  optional,
});

interface Setting {
  readonly info?: Logger['info'];
  /** Stands in for the first so many calls; later ones are real. */
  readonly refuseStreams?: (at: BindAddress) => BindError | undefined;
}

async function open(endpoints: readonly Endpoint[], { info, refuseStreams }: Setting = {}) {
  const parts = {
    respond: () => undefined,
    clock: new HeldClock(),
    logger: { ...silentLogger, info: info ?? (() => {}) },
  };
  const transports = await openTransports(endpoints, {
    openDatagrams: (at) => openUdpSocket(at, parts),
    openStreams: async (at) => {
      const error = refuseStreams?.(at);
      if (error !== undefined) throw error;
      return openTcpListener(at, parts);
    },
    logger: parts.logger,
  });
  opened.push(...transports);
  return transports.map(({ kind, address }) => [kind, address.address, address.port] as const);
}

/** A port that is taken over TCP alone. */
async function takenPort(address = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

/** Whether nobody listens at a UDP port. */
async function isFree(port: number, address: string): Promise<boolean> {
  const socket: Socket = createSocket('udp4');
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

describe('opening all endpoints', () => {
  it('has UDP and TCP on one free port, the same for all addresses', async () => {
    const found = await open([endpoint('127.0.0.1'), endpoint('::1'), endpoint('127.0.0.2')]);
    const port = found[0]![2];
    expect(port).toBeGreaterThan(0);
    expect(found).toEqual([
      ['udp', '127.0.0.1', port],
      ['tcp', '127.0.0.1', port],
      ['udp', '::1', port],
      ['tcp', '::1', port],
      ['udp', '127.0.0.2', port],
      ['tcp', '127.0.0.2', port],
    ]);
  });

  it('tries another free port when the first is taken over TCP', async () => {
    const tried: number[] = [];
    const address = privateLoopback();
    const found = await open([endpoint(address)], {
      refuseStreams: (at) => {
        tried.push(at.port);
        return tried.length < 3 ? new BindError(at, 'EADDRINUSE') : undefined;
      },
    });
    // More when somebody else has the port that the third try was given.
    expect(tried.length).toBeGreaterThanOrEqual(3);
    expect(found[1]).toEqual(['tcp', address, tried.at(-1)]);
    expect(await isFree(tried[0]!, address)).toBe(true);
  });

  it('tries another free port when the first is taken at an optional address', async () => {
    const tried: number[] = [];
    const found = await open([endpoint('127.0.0.1'), endpoint('127.0.0.2', 0, true)], {
      refuseStreams: (at) => {
        if (at.address === '127.0.0.1') return undefined;
        tried.push(at.port);
        return tried.length === 1 ? new BindError(at, 'EADDRINUSE') : undefined;
      },
    });
    expect(found).toHaveLength(4);
    expect(tried.length).toBeGreaterThanOrEqual(2);
    expect(found[0]![2]).toBe(tried.at(-1));
  });

  it('gives up after some ports', async () => {
    let calls = 0;
    const opening = open([endpoint('127.0.0.1')], {
      refuseStreams: (at) => {
        calls += 1;
        return new BindError(at, 'EADDRINUSE');
      },
    });
    await expect(opening).rejects.toThrow(BindError);
    expect(calls).toBe(20);
  });

  it('refuses a given port that is taken, and leaves nothing open', async () => {
    const address = privateLoopback();
    const free = await open([endpoint(address)]);
    const port = free[0]![2];
    await Promise.all(opened.splice(0).map((transport) => transport.close()));
    const taken = await takenPort('127.0.0.2');
    const opening = open([endpoint(address, port), endpoint('127.0.0.2', taken)]);
    await expect(opening).rejects.toThrow(`address 127.0.0.2:${taken} is already in use`);
    expect(await isFree(port, address)).toBe(true);
  });

  it('does without an optional address, and says so', async () => {
    const taken = await takenPort('127.0.0.2');
    const lines: unknown[] = [];
    const found = await open([endpoint('127.0.0.1'), endpoint('127.0.0.2', taken, true)], {
      info: (fields) => lines.push(fields),
    });
    expect(found.map(([kind, address]) => [kind, address])).toEqual([
      ['udp', '127.0.0.1'],
      ['tcp', '127.0.0.1'],
    ]);
    expect(lines).toEqual([
      {
        address: `127.0.0.2:${taken}`,
        reason: `address 127.0.0.2:${taken} is already in use`,
      },
    ]);
  });

  it('lets :: have IPv6 beside IPv4 listeners, and both families alone', async () => {
    const found = await open([endpoint('0.0.0.0'), endpoint('::')]);
    expect(found).toHaveLength(4);
    await Promise.all(opened.splice(0).map((transport) => transport.close()));
    const alone = await open([endpoint('::')]);
    expect(await isFree(alone[0]![2], privateLoopback())).toBe(false);
  });

  it('opens nothing when there is no endpoint', async () => {
    expect(await open([])).toEqual([]);
  });
});
