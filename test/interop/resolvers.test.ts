/**
 * Goal: rollcall answers well behind the resolvers that people have. Method: the real daemons, as
 * resolver-daemons.ts sets them up, in front of the built agent; dig asks them, and the metrics of the agent say what
 * came through. A daemon that is not installed is skipped, with the name of its package.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { queriesIn } from '../../src/cli/resolver/loop-finding.ts';
import { runCommand } from '../cli/run-command.ts';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { dig, digAll } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { DAEMONS, type Daemon, freePort, missing, startDaemon } from './resolver-daemons.ts';

/** More than a datagram takes, and no more than BIND does: 100 records of a name and type. */
const LARGE = 90;
const REPEATS = 10;
const ASK_EVERY_MS = 100;
/** NOERROR without an answer. */
const NO_DATA = 'no data';
const CONFIGURATION = {
  dns_config: { service_ttl: { kept: '300s' } },
  services: [
    ...['web', 'kept'].map((name) => ({ name, address: '10.1.1.1', port: 80 })),
    ...Array.from({ length: LARGE }, (_, at) => ({
      name: 'large',
      id: `large-${at}`,
      address: `10.2.0.${at + 1}`,
      port: 80,
    })),
  ],
};

async function startAgent(
  folder: string,
  ports?: { http: number; dns: number },
  args: string[] = [],
) {
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify(CONFIGURATION));
  const store = ['-server', '-bootstrap-expect=1', '-data-dir', join(folder, 'data')];
  return startAgentChild({
    args: [...store, '-config-file', file, ...args],
    ...(ports ? { ports } : {}),
  });
}

/** Questions that reached the agent. */
async function counted(agent: AgentChild): Promise<number> {
  return queriesIn(await (await fetch(`${agent.url}/v1/agent/metrics`)).json());
}

const present = DAEMONS.filter((daemon) => missing(daemon) === undefined);

it.for(DAEMONS)('$name is installed', (daemon, context) => {
  const reason = missing(daemon);
  if (reason !== undefined) context.skip(reason);
});

/** One agent, and every daemon in front of it at once. */
async function startAll(folder: string) {
  const agent = await startAgent(folder);
  const start = async (daemon: Daemon) => ({
    ...daemon,
    ...(await startDaemon(daemon, agent.dns.port)),
  });
  return { agent, resolvers: await Promise.all(present.map(start)) };
}

