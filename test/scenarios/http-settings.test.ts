/** The settings of HTTP and of its data, as the built agent heeds them at its start and after a reload. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startAgentChild } from '../support/agent-child.ts';
import { openSocket, sendAlone } from '../support/http-socket.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function startWith(settings: object) {
  const file = join(temporaryFolder(), 'agent.json');
  const write = (content: object): void => writeFileSync(file, JSON.stringify(content));
  write(settings);
  const agent = await startAgentChild({ args: ['-dev', '-config-file', file] });
  return { agent, write };
}

it('an agent keeps to the limits of its file', async () => {
  const { agent } = await startWith({
    limits: { kv_max_value_size: 1024, txn_max_req_len: 2048 },
    session_ttl_min: '1s',
    http_config: {
      block_endpoints: ['/v1/event'],
      response_headers: { 'X-Site': 'here' },
      use_cache: false,
      max_header_bytes: 8192,
    },
  });
  const { port } = agent.http;
  const put = (path: string, body: string): Promise<string> =>
    sendAlone(port, `PUT ${path}`, `Content-Length: ${body.length}\r\n`, body);
  expect(await put('/v1/kv/k', 'x'.repeat(1025))).toMatch(
    /^HTTP\/1\.1 413 .*max size: 1024 bytes/s,
  );
  expect(await put('/v1/txn', ' '.repeat(2049))).toMatch(/^HTTP\/1\.1 413 .*max size: 2048 bytes/s);
  expect(await put('/v1/session/create', '{"TTL":"1s","NodeChecks":[]}')).toMatch(/ 200 OK\r\n/);
  expect(await put('/v1/session/create', '{"TTL":"900ms"}')).toContain('between [1s=24h0m0s]');
  expect(await sendAlone(port, 'GET /v1/event/list')).toMatch(
    /^HTTP\/1\.1 403 .*blocked by agent/s,
  );
  const read = await sendAlone(port, 'GET /v1/health/service/web?cached');
  expect(read).toContain('X-Site: here\r\n');
  expect(read).not.toContain('X-Cache');
  const long = `X: ${'x'.repeat(8192)}\r\n`;
  expect(await sendAlone(port, 'GET /v1/status/leader', long)).toMatch(/^HTTP\/1\.1 431 /);
});

it('an agent lets those write who may', async () => {
  const { agent } = await startWith({ http_config: { allow_write_http_from: ['192.0.2.0/24'] } });
  const { port } = agent.http;
  expect(await sendAlone(port, 'GET /v1/status/leader')).toMatch(/^HTTP\/1\.1 200 /);
  expect(await sendAlone(port, 'PUT /v1/kv/k')).toMatch(/^HTTP\/1\.1 403 .*Access is restricted$/s);
});

it('a reload changes how many connections a client may have', async () => {
  const { agent, write } = await startWith({ limits: { http_max_conns_per_client: 1 } });
  const { port } = agent.http;
  const first = await openSocket(port);
  first.send('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n');
  await first.received(/:8300"\n$/);
  // Refused before anything is sent: what comes after the end is answered by a reset, which can overtake the reply.
  const second = await openSocket(port);
  expect(await second.closed()).toMatch(/^HTTP\/1\.1 429 /);
  write({ limits: { http_max_conns_per_client: 2 } });
  first.send('PUT /v1/agent/reload HTTP/1.1\r\nHost: x\r\n\r\n');
  await first.received(/200 OK.*200 OK/s);
  expect(await sendAlone(port, 'GET /v1/status/leader')).toMatch(/^HTTP\/1\.1 200 /);
});
