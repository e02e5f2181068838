// Runs dnsperf on the generator's core and reads what it says. Full load keeps a number of questions under way; at a
// rate, questions are sent on time whether answers came or not, so that a slow answer hides none behind it.
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { cores, cpuSeconds, droppedAt, startOn } from './machine.mjs';
import { quantile } from './statistics.mjs';

const TIMEOUT_SECONDS = 2;
const TRIES = 3;
/** Of a run that asks a number of questions, which takes as long as the server does. */
const COUNTED_SECONDS_MAX = 300;
/** What a run of a given length may take besides. */
const GRACE_SECONDS = 20;

/** Ahead of all else on its core, so that what shares the core adds nothing to the delays that are measured. */
const AHEAD = ['chrt', '--fifo', '5'];

/** What dnsperf prints at its end, as figures. Throws when it has no figures. */
export function parseSummary(text) {
  const figure = (pattern) => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const summary = {
    perSecond: figure(/Queries per second:\s+([\d.]+)/),
    completed: figure(/Queries completed:\s+(\d+)/),
    lost: figure(/Queries lost:\s+(\d+)/),
    seconds: figure(/Run time \(s\):\s+([\d.]+)/),
    rcodes: /Response codes:\s+(.*)/.exec(text)?.[1].trim() ?? '',
  };
  if (Number.isNaN(summary.perSecond)) throw new Error(`dnsperf printed no figures: ${text}`);
  return summary;
}

/** Delays of the answers that `dnsperf -v` lists, in ms. */
export const parseDelays = (text) =>
  Array.from(text.matchAll(/^> [A-Z]+ .*?(\d+\.\d+)$/gm), ([, seconds]) => 1000 * Number(seconds));

/** @returns undefined when it did not end within `secondsMax` */
async function tryRun({ server, file, output, args, ahead, coreList, secondsMax }) {
  const out = openSync(output, 'w');
  const target = ['-s', '127.0.0.1', '-p', String(server.port), '-B', '-d', file];
  const fixed = ['-t', String(TIMEOUT_SECONDS), '-b', '2048'];
  const command = [...(ahead ? AHEAD : []), 'dnsperf', ...target, ...fixed, ...args];
  const before = { cpu: cpuSeconds(server.child.pid), dropped: droppedAt(server.port) };
  const child = startOn(coreList, command, { stdio: ['ignore', out, out] });
  const late = setTimeout(() => child.kill('SIGKILL'), 1000 * secondsMax);
  const [code, signal] = await once(child, 'close');
  clearTimeout(late);
  closeSync(out);
  if (signal === 'SIGKILL') return undefined;
  const text = readFileSync(output, 'utf8');
  if (code !== 0) throw new Error(`dnsperf ended with ${signal ?? code}: ${text.slice(-500)}`);
  const cpu = cpuSeconds(server.child.pid) - before.cpu;
  return { text, cpu, dropped: droppedAt(server.port) - before.dropped };
}

/**
 * Ahead of all else on its core, the threads of dnsperf can keep one another from running after a hiccup of the machine:
 * such a run never ends, says nothing, and is made again.
 */
async function run({ ahead = false, coreList = cores.generator, secondsMax, ...what }) {
  for (let tries = 1; tries <= TRIES; tries++) {
    const figures = await tryRun({ ahead, coreList, secondsMax, ...what });
    if (figures !== undefined) return figures;
  }
  throw new Error(`dnsperf did not end within ${secondsMax} s, ${TRIES} times`);
}

/**
 * As many answers as the server gives.
 * @param options `{ server, file, output, seconds, tcp?, once?, twoCores? }`; `once` asks each question one time
 * @returns rate, lost, rcodes, `dropped` by the kernel, `cpuShare` of a core, `perCpuSecond`
 */
export async function fullLoad({ server, file, output, seconds, tcp, once, twoCores }) {
  const transport = tcp ? ['-m', 'tcp', '-c', '100', '-q', '1000'] : ['-c', '16', '-q', '200'];
  const length = once ? ['-n', '1'] : ['-l', String(seconds)];
  const args = [...transport, '-T', twoCores ? '2' : '1', ...length];
  const coreList = twoCores ? cores.two : cores.generator;
  const secondsMax = once ? COUNTED_SECONDS_MAX : seconds + GRACE_SECONDS;
  const { text, cpu, dropped } = await run({ server, file, output, args, coreList, secondsMax });
  const summary = parseSummary(text);
  const { completed } = summary;
  return { ...summary, dropped, cpuShare: cpu / summary.seconds, perCpuSecond: completed / cpu };
}

/**
 * Questions over UDP at a rate.
 * @param options `{ server, file, output, seconds, perSecond }`
 * @returns rate, lost, `dropped`, and `p50`, `p99`, `most` in ms
 */
export async function steadyLoad({ server, file, output, seconds, perSecond }) {
  const pace = ['-Q', String(perSecond), '-q', String(perSecond), '-l', String(seconds)];
  const args = ['-c', '1', '-T', '1', ...pace, '-v'];
  const secondsMax = seconds + GRACE_SECONDS;
  const { text, dropped } = await run({ server, file, output, args, ahead: true, secondsMax });
  const delays = parseDelays(text);
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(delays, share));
  return { ...parseSummary(text), dropped, p50, p99, most };
}
