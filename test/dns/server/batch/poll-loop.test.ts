/** The sleep of an answer thread and all that has to end it, in a thread that would sleep for an hour. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWake } from '../../../../src/dns/server/batch/wake.ts';
import type { SocketAddress } from '../../../../src/dns/server/transport.ts';
import { seededRandom } from '../../../../src/runtime/index.ts';
import { idOf, message, udpClient } from '../clients.ts';
import { libcHere } from './sockets.ts';

type Task = 'echo' | 'timer' | 'work' | 'begin' | 'finish' | 'file' | 'stop';

async function startThread() {
  const wake = createWake(libcHere());
  const entry = new URL('./loop-worker.mjs', import.meta.url);
  const worker = new Worker(entry, { workerData: { wakeFd: wake.fd } });
  const exited = once(worker, 'exit');
  const ended = { is: false };
  const [{ address }] = (await once(worker, 'message')) as [{ address: SocketAddress }];
  const waiting = new Map<number, (result: unknown) => void>();
  worker.on('message', ({ id, result }) => waiting.get(id)?.(result));
  let nextId = 0;
  const ask = (what: Task, value?: unknown): Promise<unknown> => {
    const id = nextId++;
    const result = new Promise((resolve) => waiting.set(id, resolve));
    worker.postMessage({ id, what, value });
    wake.wake();
    return result;
  };
  const stop = async (): Promise<unknown> => {
    const stats = await ask('stop');
    await exited;
    ended.is = true;
    return stats;
  };
  onTestFinished(async () => {
    if (!ended.is) {
      const terminated = worker.terminate();
      // A thread in a system call ends only when that does.
      wake.wake();
      await terminated;
    }
    wake.close();
    wake.close();
  });
  const client = await udpClient(address);
  onTestFinished(() => client.close());
  return { ask, stop, client };
}

describe('a sleeping thread', () => {
  it('takes every message that was posted before a wake, at whatever moment', async () => {
    const { ask, client, stop } = await startThread();
    const random = seededRandom(6);
    for (let round = 0; round < 10_000; round++) {
      // Busy for up to some 20 µs, so that it is asked as it falls asleep, as it wakes, and in between.
      for (let spin = random.integer(5000); spin > 0; spin--);
      if (random.integer(4) === 0) client.send(message(round & 0xffff));
      const [one, other] = await Promise.all([ask('echo', round), ask('echo', -round)]);
      if (one !== round || other !== -round) throw new Error(`round ${round} was answered ${one}`);
    }
    expect(await stop()).toMatchObject({ dropped: 0, sendErrors: 0 });
  });

  it('wakes for a query', async () => {
    const { client } = await startThread();
    for (let id = 0; id < 100; id++) {
      client.send(message(id));
      expect(idOf(await client.next())).toBe(id);
    }
  });

  it('wakes for a timer', async () => {
    const { ask } = await startThread();
    expect(await ask('timer', 20)).toBe('due');
  });

  it('sleeps lightly while a file is read', async () => {
    const { ask } = await startThread();
    expect(await ask('file')).toBe('read');
  });

  it('does not fall asleep between two slices of work', async () => {
    const { ask } = await startThread();
    expect(await ask('work')).toBe('done');
  });

  it('answers between two slices of work', async () => {
    const { ask, client } = await startThread();
    expect(await ask('begin')).toBe('begun');
    client.send(message(5));
    expect(idOf(await client.next())).toBe(5);
    expect(await ask('finish')).toBe('finished');
  });

  it('ends by itself once it is told to', async () => {
    const { stop } = await startThread();
    expect(await stop()).toMatchObject({ queries: 0 });
  });
});
