// How soon DNS says what was committed: the time from the answered write (a TTL check flipped over HTTP) to the first
// DNS reply that shows it, and from an HTTP check's failure to its leaving DNS.
//   npm run bench:flip [-- --flips 300]
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import dnsPacket from 'dns-packet';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({ options: { flips: { type: 'string', default: '300' } } });
const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
const child = spawn(
  process.execPath,
  [
    join(root, 'bin/rollcall'),
    'agent',
    '-data-dir',
    folder,
    '-http-port',
    '0',
    '-dns-port',
    '0',
    '-log-level',
    'error',
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [, http, dnsHost, dnsPort] = await new Promise((found) => {
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    const ready = /^ready .*?http=(\S+) .*?dns=(\S+):(\d+)/m.exec(text);
    if (ready) found(ready);
  });
});
const put = async (path, body) => {
  const answer = await fetch(`http://${http}${path}`, {
    method: 'PUT',
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
};

const socket = createSocket('udp4');
let id = 0;
/** Answers of one query, as their count. */
const ask = (name) =>
  new Promise((answered) => {
    id = (id + 1) & 0xffff;
    socket.once('message', (bytes) => answered(dnsPacket.decode(bytes).answers.length));
    socket.send(
      dnsPacket.encode({ type: 'query', id, questions: [{ type: 'A', name }] }),
      Number(dnsPort),
      dnsHost,
    );
  });
const untilCount = async (name, count) => {
  const started = performance.now();
  while ((await ask(name)) !== count);
  return performance.now() - started;
};
const summary = (figures) => {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2);
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
};

try {
  await put('/v1/agent/service/register', {
    Name: 'flip',
    Port: 1,
    Check: { TTL: '1h', Status: 'passing' },
  });
  await untilCount('flip.service.consul', 1);
  const commits = [];
  for (let flip = 0; flip < Number(values.flips); flip++) {
    const up = flip % 2 === 1;
    await put(`/v1/agent/check/${up ? 'pass' : 'fail'}/service:flip`);
    commits.push(await untilCount('flip.service.consul', up ? 1 : 0));
  }
  process.stdout.write(`commit to DNS, ${commits.length} flips: ${summary(commits)}\n`);

  let status = 200;
  const service = createServer((_request, response) => response.writeHead(status).end());
  await new Promise((listening) => service.listen(0, '127.0.0.1', listening));
  const target = `http://127.0.0.1:${service.address().port}/`;
  await put('/v1/agent/service/register', {
    Name: 'probed',
    Port: 1,
    Check: { HTTP: target, Interval: '1s', Timeout: '1s', Status: 'passing' },
  });
  const failures = [];
  for (let round = 0; round < 5; round++) {
    status = 200;
    await untilCount('probed.service.consul', 1);
    status = 500;
    failures.push(await untilCount('probed.service.consul', 0));
  }
  process.stdout.write(
    `failing HTTP check (interval 1 s, timeout 1 s) to DNS: ${summary(failures)}\n`,
  );
  service.close();
} finally {
  socket.close();
  child.kill('SIGTERM');
  await new Promise((ended) => child.once('exit', ended));
  rmSync(folder, { recursive: true, force: true });
}
