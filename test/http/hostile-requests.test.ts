/**
 * Goal: whatever is sent to whichever endpoint is answered in known words: no failure inside, nothing logged as one.
 * Method: every endpoint of the route list, each method that it takes, and a list of names, parameters and bodies.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_HTTP_OPTIONS } from '../../src/http/index.ts';
import { ROUTE_GROUPS, type RouteDeps } from '../../src/http/routes/index.ts';
import { type LogFields, silentLogger, systemClock } from '../../src/runtime/index.ts';
import { IDENTITY, openApi, type TestApi } from './api.ts';

const failures: string[] = [];
const logger = {
  ...silentLogger,
  error: (fields: LogFields, message: string) => {
    failures.push(`${message}: ${fields.method} ${fields.url} ${fields.err}`);
  },
};

let api: TestApi;
beforeAll(async () => {
  // A real clock, so that what waits for a millisecond ends.
  api = await openApi({ logger, deps: { clock: systemClock } });
  await api.put('/v1/agent/service/register', { Name: 'web', Check: { TTL: '10s' } });
});
afterAll(() => api.close());

const NAMES = [
  '',
  'web',
  '%2F',
  '%25',
  '..%2F..%2Fetc',
  'a%20b%2Bc',
  '%E2%82%AC%F0%9F%98%80',
  '%ff%fe',
  '%00',
  '%0d%0aX:%201',
  '__proto__',
  'constructor',
  `${'x'.repeat(5000)}`,
  'a/b/c/execute',
  '%22%27%60%3Cscript%3E',
];

const QUERIES = [
  'index=18446744073709551615&wait=1ms&stale',
  'index=1e3',
  'index=0&wait=-1s&consistent',
  'wait=9999999h&index=0',
  'filter=%28%28%28&near=_agent',
  'filter=__proto__.constructor+%3D%3D+1',
  'node-meta=__proto__:x&node-meta=:&tag=&tag=__proto__',
  'cas=18446744073709551616&flags=-1',
  'cas=abc&recurse&keys&raw&separator=',
  'recurse&keys&separator=%F0%9F%98%80',
  'acquire=x&release=y',
  'near=%00&limit=-1&passing=2&dc=%F0%9F%98%80',
  'enable=maybe&reason=%0a&note=%00&ns=%00',
  'pretty&cached&hash=x&name=%5B&type=%5C&bufsize=1e9&client=x&transport=z&token=%0a',
  'a=%zz',
  '&&=&=&;',
];

const deep = (open: string, close: string): string => `${open.repeat(9000)}${close.repeat(9000)}`;
const BODIES = [
  '',
  'null',
  '[]',
  '{}',
  '""',
  '-0',
  '1e999',
  '\ufffd',
  '{"__proto__":{"x":1}}',
  '{"Name":{"Name":null}}',
  '{"Name":"\\ud800","ID":"\\u0000","Node":"","Service":[],"Check":7}',
  deep('[', ']'),
  deep('{"a":', '}'),
  deep('[{"KV":', '}]'),
  '{"Name":"web","Tags":[null,null],"Meta":{"a":null},"Port":99999999999999999999}',
  `{"Name":"${'x'.repeat(100_000)}"}`,
];

/** They would end what is tested, or have no end themselves. */
const LEFT_OUT = [
  '/v1/agent/leave',
  '/v1/agent/reload',
  '/v1/agent/metrics/stream',
  '/v1/agent/monitor',
];

/** Enough to make the endpoints of, which no test calls. */
const deps = {
  agent: { identity: IDENTITY },
  clock: systemClock,
  options: DEFAULT_HTTP_OPTIONS,
} as unknown as RouteDeps;

const endpoints = ROUTE_GROUPS.flatMap((group) => group(deps)).filter(
  ({ path }) => !LEFT_OUT.includes(path),
);

describe('any request', () => {
  it.each(endpoints.map(({ method, path }) => [method, path] as const))(
    'of %s %s is answered in known words',
    async (method, path) => {
      const names = path.endsWith('/') ? NAMES : [''];
      const bodies = method === 'GET' ? [''] : BODIES;
      // Not each with each, but in several pairings.
      const requests = [0, 5].flatMap((shift) =>
        QUERIES.flatMap((query, at) => {
          const name = names[(at + shift) % names.length] ?? '';
          const body = bodies[(at + 2 * shift) % bodies.length] ?? '';
          return [
            [name, body],
            [`${name}?${query}`, body],
          ] as const;
        }),
      );
      for (const [rest, payload] of requests) {
        const reply = await api.app.fastify.inject({ method, url: path + rest, payload });
        expect(reply.body, rest).not.toBe('internal error');
      }
      expect(failures.splice(0)).toEqual([]);
    },
  );
});
