/** Every code has a status and a title, is documented, and is what a client sees. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT_ERROR_CODES } from '../../src/agent/index.ts';
import { CATALOG_ERROR_CODES } from '../../src/catalog/index.ts';
import { EXPLAIN_ERROR_CODES } from '../../src/dns/index.ts';
import { STORE_ERROR_CODES, StoreError } from '../../src/engine/index.ts';
import { refusalOf } from '../../src/http/errors.ts';
import { ERROR_CATALOGUE } from '../../src/http/index.ts';
import type { Logger } from '../../src/runtime/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';
import { SNAPSHOT_ERROR_CODES } from '../../src/snapshot/index.ts';
import { openApi, type TestApi } from './api.ts';

const root = join(import.meta.dirname, '../..');
const codes = Object.keys(ERROR_CATALOGUE);

describe('the error catalogue', () => {
  it.each([
    ['agent', AGENT_ERROR_CODES],
    ['catalog', CATALOG_ERROR_CODES],
    ['store', STORE_ERROR_CODES],
    ['archives', SNAPSHOT_ERROR_CODES],
  ])('has every code of the %s', (_, known) => {
    expect(known.filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('has no code that nothing uses', () => {
    const folder = join(root, 'src/http');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    const ours = [
      ...AGENT_ERROR_CODES,
      ...CATALOG_ERROR_CODES,
      ...STORE_ERROR_CODES,
      ...SNAPSHOT_ERROR_CODES,
      ...EXPLAIN_ERROR_CODES,
    ];
    const unused = codes.filter(
      (code) =>
        !(ours as readonly string[]).includes(code) &&
        code !== 'internal_error' &&
        !files.some((text) => text.includes(`'${code}'`)),
    );
    expect(unused).toEqual([]);
  });

  it('is what docs/errors.md shows', () => {
    const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const shown = [...page.matchAll(/^\| `(\w+)` *\| (.+?) \| (.+?) \|$/gm)].map((row) =>
      row.slice(1).map((cell) => cell.trim()),
    );
    const known = Object.entries(ERROR_CATALOGUE).map(([code, kind]) => [
      code,
      'catalogStatus' in kind
        ? `${kind.status}; ${kind.catalogStatus} under \`/v1/catalog\``
        : `${kind.status}`,
      kind.title,
    ]);
    expect(shown).toEqual(known);
  });

  it('tells nothing about an error that it does not know', () => {
    expect(refusalOf(new Error('secret'))).toMatchObject({
      code: 'internal_error',
      detail: 'internal error',
    });
    expect(refusalOf(Object.assign(new Error('secret'), { code: 'store_made_up' })).code).toBe(
      'internal_error',
    );
    expect(refusalOf(undefined).status).toBe(500);
  });
});

describe('a refusal', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi();
  });
  afterAll(() => api.close());
  const accept = { accept: 'application/problem+json, application/json' };

  it('is an envelope for a client that accepts one', async () => {
    const reply = await api.put(
      '/v1/agent/service/register',
      { Name: 'web', Checks: [{ TTL: '10s' }, { TTL: 'x' }] },
      { ...accept, 'x-request-id': 'mine-1' },
    );
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json()).toEqual({
      type: 'urn:rollcall:error:request_decode_failed',
      title: 'The request body cannot be decoded',
      status: 400,
      detail: 'Request decode failed: time: invalid duration "x"',
      code: 'request_decode_failed',
      field: 'Checks[1].TTL',
      requestId: 'mine-1',
    });
  });

  it.each([
    ['GET', '/v1/nope', 404, 'path_unknown', undefined],
    ['GET', '/v1/agent/service/register', 405, 'method_not_allowed', undefined],
    ['GET', '/v1/%zz', 400, 'url_malformed', undefined],
    ['GET', '/v1/agent/services?x=%zz', 500, 'query_malformed', undefined],
    ['GET', '/v1/agent/services?ns=x', 400, 'namespace_unsupported', 'ns'],
    ['GET', '/v1/catalog/nodes?index=x', 400, 'index_invalid', 'index'],
    ['PUT', '/v1/agent/service/deregister/x', 404, 'service_unknown', 'ServiceID'],
    ['PUT', '/v1/catalog/deregister', 400, 'request_decode_failed', undefined],
  ] as const)('of %s %s names its code and field', async (method, url, status, code, field) => {
    const reply = await api.app.fastify.inject({ method, url, headers: accept });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) });
    expect(reply.json().detail).not.toBe('');
    expect(reply.json().requestId).toBe(reply.headers['x-request-id']);
  });

  it('by the store is 503 with its reason', async () => {
    const failing = await openApi({
      deps: {
        commit: () =>
          Promise.reject(new StoreError('store_unavailable', 'the store cannot be written: full')),
      },
    });
    const body = { Node: 'n9', Address: '10.0.0.9' };
    const reply = await failing.put('/v1/catalog/register', body);
    expect([reply.statusCode, reply.body]).toEqual([503, 'the store cannot be written: full']);
    await failing.close();
  });
});

describe('a failure inside', () => {
  it('is logged once with the id of the request, and shown without its reason', async () => {
    const lines: (readonly [string, Record<string, unknown>])[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (fields, message) => lines.push([message, fields]),
    };
    const api = await openApi({
      logger,
      deps: { commit: () => Promise.reject(new Error('secret')) },
    });
    const reply = await api.put(
      '/v1/catalog/register',
      { Node: 'n9', Address: '10.0.0.9' },
      { 'x-request-id': 'r-7' },
    );
    expect([reply.statusCode, reply.body]).toEqual([500, 'internal error']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject(['request failed', { requestId: 'r-7', method: 'PUT' }]);
    await api.close();
  });
});

describe('the request id', () => {
  it.each([
    ['abc-123', true],
    ['a'.repeat(128), true],
    ['a'.repeat(129), false],
    ['two words', false],
    ['', false],
  ])('%j is taken over: %s', async (id, taken) => {
    const api = await openApi();
    const reply = await api.get('/v1/agent/version', { 'x-request-id': id });
    expect(reply.headers['x-request-id'] === id).toBe(taken);
    expect(reply.headers['x-request-id']).toMatch(/^[\w.:/+=@-]+$/);
    await api.close();
  });

  it('stands in the log lines that the request caused', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger: Logger = {
      ...silentLogger,
      debug: (fields, message) => lines.push({ ...fields, message }),
      info: (fields, message) => lines.push({ ...fields, message }),
    };
    const api = await openApi({ logger });
    await api.put('/v1/agent/service/register', { Name: 'web' }, { 'x-request-id': 'r-1' });
    expect(lines).toEqual([
      { requestId: 'r-1', service: 'web', id: 'web', message: 'service registered' },
      {
        requestId: 'r-1',
        method: 'PUT',
        url: '/v1/agent/service/register',
        status: 200,
        ms: expect.any(Number),
        message: 'request',
      },
    ]);
    await api.close();
  });
});
