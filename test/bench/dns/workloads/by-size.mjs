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
import { steadyTcpLoad } from '../tcp-load.mjs';
import { compare, inTurns, withServers } from './in-turns.mjs';

const PER_SECOND = 20_000;
const PER_SECOND_TCP = 200;
const questionFor = (size) => ({ name: `size-${size}.service.consul`, type: 'A', ednsBytes: 1232 });
const COMPARED = ['rollcall, 1000 instances', 'rollcall, 1 instances'];

export const bySize = (bench) =>
  withServers(async (servers) => {
    const { folder, seconds } = bench;
    const set = bench.set('sizes');
    const nsd = bench.others.find(({ name }) => name === 'NSD');
    for (const kind of nsd ? [rollcall, nsd] : [rollcall]) {
      servers.push(await kind.start({ folder, set, coreList: cores.server }));
    }
    const output = join(folder, 'dnsperf.out');
    const caseOf = (server, size) => {
      const file = join(folder, `questions-${size}`);
      const question = questionFor(size);
      writeQuestions(file, [question]);
      compareAnswers(servers, [question]);
      return {
        server: `${server.name}, ${size} instances`,
        series: server.name,
        size,
        measure: () => steadyLoad({ server, file, output, seconds, perSecond: PER_SECOND }),
      };
    };
    const tcpCaseOf = (server, size) => {
      const question = questionFor(size);
      return {
        server: `${server.name}, ${size} instances, TCP`,
        measure: () => steadyTcpLoad({ server, question, seconds, perSecond: PER_SECOND_TCP }),
      };
    };
    const cases = SIZES.flatMap((size) => servers.map((server) => caseOf(server, size)));
    cases.push(...servers.map((server) => tcpCaseOf(server, SIZES.at(-1))));
    for (const { measure } of cases) await measure();
    const measured = await inTurns(bench.rounds, cases);
    const rows = measured.map((row, at) => {
      const { series, size } = cases[at];
      return { ...row, series, size };
    });
    const [long, short] = COMPARED.map((name) => rows.find(({ server }) => server === name));
    return { rows, ratios: [compare(long, short, 'p99', { atMost: 2 })] };
  });
