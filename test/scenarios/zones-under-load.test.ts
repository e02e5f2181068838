/**
 * Zones and recursors replaced again and again under a few thousand queries a second: every query is answered, and
 * none from half of a set of zones. Method: two zones in which each record says its generation, and answers that are
 * made of several of them. `npm run bench:reload` does the same with more of everything, and measures.
 */
import { createSocket } from 'node:dgram';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import dnsPacket, { type RecordType } from 'dns-packet';
import { expect, it, onTestFinished } from 'vitest';
import { answering, upstreamOfTest } from '../dns/forward/upstream.ts';
import { startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { zoneFolder } from '../support/zone-folder.ts';

const FILLER_COUNT = 5000;
const ROUNDS = 300;
const QUERIES_A_ROUND = 30;
const ROUND_MS = 10;

const FILLER = Array.from({ length: FILLER_COUNT }, (_, at) => `h${at} TXT "${at}"\n`).join('');
const head = (generation: number): string =>
  `$TTL 60\n@ SOA ns host ${generation} 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n${FILLER}`;

/** Complete at every moment, as an editor or a deployment writes it. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** `a.test` says the generation twice in one answer, and leads into `b.test`, where only this one is. */
function writeGeneration(folder: string, generation: number): void {
  const records = `v MX ${generation} host\nhost A 10.0.0.${generation}\nc CNAME g${generation}.b.test.\n`;
  replace(join(folder, 'a.test.zone'), head(generation) + records);
  replace(join(folder, 'b.test.zone'), `${head(generation)}g${generation} TXT "${generation}"\n`);
}

interface Decoded {
  readonly id: number;
  readonly rcode: string;
  readonly questions: readonly dnsPacket.Question[];
  readonly answers: readonly dnsPacket.Answer[];
  readonly authorities: readonly dnsPacket.Answer[];
  readonly additionals: readonly dnsPacket.Answer[];
}

type Question = readonly [name: string, type: RecordType];
const QUESTIONS: readonly Question[] = [
  ['v.a.test', 'MX'],
  ['c.a.test', 'TXT'],
  ['web.service.consul', 'A'],
  ['www.example.net', 'A'],
  ['none.b.test', 'A'],
];

/** Records of an answer that say a generation. */
const SAID: Readonly<Record<string, number>> = { 'v.a.test': 2, 'c.a.test': 2, 'none.b.test': 1 };

/** The generation that all parts of a reply agree on; undefined for replies without one. */
function generationOf(reply: Decoded): number | undefined {
  const name = reply.questions[0]?.name ?? '';
  const said: unknown[] = [];
  const records = [...reply.answers, ...reply.authorities, ...reply.additionals];
  for (const record of records) {
    if (record.type === 'MX') said.push(record.data.preference);
    if (record.type === 'SOA') said.push(record.data.serial);
    if (record.type === 'TXT') said.push(Number(String(record.data)));
    if (record.type === 'CNAME') said.push(Number(/^g(\d+)\./.exec(record.data)?.[1]));
    if (record.type === 'A' && record.name === 'host.a.test') {
      said.push(Number(record.data.split('.').at(-1)));
    }
  }
  expect(said, `${name}: ${JSON.stringify(records)}`).toHaveLength(SAID[name] ?? 0);
  expect(new Set(said).size, `${name}: ${said}`).toBeLessThanOrEqual(1);
  return said[0] === undefined ? undefined : Number(said[0]);
}

/** Asks at a steady rate. @returns the replies, once each query has one */
async function askSteadily(to: { host: string; port: number }): Promise<Decoded[]> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  onTestFinished(() => void socket.close());
  const replies = new Map<number, Decoded>();
  const total = ROUNDS * QUERIES_A_ROUND;
  const allReplied = new Promise<void>((done) => {
    socket.on('message', (bytes) => {
      const reply = dnsPacket.decode(bytes) as unknown as Decoded;
      replies.set(reply.id, reply);
      if (replies.size === total) done();
    });
  });
  for (let id = 1; id <= total; id++) {
    const [name, type] = QUESTIONS[id % QUESTIONS.length] as Question;
    const flags = dnsPacket.RECURSION_DESIRED;
    socket.send(
      dnsPacket.encode({ type: 'query', id, flags, questions: [{ type, name }] }),
      to.port,
      to.host,
    );
    if (id % QUERIES_A_ROUND === 0) await new Promise((next) => setTimeout(next, ROUND_MS));
  }
  // A query that is lost makes the test run out of its time.
  await allReplied;
  return [...replies.values()];
}

it('a reload loses no query, and answers none from half of it', { timeout: 60_000 }, async () => {
  const zones = zoneFolder();
  writeGeneration(zones, 1);
  const upstreams = await Promise.all([upstreamOfTest(answering()), upstreamOfTest(answering())]);
  const config = join(temporaryFolder(), 'agent.json');
  const forwardTo = (at: number): void => {
    const address = upstreams[at % upstreams.length]?.address;
    replace(config, JSON.stringify({ recursors: [`${address?.address}:${address?.port}`] }));
  };
  forwardTo(0);
  const agent = await startAgentChild({
    args: ['-dev', '-zone-dir', zones, '-config-file', config, '-log-level', 'warn'],
  });
  const body = JSON.stringify({ Name: 'web', Port: 80, Address: '192.0.2.10' });
  await fetch(`${agent.url}/v1/agent/service/register`, { method: 'PUT', body });
  const reload = (): Promise<Response> => fetch(`${agent.url}/v1/agent/reload`, { method: 'PUT' });

  let isOver = false;
  const asked = askSteadily(agent.dns).finally(() => {
    isOver = true;
  });
  let generation = 1;
  while (!isOver) {
    generation += 1;
    writeGeneration(zones, generation);
    forwardTo(generation);
    expect((await reload()).status).toBe(200);
    writeFileSync(join(zones, 'a.test.zone'), 'v MX nonsense host\n', { flag: 'a' });
    const refused = await reload();
    expect([refused.status, await refused.text()]).toEqual([
      500,
      expect.stringMatching(/a\.test\.zone:\d+: "nonsense" is not a number/),
    ]);
  }

  const replies = await asked;
  expect(replies).toHaveLength(ROUNDS * QUERIES_A_ROUND);
  const rcodes = replies.map((reply) => `${reply.questions[0]?.name} ${reply.rcode}`);
  expect([...new Set(rcodes)].sort()).toEqual([
    'c.a.test NOERROR',
    'none.b.test NXDOMAIN',
    'v.a.test NOERROR',
    'web.service.consul NOERROR',
    'www.example.net NOERROR',
  ]);
  const generations = new Set(replies.map(generationOf));
  expect(generations.size).toBeGreaterThan(3);
  expect(await agent.stop()).toBe(0);
});
