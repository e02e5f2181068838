// What the view costs with 100,000 instances: memory of an instance in a thread, from the start to the first answer,
// and from a commit to the answer that shows it.
import { setTimeout as wait } from 'node:timers/promises';
import { cores, freePort, residentBytes } from '../machine.mjs';
import { Asker, probeChanges } from '../prober.mjs';
import { copyOf, startAgent, storeOf } from '../servers/rollcall.mjs';
import { median, quantile } from '../statistics.mjs';
import { withServers } from './in-turns.mjs';

const FLIPS = 300;
const SETTLE_MS = 500;
/** Numbers of threads whose agents are compared. */
const [FEW, MANY] = [1, 4];

/** Memory once it no longer moves by a hundredth. */
async function settledBytes(pid) {
  for (let last = 0; ; ) {
    const bytes = residentBytes(pid);
    if (Math.abs(bytes - last) < bytes / 100) return bytes;
    last = bytes;
    await wait(SETTLE_MS);
  }
}

/** Starts an agent over a copy of the set's store, does `work(starting)` with it and ends it. */
async function withAgent(bench, set, settings, work) {
  const dataDir = copyOf(bench.folder, await storeOf(bench.folder, set));
  return withServers(async (servers) => {
    const starting = startAgent({ coreList: cores.all, dataDir, ...settings });
    const working = work(starting);
    // It is ended whatever becomes of the work.
    await Promise.allSettled([starting.then((agent) => servers.push(agent)), working]);
    return working;
  });
}

/** From the start of the process to its first answer with instances in it, in ms. */
async function firstAnswerMs(bench, set) {
  const port = await freePort();
  const { service, instances } = set.services[0];
  const asker = new Asker(port, `${service}.service.consul`);
  await asker.ready();
  return withAgent(bench, set, { dnsPort: port }, async () => {
    const started = performance.now();
    const seen = await asker.sees(instances.length);
    asker.close();
    return seen - started;
  });
}

const memory = (bench, set, threads) =>
  withAgent(bench, set, { threads }, async (starting) => settledBytes((await starting).child.pid));

export const footprint = async (bench) => {
  const [full, empty] = [bench.set('ten'), bench.set('none')];
  const instances = full.services.reduce((sum, { instances }) => sum + instances.length, 0);
  const [starts, perInstance, whole] = [[], [], []];
  for (let round = 0; round < bench.rounds; round++) {
    starts.push(await firstAnswerMs(bench, full));
    const few = await memory(bench, full, FEW);
    const views = (await memory(bench, full, MANY)) - few;
    // What a thread costs with nothing in it is taken off.
    const threads = (await memory(bench, empty, MANY)) - (await memory(bench, empty, FEW));
    perInstance.push((views - threads) / (MANY - FEW) / instances);
    whole.push(few / 2 ** 20);
  }
  const delays = await withAgent(bench, full, {}, async (starting) => {
    const { http, port } = await starting;
    return probeChanges({ http, port, set: full, flips: FLIPS });
  });
  const facts = [
    { what: 'memory of the view, an instance in a thread', value: median(perInstance), unit: 'B' },
    { what: 'memory of the agent with all of them', value: median(whole), unit: 'MiB' },
    { what: 'from the start to the first answer', value: median(starts), unit: 'ms' },
    { what: 'from a commit to its answer, median', value: median(delays), unit: 'ms' },
    { what: 'the same, p99', value: quantile(delays, 0.99), unit: 'ms' },
  ];
  return { rows: [], ratios: [], facts };
};
