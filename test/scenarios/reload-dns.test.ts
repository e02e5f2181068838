/** The keys of DNS in a running agent: reloaded without a restart, and secrets in no line and no reply. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';
import { dig } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const EVERY_KEY = {
  translate_wan_addrs: true,
  dns_config: {
    enable_truncate: false,
    weighted: false,
    minimal_any: false,
    fail_open: { min_healthy_percent: 50, services: ['web'] },
    near: { here: ['127.0.0.0/8'] },
    identity: 'ns1',
    version: 'v',
    nsid: '0xbeef',
    cookies: false,
    cookie_secrets: [SECRET],
    rate_limit: { responses_per_second: 1000, slip: 1, exempt: ['::1'] },
  },
};

async function startWith(content: object) {
  const file = join(temporaryFolder(), 'dns.json');
  const write = (next: object): void => writeFileSync(file, JSON.stringify(next));
  write(content);
  const agent = await startAgentChild({ args: ['-dev', '-log-json', '-config-file', file] });
  return {
    agent,
    write,
    get: async (path: string) => (await fetch(agent.url + path)).text(),
    reload: async () => {
      const reply = await fetch(`${agent.url}/v1/agent/reload`, { method: 'PUT' });
      return [reply.status, await reply.text()] as const;
    },
  };
}

it('every key that is reloaded is applied, and a mistake changes nothing', async () => {
  const { agent, write, get, reload } = await startWith({});
  write(EVERY_KEY);
  expect(await reload()).toEqual([200, '']);
  const line = agent
    .output()
    .split('\n')
    .find((text) => text.includes('configuration reloaded'));
  expect(JSON.parse(line ?? '')).toMatchObject({
    applied: [
      'dns_config.weighted',
      'dns_config.near',
      'dns_config.fail_open.min_healthy_percent',
      'dns_config.fail_open.services',
      'translate_wan_addrs',
      'dns_config.enable_truncate',
      'dns_config.minimal_any',
      'dns_config.identity',
      'dns_config.version',
      'dns_config.nsid',
      'dns_config.cookies',
      'dns_config.cookie_secrets',
      'dns_config.rate_limit.responses_per_second',
      'dns_config.rate_limit.slip',
      'dns_config.rate_limit.exempt',
    ],
    restart: [],
  });

  const identity = async (): Promise<readonly string[]> =>
    (await dig(agent.dns, 'id.server', 'CH', 'TXT')).answers.map(
      (text) => text.split(' ').at(-1) ?? '',
    );
  expect(await identity()).toEqual(['"ns1"']);

  write({ dns_config: { cookie_secrets: [SECRET, `${SECRET}0`] } });
  const [status, text] = await reload();
  expect(status).toBe(500);
  expect(text).toContain(
    'dns_config.cookie_secrets.1: expected 32 hexadecimal digits, received hidden',
  );

  expect(await identity()).toEqual(['"ns1"']);
  const self = await get('/v1/agent/self');
  expect(await agent.stop()).toBe(0);
  expect(agent.output() + self + text).not.toContain(SECRET);
});

it('what DNS did is counted', async () => {
  const { agent, get } = await startWith({});
  await dig(agent.dns, 'consul.', 'SOA');
  await dig(agent.dns, 'nobody.service.consul.', 'A', '+tcp');
  const metrics = await get('/v1/agent/metrics?format=prometheus');
  expect(metrics).toMatch(/^rollcall_dns_queries_total\{transport="udp"\} 1$/m);
  expect(metrics).toMatch(/^rollcall_dns_replies_total\{transport="tcp"\} 1$/m);
  expect(metrics).toMatch(/^rollcall_dns_nodes 1$/m);
  expect(metrics).toMatch(/^rollcall_dns_replies_by_rcode_total\{rcode="NOERROR"\} 1$/m);
  expect(metrics).toMatch(/^rollcall_dns_replies_by_rcode_total\{rcode="NXDOMAIN"\} 1$/m);
  expect(metrics).toMatch(/^rollcall_dns_negative_total 1$/m);
  expect(metrics).toMatch(/^rollcall_dns_truncated_total 0$/m);
  const { Stats } = JSON.parse(await get('/v1/agent/self'));
  expect(Stats.dns).toMatchObject({ queries: '2', replies: '2', dropped: '0' });
});
