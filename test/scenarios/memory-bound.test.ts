/** Goal: the built agent does not run out of memory by what clients store, and says when it takes no more. */
import { Pool } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';

const VALUE = Buffer.alloc(512 * 1024, 'value');

it('keys and values fill a part of a small heap, and are then refused until some go', async () => {
  const within = ['env', 'NODE_OPTIONS=--max-old-space-size=128'];
  const agent = await startAgentChild({ within, args: ['-dev', '-log-level', 'warn'] });
  const pool = new Pool(agent.url, { connections: 8 });
  onTestFinished(() => pool.destroy());
  const ask = async (method: 'PUT' | 'DELETE', path: string, body: Buffer | string = '') => {
    const reply = await pool.request({ method, path, body });
    return { status: reply.statusCode, text: await reply.body.text() };
  };
  // Eight clients at a time: what is on its way counts, too.
  const replies: { status: number; text: string }[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < 400) replies.push(await ask('PUT', `/v1/kv/big/${next++}`, VALUE));
  };
  await Promise.all(Array.from({ length: 8 }, client));
  const taken = replies.filter(({ status }) => status === 200).length;
  const refused = replies.filter(({ status }) => status !== 200);
  expect(taken).toBeGreaterThan(20);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([507]));
  expect(refused[0]?.text).toMatch(/^keys and values take \d+ bytes already$/);
  const setOf = (key: string): string =>
    JSON.stringify([
      { KV: { Verb: 'set', Key: key, Value: VALUE.toString('base64', 0, 300_000) } },
    ]);
  // The last one may have found some room.
  const last = [await ask('PUT', '/v1/txn', setOf('a')), await ask('PUT', '/v1/txn', setOf('b'))];
  expect(last[1]?.status).toBe(507);
  expect((await ask('PUT', '/v1/kv/big/0', 'less')).status).toBe(200);
  expect((await ask('PUT', '/v1/txn', setOf('b'))).status).toBe(200);
});
