/**
 * Goal: no client's mistake is answered with a failure, or done by half, and the agent answers afterwards.
 * Method: every endpoint that writes, of the built agent, is sent what no client library would send; the index of the
 * catalog and the agent's log are looked at afterwards.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_HTTP_OPTIONS } from '../../src/http/index.ts';
import { ROUTE_GROUPS, type RouteDeps } from '../../src/http/routes/index.ts';
import { systemClock } from '../../src/runtime/index.ts';
import { IDENTITY } from '../http/api.ts';
import { type AgentChild, startAgentChild } from '../support/agent-child.ts';
import { openSocket, sendAlone } from '../support/http-socket.ts';

/** Enough to make the endpoints of, none of which is called here. */
const deps = {
  agent: { identity: IDENTITY },
  clock: systemClock,
  options: DEFAULT_HTTP_OPTIONS,
} as unknown as RouteDeps;

/** They would end what is tested. */
const LEFT_OUT = ['/v1/agent/leave', '/v1/agent/reload'];

const writes = ROUTE_GROUPS.flatMap((group) => group(deps)).filter(
  ({ method, path }) => method !== 'GET' && !LEFT_OUT.includes(path),
);
/** As one would call it: `PUT /v1/kv/one`. */
const lines = writes.map(
  ({ method, path }) => `${method} ${path}${path.endsWith('/') ? 'one' : ''}`,
);

let agent: AgentChild;
beforeAll(async () => {
  agent = await startAgentChild({ isShared: true, args: ['-dev', '-log-level', 'info'] });
});
afterAll(() => agent.stop('SIGKILL'));

const send = (line: string, headers = '', body: string | Buffer = ''): Promise<string> =>
  sendAlone(agent.http.port, line, headers, body);
const statusOf = (reply: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(reply)?.[1]);
const announcing = (bytes: number): string => `Content-Length: ${bytes}\r\n`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

async function indexOf(): Promise<string> {
  const reply = await fetch(`${agent.url}/v1/agent/self`);
  const self = (await reply.json()) as { Stats: { raft: { applied_index: string } } };
  return self.Stats.raft.applied_index;
}

/** Runs `attack`, after which nothing may have changed and nothing may have failed inside. */
async function unharmed(attack: () => Promise<void>): Promise<void> {
  const before = await indexOf();
  await attack();
  expect(await indexOf()).toBe(before);
  expect(agent.output()).not.toContain('request failed');
}

const nested = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);

const BODIES: readonly [name: string, body: string | Buffer][] = [
  ['nothing', ''],
  ['JSON that is cut', '{"Name":'],
  ['deep lists', nested('[', ']')],
  ['deep objects', nested('{"a":', '}')],
  ['deep metadata', `{"Name":"x","Node":"x","Address":"1.2.3.4","Meta":${nested('{"a":', '}')}}`],
  ['octets that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  [
    'names with NUL',
    '{"Name":"a\\u0000b","Node":"a\\u0000b","ID":"a\\u0000b","Address":"1.2.3.4"}',
  ],
  ['half of a surrogate pair', '{"Name":"\\ud800","Node":"\\udfff","Port":"\\ud800"}'],
  ['a key twice, the second time as a number', '{"Name":"a","Node":"a","name":7,"node":7}'],
  ['numbers past a double', '{"Port":1e400,"Index":1e400,"Name":"w","Node":7}'],
  ['a number of 5000 digits', `{"Name":"w","Port":${'9'.repeat(5000)},"Node":7}`],
  ['two values', '{"Nope":1}{"Nope":2}'],
  ['a list', '[1,2]'],
];

