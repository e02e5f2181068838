// What must hold under a full load: `npm run soak:dns [-- --seconds 60]`. No query lost that the kernel delivered,
// memory flat, answers again after a pause of ten seconds (SIGSTOP), and a clean stop under load in less than a second.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ask } from './asking.mjs';
import { catalogSet } from './catalog-set.mjs';
import { fullLoad } from './dnsperf.mjs';
import { cores, describeMachine, end } from './machine.mjs';
import { addresses, shuffled, writeQuestions } from './questions.mjs';
import { rollcall } from './servers/rollcall.mjs';

const PAUSE_MS = 10_000;
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
const folder = mkdtempSync(join(tmpdir(), 'rollcall-soak-'));
const failed = [];

function check(what, isSo, figure) {
  process.stdout.write(`${isSo ? 'holds' : 'FAILS'}  ${what}: ${figure}\n`);
  if (!isSo) failed.push(what);
}

/** Resident memory in MiB. */
function residentOf(pid) {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kib) / 1024);
}

async function whileLoaded(load, work) {
  const loaded = fullLoad(load);
  const [figures] = await Promise.all([loaded, work()]);
  return figures;
}

const set = catalogSet('three');
const agent = await rollcall.start({ folder, set, coreList: cores.server });
try {
  const file = join(folder, 'questions');
  writeQuestions(file, shuffled(addresses()(set)));
  const load = { server: agent, file, output: join(folder, 'dnsperf.out'), seconds };
  const { pid } = agent.child;
  process.stdout.write(`${describeMachine()}\n`);
  // Compiled answers of all names, and a heap that has found its size.
  await fullLoad({ ...load, seconds: 10 });
  const samples = [residentOf(pid)];
  const figures = await whileLoaded(load, async () => {
    for (let at = 0; at < seconds; at += 5) {
      await wait(5000);
      samples.push(residentOf(pid));
    }
  });
  const { completed, lost, dropped, perSecond } = figures;
  check(
    'no query lost that the kernel delivered',
    lost <= dropped,
    `${lost} of ${completed} lost, ${dropped} by the kernel, ${Math.round(perSecond)}/s`,
  );
  const grown = Math.max(...samples) - samples[0];
  check('memory is flat', grown <= 32, `${samples.join(' ')} MiB`);

  agent.child.kill('SIGSTOP');
  await wait(PAUSE_MS);
  agent.child.kill('SIGCONT');
  const reply = ask(agent.port, { name: 'svc-1.service.consul', type: 'A' });
  check(
    `answers after a pause of ${PAUSE_MS / 1000} s`,
    reply?.answers === 3,
    JSON.stringify(reply),
  );

  await whileLoaded({ ...load, seconds: 3 }, async () => {
    await wait(1500);
    const begun = performance.now();
    agent.child.kill('SIGTERM');
    const [code] = await once(agent.child, 'exit');
    const took = performance.now() - begun;
    check(
      'a clean stop under load',
      code === 0 && took < 1000,
      `${Math.round(took)} ms, status ${code}`,
    );
  }).catch(() => undefined);
} finally {
  await end(agent.child);
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed.length === 0 ? 0 : 1;
