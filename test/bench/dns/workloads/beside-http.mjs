// W8: delays at a steady rate while HTTP lists the whole catalog and takes registrations. The answer threads have one
// core; the main thread, HTTP's clients and the generator share the other. NSD is asked beside the same work, to see
// how much of a difference comes from the machine.
import { join } from 'node:path';
import { fullLoad, steadyLoad } from '../dnsperf.mjs';
import { startHttpLoad } from '../http-load.mjs';
import { cores, pin, threadSeconds } from '../machine.mjs';
import { addresses, shuffled, writeQuestions } from '../questions.mjs';
import { rollcall } from '../servers/rollcall.mjs';
import { median } from '../statistics.mjs';
import { compare, figuresOf, inTurns, withServers } from './in-turns.mjs';

/** Half of what W7 asks: the generator shares its core with the main thread here. */
const PER_SECOND = 10_000;
const REGISTRATIONS_PER_SECOND = 2000;

/** Leaves the server's core to the thread that `work` kept busiest, which is the one that answers. */
async function giveCoreToAnswers({ child }, work) {
  const before = threadSeconds(child.pid);
  await work();
  const used = [...threadSeconds(child.pid)].map(([id, seconds]) => ({
    id,
    seconds: seconds - (before.get(id) ?? 0),
  }));
  const [busiest] = used.sort((one, other) => other.seconds - one.seconds);
  pin(cores.generator, child.pid);
  pin(cores.server, busiest.id, { thread: true });
}

export const besideHttp = (bench) =>
  withServers(async (servers) => {
    const { folder, seconds } = bench;
    const set = bench.set('three');
    const agent = await rollcall.start({ folder, set, coreList: cores.all });
    servers.push(agent);
    const nsd = bench.others.find(({ name }) => name === 'NSD');
    if (nsd) servers.push(await nsd.start({ folder, set, coreList: cores.server }));
    const file = join(folder, 'questions');
    writeQuestions(file, shuffled(addresses()(set)));
    const load = { file, output: join(folder, 'dnsperf.out'), seconds };
    await giveCoreToAnswers(agent, () => fullLoad({ ...load, server: agent }));
    if (nsd) await fullLoad({ ...load, server: servers[1] });

    const done = [];
    const http = { http: agent.http, set: set.name, writes: 'registrations', lists: true };
    const quietly = (server) => steadyLoad({ ...load, server, perSecond: PER_SECOND });
    const busily = async (server) => {
      const stop = await startHttpLoad({ ...http, perSecond: REGISTRATIONS_PER_SECOND });
      const figures = await quietly(server);
      done.push(await stop());
      return figures;
    };
    const cases = servers.flatMap((server) => [
      { server: server.name, measure: () => quietly(server) },
      { server: `${server.name}, HTTP busy`, measure: () => busily(server) },
    ]);
    const rows = await inTurns(bench.rounds, cases);
    const medianOf = (figure) => median(figuresOf({ runs: done }, figure));
    const facts = [
      { what: 'registrations a second, as they were', value: medianOf('perSecond'), unit: '/s' },
      { what: 'lists in a run', value: medianOf('lists'), unit: '' },
      { what: 'listed in a run', value: medianOf('listedMb'), unit: 'MB' },
    ];
    const [quiet, busy, otherQuiet, otherBusy] = rows;
    const ratios = [compare(busy, quiet, 'p99', { atMost: 2 })];
    if (otherBusy) ratios.push(compare(otherBusy, otherQuiet, 'p99'));
    return { rows, ratios, facts };
  });