/** Where a body is not looked at, is anything at all, or where Consul calls a mistake a failure of its own. */
const OTHER: Readonly<Record<string, RegExp>> = {
  'PUT /v1/kv/one': /^200 true$/,
  'DELETE /v1/kv/one': /^200 true$/,
  'PUT /v1/event/fire/one': /^(200 \{\s*"ID": |413 )/,
  'PUT /v1/session/create': /^(200 \{\s*"ID": |4|500 apply failed: Missing node registration$)/,
  'PUT /v1/session/destroy/one': /^200 true$/,
  'PUT /v1/agent/join/one': /^500 1 error occurred:/,
  'PUT /v1/agent/force-leave/one': /^500 agent: No node found with name 'one'$/,
  'POST /v1/operator/raft/transfer-leader': /^500 cannot find peer$/,
  'PUT /v1/query/one': /^(4|500 Prepared Query lookup failed: )/,
  'DELETE /v1/query/one': /^(413 |500 Prepared Query lookup failed: )/,
  'PUT /v1/config': /^(4|501 configuration entries are not supported$)/,
  'PUT /v1/snapshot': /^500 failed to decompress snapshot: /,
};

describe.each(lines)('%s', (line) => {
  const expected = OTHER[line] ?? /^4\d\d /;

  it('refuses bodies that make no sense, and does nothing by half', async () => {
    let before = await indexOf();
    for (const [name, body] of BODIES) {
      const reply = await send(line, announcing(Buffer.byteLength(body)), body);
      const [head = '', text = ''] = reply.split('\r\n\r\n', 2);
      expect(`${statusOf(head)} ${text.trim()}`, name).toMatch(expected);
      const after = await indexOf();
      if (statusOf(head) !== 200) expect(after, name).toBe(before);
      before = after;
    }
    expect(agent.output()).not.toContain('request failed');
  });

  it('refuses bodies that are too large, or do not come whole', () =>
    unharmed(async () => {
      expect(statusOf(await send(line, announcing(1e13)))).toBe(413);
      // Half a gigabyte is too much for a test.
      if (line !== 'PUT /v1/snapshot') {
        const endless = chunk('x'.repeat(1 << 16)).repeat(17);
        expect(statusOf(await send(line, CHUNKED, endless))).toBe(413);
      }
      const client = await openSocket(agent.http.port);
      // An archive is read as it comes, and could be refused for what has come: of one that is sound, the first octet.
      const part = line === 'PUT /v1/snapshot' ? '\x1f' : '{}';
      client.send(`${line} HTTP/1.1\r\nHost: x\r\n${announcing(100)}\r\n${part}`);
      client.socket.end();
      expect(await client.closed()).toMatch(/^(HTTP\/1\.1 400 .*)?$/s);
    }));

  it('is not confused by thousands of parameters', async () => {
    const once = statusOf(await send(line));
    expect(statusOf(await send(`${line}?${'a&b=%20&'.repeat(3000)}`))).toBe(once);
    expect(statusOf(await send(`${line}?a=%zz`))).toBe(500);
  });
});

describe('a path', () => {
  it.each<[name: string, status: number]>([
    ['%00', 400],
    ['a%00b', 400],
    ['%0d%0aX-Y:%201', 400],
    ['%zz', 400],
    ['%', 400],
    ['%e', 400],
    ['%ff%fe', 400],
    ['%ed%a0%80', 400],
    ['%c0%af', 400],
    ['%f4%90%80%80', 400],
    ['a#b', 400],
    ['..', 301],
    ['%2e%2e', 301],
    ['%2E%2e%2fx', 301],
    ['a/../../../etc', 301],
    ['/x', 301],
    ['a//b', 301],
    ['%2f%2fx', 301],
  ])('with %s is %s wherever there is a name', (name, status) =>
    unharmed(async () => {
      for (const { method, path } of writes.filter(({ path }) => path.endsWith('/'))) {
        const reply = await send(`${method} ${path}${name}`);
        expect(statusOf(reply), `${method} ${path}`).toBe(status);
      }
    }),
  );
});

describe('headers', () => {
  const key = 'PUT /v1/kv/headers';

  it.each<[what: string, headers: string, status: number]>([
    ['of 100 KiB', `X: ${'x'.repeat(100_000)}\r\n`, 431],
    ['of 100 KiB in many', 'X: 1\r\n'.repeat(20_000), 431],
    ['without a name', ': x\r\n', 400],
    ['without a colon', 'nonsense\r\n', 400],
    ['with a space before the colon', 'X : 1\r\n', 400],
    ['with NUL', 'X: a\0b\r\n', 400],
    ['with two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n', 400],
    ['with a length and chunks', `Content-Length: 1\r\n${CHUNKED}`, 400],
    ['with a length that is none', 'Content-Length: 1e3\r\n', 400],
    ['with a negative length', 'Content-Length: -1\r\n', 400],
    ['with a length past 64 bits', `Content-Length: ${'9'.repeat(30)}\r\n`, 400],
    ['with chunks that are not the last coding', 'Transfer-Encoding: chunked, gzip\r\n', 400],
    ['with chunks of a length that is none', `${CHUNKED}\r\nzz\r\nx\r\n0\r\n`, 400],
  ])('%s are refused', (_, headers, status) =>
    unharmed(async () => {
      expect(statusOf(await send(key, headers, 'x'))).toBe(status);
    }),
  );

  it('may be thousands, the last of which counts as the first', async () => {
    const many = 'X: 1\r\n'.repeat(4000);
    const reply = await send('GET /v1/agent/services', `${many}X-Consul-Namespace: x\r\n`);
    expect(reply).toContain('Invalid header: "X-Consul-Namespace"');
  });
});

it('a hundred clients that do not go on keep nobody out', () =>
  unharmed(async () => {
    for (let at = 0; at < 50; at++) {
      const [slowHead, slowBody] = [
        await openSocket(agent.http.port),
        await openSocket(agent.http.port),
      ];
      slowHead.send('PUT /v1/kv/slow HTTP/1.1\r\nHost');
      slowBody.send(`PUT /v1/kv/slow HTTP/1.1\r\nHost: x\r\n${announcing(100)}\r\nx`);
    }
    expect(statusOf(await send('GET /v1/agent/services'))).toBe(200);
  }));
