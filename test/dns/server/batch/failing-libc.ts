/** The calls of this machine, of which some fail, or take less than they are given, as a test says. */
import { constants } from 'node:os';
import type { Libc } from '../../../../src/dns/server/batch/libc.ts';
import { libcHere } from './sockets.ts';

/** The name of an errno to fail with, or how many datagrams the call is let have. */
export type Step = keyof typeof constants.errno | number;

/** What the next calls do; after those, as well as they can. */
export interface Script {
  readonly socket?: Step[];
  readonly sendmmsg?: Step[];
  readonly recvmmsg?: Step[];
  readonly poll?: Step[];
}

export function failingLibc(script: Script): Libc {
  const libc = libcHere();
  let failure: number | undefined;
  /** -1 when the next step is to fail, else how many there may be. */
  const next = (steps: Step[] | undefined, count: number): number => {
    const step = steps?.shift() ?? count;
    failure = typeof step === 'number' ? undefined : constants.errno[step];
    return typeof step === 'number' ? Math.min(step, count) : -1;
  };
  return {
    ...libc,
    errno: () => failure ?? libc.errno(),
    socket: (...args) => (next(script.socket, 1) < 0 ? -1 : libc.socket(...args)),
    poll: (...args) => (next(script.poll, 1) < 0 ? -1 : libc.poll(...args)),
    sendmmsg(descriptor, headers, count, flags) {
      const most = next(script.sendmmsg, count);
      return most < 0 ? -1 : libc.sendmmsg(descriptor, headers, most, flags);
    },
    recvmmsg(descriptor, headers, count, flags, timeout) {
      const most = next(script.recvmmsg, count);
      return most < 0 ? -1 : libc.recvmmsg(descriptor, headers, most, flags, timeout);
    },
  };
}
