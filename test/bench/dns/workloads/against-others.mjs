// How many answers a second servers give to the same questions, each on the same cores: W1 to W5 and W9 to W11.
import { join } from 'node:path';
import { compareAnswers } from '../asking.mjs';
import { fullLoad } from '../dnsperf.mjs';
import { cores, end } from '../machine.mjs';
import { shuffled, writeQuestions } from '../questions.mjs';
import { rollcall } from '../servers/rollcall.mjs';
import { compare, inTurns, withServers } from './in-turns.mjs';

const WARM_SECONDS = 2;

/**
 * @param workload `{ set, questions(set, seconds), aims, additional?, tcp?, threads?, fresh?, warm?, env?, sample? }`:
 * `aims` are least ratios by server; `fresh` starts rollcall anew for each run, warmed with the questions `warm(set)`,
 * and asks every question once; `threads` besides one adds a row with one thread
 */
export const againstOthers = (workload) => (bench) =>
  withServers(async (servers) => {
    const { fresh = false, threads = 1, tcp = false } = workload;
    const twoCores = threads > 1;
    const set = bench.set(workload.set);
    const questions = shuffled(workload.questions(set, bench.seconds));
    const output = join(bench.folder, 'dnsperf.out');
    const file = join(bench.folder, 'questions');
    const warmFile = join(bench.folder, 'questions-warm');
    writeQuestions(file, questions);
    writeQuestions(warmFile, workload.warm?.(set) ?? questions);

    const load = { output, tcp, twoCores };
    const warm = (server) => fullLoad({ ...load, server, file: warmFile, seconds: WARM_SECONDS });
    const start = async (kind, count) => {
      const coreList = twoCores ? cores.two : cores.server;
      const { env, additional } = workload;
      const what = { folder: bench.folder, set, coreList, threads: count, additional, env };
      const server = await kind.start(what);
      servers.push(server);
      if (workload.warm) await warm(server);
      return server;
    };
    const running = [];
    const contestants = [rollcall, ...bench.others].map((kind) => ({ kind, count: threads }));
    if (threads > 1) contestants.push({ kind: rollcall, count: 1 });
    for (const { kind, count } of contestants) running.push(await start(kind, count));
    compareAnswers(running, questions.slice(0, 5), { tcp });
    if (!workload.warm) for (const server of running) await warm(server);

    const cases = contestants.map(({ kind, count }, at) => ({
      server: count === threads ? kind.name : `${kind.name}, ${count} thread`,
      async measure() {
        if (fresh && kind === rollcall) {
          await end(running[at].child);
          running[at] = await start(kind, count);
        }
        return fullLoad({
          ...load,
          server: running[at],
          file,
          seconds: bench.seconds,
          once: fresh,
        });
      },
    }));
    const rows = await inTurns(bench.rounds, cases);
    const [own, ...others] = rows;
    const aimAt = (least) => (least === undefined ? undefined : { atLeast: least });
    const ratios = others.map((row) =>
      compare(own, row, 'perSecond', aimAt(workload.aims[row.server])),
    );
    return { rows, ratios };
  });
