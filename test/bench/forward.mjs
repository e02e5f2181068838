// How many questions a second are answered from the cache of the forwarder on one core, beside unbound and dnsmasq as
// caches of the same upstream where they are installed. Load comes from dnsperf; the figure of interest is the ratio.
//   npm run bench:forward [-- --names 10000 --seconds 3 --rounds 5 --core 0]
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import dnsPacket from 'dns-packet';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: {
    names: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    core: { type: 'string', default: '0' },
  },
});
const has = (tool) => spawnSync('which', [tool]).status === 0;
if (!has('dnsperf') || !has('taskset')) {
  console.log('skipped: dnsperf and taskset are needed');
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'rollcall-forward-'));
const questions = join(folder, 'questions');
writeFileSync(
  questions,
  Array.from({ length: Number(values.names) }, (_, at) => `w${at}.bench.example A\n`).join(''),
);

/** Whatever is asked has one address for an hour. */
const upstream = createSocket('udp4');
upstream.on('message', (bytes, from) => {
  const asked = dnsPacket.decode(bytes);
  const answers = [{ type: 'A', name: asked.questions[0].name, ttl: 3600, data: '192.0.2.1' }];
  const { id, questions: echoed } = asked;
  const reply = { type: 'response', id, flags: 0x180, questions: echoed, answers };
  upstream.send(dnsPacket.encode(reply), from.port, from.address);
});
await new Promise((bound) => upstream.bind(0, '127.0.0.1', bound));
const upstreamPort = upstream.address().port;

/** A port that is free now. */
const freePort = async () => {
  const socket = createSocket('udp4');
  await new Promise((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  await new Promise((closed) => socket.close(closed));
  return port;
};

const onOneCore = (command, args) =>
  spawn('taskset', ['-c', values.core, command, ...args], {
    stdio: 'ignore',
  });

const servers = {
  async rollcall(port) {
    const config = join(folder, 'rollcall.json');
    writeFileSync(config, JSON.stringify({ recursors: [`127.0.0.1:${upstreamPort}`] }));
    const ports = ['-http-port', '0', '-dns-port', String(port)];
    const data = ['-data-dir', join(folder, 'data'), '-config-file', config];
    const agent = [join(root, 'bin/rollcall'), 'agent', ...data, ...ports, '-log-level', 'error'];
    return onOneCore(process.execPath, agent);
  },
  async unbound(port) {
    const config = join(folder, 'unbound.conf');
    const server = `port: ${port}\n interface: 127.0.0.1\n do-daemonize: no\n chroot: ""\n username: ""\n`;
    const rest =
      ' do-not-query-localhost: no\n module-config: "iterator"\n use-syslog: no\n pidfile: ""\n';
    const zone = `forward-zone:\n name: "."\n forward-addr: 127.0.0.1@${upstreamPort}\n`;
    writeFileSync(config, `server:\n ${server}${rest}${zone}`);
    return onOneCore('unbound', ['-d', '-c', config]);
  },
  async dnsmasq(port) {
    const bare = ['--no-daemon', '--no-resolv', '--no-hosts', '--conf-file=/dev/null'];
    const at = [`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces'];
    const cache = ['--cache-size=10000', `--server=127.0.0.1#${upstreamPort}`];
    return onOneCore('dnsmasq', [...bare, ...at, ...cache]);
  },
};

const otherCores = Array.from({ length: cpus().length }, (_, core) => core)
  .filter((core) => core !== Number(values.core))
  .join(',');
const perf = (port, ...args) =>
  new Promise((done) => {
    const load = ['-s', '127.0.0.1', '-p', String(port), '-d', questions, ...args];
    const child = spawn('taskset', ['-c', otherCores || values.core, 'dnsperf', ...load]);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', () => done(text));
  });

/** Processor time of a process so far, all threads, in seconds. */
const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const running = [];
for (const [name, start] of Object.entries(servers)) {
  if (!has(name) && name !== 'rollcall') {
    console.log(`${name}: skipped, it is not installed`);
    continue;
  }
  const port = await freePort();
  running.push({ name, port, child: await start(port), rates: [], perCpu: [] });
}
await new Promise((later) => setTimeout(later, 2500));
// Once through all names, and again, fills the caches.
for (const { port } of running) await perf(port, '-n', '2', '-q', '50');
// In turns, so that whatever else the machine does falls on all of them.
for (let round = 0; round < Number(values.rounds); round++) {
  for (const server of running) {
    const before = cpuSeconds(server.child.pid);
    const text = await perf(server.port, '-l', values.seconds, '-q', '100', '-c', '4');
    const used = cpuSeconds(server.child.pid) - before;
    const [, answered] = /Response codes:\s+NOERROR (\d+) \(100\.00%\)/.exec(text) ?? [];
    if (answered === undefined) throw new Error(`${server.name} failed:\n${text}`);
    server.rates.push(Number(/Queries per second:\s+([0-9.]+)/.exec(text)?.[1]));
    server.perCpu.push(Number(answered) / used);
  }
}
const median = (list) => list.sort((one, other) => one - other)[list.length >> 1];
const [own] = running;
for (const { name, rates, perCpu, child } of running) {
  const ratio = (median(own.perCpu) / median(perCpu)).toFixed(2);
  const figures = `${Math.round(median(rates))} a second, ${Math.round(median(perCpu))} a CPU second`;
  console.log(`${name}: ${figures}; rollcall has ${ratio} of it for its CPU time`);
  const ended = new Promise((done) => child.once('close', done));
  child.kill();
  await ended;
}
upstream.close();
rmSync(folder, { recursive: true, force: true });
