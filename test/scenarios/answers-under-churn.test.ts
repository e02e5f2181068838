/**
 * Answers while instances come and go, each compared to the states that were true during its query. A write is settled
 * when the agent says that DNS has reached its index, so nothing here depends on how fast the machine is.
 */
import dnsPacket from 'dns-packet';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tcpClient, udpClient } from '../dns/server/clients.ts';
import { question } from '../dns/server/serving.ts';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { Truth } from '../support/truth.ts';

const SERVICES = Array.from({ length: 8 }, (_, at) => `s${at}`);
const INSTANCES = Array.from({ length: 5 }, (_, at) => `10.0.0.${at + 1}`);
const FLIPS = 400;
const WRITERS = 8;

async function send(agent: AgentChild, path: string, body?: unknown): Promise<void> {
  const text = body === undefined ? null : JSON.stringify(body);
  const reply = await request(`${agent.url}${path}`, { method: 'PUT', body: text });
  const said = await reply.body.text();
  if (reply.statusCode !== 200) throw new Error(`${path}: ${reply.statusCode} ${said}`);
}

const idOf = (service: string, address: string): string => `${service}-${address}`;

async function fill(agent: AgentChild, truth: Truth): Promise<void> {
  for (const service of SERVICES) {
    for (const address of INSTANCES) {
      const ID = idOf(service, address);
      const Check = { CheckID: ID, TTL: '1h', Status: 'passing' };
      await send(agent, '/v1/agent/service/register', {
        ID,
        Name: service,
        Address: address,
        Port: 80,
        Check,
      });
      truth.begin(service, address, true);
    }
  }
}

/** Resolves once DNS has all that was committed before this call. */
async function reached(agent: AgentChild): Promise<void> {
  for (;;) {
    const { body } = await request(`${agent.url}/v1/agent/metrics`);
    const { Gauges } = (await body.json()) as { Gauges: { Name: string; Value: number }[] };
    const value = (name: string) => Gauges.find(({ Name }) => Name === name)?.Value ?? Number.NaN;
    if (value('rollcall.dns.applied_index') >= value('rollcall.catalog.index')) return;
  }
}

/** Takes instances out and puts them back, in some order; each writer has instances of its own. */
async function flip(agent: AgentChild, truth: Truth, writer: number): Promise<void> {
  const own = SERVICES.flatMap((service) =>
    INSTANCES.map((address) => ({ service, address })),
  ).filter((_, at) => at % WRITERS === writer);
  const isUp = own.map(() => true);
  for (let count = 0; count < FLIPS / WRITERS; count++) {
    const at = (count * 7 + writer) % own.length;
    const { service, address } = own[at]!;
    isUp[at] = !isUp[at];
    const settle = truth.change(service, address, isUp[at]);
    await send(agent, `/v1/agent/check/${isUp[at] ? 'pass' : 'fail'}/${idOf(service, address)}`);
    await reached(agent);
    settle();
  }
}

const SRV_TARGET = /^([0-9a-f]{8})\.addr\./;

/** Asks until told to stop. @returns how many answers there were, and what was wrong with them */
async function check(agent: AgentChild, truth: Truth, asker: number, isOver: () => boolean) {
  const over = asker % 4 === 0 ? tcpClient : udpClient;
  const client = await over({ address: agent.dns.host, port: agent.dns.port });
  onTestFinished(() => client.close());
  const wrong: string[] = [];
  let answers = 0;
  for (; !isOver(); answers++) {
    const service = SERVICES[(answers * 5 + asker) % SERVICES.length]!;
    const type = answers % 3 === 0 ? 'SRV' : 'A';
    const sentMs = performance.now();
    const id = answers & 0xffff;
    client.send(question(`${service}.service.consul`, type, id));
    const reply = dnsPacket.decode(await client.next());
    const receivedMs = performance.now();
    const instances = (reply.answers ?? []).map((answer) => addressIn(answer));
    const problem = truth.judge(service, { instances, sentMs, receivedMs });
    if (problem !== undefined) wrong.push(problem);
    if (reply.id !== id) wrong.push(`the reply to ${id} has another id`);
  }
  return { answers, wrong };
}

function addressIn(answer: dnsPacket.Answer): string {
  if (answer.type === 'A') return answer.data;
  if (answer.type !== 'SRV') return answer.type;
  const [, hex = ''] = SRV_TARGET.exec(answer.data.target) ?? [];
  return Buffer.from(hex, 'hex').join('.');
}

describe('answers while instances come and go', () => {
  it('are all true of some moment of their query', async () => {
    const agent = await startAgentChild({ args: ['-dev'] });
    const truth = new Truth();
    await fill(agent, truth);
    await reached(agent);
    let isOver = false;
    const checking = Array.from({ length: 8 }, (_, at) => check(agent, truth, at, () => isOver));
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => flip(agent, truth, writer)));
    isOver = true;
    const checked = await Promise.all(checking);
    expect(checked.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(checked.reduce((sum, { answers }) => sum + answers, 0)).toBeGreaterThan(FLIPS);
  });
});
