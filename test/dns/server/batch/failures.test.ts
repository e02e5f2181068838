/** Calls that fail: each is counted, told in the log now and then, and the others go on. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BindError } from '../../../../src/dns/server/bind-error.ts';
import { silentLogger } from '../../../../src/runtime/index.ts';
import { settle } from '../../../support/held-clock.ts';
import { idOf, message, udpClient } from '../clients.ts';
import { failingLibc, type Script, type Step } from './failing-libc.ts';
import { serve } from './sockets.ts';

/** One that answers what it hears, with a client that has asked with ids 0 to `count` - 1 before its first turn. */
async function ask(script: Script, count: number) {
  const lines: unknown[] = [];
  const logger = { ...silentLogger, warn: (fields: unknown) => void lines.push(fields) };
  const served = await serve({ libc: failingLibc(script), logger });
  const client = await udpClient(served.transport.address);
  onTestFinished(() => client.close());
  for (let id = 0; id < count; id++) client.send(message(id));
  return {
    ...served,
    lines,
    async next(replies: number) {
      const ids: number[] = [];
      while (ids.length < replies) ids.push(idOf(await client.next()));
      return ids;
    },
  };
}

const line = (call: string, reason: string, failures = 1) => ({ call, reason, failures });

describe('sendmmsg', () => {
  it.each<[string, Step[]]>([
    ['takes them one by one', [1, 1, 1]],
    ['takes some and is full, twice', [2, 'EAGAIN', 'EAGAIN', 1, 'EAGAIN']],
    ['is interrupted', ['EINTR', 1, 'EINTR']],
  ])('that %s sends all of them in the end', async (_, sendmmsg) => {
    const { next, transport, lines } = await ask({ sendmmsg }, 10);
    expect(await next(10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(transport.stats()).toMatchObject({ replies: 10, sendErrors: 0 });
    expect(lines).toEqual([]);
  });

  it.each<Step>(['EPERM', 'ENOBUFS', 'EMSGSIZE', 'ENETUNREACH', 'ECONNREFUSED', 'EINVAL'])(
    'that fails with %s leaves out the one that it failed for',
    async (reason) => {
      const { next, transport, lines } = await ask({ sendmmsg: [3, reason] }, 10);
      expect(await next(9)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
      expect(transport.stats()).toMatchObject({ replies: 10, sendErrors: 1 });
      expect(lines).toEqual([line('sendmmsg', String(reason))]);
    },
  );

  it('that fails for each is told once a second', async () => {
    const sendmmsg = Array.from({ length: 21 }, (): Step => 'EPERM');
    const { clock, transport, lines } = await ask({ sendmmsg }, 20);
    while (transport.stats().sendErrors < 20) await settle();
    expect(lines).toEqual([line('sendmmsg', 'EPERM')]);
    clock.stall(1000);
    const client = await udpClient(transport.address);
    onTestFinished(() => client.close());
    client.send(message(20));
    while (lines.length < 2) await settle();
    expect(lines[1]).toEqual(line('sendmmsg', 'EPERM', 20));
  });

  it('that takes nothing for longer than clients wait is not waited for', async () => {
    const sendmmsg = [4, ...Array.from({ length: 10_000 }, (): Step => 'EAGAIN')];
    const { next, clock, transport, lines } = await ask({ sendmmsg }, 10);
    expect(await next(4)).toEqual([0, 1, 2, 3]);
    while (clock.pending === 0) await settle();
    clock.advance(1000);
    expect(transport.stats()).toMatchObject({ replies: 10, sendErrors: 6 });
    expect(lines).toEqual([line('sendmmsg', 'EAGAIN')]);
    // From here on it takes all again.
    sendmmsg.length = 0;
    const client = await udpClient(transport.address);
    onTestFinished(() => client.close());
    client.send(message(77));
    expect(idOf(await client.next())).toBe(77);
  });

  it('that is full holds back what is still unread, and loses none of it', async () => {
    const sendmmsg: Step[] = [10, 'EAGAIN', 'EAGAIN', 'EAGAIN'];
    const { next, transport } = await ask({ sendmmsg }, 150);
    expect(await next(150)).toEqual(Array.from({ length: 150 }, (_, id) => id));
    expect(transport.stats()).toMatchObject({ queries: 150, replies: 150, sendErrors: 0 });
  });
});

describe('recvmmsg', () => {
  it.each<Step>(['ECONNREFUSED', 'EHOSTUNREACH', 'EINTR'])(
    'that tells of something else with %s is asked again at once',
    async (reason) => {
      const { next, clock } = await ask({ recvmmsg: [reason] }, 3);
      expect(await next(3)).toEqual([0, 1, 2]);
      expect(clock.pending).toBe(0);
    },
  );

  it('that has no memory is asked again after a rest', async () => {
    const { next, clock, lines, transport } = await ask({ recvmmsg: ['ENOMEM'] }, 3);
    while (clock.pending === 0) await settle();
    await settle();
    expect(transport.stats().queries).toBe(0);
    expect(lines).toEqual([line('recvmmsg', 'ENOMEM')]);
    clock.advance(100);
    expect(await next(3)).toEqual([0, 1, 2]);
  });
});

describe('poll', () => {
  it('that fails keeps nobody from being served, and is told once a second', async () => {
    const poll = Array.from({ length: 1000 }, (): Step => 'ENOMEM');
    const { next, lines } = await ask({ poll }, 3);
    expect(await next(3)).toEqual([0, 1, 2]);
    expect(poll.length).toBeGreaterThan(0);
    expect(lines).toEqual([line('poll', 'ENOMEM')]);
  });
});

describe('a process without descriptors', () => {
  it('is told so by the address that could not be listened on', async () => {
    const error: BindError = await serve({ libc: failingLibc({ socket: ['EMFILE'] }) }).catch(
      (refused) => refused,
    );
    expect(error.reason).toBe('EMFILE');
    expect(error.message).toBe('address 127.0.0.1:0 cannot be listened on: EMFILE');
  });

  it('has none left over after each that it could not open', async () => {
    const child = resolve(import.meta.dirname, 'descriptors-child.mjs');
    const run = promisify(execFile);
    const { stdout } = await run('sh', [
      '-c',
      `ulimit -n 80; exec "${process.execPath}" "${child}"`,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      socket: 'EMFILE',
      wake: 'no eventfd can be made: EMFILE',
      bind: 'EADDRINUSE',
      leaked: 0,
    });
  });
});
