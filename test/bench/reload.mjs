// Replaces zones and recursors while dnsperf asks: how many queries are lost, and how long the slowest one waited.
//   npm run bench:reload [-- --rate 20000 --seconds 10 --records 100000 --every 500]
// The records of the zones say their generation; a client of its own asks for answers made of several of them, and
// counts those that do not agree. The same load without reloads is printed for comparison.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import dnsPacket from 'dns-packet';
import { droppedAt } from './dns/machine.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '10' },
    records: { type: 'string', default: '100000' },
    every: { type: 'string', default: '500' },
  },
});
const number = (name) => Number(values[name]);
const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
const configFile = join(folder, 'agent.json');
const queryFile = join(folder, 'queries');

const replace = (file, text) => {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};

const fillers = Array.from(
  { length: number('records') },
  (_, at) => `h${at} A 10.${at >> 16}.${(at >> 8) & 255}.${at & 255}\n`,
).join('');
const head = (generation) => `$TTL 60\n@ SOA ns host ${generation} 2 3 4 5\n@ NS ns.x.\n`;

/** `a.test` leads into `b.test`; each name has the generation in it. */
function writeGeneration(generation) {
  const records = `v MX ${generation} host\nhost A 10.0.0.${generation % 256}\n`;
  const alias = `c CNAME g${generation}.b.test.\n`;
  replace(join(folder, 'a.test.zone'), head(generation) + records + alias + fillers);
  const text = `g${generation} TXT "${generation}"\n`;
  replace(join(folder, 'b.test.zone'), head(generation) + text);
}

/** A recursor on loopback that knows one address. */
async function startRecursor() {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const { id, questions } = dnsPacket.decode(bytes);
    const [{ name }] = questions;
    const answers = [{ type: 'A', name, ttl: 1, data: '192.0.2.1' }];
    const flags = dnsPacket.RECURSION_AVAILABLE;
    const reply = dnsPacket.encode({ type: 'response', id, flags, questions, answers });
    socket.send(reply, from.port, from.address);
  });
  await new Promise((done) => socket.bind(0, '127.0.0.1', done));
  return socket;
}

