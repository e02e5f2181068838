// Starts a real agent with a durable store and drives it: registrations a second at 32 connections, memory and start
// time with 100,000 instances, and, with the agent on one core and the generator on another, DNS queries a second.
//   npm run bench:agent [-- --instances 100000 --services 10000 --nodes 1000 --seconds 10]
// Prints a table; nothing here is asserted.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '100000' },
    services: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '1000' },
    registrations: { type: 'string', default: '30000' },
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '3' },
  },
});
const count = (name) => Number(values[name]);

const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
const rows = [];
const report = (what, figure, unit, aim) => {
  rows.push([what, figure, unit, aim]);
  process.stdout.write(`${what}: ${figure} ${unit} (aim ${aim})\n`);
};

const ALL_CORES = `0-${availableParallelism() - 1}`;

/** Starts the agent, on core 0 alone when `pinned`, and waits for its `ready` line. */
async function startAgent(dataDir, pinned) {
  const started = performance.now();
  const flags = ['-server', '-bootstrap-expect=1', '-node', 'bench', '-log-level', 'warn'];
  const where = ['-data-dir', dataDir, '-http-port', '0', '-dns-port', '0'];
  const agent = [process.execPath, join(root, 'bin/rollcall'), 'agent', ...flags, ...where];
  const child = spawn('taskset', ['-c', pinned ? '0' : ALL_CORES, ...agent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [http, dns] = await new Promise((found, failed) => {
    let text = '';
    child.once('exit', (code) => failed(new Error(`the agent ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const ready = /^ready .*http=(\S+) .*dns=(\S+)/m.exec(text);
      if (ready) found([ready[1], ready[2]]);
    });
  });
  return { child, http, dns, startMs: performance.now() - started };
}

async function stopAgent({ child }) {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Runs `request(i)` for 0 … total − 1 over the pool's connections. @returns requests a second */
async function drive(http, total, request) {
  const connections = count('connections');
  const pool = new Pool(`http://${http}`, { connections, pipelining: 1 });
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < total) {
        const { path, body } = request(next++);
        const answer = await pool.request({ method: 'PUT', path, body: JSON.stringify(body) });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
      }
    }),
  );
  await pool.close();
  return total / ((performance.now() - started) / 1000);
}

const agentRegistration = (at) => ({
  path: '/v1/agent/service/register',
  body: {
    Name: `bench-${at % 1000}`,
    ID: `bench-${at}`,
    Port: 1024 + (at % 60000),
    Tags: ['v1'],
    Check: { TTL: '1h', Status: 'passing' },
  },
});

const address = (at) => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
const catalogRegistration = (at) => {
  const service = `service-${at % count('services')}`;
  const node = at % count('nodes');
  const check = {
    CheckID: `check-${at}`,
    Name: 'alive',
    Status: 'passing',
    ServiceID: `${service}-${at}`,
  };
  return {
    path: '/v1/catalog/register',
    body: {
      Node: `node-${node}`,
      Address: address(node + 1),
      Service: {
        ID: `${service}-${at}`,
        Service: service,
        Tags: ['v1'],
        Port: 80,
        Address: address(at),
      },
      Check: check,
    },
  };
};

function dnsperf(dns, file) {
  const [host, port] = dns.split(/:(?=\d+$)/);
  const run = spawnSync(
    'taskset',
    [
      '-c',
      '1',
      'dnsperf',
      '-s',
      host,
      '-p',
      port,
      '-d',
      file,
      '-l',
      values.seconds,
      '-q',
      '200',
      '-c',
      '8',
    ],
    { encoding: 'utf8' },
  );
  const figure = /Queries per second:\s+([\d.]+)/.exec(run.stdout ?? '');
  if (!figure) throw new Error(`dnsperf: ${run.error ?? run.stderr}`);
  const lost = /Queries lost:\s+(\d+)/.exec(run.stdout)?.[1];
  return { perSecond: Number(figure[1]), lost: Number(lost) };
}

const median = (figures) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)];

try {
  const small = await startAgent(join(folder, 'register'), false);
  const perSecond = await drive(small.http, count('registrations'), agentRegistration);
  report(
    'registrations with a TTL check, 32 connections, durable',
    Math.round(perSecond),
    '/s',
    '≥ 5,000',
  );
  await stopAgent(small);

  const dataDir = join(folder, 'catalog');
  const filling = await startAgent(dataDir, false);
  const filled = await drive(filling.http, count('instances'), catalogRegistration);
  report('catalog registrations, 32 connections, durable', Math.round(filled), '/s', '–');
  report(
    'memory after filling the catalog',
    Math.round(residentMb(filling.child.pid)),
    'MB',
    '≤ 700',
  );
  await stopAgent(filling);

  const agent = await startAgent(dataDir, true);
  report('start with that store, until ready', Math.round(agent.startMs), 'ms', '≤ 5,000');
  report('memory after that start', Math.round(residentMb(agent.child.pid)), 'MB', '≤ 700');

  const names = join(folder, 'names');
  const lines = Array.from(
    { length: 10_000 },
    (_, at) => `service-${at % count('services')}.service.consul A`,
  );
  writeFileSync(names, `${lines.join('\n')}\n`);
  dnsperf(agent.dns, names);
  const runs = Array.from({ length: count('runs') }, () => dnsperf(agent.dns, names));
  const figures = runs.map((run) => run.perSecond);
  report(
    `DNS, A of ${count('instances') / count('services')} instances, one core, median of ${runs.length}`,
    Math.round(median(figures)),
    '/s',
    '≥ 80,000',
  );
  report(
    '  least and most',
    figures
      .map(Math.round)
      .sort((a, b) => a - b)
      .join(' … '),
    '/s',
    '–',
  );
  report('  lost', runs.map((run) => run.lost).join(', '), 'queries', '0');
  report('memory after the queries', Math.round(residentMb(agent.child.pid)), 'MB', '≤ 700');
  await stopAgent(agent);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

process.stdout.write(`\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`);
