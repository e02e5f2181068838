/**
 * The key-value store of the built agent: real HTTP, real disk, real signals. What was answered outlives a kill -9, a
 * transaction is never there by half, and no update is lost between clients that compare and set.
 */
import { Pool } from 'undici';
import { expect, it } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLIENTS = 16;

async function ask(pool: Pool, method: 'GET' | 'PUT' | 'DELETE', path: string, body = '') {
  const reply = await pool.request({ method, path, body: method === 'PUT' ? body : null });
  return {
    status: reply.statusCode,
    text: (await reply.body.text()).trim(),
    headers: reply.headers,
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const setBoth = (value: string): string =>
  JSON.stringify(
    ['left', 'right'].map((side) => ({
      KV: { Verb: 'set', Key: `pairs/${side}/${value}`, Value: base64(value) },
    })),
  );

/** Writes pairs until the agent is gone. @returns those that were acknowledged */
async function writeUntilKilled(agent: AgentChild, killAfter: number): Promise<string[]> {
  const pool = new Pool(agent.url, { connections: CLIENTS });
  const acknowledged: string[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (;;) {
      const value = `${next++}`;
      const { status } = await ask(pool, 'PUT', '/v1/txn', setBoth(value));
      if (status !== 200) throw new Error(`status ${status}`);
      acknowledged.push(value);
      if (acknowledged.length === killAfter) agent.child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: CLIENTS }, client));
  await pool.destroy();
  return acknowledged;
}

it.each([1, 300])(
  'a kill after %i transactions takes back no answer and leaves no half',
  async (after) => {
    const args = ['-data-dir', temporaryFolder(), '-log-level', 'warn'];
    const first = await startAgentChild({ args });
    const pool = new Pool(first.url);
    const session = JSON.parse((await ask(pool, 'PUT', '/v1/session/create')).text).ID;
    expect(
      (await ask(pool, 'PUT', `/v1/kv/lock?acquire=${session}&flags=18446744073709551615`)).text,
    ).toBe('true');
    const held = await ask(pool, 'GET', '/v1/kv/lock');
    await pool.destroy();
    const acknowledged = await writeUntilKilled(first, after);
    expect(await first.stop('SIGKILL')).toBe('SIGKILL');

    const second = await startAgentChild({ args });
    const again = new Pool(second.url);
    const keysOf = async (side: string): Promise<string[]> => {
      const { status, text } = await ask(again, 'GET', `/v1/kv/pairs/${side}/?keys`);
      expect(status).toBe(200);
      return JSON.parse(text).map((key: string) => key.slice(`pairs/${side}/`.length));
    };
    const [left, right] = [await keysOf('left'), await keysOf('right')];
    expect(left).toEqual(right);
    expect(acknowledged.filter((value) => !left.includes(value))).toEqual([]);
    expect((await ask(again, 'GET', '/v1/kv/lock')).text).toBe(held.text);
    expect((await ask(again, 'PUT', `/v1/kv/lock?release=${session}`)).text).toBe('true');
    await again.destroy();
    expect(await second.stop()).toBe(0);
  },
);

it('clients that compare and set lose no update', async () => {
  const agent = await startAgentChild({ args: ['-dev'] });
  const pool = new Pool(agent.url, { connections: CLIENTS });
  await ask(pool, 'PUT', '/v1/kv/count', '0');
  const increment = async (): Promise<void> => {
    const [entry] = JSON.parse((await ask(pool, 'GET', '/v1/kv/count?consistent')).text);
    const next = Number(Buffer.from(entry.Value, 'base64').toString()) + 1;
    const path = `/v1/kv/count?cas=${entry.ModifyIndex}`;
    if ((await ask(pool, 'PUT', path, `${next}`)).text !== 'true') await increment();
  };
  await Promise.all(Array.from({ length: 24 }, increment));
  expect((await ask(pool, 'GET', '/v1/kv/count?raw')).text).toBe('24');
  await pool.destroy();
  expect(await agent.stop()).toBe(0);
});

it('paths are cleaned, values are octets, and no mistake of a client is taken for ours', async () => {
  const agent = await startAgentChild({ args: ['-dev'] });
  const pool = new Pool(agent.url);
  const paths: [path: string, status: number, location: string | undefined][] = [
    ['/v1/kv', 301, '/v1/kv/'],
    ['/v1/kv//x', 301, '/v1/kv/x'],
    ['/v1/kv/a/../b', 301, '/v1/kv/b'],
    ['/v1/kv/a/%2e%2e/%2e%2e/agent/leave', 301, '/v1/agent/leave'],
    ['/v1/kv/a%00b', 400, undefined],
    ['/v1/kv/%ff%fe', 400, undefined],
    ['/v1/kv/%', 400, undefined],
    [`/v1/kv/${'a/'.repeat(949)}x`, 200, undefined],
    [`/v1/kv/${'a/'.repeat(950)}x`, 400, undefined],
  ];
  for (const [path, status, location] of paths) {
    const reply = await ask(pool, 'PUT', path, 'x');
    expect([path, reply.status, reply.headers.location]).toEqual([path, status, location]);
  }
  const octets = Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256));
  await pool.request({ method: 'PUT', path: '/v1/kv/octets', body: octets });
  const raw = await pool.request({ method: 'GET', path: '/v1/kv/octets?raw' });
  expect(Buffer.from(await raw.body.arrayBuffer()).equals(octets)).toBe(true);
  const gzip = { headers: { 'accept-encoding': 'gzip' } };
  const fetched = await fetch(`${agent.url}/v1/kv/octets?raw`, gzip);
  expect(Buffer.from(await fetched.arrayBuffer()).equals(octets)).toBe(true);
  const deep = `[{"Service":{"Verb":"set","Service":{"Proxy":{"Config":${'['.repeat(5000)}12345678901234567890${']'.repeat(5000)}}}}}]`;
  expect((await ask(pool, 'PUT', '/v1/txn', deep)).status).toBe(400);
  await pool.destroy();
  expect(await agent.stop()).toBe(0);
});