async function startAgent() {
  const where = ['-zone-dir', folder, '-config-file', configFile, '-log-level', 'error'];
  const args = ['agent', '-dev', ...where, '-http-port', '0', '-dns-port', '0'];
  const child = spawn(process.execPath, [join(root, 'bin/rollcall'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, http, host, port] = await new Promise((found, failed) => {
    let text = '';
    child.once('exit', (code) => failed(new Error(`the agent ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const ready = /^ready .*?http=(\S+) .*?dns=(\S+):(\d+)/m.exec(text);
      if (ready) found(ready);
    });
  });
  return { child, http, host, port: Number(port) };
}

/** Runs the load. @returns what dnsperf counted, and what never got to the agent */
async function load({ host, port }) {
  const droppedBefore = droppedAt(port);
  const args = ['-s', host, '-p', String(port), '-d', queryFile, '-l', values.seconds];
  const child = spawn('dnsperf', [
    ...args,
    '-Q',
    values.rate,
    '-c',
    '8',
    '-q',
    '20000',
    '-b',
    '4096',
    '-t',
    '5',
  ]);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((done) => child.once('close', done));
  const figure = (pattern) => pattern.exec(text)?.[1] ?? '?';
  return {
    perSecond: Math.round(Number(figure(/Queries per second:\s+([\d.]+)/))),
    lost: figure(/Queries lost:\s+(\d+)/),
    dropped: droppedAt(port) - droppedBefore,
    averageMs: 1000 * Number(figure(/Average Latency \(s\):\s+([\d.]+)/)),
    worstMs: 1000 * Number(figure(/Average Latency.*max ([\d.]+)\)/)),
    rcodes: figure(/Response codes:\s+(.*)/),
  };
}

/** What each part of a reply says of its generation. */
function saidIn({ answers, authorities, additionals }) {
  return [...answers, ...authorities, ...additionals].flatMap(({ type, name, data }) => {
    if (type === 'MX') return [data.preference % 256];
    if (type === 'SOA') return [data.serial % 256];
    if (type === 'TXT') return [Number(String(data)) % 256];
    if (type === 'CNAME') return [Number(/^g(\d+)\./.exec(data)[1]) % 256];
    return type === 'A' && name === 'host.a.test' ? [Number(data.split('.').at(-1))] : [];
  });
}

/** Asks without a break until `signal`; each reply is looked at. */
async function watchGenerations({ host, port }, signal) {
  const questions = [
    { name: 'v.a.test', type: 'MX', parts: 2 },
    { name: 'c.a.test', type: 'TXT', parts: 2 },
    { name: 'none.b.test', type: 'A', parts: 1 },
  ];
  const socket = createSocket('udp4');
  const generations = new Set();
  let [asked, mixed, slowestMs] = [0, 0, 0];
  while (!signal.aborted) {
    const { name, type, parts } = questions[asked % questions.length];
    asked += 1;
    const sent = performance.now();
    const query = { type: 'query', id: asked & 0xffff, questions: [{ name, type }] };
    socket.send(dnsPacket.encode(query), port, host);
    const reply = await Promise.race([
      new Promise((got) => socket.once('message', got)),
      wait(5000, undefined, { ref: false }),
    ]);
    if (reply === undefined) throw new Error(`${name} was not answered`);
    slowestMs = Math.max(slowestMs, performance.now() - sent);
    const said = saidIn(dnsPacket.decode(reply));
    if (said.length !== parts || new Set(said).size !== 1) mixed += 1;
    generations.add(said[0]);
    await wait(1);
  }
  socket.close();
  return { asked, mixed, slowestMs, generations: generations.size };
}

const show = (title, { perSecond, lost, dropped, averageMs, worstMs, rcodes }) =>
  process.stdout.write(
    `${title}: ${perSecond} queries/s, ${lost} lost (${dropped} at the agent's socket), average ${averageMs.toFixed(2)} ms, ` +
      `worst ${worstMs.toFixed(1)} ms; ${rcodes}\n`,
  );

const recursors = [await startRecursor(), await startRecursor()];
const forwardTo = (at) =>
  replace(
    configFile,
    JSON.stringify({ recursors: [`127.0.0.1:${recursors[at % 2].address().port}`] }),
  );
let agent;
try {
  copyFileSync(join(root, 'zones/consul.zone'), join(folder, 'consul.zone'));
  writeGeneration(1);
  forwardTo(0);
  const every = (count, line) => Array.from({ length: count }, (_, at) => line(at));
  const queries = [
    ...every(900, (at) => `h${at * 100} .a.test A`.replace(' ', '')),
    ...every(50, () => 'web.service.consul A'),
    ...every(50, (at) => `www${at}.example.net A`),
  ];
  writeFileSync(queryFile, `${queries.sort(() => Math.random() - 0.5).join('\n')}\n`);
  agent = await startAgent();
  const put = (path, body) => fetch(`http://${agent.http}${path}`, { method: 'PUT', body });
  await put('/v1/agent/service/register', JSON.stringify({ Name: 'web', Port: 80 }));

  // The first run warms up what is compiled while it runs.
  await load(agent);
  show('without reloads', await load(agent));

  const over = new AbortController();
  const watched = watchGenerations(agent, over.signal);
  const loaded = load(agent).finally(() => over.abort());
  const durations = [];
  for (let generation = 2; !over.signal.aborted; generation += 1) {
    const next = wait(number('every'));
    writeGeneration(generation);
    forwardTo(generation);
    const started = performance.now();
    const reply = await put('/v1/agent/reload');
    if (!reply.ok) throw new Error(`reload: ${reply.status} ${await reply.text()}`);
    durations.push(performance.now() - started);
    await next;
  }
  show('with reloads', await loaded);
  const { asked, mixed, slowestMs, generations } = await watched;
  const longest = Math.max(...durations);
  process.stdout.write(
    `${durations.length} reloads of ${values.records} records, the longest ${longest.toFixed(0)} ms; ` +
      `of ${asked} answers of several parts ${mixed} mixed, ${generations} generations seen, ` +
      `the slowest ${slowestMs.toFixed(1)} ms\n`,
  );
} finally {
  agent?.child.kill('SIGKILL');
  for (const recursor of recursors) recursor.close();
  rmSync(folder, { recursive: true, force: true });
}
