/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how templates of prepared queries are written */
/** Prepared queries with the built binary: written over HTTP, asked by real dig, and all there after a kill -9. */
import { expect, it } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { dig, digAll } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const send = async (
  { url }: AgentChild,
  method: string,
  path: string,
  body?: object,
): Promise<Response> => {
  const payload = body && { body: JSON.stringify(body) };
  const reply = await fetch(`${url}/v1/${path}`, { method, ...payload });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply;
};

const create = async (agent: AgentChild, definition: object): Promise<string> => {
  const reply = await send(agent, 'POST', 'query', definition);
  return ((await reply.json()) as { ID: string }).ID;
};

/** Two nodes a second apart, each with an instance. */
async function register(agent: AgentChild): Promise<void> {
  for (const [at, Node] of ['far', 'near'].entries()) {
    const Address = `10.0.0.${at + 1}`;
    const Service = { Service: 'web', Port: 80, Tags: [Node], Meta: { env: `env-${Node}` } };
    await send(agent, 'PUT', 'catalog/register', { Node, Address, Service });
    const Vec = [10 - at, 0, 0, 0, 0, 0, 0, 0];
    await send(agent, 'PUT', 'coordinate/update', { Node, Coord: { Vec, Height: 0.001 } });
  }
}

const addresses = async (agent: AgentChild, name: string): Promise<string[]> =>
  (await dig(agent.dns, `${name}.query.consul`, 'A')).answers.map(
    (line) => line.split(' ').at(-1) as string,
  );

async function check(agent: AgentChild, id: string): Promise<void> {
  for (let time = 0; time < 3; time++) {
    expect(await addresses(agent, 'nearest')).toEqual(['10.0.0.2', '10.0.0.1']);
  }
  expect(await addresses(agent, 'env-far')).toEqual(['10.0.0.1']);
  expect(await addresses(agent, 'env-nowhere')).toEqual([]);
  const [byId, rfc2782, unknown] = await digAll(
    agent.dns,
    [`${id}.query.consul`, 'A'],
    ['_nearest._tcp.query.consul', 'SRV'],
    ['nope.query.consul', 'A'],
  );
  expect(byId?.answers).toHaveLength(2);
  expect(rfc2782?.answers.map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
    '17 IN SRV',
    '17 IN SRV',
  ]);
  expect(unknown?.status).toBe('NXDOMAIN');
  const reply = await send(agent, 'GET', 'query/nearest/execute?limit=1');
  expect(await reply.json()).toMatchObject({ Nodes: [{ Node: { Node: 'near' } }] });
}

it('a prepared query is answered once it is acknowledged, and survives kill -9', async () => {
  const args = ['-data-dir', temporaryFolder(), '-log-level', 'warn'];
  const first = await startAgentChild({ args });
  await register(first);
  const nearest = { Service: 'web', Near: 'near' };
  const id = await create(first, { Name: 'Nearest', Service: nearest, DNS: { TTL: '17s' } });
  await create(first, {
    Name: 'env-',
    Template: { Type: 'name_prefix_match', Regexp: '^env-(.*)$' },
    Service: { Service: 'web', Tags: ['${match(1)}'], ServiceMeta: { env: '${name.full}' } },
  });
  await check(first, id);
  await first.stop('SIGKILL');

  const second = await startAgentChild({ args });
  await check(second, id);
  await send(second, 'DELETE', `query/${id}`);
  expect((await dig(second.dns, 'nearest.query.consul', 'A')).status).toBe('NXDOMAIN');
  expect((await send(second, 'PUT', 'event/fire/deploy', {})).status).toBe(200);
});
