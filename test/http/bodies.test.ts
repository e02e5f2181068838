/** How bodies arrive: in pieces, many at a time, too large, from clients that go on sending. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { BodyBudget, SMALL_BODY_BYTES } from '../../src/http/body-budget.ts';
import { BodyOctets } from '../../src/http/body-octets.ts';
import { DEFAULT_HTTP_OPTIONS, type HttpOptions } from '../../src/http/index.ts';
import { until } from '../support/held-clock.ts';
import { openSocket, sendAlone } from '../support/http-socket.ts';
import { openApi, type TestApi } from './api.ts';

async function listening(
  options: Partial<HttpOptions> = {},
): Promise<{ api: TestApi; port: number }> {
  const api = await openApi({ deps: { options: { ...DEFAULT_HTTP_OPTIONS, ...options } } });
  onTestFinished(() => api.close());
  const { port } = await api.app.listen({ host: '127.0.0.1', port: 0 });
  return { api, port };
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const announcing = (bytes: number): string => `Content-Length: ${bytes}\r\n`;
const put = (key: string, headers: string): string =>
  `PUT /v1/kv/${key} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

describe('the octets of a body', () => {
  it.each([
    ['none', []],
    ['one piece', ['abc']],
    ['several', ['a', '', 'bcd', 'e']],
    ['a thousand of one octet', Array.from({ length: 1000 }, (_, at) => `${at % 10}`)],
  ])('of %s are put together', (_, pieces) => {
    for (const announced of [0, pieces.join('').length, 2 << 20]) {
      const octets = new BodyOctets(announced);
      for (const piece of pieces) octets.add(Buffer.from(piece));
      expect(octets.whole().toString()).toBe(pieces.join(''));
      expect(octets.length).toBe(pieces.join('').length);
    }
  });

  it('leave the first piece as it was', () => {
    const first = Buffer.from('first');
    const octets = new BodyOctets(0);
    octets.add(first);
    octets.add(Buffer.from('second'));
    expect(first.toString()).toBe('first');
  });

  it('arrive in chunks of one octet', async () => {
    const { api, port } = await listening();
    const text = `${'x'.repeat(999)}y`;
    const body = `${[...text].map(chunk).join('')}${chunk('')}`;
    expect(await sendAlone(port, 'PUT /v1/kv/k', CHUNKED, body)).toMatch(/true$/);
    expect((await api.get('/v1/kv/k?raw')).body).toBe(text);
  });
});

describe('the budget of large bodies', () => {
  const large = 2 * SMALL_BODY_BYTES;

  it('counts nothing of small ones', () => {
    const budget = new BodyBudget(0);
    expect(budget.open().grow(SMALL_BODY_BYTES)).toBe(true);
    expect(budget.open().grow(SMALL_BODY_BYTES + 1)).toBe(false);
  });

  it('counts what each has come to, until it is let go', () => {
    const budget = new BodyBudget(2 * large);
    const [one, other] = [budget.open(), budget.open()];
    expect([one.grow(large), one.grow(large + 1), other.grow(large)]).toEqual([true, true, false]);
    one.close();
    one.close();
    expect([other.grow(2 * large), other.grow(2 * large + 1)]).toEqual([true, false]);
    // What comes after the end of a request holds nothing.
    expect(one.grow(large)).toBe(false);
    other.close();
    expect(budget.open().grow(2 * large)).toBe(true);
  });
});

describe('large bodies at a time', () => {
  const BYTES = 150_000;
  const value = 'x'.repeat(BYTES);
  const options = { bodiesBytesMax: 200_000 };
  const TOO_MANY =
    /^HTTP\/1\.1 503 .*connection: close\r\n.*\r\n\r\nToo many large request bodies are being read, please try again$/is;

  /** Sends whole values until one is answered like `pattern`. */
  async function untilAnswered(port: number, pattern: RegExp): Promise<void> {
    for (;;) {
      if (pattern.test(await sendAlone(port, 'PUT /v1/kv/b', announcing(BYTES), value))) return;
    }
  }

  it.each([
    ['with its length', announcing(BYTES), value.slice(0, -1), 'x'],
    ['in chunks', CHUNKED, chunk(value.slice(0, -1)), chunk('x') + chunk('')],
  ])(
    'sent %s are bounded together, and small ones come through',
    async (_, headers, most, rest) => {
      const { api, port } = await listening(options);
      const first = await openSocket(port);
      first.send(put('a', headers) + most);
      await untilAnswered(port, TOO_MANY);
      expect(await sendAlone(port, 'PUT /v1/kv/c', announcing(3), 'abc')).toMatch(/true$/);
      expect(await sendAlone(port, 'PUT /v1/kv/d', CHUNKED, chunk('abc') + chunk(''))).toMatch(
        /true$/,
      );
      first.send(rest);
      expect(await first.received(/true$/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect((await api.get('/v1/kv/a?raw')).body).toBe(value);
      await untilAnswered(port, /^HTTP\/1\.1 200 /);
    },
  );

  it('make room when their client is gone', async () => {
    const { api, port } = await listening(options);
    const first = await openSocket(port);
    first.send(put('a', announcing(BYTES)) + value.slice(0, -1));
    await untilAnswered(port, TOO_MANY);
    first.socket.destroy();
    await untilAnswered(port, /^HTTP\/1\.1 200 /);
    expect((await api.get('/v1/kv/a')).statusCode).toBe(404);
  });

  it('of one connection come one after another', async () => {
    const { port } = await listening(options);
    const client = await openSocket(port);
    for (let at = 1; at <= 5; at++) {
      client.send(put('a', announcing(BYTES)) + value);
      await client.received(new RegExp(`^(?:HTTP/1\\.1 200 .*?true){${at}}$`, 's'));
    }
  });
});

describe('a client that goes on sending', () => {
  it.each([
    ['a body with its length', announcing(50_000_000), 'x'.repeat(1 << 16)],
    ['a body in chunks', CHUNKED, chunk('x'.repeat(1 << 16))],
  ])('%s gets its refusal, and not a reset', async (_, headers, piece) => {
    const { api, port } = await listening();
    const client = await openSocket(port);
    let failure: Error | undefined;
    client.socket.on('error', (error) => {
      failure = error;
    });
    client.send(`PUT /v1/agent/service/register HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    for (let at = 0; at < 300; at++) client.send(piece);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 413 .*connection: close\r\n.*too large/is);
    expect(failure).toBeUndefined();
    await until(() => api.clock.pending === 0);
  });

  it('headers gets its refusal once', async () => {
    const { port } = await listening();
    const client = await openSocket(port);
    client.send('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n');
    for (let at = 0; at < 300; at++) client.send(`X-${at}: ${'x'.repeat(10_000)}\r\n`);
    expect((await client.closed()).match(/HTTP\/1\.1 431 /g)).toHaveLength(1);
  });

  it('is cut off after a while', async () => {
    const { api, port } = await listening();
    const client = await openSocket(port);
    client.socket.allowHalfOpen = true;
    client.send(put('k', announcing(50_000_000)));
    await client.received(/^HTTP\/1\.1 413 /);
    await until(() => api.clock.pending > 0);
    api.clock.advance(500);
    // Its own side is still open: only a reset ends it.
    await until(() => {
      client.send('x');
      return client.socket.destroyed;
    });
  });
});
