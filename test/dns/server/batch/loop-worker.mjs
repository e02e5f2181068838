/** A thread that sleeps in a PollLoop for as long as it can, and does what the test tells it. Needs `dist`. */
import { parentPort, workerData } from 'node:worker_threads';

const dist = new URL('../../../../dist/', import.meta.url);
const load = (file) => import(new URL(file, dist).href);
const { AlarmClock } = await load('dns/server/batch/alarm-clock.js');
const { PollLoop } = await load('dns/server/batch/poll-loop.js');
const { loadLibc } = await load('dns/server/batch/libc.js');
const { openBatchSocket } = await load('dns/server/batch/open-batch-socket.js');
const { silentLogger, systemClock } = await load('runtime/index.js');

const clock = new AlarmClock(systemClock);
const { wakeFd } = workerData;
const libc = loadLibc();
// An hour: whatever does not end the sleep is not done within the time of a test.
const parts = { libc, clock, logger: silentLogger };
const loop = new PollLoop({ ...parts, wakeFd, sleepMsMax: 3_600_000 });
let turns = 0;
let working;
const respondTo = ({ bytes, start, end, reply, replyStart }) => {
  turns += 1;
  reply.set(bytes.subarray(start, end), replyStart);
  return end - start;
};
const at = { address: '127.0.0.1', port: 0, ipv6Only: false };
const transport = await openBatchSocket(at, { ...parts, loop, respondTo });

const does = {
  echo: (value) => value,
  /** Sleeps in between, until the timer is due. */
  timer: (delayMs) => new Promise((resolve) => clock.schedule(delayMs, () => resolve('due'))),
  /** Works in slices with nothing else going on. */
  async work() {
    for (let slices = 0; slices < 1000; slices++) await loop.pause();
    return 'done';
  },
  /** Works in slices from now on, until a query has come. */
  begin() {
    working = (async () => {
      while (turns === 0) await loop.pause();
      return 'finished';
    })();
    return 'begun';
  },
  finish: () => working,
  /** Waits for what no descriptor of the loop tells of. */
  file: () =>
    loop.attend(import('node:fs/promises').then(({ stat }) => stat('/'))).then(() => 'read'),
  async stop() {
    await transport.close();
    loop.close();
    setImmediate(() => parentPort.close());
    return transport.stats();
  },
};

parentPort.on('message', async ({ id, what, value }) => {
  parentPort.postMessage({ id, result: await does[what](value) });
});
parentPort.postMessage({ address: transport.address });