describe.skipIf(present.length === 0)('behind each of them', () => {
  // On a busy machine BIND was seen to give up on one question of hundreds; a second time it has to be right.
  it('every kind of answer arrives, and what has a TTL is kept', { retry: 1 }, async () => {
    const { agent, resolvers } = await startAll(temporaryFolder());
    await Promise.all(
      resolvers.map(async (resolver) => {
        const [hit, srv, miss, noData, cut] = await digAll(
          resolver,
          ['web.service.consul', 'A'],
          ['web.service.consul', 'SRV'],
          ['absent.service.consul', 'A'],
          ['web.service.consul', 'AAAA'],
          ['large.service.consul', 'A', '+ignore'],
        );
        expect(hit, resolver.name).toMatchObject({
          status: 'NOERROR',
          answers: ['web.service.consul. 0 IN A 10.1.1.1'],
        });
        expect(srv?.answers, resolver.name).toEqual([
          expect.stringMatching(/ IN SRV 1 1 80 0a010101\.addr\.dc1\.consul\.$/),
        ]);
        expect(miss, resolver.name).toMatchObject({ status: 'NXDOMAIN', answers: [] });
        expect(noData, resolver.name).toMatchObject({ status: 'NOERROR', answers: [] });
        expect(cut?.flags, resolver.name).toContain('tc');
        const whole = await dig(resolver, 'large.service.consul', 'A');
        expect(new Set(whole.answers).size, resolver.name).toBe(LARGE);
        await dig(resolver, 'kept.service.consul', 'A');
      }),
    );
    // Some resolvers ask on their own too, now and then, so it is tens of questions against a few.
    const reached = async (resolver: (typeof resolvers)[number], name: string) => {
      const before = await counted(agent);
      const asked = Array.from({ length: REPEATS }, () => [name, 'A']);
      for (const { answers, status } of await digAll(resolver, ...asked)) {
        expect(answers, `${resolver.name}: ${status}`).toEqual([
          expect.stringMatching(/ 10\.1\.1\.1$/),
        ]);
      }
      return (await counted(agent)) - before;
    };
    for (const resolver of resolvers) {
      const { name } = resolver;
      expect(await reached(resolver, 'kept.service.consul'), name).toBeLessThan(REPEATS / 2);
      // Knot Resolver takes one answer with a TTL of 0 for all questions of the same second.
      const fresh = name === 'knot-resolver' ? 1 : REPEATS;
      const anew = () => reached(resolver, 'web.service.consul');
      await expect.poll(anew, { timeout: 5_000, message: name }).toBeGreaterThanOrEqual(fresh);
    }
  });

  it('a restart of rollcall is lived through, and nothing that is there is denied', async () => {
    const folder = temporaryFolder();
    const { agent, resolvers } = await startAll(folder);
    const statuses = new Map(resolvers.map(({ name }) => [name, ['NOERROR']]));
    let isOver = false;
    const asking = resolvers.map(async (resolver) => {
      while (!isOver) {
        const dug = dig(resolver, 'web.service.consul', 'A', '+time=1');
        const status = await dug.then(
          ({ status, answers }) =>
            answers.length === 0 && status === 'NOERROR' ? NO_DATA : status,
          () => 'late',
        );
        statuses.get(resolver.name)?.push(status);
        await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
      }
    });
    await agent.stop();
    const notYet = (): string[] =>
      [...statuses].filter(([, all]) => all.at(-1) !== 'NOERROR').map(([name]) => name);
    await expect.poll(notYet, { timeout: 10_000 }).toHaveLength(resolvers.length);
    await startAgent(folder, { http: agent.http.port, dns: agent.dns.port });
    await expect.poll(notYet, { timeout: 20_000 }).toEqual([]);
    isOver = true;
    await Promise.all(asking);
    // RFC 2308: a denial would stay with the resolver for as long as the SOA says.
    const isDenied = (status: string): boolean => status === 'NXDOMAIN' || status === NO_DATA;
    expect([...statuses].filter(([, all]) => all.some(isDenied))).toEqual([]);
  });
});

describe('check, behind a real dnsmasq', () => {
  const dnsmasq = DAEMONS.find(({ name }) => name === 'dnsmasq');

  it('finds questions that go round', async (context) => {
    const reason = dnsmasq && missing(dnsmasq);
    if (dnsmasq === undefined || reason !== undefined) return context.skip(reason);
    const [dns, http, port] = [await freePort(), await freePort(), await freePort()];
    const folder = temporaryFolder();
    const agent = await startAgent(folder, { http, dns }, ['-recursor', `127.0.0.1:${port}`]);
    const looping = {
      ...dnsmasq,
      async configure(set: Parameters<typeof dnsmasq.configure>[0]) {
        return [...(await dnsmasq.configure({ ...set, port })), `--server=127.0.0.1#${dns}`];
      },
    };
    const resolver = await startDaemon(looping, dns, port);
    const { exitCode, stdout } = await runCommand([
      'resolver',
      'check',
      `-root=${resolver.root}`,
      '-resolver=dnsmasq',
      `-server=127.0.0.1:${dns}`,
      `-via=127.0.0.1:${port}`,
      `-http-addr=127.0.0.1:${agent.http.port}`,
    ]);
    expect(stdout).toMatch(
      / {2}error {2}questions go round: of 5 names .* asked \d+ times\n {9}to do: /,
    );
    expect(stdout).toMatch(
      / {2}ok {5}127\.0\.0\.1#\d+ resolves 0a[0-9a-f]{6}\.addr\.consul to 10\./,
    );
    expect(exitCode).toBe(1);
  });
});
