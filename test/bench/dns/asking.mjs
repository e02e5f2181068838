// Asks servers with dig before they are measured: until they answer, and whether they all answer the same.
import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

const START_MS_MAX = 120_000;

/** One question with dig. @returns `{ rcode, answers, additionals, truncated }`, undefined without a reply */
export function ask(port, { name, type, ednsBytes }, { tcp = false } = {}) {
  const edns = ednsBytes ? `+bufsize=${ednsBytes}` : '+noedns';
  const how = [
    edns,
    tcp ? '+tcp' : '+notcp',
    '+ignore',
    '+norecurse',
    '+nocookie',
    '+time=1',
    '+tries=1',
  ];
  const dig = ['@127.0.0.1', '-p', String(port), name, type, ...how];
  const { stdout } = spawnSync('dig', dig, { encoding: 'utf8', maxBuffer: 1 << 24 });
  const rcode = /status: ([A-Z]+)/.exec(stdout)?.[1];
  if (rcode === undefined) return undefined;
  const count = (section) => Number(new RegExp(`${section}: (\\d+)`).exec(stdout)[1]);
  const additionals = count('ADDITIONAL') - (stdout.includes('OPT PSEUDOSECTION') ? 1 : 0);
  const truncated = /flags:[^;]* tc/.test(stdout);
  return { rcode, answers: count('ANSWER'), additionals, truncated };
}

/** Waits until the server answers for the zone. */
export async function untilAnswers({ port, child }) {
  const started = performance.now();
  while (ask(port, { name: 'consul', type: 'SOA' })?.rcode !== 'NOERROR') {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`);
    if (performance.now() - started > START_MS_MAX) throw new Error('a server never answered');
    await wait(50);
  }
}

/** Throws unless all `servers` answer `questions` with the same rcode and number of records; a cut answer says little. */
export function compareAnswers(servers, questions, options) {
  for (const question of questions) {
    const replies = servers.map(({ name, port }) => ({
      name,
      reply: ask(port, question, options),
    }));
    for (const { name, reply } of replies) {
      if (reply === undefined) throw new Error(`${name} does not answer ${question.name}`);
    }
    const whole = replies.filter(({ reply }) => !reply.truncated);
    if (new Set(whole.map(({ reply }) => JSON.stringify(reply))).size > 1) {
      throw new Error(`answers to ${question.name} ${question.type}: ${JSON.stringify(replies)}`);
    }
  }
}
