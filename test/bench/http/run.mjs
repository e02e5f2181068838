// Measures the HTTP interface of the built agent on one core, its store on disk: `npm run bench:http`, see
// docs/benchmarks.md. Core 0 is the agent's, the generator has the others.
//   npm run bench:http [-- --only kv-put,blocking --seconds 3 --rounds 3 --out .bench]
// Prints tables, and writes them with all figures into a folder. Nothing here is asserted.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogSet } from '../dns/catalog-set.mjs';
import { cores, describeMachine, end, pin } from '../dns/machine.mjs';
import { copyOf, startAgent, storeOf } from '../dns/servers/rollcall.mjs';
import { measureBlocking } from './blocking.mjs';
import { Connection } from './connection.mjs';
import { syncMs } from './disk.mjs';
import { load } from './load.mjs';
import { KEYS, operations, valueText } from './operations.mjs';
import { formatResults } from './table.mjs';

const CONNECTIONS = [1, 32];
const WARM_UP_SECONDS = 1;
/** Processes that run besides us; with more, figures say little. */
const LOAD_MAX = 0.5;
const BLOCKING = 'blocking';
const root = resolve(import.meta.dirname, '../../..');

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(root, '.bench/http') },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const known = [...operations.map(({ id }) => id), BLOCKING];
const wanted = values.only === '' ? known : values.only.split(',');
const unknown = wanted.filter((id) => !known.includes(id));
if (unknown.length > 0 || !(seconds > 0) || !(rounds > 0)) {
  throw new Error(`unknown operation ${unknown.join(', ')}, or --seconds or --rounds is no number`);
}

async function putKeys(http) {
  const connection = new Connection(http);
  const all = Array.from({ length: KEYS }, (_, at) => ({
    KV: { Verb: 'set', Key: `bench/${at}`, Value: Buffer.from(valueText(at)).toString('base64') },
  }));
  const EACH = 100;
  for (let at = 0; at < KEYS; at += EACH) {
    await connection.ask('PUT', '/v1/txn', JSON.stringify(all.slice(at, at + EACH)));
  }
  connection.close();
}

/** One operation at each number of connections, in turns. @returns rows of the table */
async function measureOperation({ agent, operation, numbers }) {
  const run = async (connections, forSeconds) => {
    const { http, child } = agent;
    const { request, id } = operation;
    const first = numbers.get(id) ?? 0;
    const figures = await load({
      http,
      pid: child.pid,
      connections,
      seconds: forSeconds,
      request,
      first,
    });
    numbers.set(id, first + figures.requests + connections);
    return figures;
  };
  await run(CONNECTIONS.at(-1), WARM_UP_SECONDS);
  const rows = CONNECTIONS.map((connections) => ({ connections, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const { connections, runs } of rows) runs.push(await run(connections, seconds));
  }
  const { id, title, aim } = operation;
  return rows.map((row) => {
    const isAimed = aim?.connections === row.connections;
    return { id, title, ...row, ...(isAimed && { aim }) };
  });
}

async function measureOperations(agent) {
  const rows = [];
  const numbers = new Map();
  for (const operation of operations.filter(({ id }) => wanted.includes(id))) {
    process.stdout.write(`${operation.id}: ${operation.title}\n`);
    rows.push(...(await measureOperation({ agent, operation, numbers })));
  }
  return rows;
}

async function measure(folder) {
  const store = await storeOf(folder, catalogSet('three'));
  const agent = await startAgent({ coreList: cores.server, dataDir: copyOf(folder, store) });
  await putKeys(agent.http);
  const rows = await measureOperations(agent);
  await end(agent.child);
  if (!wanted.includes(BLOCKING)) return { rows, facts: [] };
  process.stdout.write(`${BLOCKING}: 10,000 waiting queries over 1,000 services\n`);
  const fresh = await startAgent({ coreList: cores.server, dataDir: copyOf(folder, store) });
  const facts = await measureBlocking(fresh);
  await end(fresh.child);
  return { rows, facts };
}

const busy = loadavg()[0];
if (busy > LOAD_MAX) console.log(`this machine is busy (load ${busy}): figures will say little`);
const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
pin(cores.generator, process.pid);
const diskMs = syncMs(folder);
const measured = await measure(folder);
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  rounds,
  seconds,
  load: busy,
  syncMs: diskMs,
  ...measured,
};
const text = formatResults(results);
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'results.md'), text);
writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
process.stdout.write(`\n${text}\nwritten to ${values.out}\n`);
