/** The keys of the HTTP interface and of the data behind it: values, ranges, mistakes with their places, reload. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffConfig, loadArguments, reloadable } from '../../src/config/index.ts';
import { errorOf, folderOf, HOST, load, problemsOf } from './bench.ts';

const httpOf = (content: unknown, argv: readonly string[] = []) =>
  load([content], argv).config.http;

describe('a key of HTTP', () => {
  it('has the default of Consul where none is given', () => {
    expect(httpOf({})).toMatchObject({
      connectionsPerClientMax: 200,
      headerBytesMax: 32_768,
      kvValueBytesMax: 524_288,
      txnBytesMax: 524_288,
      sessionTtlMinMs: 10_000,
      blockedEndpoints: [],
      allowWritesFrom: [],
      useCache: true,
      responseHeaders: {},
    });
  });

  it.each<[content: unknown, expected: object]>([
    [{ limits: { http_max_conns_per_client: 0 } }, { connectionsPerClientMax: Infinity }],
    [{ limits: { kv_max_value_size: 1024 } }, { kvValueBytesMax: 1024, txnBytesMax: 524_288 }],
    // A transaction may be as long as a value.
    [
      { limits: { kv_max_value_size: 600_000, txn_max_req_len: 2048 } },
      { kvValueBytesMax: 600_000, txnBytesMax: 600_000 },
    ],
    [{ session_ttl_min: '250ms' }, { sessionTtlMinMs: 250 }],
    [{ session_ttl_min: '0s' }, { sessionTtlMinMs: 10_000 }],
    [{ http_config: { block_endpoints: ['/v1/acl'] } }, { blockedEndpoints: ['/v1/acl'] }],
    [
      { http_config: { allow_write_http_from: [' 10.1.2.3/8', '::/0'] } },
      { allowWritesFrom: ['10.1.2.3/8', '::/0'] },
    ],
    [{ http_config: { use_cache: false } }, { useCache: false }],
    [{ http_config: { max_header_bytes: 8192 } }, { headerBytesMax: 8192 }],
    [{ http_config: { response_headers: { A: 'b' } } }, { responseHeaders: { A: 'b' } }],
  ])('%j has its effect', (content, expected) => {
    expect(httpOf(content)).toMatchObject(expected);
    expect(load([content]).warnings).toEqual([]);
  });

  it('can be a flag', () => {
    const argv = ['-allow-write-http-from', '10.0.0.0/8', '-allow-write-http-from=::1/128'];
    expect(httpOf({}, argv).allowWritesFrom).toEqual(['10.0.0.0/8', '::1/128']);
  });
});

describe('a mistake', () => {
  it.each<[content: unknown, problem: string]>([
    [
      { limits: { kv_max_value_size: 1023 } },
      'limits.kv_max_value_size: expected an integer from 1024 to 16777216, received 1023',
    ],
    [
      { limits: { txn_max_req_len: 16_777_217 } },
      'limits.txn_max_req_len: expected an integer from 1024 to 16777216, received 16777217',
    ],
    [
      { limits: { http_max_conns_per_client: -1 } },
      'limits.http_max_conns_per_client: expected an integer of at least 0, received -1',
    ],
    [
      { session_ttl_min: '25h' },
      'session_ttl_min: expected a duration such as "10s" from 0s to 24h0m0s, received "25h"',
    ],
    [
      { http_config: { max_header_bytes: 8191 } },
      'http_config.max_header_bytes: expected 0 or an integer from 8192 to 1048576, received 8191',
    ],
    [
      { http_config: { block_endpoints: ['/v1/kv', 'v1/acl'] } },
      'http_config.block_endpoints: expected a path such as "/v1/kv", received "v1/acl"',
    ],
    ...['10.0.0.1', '10.0.0.0/33', 'fe80::%lo/64', '::/129', 'x/8', '10.0.0.0/', ''].map(
      (cidr): [unknown, string] => [
        { http_config: { allow_write_http_from: ['127.0.0.0/8', cidr] } },
        `allow_write_http_from: invalid cidr: ${cidr}`,
      ],
    ),
    [
      { http_config: { response_headers: { 'a b': 'x' } } },
      'http_config.response_headers: "a b" is not the name of a header',
    ],
    [
      { http_config: { response_headers: { A: 'x\r\ny' } } },
      'http_config.response_headers: "A" has characters that a header cannot have',
    ],
    [
      { http_config: { response_headers: { 'Content-Length': '3' } } },
      'http_config.response_headers: "Content-Length" says how long a reply is, and is set for each',
    ],
  ])('%j is told', (content, problem) => {
    expect(problemsOf(content)).toEqual([problem]);
  });

  it('is told with its file, and with its line where a list has it', () => {
    const text = '{\n"http_config": {\n"allow_write_http_from": [\n"127.0.0.0/8",\n"10.0.0"]}}';
    const folder = folderOf({ 'a.json': text, 'b.json': '{"limits":{"kv_max_value_size":1}}' });
    const [a, b] = ['a.json', 'b.json'].map((name) => join(folder, name));
    const argv = ['-dev', '-config-file', `${a}`, '-config-file', `${b}`];
    const { message } = errorOf(() => loadArguments(argv, { host: HOST }));
    expect(message).toContain(
      `failed to parse ${b}: 1 error occurred:\n\t* limits.kv_max_value_size`,
    );
    expect(message).toContain(`invalid cidr: 10.0.0 (${a}:5)`);
  });
});

it('a reload changes how many connections a client may have, and leaves the rest for a restart', () => {
  const before = load([{}]).config;
  const after = load([
    {
      limits: { http_max_conns_per_client: 7, kv_max_value_size: 2048 },
      session_ttl_min: '5s',
      http_config: { block_endpoints: ['/v1/acl'] },
    },
  ]).config;
  expect(reloadable(after).http).toEqual({ connectionsPerClientMax: 7 });
  expect(diffConfig(before, after)).toEqual({
    applied: ['limits.http_max_conns_per_client'],
    restart: ['limits.kv_max_value_size', 'session_ttl_min', 'http_config.block_endpoints'],
  });
});
