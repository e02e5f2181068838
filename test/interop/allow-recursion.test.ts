/**
 * Goal: off loopback, names are forwarded only for the clients of `allow_recursion`. Method: the built agent in a network
 * namespace, real dig in another one at the far end of a cable, over UDP and TCP; behind the agent a second one with another
 * domain stands for the network's name server.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';
import { digAll } from '../support/dig.ts';
import { connect, type NetworkNamespace, startNamespace } from '../support/network-namespace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SERVER = '192.0.2.1';
const PRIVATE_SERVER = '10.77.0.1';
/** Not an address that is forwarded for by default, and one that is. */
const CLIENT = '192.0.2.2';
const PRIVATE_CLIENT = '10.77.0.2';

const services = (address: string) => [{ name: 'web', address, port: 80 }];

async function twoNamespaces(context: TestContext) {
  const [far, near] = [await startNamespace(), await startNamespace()];
  if ('reason' in far) return context.skip(far.reason);
  if ('reason' in near) return context.skip(near.reason);
  const isConnected = await connect(
    { namespace: near, addresses: [`${SERVER}/24`, `${PRIVATE_SERVER}/24`] },
    { namespace: far, addresses: [`${CLIENT}/24`, `${PRIVATE_CLIENT}/24`] },
  );
  return isConnected ? { far, near } : context.skip('the kernel has no veth');
}

/** An agent in `namespace`, and the file that it is configured by. */
async function startAgent({ within }: NetworkNamespace, settings: object) {
  const folder = temporaryFolder();
  const file = join(folder, 'agent.json');
  const write = (more: object): void =>
    writeFileSync(file, JSON.stringify({ ...settings, ...more }));
  write({});
  const store = ['-server', '-bootstrap-expect=1', '-data-dir', join(folder, 'data')];
  return {
    agent: await startAgentChild({ within, args: [...store, '-config-file', file] }),
    write,
  };
}

/** On every address of the namespace; what it forwards to answers for another domain. */
async function startForwarder(near: NetworkNamespace) {
  const { agent } = await startAgent(near, {
    domain: 'there.example',
    dns_config: { service_ttl: { '*': '60s' } },
    services: services('192.0.2.80'),
  });
  return startAgent(near, {
    addresses: { dns: '0.0.0.0' },
    recursors: [`127.0.0.1:${agent.dns.port}`],
    services: services('10.1.1.1'),
  });
}

/** The status of a name of the network and of one of ours, over UDP and TCP; all four replies agree on RA. */
async function ask(
  server: { host: string; port: number; within: readonly string[] },
  from: string,
) {
  const transports = [[], ['+tcp']];
  const names = ['web.service.there.example', 'web.service.consul'];
  const replies = await digAll(
    server,
    ...names.flatMap((name) => transports.map((flags) => ['-b', from, name, 'A', ...flags])),
  );
  const [forwarded, ours] = [replies.slice(0, 2), replies.slice(2)];
  for (const reply of ours) expect(reply.answers).toEqual(['web.service.consul. 0 IN A 10.1.1.1']);
  const offers = new Set(replies.map(({ flags }) => flags.includes('ra')));
  expect(offers.size).toBe(1);
  return {
    statuses: forwarded.map(({ status }) => status),
    answers: forwarded.flatMap(({ answers }) => answers.map((one) => one.replace(/ \d+ /, ' '))),
    errors: forwarded.flatMap(({ edns }) => edns?.options.filter((one) => /^EDE/.test(one)) ?? []),
    offersRecursion: offers.has(true),
  };
}

const ANSWER = 'web.service.there.example. IN A 192.0.2.80';
const ERROR = 'EDE: 18 (Prohibited): (names are not forwarded for this client)';
const ANSWERED = {
  statuses: ['NOERROR', 'NOERROR'],
  answers: [ANSWER, ANSWER],
  errors: [],
  offersRecursion: true,
};
const REFUSED = {
  statuses: ['REFUSED', 'REFUSED'],
  answers: [],
  errors: [ERROR, ERROR],
  offersRecursion: false,
};

it('clients off loopback are answered or refused by allow_recursion, and our names are for everybody', async (context) => {
  const { far, near } = await twoNamespaces(context);
  const { agent, write } = await startForwarder(near);
  const at = { host: SERVER, port: agent.dns.port, within: far.within };

  expect(await ask(at, CLIENT)).toEqual(REFUSED);
  expect(await ask({ ...at, host: PRIVATE_SERVER }, PRIVATE_CLIENT)).toEqual(ANSWERED);
  // What is kept by now is for those that names are forwarded for, too.
  expect(await ask(at, CLIENT)).toEqual(REFUSED);

  write({ dns_config: { allow_recursion: [`${CLIENT}/32`] } });
  agent.child.kill('SIGHUP');
  await expect.poll(() => ask(at, CLIENT), { timeout: 10_000 }).toEqual(ANSWERED);
  // A list that is given takes the place of the default; loopback needs none.
  expect(await ask({ ...at, host: PRIVATE_SERVER }, PRIVATE_CLIENT)).toEqual(REFUSED);
  const loopback = { ...at, host: '127.0.0.1', within: near.within };
  expect(await ask(loopback, '127.0.0.1')).toEqual(ANSWERED);
});
