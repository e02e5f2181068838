/**
 * Entry of an answer thread: ties a DnsThread to the port of its worker and, where datagrams come in batches, to the
 * loop that the thread sleeps in. Nothing else.
 */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { systemClock } from '../../runtime/index.ts';
import { AlarmClock } from './batch/alarm-clock.ts';
import { isLibc, loadLibc } from './batch/libc.ts';
import { openBatchSocket } from './batch/open-batch-socket.ts';
import { PollLoop } from './batch/poll-loop.ts';
import { DnsThread, type ThreadParts } from './dns-thread.ts';
import { createPortLogger } from './port-logger.ts';
import type { ThreadStart, ToThread } from './protocol.ts';
import { openUdpSocket } from './udp-socket.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const start = workerData as ThreadStart;
const post: ThreadParts['post'] = (message) => port.postMessage(message);

// Once nothing listens, nothing keeps the thread alive, and what was posted still arrives.
const single: ThreadParts = {
  post,
  exit: () => port.close(),
  openDatagrams: (at, _sharing, parts) => {
    const respond: typeof parts.respond = (bytes, client) => {
      takePosted(port);
      return parts.respond(bytes, client);
    };
    return openUdpSocket(at, { ...parts, respond });
  },
};
const thread = new DnsThread(start, start.wakeFd === undefined ? single : batched(start.wakeFd));
port.on('message', (message: ToThread) => thread.receive(message));

/** What was posted before a query was sent holds for its answer; the event loop may come to the socket first. */
function takePosted(from: MessagePort): void {
  for (let one = receiveMessageOnPort(from); one !== undefined; one = receiveMessageOnPort(from)) {
    thread.receive(one.message);
  }
}

/** The main thread has seen that batches can be had. */
function batched(wakeFd: number): ThreadParts {
  const libc = loadLibc();
  if (!isLibc(libc)) throw new Error(libc.reason);
  const clock = new AlarmClock(systemClock);
  const logger = createPortLogger(start.logLevel, (level, fields, message) =>
    post({ kind: 'log', level, fields, message }),
  );
  const loop = new PollLoop({ libc, wakeFd, clock, logger });
  return {
    ...single,
    exit: () => {
      loop.close();
      single.exit();
    },
    openDatagrams: (at, sharing, parts) =>
      openBatchSocket(at, { ...parts, sharing, clock, loop, libc }),
    pause: loop.pause,
    attend: (work) => loop.attend(work),
    clock,
  };
}
