/** Where batches can be had, what is said where they cannot, and what the environment may ask for. */
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { chooseDatagrams } from '../../../../src/dns/server/batch/choose-datagrams.ts';
import { bindLibc, isLibc, type NoLibc } from '../../../../src/dns/server/batch/libc.ts';
import { libcHere } from './sockets.ts';

type Koffi = typeof import('koffi');

const HERE = { platform: 'linux', arch: 'x64' };

/** A C library whose calls return what `results` says, and else -1, with one errno for all. */
function koffiOf(results: Readonly<Record<string, number>>, errno: number, missing = ''): Koffi {
  const func = (definition: string) => {
    const name = /(\w+)\(/.exec(definition)?.[1] ?? '';
    if (name === missing) throw new Error(`Cannot find function '${name}' in shared library`);
    return () => results[name] ?? -1;
  };
  return { load: () => ({ func }), errno: () => errno } as unknown as Koffi;
}

const { EBADF, ENOSYS, EPERM } = constants.errno;

describe('the calls for batches', () => {
  it('are there on the machine of the tests', () => {
    expect(isLibc(bindLibc({ platform: process.platform, arch: process.arch }))).toBe(true);
  });

  it.each<[string, () => ReturnType<typeof bindLibc>, string]>([
    [
      'another system',
      () => bindLibc({ ...HERE, platform: 'darwin' }),
      'the platform is darwin, not linux',
    ],
    ['another machine', () => bindLibc({ ...HERE, arch: 's390x' }), 'no layouts for s390x'],
    [
      'no binary of koffi',
      () =>
        bindLibc(HERE, () => {
          throw new Error('Cannot find the native Koffi module\n at index.cjs');
        }),
      'Cannot find the native Koffi module',
    ],
    [
      'a library without one',
      () => bindLibc(HERE, () => koffiOf({}, EBADF, 'sendmmsg')),
      "Cannot find function 'sendmmsg' in shared library",
    ],
    [
      'a kernel without one',
      () => bindLibc(HERE, () => koffiOf({}, ENOSYS)),
      'recvmmsg is refused: ENOSYS',
    ],
    [
      'a filter against one',
      () => bindLibc(HERE, () => koffiOf({ recvmmsg: 0 }, EPERM)),
      'sendmmsg is refused: EPERM',
    ],
    [
      'a filter against sleeping',
      () => bindLibc(HERE, () => koffiOf({ recvmmsg: 0, sendmmsg: 0 }, EPERM)),
      'poll is refused: EPERM',
    ],
    [
      'a filter against waking',
      () => bindLibc(HERE, () => koffiOf({ recvmmsg: 0, sendmmsg: 0, poll: 0 }, EPERM)),
      'eventfd is refused: EPERM',
    ],
  ])('are not there with %s', (_, bind, reason) => {
    expect(bind()).toEqual({ reason });
  });
});

describe('what carries datagrams', () => {
  const missing = (): NoLibc => ({ reason: 'no layouts for s390x' });

  it.each([
    [{}, 'batch', 'UDP goes in batches'],
    [{ ROLLCALL_DNS_TRANSPORT: '' }, 'batch', 'UDP goes in batches'],
    [{ ROLLCALL_DNS_TRANSPORT: 'batch' }, 'batch', 'UDP goes in batches'],
    [
      { ROLLCALL_DNS_TRANSPORT: 'dgram' },
      'dgram',
      'UDP goes by node:dgram, not in batches: ROLLCALL_DNS_TRANSPORT says so',
    ],
  ])('is, with %o, %s', (env, kind, text) => {
    expect(chooseDatagrams(env, libcHere)).toMatchObject({ kind, text });
  });

  it('is node:dgram where there is nothing better', () => {
    expect(chooseDatagrams({}, missing)).toEqual({
      kind: 'dgram',
      text: 'UDP goes by node:dgram, not in batches: no layouts for s390x',
    });
  });

  it('is nothing when the environment asks for what cannot be had', () => {
    expect(() => chooseDatagrams({ ROLLCALL_DNS_TRANSPORT: 'batch' }, missing)).toThrow(
      'ROLLCALL_DNS_TRANSPORT is "batch", which cannot be had: no layouts for s390x',
    );
  });

  it('is nothing when the environment asks for what there is not', () => {
    expect(() => chooseDatagrams({ ROLLCALL_DNS_TRANSPORT: 'quic' }, libcHere)).toThrow(
      'ROLLCALL_DNS_TRANSPORT is "quic": it must be "batch" or "dgram"',
    );
  });
});
