/**
 * What a new user does first, with the built binary, curl's requests and real dig: register, resolve, fail, restart.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { type Dug, dig } from '../support/dig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function put(agent: AgentChild, path: string, body: unknown = undefined): Promise<Response> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(`${agent.url}${path}`, { method: 'PUT', ...init });
}

const web = { Name: 'web', Port: 8080, Tags: ['v1'] };

/** Asks again until `holds`; there is a deadline, and no pause beyond a turn of the sockets. */
async function digUntil(
  agent: AgentChild,
  holds: (dug: Dug) => boolean,
  ...args: string[]
): Promise<Dug> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const dug = await dig(agent.dns, ...args);
    if (holds(dug)) return dug;
    if (performance.now() > deadline) throw new Error(`still wrong:\n${dug.text}`);
  }
}

/** A service whose health can be switched. */
async function healthServer(): Promise<{ url: string; healthy: (yes: boolean) => void }> {
  let status = 200;
  const server: Server = createServer((_request, response) => {
    response.writeHead(status).end('state');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/health`,
    healthy: (yes) => {
      status = yes ? 200 : 500;
    },
  };
}

describe('a new agent', () => {
  it('answers what was just registered, in every form', async () => {
    const agent = await startAgentChild({
      args: ['-data-dir', temporaryFolder(), '-bind', '127.0.0.1'],
    });
    expect((await put(agent, '/v1/agent/service/register', web)).status).toBe(200);

    const address = await dig(agent.dns, 'web.service.consul');
    expect(address).toMatchObject({
      status: 'NOERROR',
      answers: ['web.service.consul. 0 IN A 127.0.0.1'],
    });
    expect(address.flags).toContain('aa');

    for (const extra of [[], ['+tcp'], ['+bufsize=512'], ['+noedns']]) {
      const service = await dig(agent.dns, 'v1.web.service.dc1.consul', 'SRV', ...extra);
      expect(service.answers).toEqual([
        'v1.web.service.dc1.consul. 0 IN SRV 1 1 8080 n1.node.dc1.consul.',
      ]);
      expect(service.additional).toContain('n1.node.dc1.consul. 0 IN A 127.0.0.1');
      expect(service.flags).not.toContain('tc');
    }

    const missing = await dig(agent.dns, 'nope.service.consul');
    expect(missing.status).toBe('NXDOMAIN');
    expect(missing.authority[0]).toMatch(/^consul\. 0 IN SOA ns\.consul\. hostmaster\.consul\. /);

    const family = await dig(agent.dns, 'web.service.consul', 'AAAA');
    expect(family).toMatchObject({ status: 'NOERROR', answers: [] });
    expect(family.authority[0]).toMatch(/ SOA /);

    expect((await dig(agent.dns, 'example.com')).status).toBe('REFUSED');
    expect(await agent.stop()).toBe(0);
  });

  it('forwards other names to a recursor', async () => {
    const upstream = await startAgentChild({ args: ['-dev', '-domain', 'example.com'] });
    await put(upstream, '/v1/agent/service/register', web);
    const recursor = `${upstream.dns.host}:${upstream.dns.port}`;
    const agent = await startAgentChild({ args: ['-dev', '-recursor', recursor] });
    const answer = await dig(agent.dns, 'web.service.example.com');
    expect(answer.answers).toEqual(['web.service.example.com. 0 IN A 127.0.0.1']);
    expect(answer.flags).toContain('ra');
    await upstream.stop();
    const dead = await dig(agent.dns, 'web.service.example.com');
    expect(dead.status).toBe('SERVFAIL');
    expect(dead.text).toMatch(/EDE: 2[23]/);
    expect(await agent.stop()).toBe(0);
  });

  it('takes an instance out of DNS when its check fails, and remembers it over a crash', async () => {
    const health = await healthServer();
    const args = ['-data-dir', temporaryFolder(), '-bind', '127.0.0.1'];
    const agent = await startAgentChild({ args });
    const Check = { HTTP: health.url, Interval: '1s', Timeout: '1s' };
    await put(agent, '/v1/agent/service/register', { ...web, Check });
    await digUntil(agent, (dug) => dug.answers.length === 1, 'web.service.consul');

    health.healthy(false);
    const gone = await digUntil(agent, (dug) => dug.answers.length === 0, 'web.service.consul');
    expect(gone.status).toBe('NXDOMAIN');

    const ports = { http: agent.http.port, dns: agent.dns.port };
    expect(await agent.stop('SIGKILL')).toBe('SIGKILL');
    const again = await startAgentChild({ args, ports });
    expect((await dig(again.dns, 'web.service.consul')).status).toBe('NXDOMAIN');
    health.healthy(true);
    await digUntil(again, (dug) => dug.answers.length === 1, 'web.service.consul');
    expect(await again.stop()).toBe(0);
  });

  it('shows a change of status to DNS as soon as the write is answered', async () => {
    const agent = await startAgentChild({ args: ['-dev'] });
    await put(agent, '/v1/agent/service/register', {
      ...web,
      Check: { TTL: '1h', Status: 'passing' },
    });
    for (const [verb, status] of [
      ['fail', 'NXDOMAIN'],
      ['pass', 'NOERROR'],
      ['fail', 'NXDOMAIN'],
    ] as const) {
      expect((await put(agent, `/v1/agent/check/${verb}/service:web`)).status).toBe(200);
      const dug = await digUntil(agent, (one) => one.status === status, 'web.service.consul');
      expect(dug.status).toBe(status);
    }
    expect(await agent.stop()).toBe(0);
  });

  it('logs what a request changed with the id of the request', async () => {
    const agent = await startAgentChild({ args: ['-dev', '-log-level', 'info'] });
    const ask = (path: string, id: string, body: unknown = undefined): Promise<Response> =>
      fetch(`${agent.url}${path}`, {
        method: 'PUT',
        headers: { 'X-Request-Id': id },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    await ask('/v1/agent/service/register', 'id-1', { ...web, Check: { TTL: '1h' } });
    const passed = await ask('/v1/agent/check/pass/service:web', 'id-2');
    expect(passed.headers.get('x-request-id')).toBe('id-2');
    await ask('/v1/agent/service/deregister/web', 'id-3');
    expect(await agent.stop()).toBe(0);
    const lines = agent
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { requestId?: string; msg: string; to?: string });
    const byRequest = lines
      .filter((line) => line.requestId !== undefined)
      .map((line) => `${line.requestId} ${line.msg}`);
    expect(byRequest).toEqual([
      'id-1 service registered',
      'id-2 check changed its status',
      'id-3 service deregistered',
    ]);
  });

  it('stops answering what is put into maintenance, a service or the whole node', async () => {
    const agent = await startAgentChild({ args: ['-dev'] });
    await put(agent, '/v1/agent/service/register', web);
    for (const path of ['/v1/agent/service/maintenance/web', '/v1/agent/maintenance']) {
      await put(agent, `${path}?enable=true&reason=upgrade`);
      await digUntil(agent, (dug) => dug.status === 'NXDOMAIN', 'web.service.consul');
      await put(agent, `${path}?enable=false`);
      await digUntil(agent, (dug) => dug.answers.length === 1, 'web.service.consul');
    }
    expect(await agent.stop()).toBe(0);
  });
});
