/** What only sockets show: several addresses, connections that are slow, broken, too many or gone, and the end of all. */
import { connect } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { httpBindError } from '../../src/http/http-bind-error.ts';
import { until } from '../support/held-clock.ts';
import { openSocket as open } from '../support/http-socket.ts';
import { openApi, type TestApi, type TestApiOptions } from './api.ts';

const web = { Name: 'web', Port: 80 };

const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

async function listening(options: TestApiOptions = {}): Promise<{ api: TestApi; port: number }> {
  const api = await openApi(options);
  onTestFinished(() => api.close());
  const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
  return { api, port };
}

describe('an address', () => {
  it('is one of several of the same interface', async () => {
    const { api, port } = await listening();
    const other = await api.app.listen({ host: '127.0.0.1', port: 0 });
    expect(other.port).not.toBe(port);
    for (const at of [port, other.port]) {
      const client = await open(at);
      client.send(get('/v1/status/leader'));
      expect(await client.received(/8300"$/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    }
  });

  it('that is taken is refused with what to do', async () => {
    const { api, port } = await listening();
    await expect(api.app.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'http_bind_failed',
      address: { host: '127.0.0.1', port },
      reason: 'EADDRINUSE',
      message:
        `HTTP address 127.0.0.1:${port} is already in use: ` +
        'stop what listens there, or set another with -http-port or "ports.http"',
    });
  });

  it.each([
    ['EACCES', '::1', /^HTTP address \[::1\]:80 needs root or .*: grant it, or set another with/],
    ['EADDRNOTAVAIL', '192.0.2.1', /^HTTP address 192\.0\.2\.1:80 does not belong to this machine/],
    ['EAFNOSUPPORT', '::1', /^HTTP address \[::1\]:80 is of a family that this machine does not/],
    ['EMFILE', '127.0.0.1', /^HTTP address 127\.0\.0\.1:80 cannot be listened on: EMFILE$/],
  ])('that fails with %s is told so', (code, host, message) => {
    const error = Object.assign(new Error('listen'), { code });
    expect(httpBindError({ host, port: 80 }, error).message).toMatch(message);
  });
});

describe('a connection', () => {
  it('is kept for the next request, and takes several at once', async () => {
    const { port } = await listening();
    const client = await open(port);
    client.send(get('/v1/catalog/datacenters'));
    await client.received(/\["dc1"\]$/);
    client.send(get('/v1/status/leader') + get('/v1/status/peers'));
    const text = await client.received(/\["127.0.0.1:8300"\]$/);
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(text).toContain('X-Consul-Default-Acl-Policy: allow');
  });

  it('gets paths as they were sent', async () => {
    const { port } = await listening();
    const client = await open(port);
    client.send(get('/v1/./agent/services?a=b'));
    await client.received(/location: \/v1\/agent\/services\?a=b\r\n/);
    client.send(get('/v1/x/../agent/services'));
    await client.received(/location: \/v1\/agent\/services\r\n/);
    client.send(get('http://127.0.0.1:8500/v1/status/leader'));
    await client.received(/8300"$/);
  });

  it.each([
    [
      'no HTTP at all',
      'hello\r\n\r\n',
      /^HTTP\/1\.1 400 Bad Request\r\n.*X-Request-Id: \S+\r\n.*400 Bad Request$/s,
    ],
    [
      'headers that never end',
      get('/v1/status/leader', `X: ${'x'.repeat(70_000)}\r\n`),
      /^HTTP\/1\.1 431 /,
    ],
    [
      'two lengths',
      'PUT /v1/agent/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
  ])('with %s is answered and closed', async (_, request, reply) => {
    const { port } = await listening();
    const client = await open(port);
    client.send(request);
    expect(await client.closed()).toMatch(reply);
  });

  it('with a body that does not come is answered and closed', async () => {
    const { api, port } = await listening({
      limits: { headersMs: 40, requestMs: 50, checkMs: 10 },
    });
    const client = await open(port);
    client.send(
      'PUT /v1/agent/service/register HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"Name":',
    );
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(api.agent.services()).toEqual([]);
  });

  it.each([
    ['headers that come one by one', '', 'X: 1\r\n'],
    ['a body that comes octet by octet', 'Content-Length: 100000\r\n\r\n', ' '],
    ['chunks that come one by one', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n'],
  ])('with %s is answered and closed', async (_, start, drop) => {
    const { api, port } = await listening({
      limits: { headersMs: 40, requestMs: 50, checkMs: 10 },
    });
    const client = await open(port);
    client.send(`PUT /v1/kv/k HTTP/1.1\r\nHost: x\r\n${start}`);
    await until(() => {
      client.send(drop);
      return client.socket.readableEnded;
    });
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(api.state.tables.kv.size).toBe(0);
  });

  it('with a body that is cut off registers nothing', async () => {
    const errors: unknown[] = [];
    const { api, port } = await listening();
    process.once('uncaughtException', (error) => errors.push(error));
    const client = await open(port);
    client.send(
      'PUT /v1/agent/service/register HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"Name":"web"}',
    );
    client.socket.destroy();
    const next = await open(port);
    next.send(get('/v1/agent/services'));
    expect(await next.received(/\{\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    expect(api.agent.services()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('with a body that is too large is answered before it was read', async () => {
    const { port } = await listening();
    const client = await open(port);
    client.send(
      'PUT /v1/agent/service/register HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n{"Name":',
    );
    expect(await client.closed()).toMatch(
      /^HTTP\/1\.1 413 .*Request body\(10000000 bytes\) too large/s,
    );
  });

  it('with an endless body is cut at the limit', async () => {
    const { port } = await listening();
    const client = await open(port);
    client.send(
      'PUT /v1/agent/service/register HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let at = 0; at < 20; at++) client.send(chunk);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 413 .*Request body too large/s);
  });

  it('too many of one client is refused in Consul’s words', async () => {
    const { port } = await listening({ limits: { connectionsPerClientMax: 2 } });
    const first = await open(port);
    const second = await open(port);
    const third = await open(port);
    expect(await third.closed()).toMatch(
      /^HTTP\/1\.1 429 Too Many Requests\r\n.*Your IP is issuing too many/s,
    );
    first.socket.end();
    await first.closed();
    second.send(get('/v1/status/leader'));
    await second.received(/8300"$/);
    const fourth = await open(port);
    fourth.send(get('/v1/status/leader'));
    expect(await fourth.received(/8300"$/)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a long poll', () => {
  let api: TestApi;
  let port: number;
  beforeEach(async () => {
    ({ api, port } = await listening());
    await api.put('/v1/agent/service/register', web);
  });
  const LONG = get('/v1/health/service/web?index=2&wait=5m');

  it('ends when its client goes away', async () => {
    const client = await open(port);
    client.send(LONG);
    await until(() => api.state.watches.size > 0);
    client.socket.destroy();
    await until(() => api.state.watches.size === 0);
    expect(api.clock.pending).toBe(0);
  });

  it('is answered, its connection closed and idle ones let go when the agent stops', async () => {
    const idle = await open(port);
    idle.send(get('/v1/status/leader'));
    await idle.received(/8300"$/);
    const silent = await open(port);
    const client = await open(port);
    client.send(LONG);
    await until(() => api.state.watches.size > 0);
    await api.app.close();
    expect(await client.closed()).toMatch(
      /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*"Service":"web"/is,
    );
    await idle.closed();
    await silent.closed();
    const late = connect(port, '127.0.0.1');
    await new Promise((resolve) => late.once('error', resolve));
  });

  it('does not keep the agent from stopping where a client does not finish its request', async () => {
    const slow = await open(port);
    slow.send('PUT /v1/agent/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx');
    const other = await open(port);
    other.send(get('/v1/status/leader'));
    await other.received(/8300"$/);
    const closed = api.app.close();
    await until(() => api.clock.pending > 0);
    api.clock.advance(5000);
    await closed;
    expect(await slow.closed()).toBe('');
  });

  it('may be closed twice', async () => {
    await Promise.all([api.app.close(), api.app.close()]);
    await api.app.close();
  });
});
