/** Goal: what fits into an agent can be saved and restored by it. Method: a built agent with a small heap, filled. */
import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';

it('a store that takes no more keys is saved and restored in the same heap', async () => {
  const within = ['env', 'NODE_OPTIONS=--max-old-space-size=128'];
  const agent = await startAgentChild({ within, args: ['-dev', '-log-level', 'warn'] });
  const pool = new Pool(agent.url, { connections: 4 });
  onTestFinished(() => pool.destroy());
  const ask = async (method: 'GET' | 'PUT', path: string, body: Buffer | string = '') => {
    const reply = await pool.request({ method, path, body });
    return { status: reply.statusCode, octets: Buffer.from(await reply.body.arrayBuffer()) };
  };
  const values: Buffer[] = [];
  for (;;) {
    const value = randomBytes(512 * 1024);
    if ((await ask('PUT', `/v1/kv/${values.length}`, value)).status === 507) break;
    values.push(value);
  }
  expect(values.length).toBeGreaterThan(20);
  const saved = await Promise.all([1, 2, 3].map(() => ask('GET', '/v1/snapshot')));
  const [{ octets: archive } = { octets: Buffer.alloc(0) }] = saved;
  // All of it is another catalog: nothing of it is shared with what is there.
  for (const at of values.keys()) await ask('PUT', `/v1/kv/${at}`, randomBytes(512 * 1024));
  expect((await ask('PUT', '/v1/snapshot', archive)).status).toBe(200);
  for (const [at, value] of values.entries()) {
    expect((await ask('GET', `/v1/kv/${at}?raw`)).octets.equals(value)).toBe(true);
  }
});
