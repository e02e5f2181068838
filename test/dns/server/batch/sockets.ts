/** Batch sockets for tests: beside the clients of the same thread, so their loop never sleeps. */
import { onTestFinished } from 'vitest';
import { AlarmClock } from '../../../../src/dns/server/batch/alarm-clock.ts';
import { isLibc, type Libc, loadLibc } from '../../../../src/dns/server/batch/libc.ts';
import {
  type OpenBatchParts,
  openBatchSocket,
} from '../../../../src/dns/server/batch/open-batch-socket.ts';
import { PollLoop } from '../../../../src/dns/server/batch/poll-loop.ts';
import { createWake } from '../../../../src/dns/server/batch/wake.ts';
import type {
  BindAddress,
  Respond,
  Transport,
  TransportParts,
} from '../../../../src/dns/server/transport.ts';
import type { RespondTo } from '../../../../src/dns/wire/datagram.ts';
import { type Clock, type Logger, silentLogger } from '../../../../src/runtime/index.ts';
import { HeldClock } from '../../../support/held-clock.ts';
import { closeNow } from '../clients.ts';

/** The calls of this machine, which the tests need. */
export function libcHere(): Libc {
  const found = loadLibc();
  if (!isLibc(found)) throw new Error(`no batches on this machine: ${found.reason}`);
  return found;
}

/** A loop that only looks and never sleeps. */
export function wakefulLoop(clock: Clock, logger: Logger = silentLogger, libc = libcHere()) {
  const wake = createWake(libc);
  const alarmClock = new AlarmClock(clock);
  const loop = new PollLoop({ libc, wakeFd: wake.fd, clock: alarmClock, logger, sleepMsMax: 0 });
  return {
    loop,
    clock: alarmClock,
    close() {
      loop.close();
      wake.close();
    },
  };
}

/** What a transport of whole messages calls, as datagrams call it. */
export function respondTo(respond: Respond): RespondTo {
  return ({ bytes, start, end, client, reply, replyStart }) => {
    const replied = respond(bytes.slice(start, end), client);
    if (replied instanceof Promise) return replied;
    if (replied === undefined) return 0;
    reply.set(replied, replyStart);
    return replied.length;
  };
}

/** One socket with a loop of its own, which ends with it. */
export async function openBatchTransport(
  at: BindAddress,
  { respond, clock, logger }: TransportParts,
): Promise<Transport> {
  const { close, ...loop } = wakefulLoop(clock, logger);
  try {
    const parts = { ...loop, libc: libcHere(), logger, respondTo: respondTo(respond) };
    const transport = await openBatchSocket(at, parts);
    let closing: Promise<void> | undefined;
    return {
      kind: transport.kind,
      address: transport.address,
      stats: () => transport.stats(),
      close() {
        closing ??= transport.close().finally(close);
        return closing;
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

export interface Served {
  readonly transport: Transport;
  readonly clock: HeldClock;
}

export interface ServeOptions extends Partial<Omit<OpenBatchParts, 'respondTo' | 'clock'>> {
  readonly at?: Partial<BindAddress>;
  readonly respond?: Respond;
  readonly clock?: HeldClock;
}

/** A socket that says again what it hears, unless told otherwise; closed when the test is over. */
export async function serve({ at, respond, ...rest }: ServeOptions = {}): Promise<Served> {
  const clock = rest.clock ?? new HeldClock(Date.now());
  const own = wakefulLoop(clock, rest.logger, rest.libc);
  onTestFinished(own.close);
  const where = { address: '127.0.0.1', port: 0, ipv6Only: false, ...at };
  const transport = await openBatchSocket(where, {
    libc: libcHere(),
    logger: silentLogger,
    loop: own.loop,
    ...rest,
    clock: own.clock,
    respondTo: respondTo(respond ?? ((bytes) => bytes)),
  });
  onTestFinished(() => closeNow({ transport, clock }));
  return { transport, clock };
}
