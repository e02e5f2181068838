/** `/v1/agent/monitor`: the log as it is written, to as many and as slow clients as there may be. */
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { formatLogJson, formatLogText } from '../../src/http/log-form.ts';
import { createLogger, type LogEntry, limits, type RootLogger } from '../../src/runtime/index.ts';
import { settle } from '../support/held-clock.ts';
import { openApi, type TestApi } from './api.ts';

const URL = '/v1/agent/monitor';

let log: RootLogger;
let api: TestApi;
let port: number;
beforeEach(async () => {
  log = createLogger('error', { write: () => {} });
  api = await openApi({ logger: log, deps: { followLog: log.follow } });
  ({ port } = await api.app.listen({ host: '127.0.0.1', port: 0 }));
  return () => api.close();
});

/** Resolves with the head of the reply. */
function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get({ port, path, headers, agent: false }, resolve).on('error', reject);
    onTestFinished(() => void request.destroy());
  });
}

/** Follows the log, and reads it line by line. */
async function follow(path: string, headers: Record<string, string> = {}) {
  const reply = await open(path, headers);
  const isPacked = reply.headers['content-encoding'] === 'gzip';
  const input = isPacked ? reply.pipe(createGunzip()) : reply;
  const lines = createInterface(input)[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => (await lines.next()).value;
  return { reply, next };
}

/** Lets the lines that wait go out. */
async function flush(): Promise<void> {
  await settle();
  api.clock.advance(200);
}

describe('the log', () => {
  it("is sent in Consul's text from `info` on", async () => {
    const { reply, next } = await follow(URL);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
    const dns = log.child({ module: 'dns' });
    dns.debug({}, 'too low');
    dns.info({ port: 8600, address: '::1' }, 'listening');
    log.warn({}, 'careful');
    await flush();
    expect(await next()).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[INFO\] {2}agent\.dns: listening: port=8600 address=::1$/,
    );
    expect(await next()).toMatch(/Z \[WARN\] {2}agent: careful$/);
  });

  it('has the requests at `debug`', async () => {
    const { next } = await follow(`${URL}?loglevel=debug`);
    await fetch(`http://127.0.0.1:${port}/v1/status/leader`).then((reply) => reply.text());
    await flush();
    expect(await next()).toMatch(/ \[DEBUG\] agent: request: .* url=\/v1\/status\/leader /);
  });

  it('is JSON on request', async () => {
    const { next } = await follow(`${URL}?logjson`);
    log.error({ module: 'engine', err: new Error('disk full') }, 'write failed');
    await flush();
    expect(JSON.parse((await next()) ?? '')).toEqual({
      '@level': 'error',
      '@message': 'write failed',
      '@module': 'agent.engine',
      '@timestamp': expect.stringMatching(/Z$/),
      error: 'disk full',
    });
  });

  it('is packed for who takes it, and each line is there at once', async () => {
    const { reply, next } = await follow(URL, { 'accept-encoding': 'gzip' });
    expect(reply.headers['content-encoding']).toBe('gzip');
    for (const message of ['one', 'two']) {
      log.info({}, message);
      await flush();
      expect(await next()).toMatch(`agent: ${message}`);
    }
  });

  it('ends with the agent, after its last line', async () => {
    const { next } = await follow(URL);
    log.info({}, 'agent is stopping');
    await api.app.close();
    expect(await next()).toMatch(/agent is stopping$/);
    expect(await next()).toBeUndefined();
  });

  it('is no longer written for a client that left', async () => {
    const least: string[] = [];
    log.onLeastLevel((level) => least.push(level));
    const { reply } = await follow(`${URL}?loglevel=trace`);
    expect(least).toEqual(['trace']);
    reply.destroy();
    await expect.poll(() => least).toEqual(['trace', 'error']);
    expect(api.clock.pending).toBe(0);
  });

  it('says how much of it is missing for a client that reads too slowly', async () => {
    const { next } = await follow(URL);
    const own: LogEntry[] = [];
    log.follow({ level: 'warn', take: (entry) => own.push(entry) });
    const long = 'x'.repeat(limits.logTailCharacters.default / 4);
    for (let at = 0; at < 7; at++) log.info({ at }, long);
    log.info({}, 'dropped, too');
    await flush();
    for (let at = 0; at < 4; at++) expect(await next()).toMatch(new RegExp(`at=${at}$`));
    expect(await next()).toMatch(/\[WARN\] {2}agent\.http: lines are missing here: .*: dropped=4$/);
    log.info({}, 'fast again');
    await flush();
    expect(await next()).toMatch(/fast again$/);
    await api.app.close();
    await expect.poll(() => own).toMatchObject([{ fields: { dropped: 4 } }]);
  });

  it('is not kept for a client that does not read at all', async () => {
    const reply = await open(URL);
    const long = 'x'.repeat(limits.logTailCharacters.default / 16);
    // Far more than the sockets hold.
    for (let mebibytes = 0; mebibytes < 40; mebibytes++) {
      for (let at = 0; at < 16; at++) log.info({}, long);
      await flush();
    }
    log.info({}, 'the last line');
    let read = 0;
    let text = '';
    for await (const chunk of reply) {
      read += chunk.length;
      text = (text + chunk).slice(-2000);
      await flush();
      if (/lines are missing here: .*: dropped=\d+\n$/.test(text)) break;
    }
    expect(read).toBeLessThan(20 * limits.logTailCharacters.default);
    expect(text).not.toContain('the last line');
  });

  it.each(['TRACE', 'Debug', 'warn', 'ERR', 'error', ''])('has a level %j', async (level) => {
    expect((await open(`${URL}?loglevel=${level}`)).statusCode).toBe(200);
  });

  it('has no other level', async () => {
    const reply = await api.get(`${URL}?loglevel=zz`);
    expect([reply.statusCode, reply.body]).toEqual([400, 'Unknown log level: zz']);
  });

  it('is followed by so many at most', async () => {
    const all = Array.from({ length: limits.liveReplies.default }, () => open(URL));
    const [first] = await Promise.all(all);
    const refused = await api.get(URL);
    expect([refused.statusCode, refused.body]).toEqual([
      429,
      'Too many clients follow the log or the metrics',
    ]);
    first?.destroy();
    await expect.poll(async () => (await open(URL)).statusCode).toBe(200);
  });
});

const entry: LogEntry = {
  time: '2026-01-01T00:00:00.000Z',
  level: 'info',
  module: 'agent',
  message: 'm',
  fields: {},
};

it.each([
  [{}, 'm'],
  [{ a: 'b', n: 1, yes: true, none: null }, 'm: a=b n=1 yes=true none=null'],
  [{ a: '' }, 'm: a=""'],
  [{ a: 'two words' }, 'm: a="two words"'],
  [{ a: 'two\nlines' }, 'm: a="two\\nlines"'],
  [{ a: 'a "b"' }, 'm: a="a \\"b\\""'],
  [{ a: ['b', 1], c: { d: 'e f' } }, 'm: a=["b",1] c={"d":"e f"}'],
  [{ err: { type: 'Error', message: 'lost', stack: 'at …' } }, 'm: error=lost'],
  [{ err: 'lost it' }, 'm: error="lost it"'],
] as const)('fields %j are written as %j', (fields, text) => {
  expect(formatLogText({ ...entry, fields })).toBe(`${entry.time} [INFO]  agent: ${text}\n`);
  expect(formatLogJson({ ...entry, fields })).toMatch(/^\{"@level":"info".*\}\n$/);
});
