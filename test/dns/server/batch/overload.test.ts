/** More than can be answered: which queries are, and in which order. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldClock, settle } from '../../../support/held-clock.ts';
import { idOf, message, udpClient } from '../clients.ts';
import { serve, wakefulLoop } from './sockets.ts';

/** Sends ids 0 to `count` - 1 before the socket has a turn, which comes `lateMs` after. @returns ids as they were asked */
async function askLate(
  count: number,
  lateMs: number,
  whenAsked: (clock: HeldClock) => void = () => {},
) {
  const asked: number[] = [];
  const clock = new HeldClock(Date.now());
  const { transport } = await serve({
    clock,
    respond: (bytes) => {
      asked.push(idOf(Buffer.from(bytes)));
      whenAsked(clock);
      return bytes;
    },
  });
  const client = await udpClient(transport.address);
  onTestFinished(() => client.close());
  for (let id = 0; id < count; id++) client.send(message(id));
  clock.stall(lateMs);
  const isSettled = (): boolean => {
    const { queries, replies, expired } = transport.stats();
    return queries === count && replies + expired === count;
  };
  while (!isSettled()) await settle();
  return { asked, stats: transport.stats() };
}

const upTo = (count: number, from = 0): number[] =>
  Array.from({ length: count - from }, (_, at) => from + at);

describe('a queue', () => {
  it('that is young is answered in its order', async () => {
    const { asked } = await askLate(256, 900);
    expect(asked).toEqual(upTo(256));
  });

  it('that is older than the patience of a client is answered from its new end', async () => {
    const { asked, stats } = await askLate(300, 2000);
    // The last 44 came with the queue empty behind them, and are in order; then the newest of the others, to the oldest.
    expect(asked).toEqual([...upTo(300, 256), ...upTo(256).reverse()]);
    expect(stats).toMatchObject({ queries: 300, replies: 300, dropped: 0, expired: 0 });
  });

  it('that is older than clients wait at all is dropped, but for what there is time for', async () => {
    const { asked, stats } = await askLate(300, 6000);
    expect(asked).toEqual(upTo(300, 256));
    expect(stats).toMatchObject({ queries: 300, replies: 44, dropped: 0, expired: 256 });
  });

  it('that gets too old while it is answered is dropped then', async () => {
    let answered = 0;
    const { asked, stats } = await askLate(300, 2000, (clock) => {
      answered += 1;
      if (answered === 108) clock.stall(4000);
    });
    expect(asked.slice(44)).toEqual(upTo(256, 192).reverse());
    expect(stats).toMatchObject({ replies: 108, expired: 192 });
  });

  it('that is a small one is answered whatever its age', async () => {
    expect((await askLate(20, 60_000)).asked).toEqual(upTo(20));
  });

  it('is not old because the wall clock jumped', async () => {
    const asked: number[] = [];
    const clock = new HeldClock(Date.now() + 3_600_000);
    const { transport } = await serve({
      clock,
      respond: (bytes) => {
        asked.push(idOf(Buffer.from(bytes)));
        return bytes;
      },
    });
    const client = await udpClient(transport.address);
    onTestFinished(() => client.close());
    for (let id = 0; id < 128; id++) client.send(message(id));
    while (asked.length < 128) await settle();
    expect(asked).toEqual(upTo(128));
  });
});

describe('a socket that is flooded', () => {
  it('leaves the other sockets of its thread their turn', async () => {
    const clock = new HeldClock(Date.now());
    const order: string[] = [];
    const loop = wakefulLoop(clock);
    onTestFinished(loop.close);
    const named = (name: string) => ({
      clock,
      loop: loop.loop,
      respond: (bytes: Uint8Array) => {
        order.push(name);
        return bytes;
      },
    });
    const flooded = await serve(named('flooded'));
    const other = await serve(named('other'));
    const flood = await udpClient(flooded.transport.address);
    const client = await udpClient(other.transport.address);
    onTestFinished(() => flood.close());
    onTestFinished(() => client.close());
    for (let id = 0; id < 3000; id++) flood.send(message(id));
    client.send(message(1));
    while (order.length < 3001) await settle();
    expect(order.indexOf('other')).toBe(16 * 64);
  });
});
