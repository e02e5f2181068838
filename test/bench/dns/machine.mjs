// The machine under the benchmark: its cores and who gets which, processes pinned to them, their processor time and
// memory, ports, and the datagrams that the kernel had no room for. Linux only; knows nothing of DNS servers.
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

const last = availableParallelism() - 1;

/** Core lists as `taskset -c` takes them. With two cores the generator's core is also that of the control plane. */
export const cores = {
  all: `0-${last}`,
  server: '0',
  generator: last === 0 ? '0' : `1-${last}`,
  two: last === 0 ? '0' : '0-1',
};

/** One line for the table: processor, cores, kernel, Node. */
export const describeMachine = () =>
  `${cpus()[0].model.trim()}, ${last + 1} cores, Linux ${release()}, Node ${process.version}`;

/** What runs; none of it outlives us. */
const started = new Set();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts a command on `coreList`; its pid is that of the command itself. */
export function startOn(coreList, command, options = { stdio: 'ignore' }) {
  const child = spawn('taskset', ['-c', coreList, ...command], options);
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** Pins all threads of a process, or with `thread` a thread alone. */
export function pin(coreList, id, { thread = false } = {}) {
  const run = spawnSync('taskset', [thread ? '-pc' : '-apc', coreList, String(id)]);
  if (run.status !== 0) throw new Error(`taskset: ${run.stderr}`);
}

/** Ends a process in good order, and after five seconds without one. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const late = wait(5000, 'late', { signal: patience.signal }).catch(() => undefined);
  if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
  patience.abort();
  await ended;
}

/** `utime + stime` of a stat file under /proc, in seconds, and the parent's pid. */
function readStat(file) {
  const fields = readFileSync(file, 'utf8').split(') ').at(-1).split(' ');
  return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
}

/** Processor time so far of a process and its children, all threads, in seconds. */
export function cpuSeconds(pid) {
  const family = new Set([pid]);
  let seconds = readStat(`/proc/${pid}/stat`).seconds;
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const id of ids.map(Number).sort((one, other) => one - other)) {
    try {
      const stat = readStat(`/proc/${id}/stat`);
      if (!family.has(stat.parent)) continue;
      family.add(id);
      seconds += stat.seconds;
    } catch {
      // A process that ended while we looked.
    }
  }
  return seconds;
}

/** Processor time so far of each thread of a process, by thread id, in seconds. */
export const threadSeconds = (pid) =>
  new Map(
    readdirSync(`/proc/${pid}/task`).map((id) => [
      Number(id),
      readStat(`/proc/${pid}/task/${id}/stat`).seconds,
    ]),
  );

/** Memory of a process that is resident now, in bytes. */
export const residentBytes = (pid) =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/** A UDP port that is free now on 127.0.0.1. */
export async function freePort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Datagrams to `port` that the kernel had no room for so far. */
export function droppedAt(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = ['/proc/net/udp', '/proc/net/udp6'].flatMap((file) =>
    readFileSync(file, 'utf8').trim().split('\n').slice(1),
  );
  return sockets
    .map((line) => line.trim().split(/\s+/))
    .filter(([, at]) => at.endsWith(`:${hex}`))
    .reduce((sum, columns) => sum + Number(columns.at(-1)), 0);
}
