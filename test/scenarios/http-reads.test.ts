/** What clients do with reads of the built binary, over its sockets: filter them, follow them, take them packed. */
import { expect, it } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WEB = '/v1/health/service/web';

async function register(agent: AgentChild, at: number, port: number): Promise<void> {
  const service = { ID: `web-${at}`, Name: 'web', Port: port, Meta: { slot: `${at}` } };
  const url = `${agent.url}/v1/agent/service/register`;
  const reply = await fetch(url, { method: 'PUT', body: JSON.stringify(service) });
  expect(reply.status).toBe(200);
}

function filtered(agent: AgentChild, filter: string, rest = ''): Promise<Response> {
  return fetch(`${agent.url}${WEB}?filter=${encodeURIComponent(filter)}${rest}`);
}

async function idsIn(reply: Response): Promise<string[]> {
  const found = (await reply.json()) as { Service: { ID: string } }[];
  return found.map(({ Service }) => Service.ID);
}

it('a list is filtered, followed and packed', async () => {
  const agent = await startAgentChild({
    args: ['-data-dir', temporaryFolder(), '-bind', '127.0.0.1'],
  });
  for (const at of [1, 2, 3, 4, 5, 6]) await register(agent, at, 8000 + at);
  const ids = async (filter: string) => idsIn(await filtered(agent, filter));

  expect(await ids('Service.Port == 8002')).toEqual(['web-2']);
  expect(await ids('Service.ID matches "-[1-3]$" and not (slot in Service.Tags)')).toEqual([
    'web-1',
    'web-2',
    'web-3',
  ]);
  const wrong = await filtered(agent, 'Service.Port = 1');
  expect([wrong.status, await wrong.text()]).toEqual([
    500,
    'Failed to create boolean expression evaluator: 1:14 (13): no match found, expected: "!=", "==", "contains", "in", "is", "matches", "not" or [ \\t\\r\\n]',
  ]);

  const none = await filtered(agent, 'Service.Port == 9000');
  expect(await none.json()).toEqual([]);
  const index = none.headers.get('x-consul-index');
  const followed = filtered(agent, 'Service.Port == 9000', `&index=${index}&wait=60s`);
  await register(agent, 7, 9000);
  expect(await idsIn(await followed)).toEqual(['web-7']);

  const all = await fetch(`${agent.url}${WEB}?cached`);
  expect(all.headers.get('content-encoding')).toBe('gzip');
  expect(all.headers.get('x-cache')).toBe('HIT');
  expect(await idsIn(all)).toHaveLength(7);
});
