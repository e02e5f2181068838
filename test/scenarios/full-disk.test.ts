/**
 * Goal: on a full disk writes are refused with the reason, and a failing instance leaves DNS all the same. Method: the
 * built agent under a limit on the size of the files it writes, which real LMDB meets as it would a full disk.
 */
import { expect, it } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const REGISTRATIONS_MAX = 2000;

it('refuses writes, shows what checks find, and keeps answering', async () => {
  const args = ['-data-dir', temporaryFolder(), '-bind', '127.0.0.1', '-log-level', 'error'];
  const agent = await startAgentChild({ args, fileBlocksMax: 800 });
  const put = (path: string, body: unknown = undefined): Promise<Response> =>
    fetch(`${agent.url}${path}`, {
      method: 'PUT',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const web = { Name: 'web', Port: 80, Check: { TTL: '1h', Status: 'passing' } };
  expect((await put('/v1/agent/service/register', web)).status).toBe(200);

  let refused: Response | undefined;
  for (let at = 0; at < REGISTRATIONS_MAX && refused === undefined; at++) {
    const other = { Name: `other-${at}`, Port: 80, Meta: { filler: 'x'.repeat(500) } };
    const answer = await put('/v1/agent/service/register', other);
    if (answer.status !== 200) refused = answer;
  }
  expect(refused?.status).toBe(503);
  expect(await refused?.text()).toMatch(/^the store cannot be written: /);

  expect((await dig(agent.dns, 'web.service.consul')).answers).toHaveLength(1);
  expect((await put('/v1/agent/check/fail/service:web')).status).toBe(200);
  const deadline = performance.now() + 5000;
  let status = '';
  while (status !== 'NXDOMAIN' && performance.now() < deadline) {
    status = (await dig(agent.dns, 'web.service.consul')).status;
  }
  expect(status).toBe('NXDOMAIN');
  expect(await agent.stop()).toBe(0);
});
