// Measures rollcall beside NSD, Knot and CoreDNS: `npm run bench:dns`, see docs/benchmarks.md.
//   npm run bench:dns [-- --only W1,W6 --seconds 5 --rounds 5 --out .bench --publish]
// Prints tables, and writes them with plots and all figures into a folder. Nothing here is asserted.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogSet } from './catalog-set.mjs';
import { cores, describeMachine, pin } from './machine.mjs';
import { plotDelays, plotRatios } from './plot.mjs';
import { coredns } from './servers/coredns.mjs';
import { knot } from './servers/knot.mjs';
import { nsd } from './servers/nsd.mjs';
import { rollcall } from './servers/rollcall.mjs';
import { formatResults } from './table.mjs';
import { installTools, isInstalled, versionOf } from './tools.mjs';
import { workloads } from './workloads.mjs';

const ROUNDS_MIN = 3;
/** Processes that run besides us; with more, figures say little. */
const LOAD_MAX = 0.5;
const root = resolve(import.meta.dirname, '../../..');
const PAGE = join(root, 'docs/benchmarks.md');
const MARKED = /(<!-- results -->\n)[\s\S]*?(<!-- \/results -->)/;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
    publish: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Math.max(ROUNDS_MIN, Number(values.rounds));
const wanted = values.only === '' ? workloads.map(({ id }) => id) : values.only.split(',');
const unknown = wanted.filter((id) => !workloads.some((workload) => workload.id === id));
if (unknown.length > 0 || !(seconds > 0) || !(rounds > 0)) {
  throw new Error(`unknown workload ${unknown.join(', ')}, or --seconds or --rounds is no number`);
}

/** What workloads are given: where to work, how long, beside whom. */
function prepare(folder) {
  const others = [nsd, knot, coredns].filter(({ name, command }) => {
    if (isInstalled(command)) return true;
    process.stdout.write(`${name} is left out: ${command} is not installed\n`);
    return false;
  });
  const sets = new Map();
  const set = (name) => {
    if (!sets.has(name)) sets.set(name, catalogSet(name));
    return sets.get(name);
  };
  return { folder, seconds, rounds, others, set };
}

async function measure(bench) {
  const done = [];
  for (const { id, title, run } of workloads) {
    if (!wanted.includes(id)) continue;
    process.stdout.write(`${id}: ${title}\n`);
    const result = { id, title, ...(await run(bench)) };
    done.push(result);
    process.stdout.write(`\n${formatResults(describe(bench, [result]))}\n`);
  }
  return describe(bench, done);
}

function describe({ others }, measured) {
  const servers = [rollcall, ...others];
  const versions = Object.fromEntries(servers.map(({ name, version }) => [name, version()]));
  versions.dnsperf = versionOf(['dnsperf', '-h'], /Version (\S+)/);
  const chosen = ['only', 'seconds', 'rounds'].filter((name) => values[name] !== '');
  const options = chosen.map((name) => `--${name} ${values[name]}`);
  const command = `npm run bench:dns -- ${options.join(' ')}`;
  const date = new Date().toISOString().slice(0, 10);
  const machine = describeMachine();
  return { machine, versions, command, date, rounds, seconds, workloads: measured };
}

function writeResults(folder, results) {
  mkdirSync(folder, { recursive: true });
  const text = formatResults(results);
  writeFileSync(join(folder, 'results.md'), text);
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(folder, 'ratios.svg'), plotRatios(results.workloads));
  const delays = plotDelays(results.workloads);
  if (delays) writeFileSync(join(folder, 'delays.svg'), delays);
  return text;
}

/** Puts the tables between the marks of the page, with the plots over them. */
function publish(text, results) {
  const plots = ['![Ratios of answers a second](bench/ratios.svg)'];
  if (plotDelays(results.workloads)) plots.push('![Delays by instances](bench/delays.svg)');
  const page = readFileSync(PAGE, 'utf8');
  const between = `${plots.join('\n\n')}\n\n${text}`;
  writeFileSync(
    PAGE,
    page.replace(MARKED, (_, opening, closing) => opening + between + closing),
  );
}

installTools();
const load = loadavg()[0];
if (load > LOAD_MAX) console.log(`this machine is busy (load ${load}): figures will say little`);
const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
pin(cores.generator, process.pid);
const results = await measure(prepare(folder));
const out = values.publish ? join(root, 'docs/bench') : resolve(values.out ?? join(root, '.bench'));
const text = writeResults(out, results);
if (values.publish) publish(text, results);
process.stdout.write(`\n${text}\nwritten to ${out}\n`);
