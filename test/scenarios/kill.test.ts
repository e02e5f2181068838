/**
 * Goal: what was acknowledged is never lost, and nothing is half there. Method: kill -9 in the middle of 2,000
 * registrations at 32 connections, at several points, then start again on the same store and compare with what
 * the clients were told.
 */

import { Pool } from 'undici';
import { expect, it } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const REGISTRATIONS = 2000;
const CONNECTIONS = 32;

/** Registers until the agent dies. @returns ids that were acknowledged, and the last index that was shown */
async function registerUntilKilled(agent: AgentChild, killAfter: number) {
  const acknowledged: string[] = [];
  let index = 0;
  let next = 0;
  const pool = new Pool(agent.url, { connections: CONNECTIONS });
  const client = async (): Promise<void> => {
    while (next < REGISTRATIONS) {
      const id = `web-${next++}`;
      const check = { CheckID: `check-${id}`, TTL: '1h', Status: 'passing' };
      const body = JSON.stringify({ Name: 'web', ID: id, Port: 80, Check: check });
      const path = '/v1/agent/service/register';
      const answer = await pool.request({ method: 'PUT', path, body });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
      acknowledged.push(id);
      if (acknowledged.length % 100 === 0) index = Math.max(index, await currentIndex(pool));
      if (acknowledged.length >= killAfter) agent.child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: CONNECTIONS }, client));
  await pool.destroy();
  return { acknowledged, index };
}

async function currentIndex(pool: Pool): Promise<number> {
  const answer = await pool.request({ method: 'GET', path: '/v1/catalog/services' });
  await answer.body.dump();
  return Number(answer.headers['x-consul-index']);
}

async function get(agent: AgentChild, path: string): Promise<Response> {
  return fetch(`${agent.url}${path}`);
}

it.each([1, 40, 333, 1000, 1900])(
  'keeps every registration that was acknowledged when it is killed after %i',
  async (killAfter) => {
    const args = ['-data-dir', temporaryFolder(), '-log-level', 'warn'];
    const first = await startAgentChild({ args });
    const told = await registerUntilKilled(first, killAfter);
    expect(await first.stop('SIGKILL')).toBe('SIGKILL');
    expect(told.acknowledged.length).toBeGreaterThanOrEqual(killAfter);

    const second = await startAgentChild({ args });
    const services = (await (await get(second, '/v1/agent/services')).json()) as object;
    const checks = (await (await get(second, '/v1/agent/checks')).json()) as object;
    const present = new Set(Object.keys(services));
    expect(told.acknowledged.filter((id) => !present.has(id))).toEqual([]);

    const halves = Object.keys(services).filter((id) => !Object.hasOwn(checks, `check-${id}`));
    expect(halves).toEqual([]);
    expect(Object.keys(checks)).toHaveLength(present.size);

    const listing = await get(second, '/v1/health/service/web?passing');
    expect(((await listing.json()) as unknown[]).length).toBe(present.size);
    expect(Number(listing.headers.get('x-consul-index'))).toBeGreaterThanOrEqual(told.index);
    expect(await second.stop()).toBe(0);
  },
);
