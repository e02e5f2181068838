// W6: full load while instances leave and come back a thousand times a second, beside the same load without that; and
// how long an answer stays what it was after the write was answered.
import { join } from 'node:path';
import { fullLoad } from '../dnsperf.mjs';
import { startHttpLoad } from '../http-load.mjs';
import { cores } from '../machine.mjs';
import { probeChanges } from '../prober.mjs';
import { addresses, shuffled, writeQuestions } from '../questions.mjs';
import { rollcall } from '../servers/rollcall.mjs';
import { median, quantile, spread } from '../statistics.mjs';
import { compare, inTurns, withServers } from './in-turns.mjs';

const FLIPS_PER_SECOND = 1000;

export const underFlips = (bench) =>
  withServers(async (servers) => {
    const set = bench.set('three');
    const { folder, seconds } = bench;
    const agent = await rollcall.start({ folder, set, coreList: cores.server });
    servers.push(agent);
    const file = join(folder, 'questions');
    writeQuestions(file, shuffled(addresses()(set)));
    const load = { server: agent, file, output: join(folder, 'dnsperf.out'), seconds };
    await fullLoad(load);

    const [rates, delays] = [[], []];
    const flipped = async () => {
      const { http, port } = agent;
      const options = { http, set: set.name, writes: 'flips', perSecond: FLIPS_PER_SECOND };
      const stop = await startHttpLoad(options);
      const figures = await fullLoad(load);
      // Whoever watches changes asks and writes as well: the same load once more, that it adds nothing to the rate.
      const over = new AbortController();
      const probing = probeChanges({ http, port, set, signal: over.signal });
      await fullLoad(load).finally(() => over.abort());
      delays.push(...(await probing));
      rates.push((await stop()).perSecond);
      return figures;
    };
    const [quiet, busy] = await inTurns(bench.rounds, [
      { server: 'rollcall', measure: () => fullLoad(load) },
      { server: 'rollcall, instances flipping', measure: flipped },
    ]);
    const facts = [
      { what: 'flips a second, as they were', value: median(rates), unit: '/s' },
      { what: 'from an answered write to its answer, median', value: median(delays), unit: 'ms' },
      { what: 'the same, p99', value: quantile(delays, 0.99), unit: 'ms' },
      { what: 'the same, most', value: spread(delays).max, unit: 'ms', aim: { atMost: 100 } },
      { what: 'changes watched', value: delays.length, unit: '' },
    ];
    return {
      rows: [quiet, busy],
      ratios: [compare(busy, quiet, 'perSecond', { atLeast: 0.8 })],
      facts,
    };
  });
