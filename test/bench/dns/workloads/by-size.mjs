// W7: delays at a steady rate far below what the servers can do, for names with 1 to 5,000 instances. Most of these
// answers are longer than a datagram: rollcall sends as many addresses as fit, NSD none, both with TC. Over TCP both
// send what 65,535 octets hold.
import { join } from 'node:path';
import { compareAnswers } from '../asking.mjs';
import { SIZES } from '../catalog-set.mjs';
import { steadyLoad } from '../dnsperf.mjs';
import { cores } from '../machine.mjs';
import { writeQuestions } from '../questions.mjs';
import { rollcall } from '../servers/rollcall.mjs';
import { compare, inTurns, withServers } from './in-turns.mjs';

const PER_SECOND = 20_000;
const PER_SECOND_TCP = 200;
const COMPARED = ['rollcall, 1000 instances', 'rollcall, 1 instances'];

export const bySize = (bench) =>
  withServers(async (servers) => {
    const { folder, seconds } = bench;
    const set = bench.set('sizes');
    const nsd = bench.others.find(({ name }) => name === 'NSD');
    for (const kind of nsd ? [rollcall, nsd] : [rollcall]) {
      const own =
        kind === rollcall && !bench.knowsThreads ? { threads: undefined } : { threads: 1 };
      servers.push(await kind.start({ folder, set, coreList: cores.server, ...own }));
    }
    const output = join(folder, 'dnsperf.out');
    const caseOf = (server, size, tcp) => {
      const file = join(folder, `questions-${size}`);
      const question = { name: `size-${size}.service.consul`, type: 'A', ednsBytes: 1232 };
      writeQuestions(file, [question]);
      compareAnswers(servers, [question], { tcp });
      const perSecond = tcp ? PER_SECOND_TCP : PER_SECOND;
      return {
        server: `${server.name}, ${size} instances${tcp ? ', TCP' : ''}`,
        series: server.name,
        size,
        tcp,
        measure: () => steadyLoad({ server, file, output, seconds, perSecond, tcp }),
      };
    };
    const cases = SIZES.flatMap((size) => servers.map((server) => caseOf(server, size, false)));
    cases.push(...servers.map((server) => caseOf(server, SIZES.at(-1), true)));
    for (const { measure } of cases) await measure();
    const measured = await inTurns(bench.rounds, cases);
    const rows = measured.map((row, at) => {
      const { series, size, tcp } = cases[at];
      return { ...row, ...(tcp ? {} : { series, size }) };
    });
    const [long, short] = COMPARED.map((name) => rows.find(({ server }) => server === name));
    return { rows, ratios: [compare(long, short, 'p99', { atMost: 2 })] };
  });
