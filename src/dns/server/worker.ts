/** Entry of the DNS thread: ties a DnsThread to the port of its worker, and nothing else. */
import { parentPort, workerData } from 'node:worker_threads';
import { DnsThread } from './dns-thread.ts';
import type { ThreadStart, ToThread } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const thread = new DnsThread(workerData as ThreadStart, {
  post: (message) => port.postMessage(message),
  // Once nothing listens, nothing keeps the thread alive, and what was posted still arrives.
  exit: () => port.close(),
});
port.on('message', (message: ToThread) => thread.receive(message));
