/**
 * Goal: a snapshot of one machine makes another its successor, for DNS as for HTTP, and over a restart. Method: two built
 * agents on real disks, `rollcall snapshot` between them, dig.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function put(agent: AgentChild, path: string, body: unknown): Promise<string> {
  const reply = await fetch(`${agent.url}/v1/${path}`, {
    method: 'PUT',
    body: JSON.stringify(body),
  });
  expect(reply.status, path).toBe(200);
  return reply.text();
}

const register = (agent: AgentChild, Name: string): Promise<string> =>
  put(agent, 'agent/service/register', { Name, Port: 80, Check: { TTL: '1h', Status: 'passing' } });

/** What DNS says of services, once its threads have heard of the last write. */
async function statuses(agent: AgentChild, names: readonly string[]): Promise<string[]> {
  const dug = await Promise.all(names.map((name) => dig(agent.dns, `${name}.service.consul`)));
  return dug.map(({ status }) => status);
}

it('a machine takes the place of another with a snapshot of it', async () => {
  const file = join(temporaryFolder(), 'n1.snap');
  const first = await startAgentChild({ args: ['-dev'] });
  await register(first, 'local');
  await put(first, 'catalog/register', {
    Node: 'far',
    Address: '192.0.2.9',
    Service: { Service: 'db', Port: 5432 },
  });
  const { ID } = JSON.parse(await put(first, 'session/create', { LockDelay: '0s' }));
  await put(first, `kv/leader?acquire=${ID}`, 'n1');
  const from = { CONSUL_HTTP_ADDR: first.url };
  expect(await runCommand(['snapshot', 'save', file], from)).toMatchObject({ exitCode: 0 });

  const args = ['-node', 'n2', '-server', '-bootstrap', '-data-dir', temporaryFolder()];
  const second = await startAgentChild({ args });
  await register(second, 'late');
  const to = { CONSUL_HTTP_ADDR: second.url };
  expect(await runCommand(['snapshot', 'restore', file], to)).toMatchObject({ exitCode: 0 });
  const holds = async (agent: AgentChild): Promise<void> => {
    await expect
      .poll(() => statuses(agent, ['db', 'late', 'local']))
      .toEqual(['NOERROR', 'NOERROR', 'NXDOMAIN']);
    const nodes = await (await fetch(`${agent.url}/v1/catalog/nodes`)).json();
    expect(nodes).toMatchObject([{ Node: 'far' }, { Node: 'n2' }]);
    const entries = await (await fetch(`${agent.url}/v1/kv/leader`)).json();
    expect(entries).toEqual([expect.not.objectContaining({ Session: expect.anything() })]);
  };
  await holds(second);
  await second.stop();
  const again = await startAgentChild({ args });
  await holds(again);
  await put(again, 'agent/check/fail/service:late', '');
  await expect.poll(() => statuses(again, ['late'])).toEqual(['NXDOMAIN']);
});
