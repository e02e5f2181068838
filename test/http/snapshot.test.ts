/** `/v1/snapshot`: a catalog out, and in again, over HTTP. The archive itself is `test/snapshot/`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/index.ts';
import { openSocket } from '../support/http-socket.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openApi, type TestApi } from './api.ts';

const SNAPSHOT = '/v1/snapshot';

let api: TestApi;
beforeEach(async () => {
  api = await openApi();
  return () => api.close();
});

async function saved(from: TestApi): Promise<Buffer> {
  return (await from.get(SNAPSHOT)).rawPayload;
}

function restored(to: TestApi, archive: Buffer | string) {
  return to.app.fastify.inject({ method: 'PUT', url: SNAPSHOT, payload: archive });
}

/** Everything but the indexes. */
async function catalogOf(from: TestApi): Promise<unknown> {
  const paths = ['catalog/nodes', 'health/state/any', 'agent/services', 'kv/?recurse', 'query'];
  const replies = await Promise.all(paths.map((path) => from.get(`/v1/${path}`)));
  const bodies = replies.map(({ body }) => (body === '' ? null : JSON.parse(body)));
  return JSON.parse(
    JSON.stringify(bodies, (key, value) => (/^(Create|Modify)Index$/.test(key) ? 0 : value)),
  );
}

async function fill(to: TestApi): Promise<void> {
  await to.put('/v1/agent/service/register', { Name: 'web', Port: 80, Check: { TTL: '1h' } });
  await to.put('/v1/catalog/register', {
    Node: 'far',
    Address: '10.0.0.9',
    Service: { Service: 'db', Port: 5432, Meta: { gr: 'ü' } },
  });
  await to.put('/v1/kv/a/b', 'one');
  await to.put('/v1/kv/a/c?flags=18446744073709551615', '\u0000two');
}

describe('an archive', () => {
  it('is what tar and sha256sum take, and says which state it is of', async () => {
    await fill(api);
    const reply = await api.get(`${SNAPSHOT}?stale`);
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'application/x-gzip']);
    const { index } = api.state;
    expect(reply.headers['x-consul-index']).toBe(`${index}`);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'archive.tgz'), reply.rawPayload);
    execFileSync('tar', ['xzf', 'archive.tgz'], { cwd: folder });
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
    const state = readFileSync(join(folder, 'state.bin'));
    expect(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'))).toMatchObject({
      Version: 1,
      ID: expect.stringMatching(`^1-${index}-[0-9]+$`),
      Index: index,
      Term: 1,
      Size: state.length,
    });
  });

  it('is of one moment, whatever is written while it is read', async () => {
    for (let at = 0; at < 40; at++) await api.put(`/v1/kv/big/${at}`, 'x'.repeat(10_000));
    const before = await catalogOf(api);
    const [archive] = await Promise.all([
      saved(api),
      ...Array.from({ length: 40 }, (_, at) => api.put(`/v1/kv/big/${at}`, 'later')),
    ]);
    expect(await catalogOf(api)).not.toEqual(before);
    expect((await restored(api, archive)).statusCode).toBe(200);
    expect(await catalogOf(api)).toEqual(before);
  });
});

describe('a restore', () => {
  it('brings back what was, and takes out what came after', async () => {
    await fill(api);
    const before = await catalogOf(api);
    const archive = await saved(api);
    await api.put('/v1/agent/service/deregister/web');
    await api.put('/v1/kv/a/b', 'other');
    await api.put('/v1/kv/late', 'x');
    await api.put('/v1/catalog/register', { Node: 'late', Address: '10.0.0.8' });
    const reply = await restored(api, archive);
    expect([reply.statusCode, reply.body]).toEqual([200, '']);
    expect(await catalogOf(api)).toEqual(before);
  });

  it('takes back whatever clients can write', async () => {
    await fill(api);
    const answers = [
      await api.put('/v1/agent/service/register', {
        Name: 'proxied',
        Port: 1,
        Kind: 'connect-proxy',
        Proxy: { DestinationServiceName: 'web' },
        Weights: { Passing: 65_535, Warning: 0 },
        TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 65_535 } },
        Checks: [
          { HTTP: 'http://127.0.0.1:1', Interval: '1h', Header: { a: ['b'] }, TLSSkipVerify: true },
          { TCP: '127.0.0.1:1', Interval: '1h', Timeout: '1ns', OutputMaxSize: 1 },
          { TTL: '2400000h', DeregisterCriticalServiceAfter: '90m', Notes: '\u0000' },
        ],
      }),
      await api.put('/v1/agent/maintenance?enable=true'),
      await api.put('/v1/catalog/register', {
        Node: 'far',
        Address: '',
        SkipNodeUpdate: true,
        Service: { Service: 'odd', Weights: { Passing: -1, Warning: 7 } },
        Check: { Name: 'any', Status: 'whatever', ServiceID: 'odd' },
      }),
      await api.put('/v1/kv/b%20/%c3%bc?flags=9', '\u0000\u00ff'),
      await api.put('/v1/session/create', {
        LockDelay: '-5s',
        TTL: '24h',
        Behavior: 'delete',
        NodeChecks: [],
        ServiceChecks: [],
      }),
      await api.put('/v1/session/create', { LockDelay: '2562047h', TTL: '0s', NodeChecks: [] }),
      await api.app.fastify.inject({
        method: 'POST',
        url: '/v1/query',
        payload: JSON.stringify({
          Template: { Type: 'name_prefix_match', Regexp: '^a(.*)$' },
          Service: { Service: `\${match(1)}`, Near: '_agent', Failover: { NearestN: 3 } },
          DNS: { TTL: '10s' },
        }),
      }),
      await api.put('/v1/coordinate/update', {
        Node: 'far',
        Segment: '',
        Coord: { Vec: [0.5, -1e300, 0, 0, 0, 0, 0, 1e-9], Error: 1.5, Adjustment: -1, Height: 0 },
      }),
      await api.put('/v1/operator/autopilot/configuration', { MaxTrailingLogs: 250 }),
      await api.get('/v1/agent/connect/ca/leaf/web'),
      await api.put('/v1/connect/ca/configuration', {
        Provider: 'consul',
        Config: { LeafCertTTL: '1h', Whatever: [null] },
      }),
    ];
    expect(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).toEqual(
      answers.map(() => expect.stringMatching(/^200 /)),
    );
    const empty = Object.entries(api.state.tables).filter(([, table]) => table.size === 0);
    // No RRset: this API has no zones. Nothing was deleted.
    expect(empty.map(([name]) => name)).toEqual(['dns_records', 'kv_tombstones', 'lock_delays']);
    const before = await catalogOf(api);
    const archive = await saved(api);
    const other = await openApi();
    const reply = await restored(other, archive);
    expect([reply.statusCode, reply.body]).toEqual([200, '']);
    await other.put('/v1/agent/maintenance?enable=true');
    expect(await catalogOf(other)).toEqual(before);
    await other.close();
  });

  it('on another server keeps that server, and takes its index past that of the archive', async () => {
    await fill(api);
    for (let at = 0; at < 30; at++) await api.put('/v1/kv/a/b', `${at}`);
    const archive = await saved(api);
    const other = await openApi();
    await other.put('/v1/kv/gone', 'x');
    expect((await restored(other, archive)).statusCode).toBe(200);
    expect(other.state.index).toBe(api.state.index + 1);
    expect(await catalogOf(other)).toEqual(await catalogOf(api));
    await other.close();
  });

  it('wakes who waits, and no index goes back', async () => {
    await fill(api);
    const archive = await saved(api);
    await api.put('/v1/kv/a/b', 'other');
    await api.put('/v1/kv/late/a', 'x');
    await api.put('/v1/agent/service/register', { Name: 'late' });
    const paths = [
      'kv/a/b',
      'kv/late/?recurse',
      'catalog/services',
      'health/service/late',
      'catalog/node/n1',
    ];
    const before = await Promise.all(paths.map((path) => api.get(`/v1/${path}`)));
    const indexes = before.map(({ headers }) => Number(headers['x-consul-index']));
    const waiting = paths.map((path, at) =>
      api.get(`/v1/${path}${path.includes('?') ? '&' : '?'}index=${indexes[at]}`),
    );
    await restored(api, archive);
    const after = await Promise.all(waiting);
    for (const [at, { headers }] of after.entries()) {
      expect(Number(headers['x-consul-index']), paths[at]).toBeGreaterThan(indexes[at] ?? 0);
    }
  });

  it('lets no fence go back', async () => {
    const session = (await api.put('/v1/session/create', { LockDelay: '0s' })).json().ID;
    await api.put(`/v1/kv/lock?acquire=${session}`, 'x');
    await api.put(`/v1/kv/lock?release=${session}`, 'x');
    const archive = await saved(api);
    await api.put(`/v1/kv/lock?acquire=${session}`, 'x');
    const [held] = (await api.get('/v1/kv/lock')).json();
    await restored(api, archive);
    const [entry] = (await api.get('/v1/kv/lock')).json();
    expect(entry.Session).toBeUndefined();
    expect(entry.LockIndex).toBeGreaterThan(held.LockIndex);
  });

  it('runs the checks that are there again', async () => {
    await fill(api);
    const archive = await saved(api);
    await api.put('/v1/agent/service/deregister/web');
    await restored(api, archive);
    expect((await api.put('/v1/agent/check/pass/service:web')).statusCode).toBe(200);
    expect((await api.get('/v1/health/service/web?passing')).json()).toHaveLength(1);
  });
});

describe('a restore leaves this agent as it is', () => {
  const names = async (from: TestApi, path: string): Promise<string[]> =>
    Object.keys((await from.get(`/v1/${path}`)).json()).sort();

  it('with services and checks that were registered since', async () => {
    const archive = await saved(api);
    await api.put('/v1/agent/service/register', {
      Name: 'late',
      Check: { TTL: '1h', Status: 'passing' },
    });
    await api.put('/v1/agent/check/register', { Name: 'disk', TTL: '1h', Status: 'passing' });
    const before = (await api.get('/v1/health/service/late?passing')).body;
    const index = Number((await api.get('/v1/health/service/late')).headers['x-consul-index']);
    await restored(api, archive);
    expect(await names(api, 'agent/services')).toEqual(['late']);
    expect(await names(api, 'agent/checks')).toEqual(['disk', 'service:late']);
    const after = await api.get('/v1/health/service/late?passing');
    expect(after.body).toBe(before);
    expect(Number(after.headers['x-consul-index'])).toBeGreaterThanOrEqual(index);
    expect((await api.put('/v1/agent/check/fail/service:late')).statusCode).toBe(200);
    expect((await api.get('/v1/health/service/late?passing')).json()).toEqual([]);
  });

  it('with what a service became since, and without the checks that it had', async () => {
    await api.put('/v1/agent/service/register', { Name: 'web', Port: 80, Check: { TTL: '1h' } });
    await api.put('/v1/agent/service/maintenance/web?enable=true');
    await api.put('/v1/agent/maintenance?enable=true');
    const archive = await saved(api);
    await api.put('/v1/agent/service/maintenance/web?enable=false');
    await api.put('/v1/agent/maintenance?enable=false');
    await api.put('/v1/agent/service/register?replace-existing-checks', { Name: 'web', Port: 81 });
    await restored(api, archive);
    expect((await api.get('/v1/health/service/web?passing')).json()).toMatchObject([
      { Service: { Port: 81 }, Checks: [{ CheckID: 'serfHealth' }] },
    ]);
    expect(await names(api, 'agent/checks')).toEqual([]);
  });

  it('under the name and at the address that it has now', async () => {
    await api.put('/v1/agent/service/register', { Name: 'web', Port: 80 });
    await api.put('/v1/agent/service/register', { Name: 'both', Port: 80 });
    const archive = await saved(api);
    const renamed = await openApi({
      identity: { nodeName: 'renamed', advertiseAddress: '127.0.0.2' },
    });
    await renamed.put('/v1/agent/service/register', { Name: 'both', Port: 81 });
    expect((await restored(renamed, archive)).statusCode).toBe(200);
    expect((await renamed.get('/v1/catalog/nodes')).json()).toMatchObject([
      { Node: 'renamed', Address: '127.0.0.2' },
    ]);
    expect((await renamed.get('/v1/agent/services')).json()).toMatchObject({
      web: { Port: 80 },
      both: { Port: 81 },
    });
    await renamed.close();
  });

  it('where its name is that of the machine it takes the place of', async () => {
    await api.put('/v1/agent/service/register', { Name: 'web', Port: 80 });
    const archive = await saved(api);
    const nodeId = '00000000-0000-4000-8000-000000000002';
    const successor = await openApi({ identity: { nodeId, advertiseAddress: '127.0.0.2' } });
    expect((await restored(successor, archive)).statusCode).toBe(200);
    expect((await successor.get('/v1/catalog/nodes')).json()).toMatchObject([
      { Node: 'n1', ID: nodeId, Address: '127.0.0.2' },
    ]);
    expect(await names(successor, 'agent/services')).toEqual(['web']);
    await successor.close();
  });
});

describe('a restore on the machine that takes the place of another', () => {
  const successor = {
    nodeName: 'n2',
    nodeId: '00000000-0000-4000-8000-000000000002',
    advertiseAddress: '127.0.0.2',
  };

  it('takes the other out, with all that was registered with its agent', async () => {
    const bare = await saved(api);
    await fill(api);
    const archive = await saved(api);
    const other = await openApi({ identity: successor });
    const nodes = async (): Promise<string[]> => {
      const rows: { Node: string }[] = (await other.get('/v1/catalog/nodes')).json();
      return rows.map(({ Node }) => Node);
    };
    expect((await restored(other, bare)).statusCode).toBe(200);
    expect(await nodes()).toEqual(['n2']);
    expect((await restored(other, archive)).statusCode).toBe(200);
    expect(await nodes()).toEqual(['far', 'n2']);
    expect((await other.get('/v1/health/state/any')).json()).toMatchObject([{ Node: 'n2' }]);
    expect((await other.get('/v1/catalog/service/web')).json()).toEqual([]);
    expect((await other.get('/v1/catalog/service/db')).json()).toHaveLength(1);
    expect(Object.values(other.state.tables).map((table) => [...table.all()])).not.toContainEqual(
      expect.arrayContaining([expect.objectContaining({ node: 'n1' })]),
    );
    await other.close();
  });

  it('ends the sessions of the other, and gives up what they held', async () => {
    const session = (await api.put('/v1/session/create', {})).json().ID;
    await api.put(`/v1/kv/lock?acquire=${session}`, 'x');
    const archive = await saved(api);
    const other = await openApi({ identity: successor });
    await restored(other, archive);
    expect((await other.get('/v1/session/list')).json()).toEqual([]);
    expect((await other.get('/v1/kv/lock')).json()[0].Session).toBeUndefined();
    const own = (await other.put('/v1/session/create', {})).json().ID;
    expect((await other.put(`/v1/kv/lock?acquire=${own}`, 'y')).json()).toBe(false);
    other.clock.advance(15_000);
    await expect
      .poll(async () => (await other.put(`/v1/kv/lock?acquire=${own}`, 'y')).json())
      .toBe(true);
    await other.close();
  });

  it('keeps nodes that no agent stood behind, whatever their checks are called', async () => {
    const Check = { Name: 'Serf', CheckID: 'serfHealth', Status: 'passing' };
    await api.put('/v1/catalog/register', { Node: 'far', Address: '10.0.0.9', Check });
    const archive = await saved(api);
    await restored(api, archive);
    expect((await api.get('/v1/health/node/far')).json()).toHaveLength(1);
  });
});

it('a restored session ends when a check that it is on fails now', async () => {
  await api.put('/v1/agent/check/register', { Name: 'disk', TTL: '1h', Status: 'passing' });
  const session = (await api.put('/v1/session/create', { NodeChecks: ['disk'] })).json().ID;
  const archive = await saved(api);
  await api.put('/v1/agent/check/fail/disk');
  await restored(api, archive);
  expect((await api.get(`/v1/session/info/${session}`)).json()).toEqual([]);
});

describe('what is refused leaves everything as it is', () => {
  const broken: [string, (archive: Buffer) => Buffer | string, RegExp][] = [
    ['no archive', () => 'foo', /^failed to decompress snapshot: /],
    ['nothing', () => '', /^failed to decompress snapshot: unexpected EOF$/],
    [
      'a part',
      (archive) => archive.subarray(0, archive.length / 2),
      /decompress snapshot: unexpected EOF$/,
    ],
    ['a tar cut off', (archive) => cut(archive, 1600), /: unexpected EOF$/],
    [
      'another octet',
      (archive) => edited(archive, '"far"', '"faR"'),
      /hash check failed for "state.bin"$/,
    ],
    ['another name', (archive) => edited(archive, 'meta.json', 'META.json'), /invalid tar header$/],
  ];

  it.each(broken)('%s', async (_name, breakIt, text) => {
    await fill(api);
    const archive = await saved(api);
    const before = [await catalogOf(api), api.state.index];
    const reply = await restored(api, breakIt(archive));
    expect(reply.statusCode).toBe(500);
    expect(reply.body).toMatch(text);
    expect([await catalogOf(api), api.state.index]).toEqual(before);
  });

  const cut = (archive: Buffer, bytes: number): Buffer =>
    gzipSync(gunzipSync(archive).subarray(0, bytes));
  const edited = (archive: Buffer, from: string, to: string): Buffer =>
    gzipSync(Buffer.from(gunzipSync(archive).toString('latin1').replace(from, to), 'latin1'));

  it('a datacenter that is not this one', async () => {
    const reply = await api.put(`${SNAPSHOT}?dc=elsewhere`, 'foo');
    expect([reply.statusCode, reply.body]).toEqual([500, 'No path to datacenter']);
    expect((await api.get(`${SNAPSHOT}?dc=elsewhere`)).statusCode).toBe(500);
  });
});

describe('a snapshot that is sent', () => {
  const put = (headers: string): string => `PUT ${SNAPSHOT} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
  const announcing = (bytes: number): string => `Content-Length: ${bytes}\r\n`;
  const listening = async (): Promise<number> =>
    (await api.app.listen({ host: '127.0.0.1', port: 0 })).port;

  it('may be as long as what can be stored', async () => {
    const port = await listening();
    const client = await openSocket(port);
    client.send(`${put(announcing(limits.kvBytes.default))}no snapshot`);
    expect(await client.closed()).toMatch(
      /^HTTP\/1\.1 500 .*connection: close\r\n.*failed to decompress snapshot: gzip: invalid data$/is,
    );
    const longer = await openSocket(port);
    longer.send(put(announcing(limits.snapshotStateBytes.default + 1)));
    expect(await longer.received(/\r\n\r\n.*too large/)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is read as it comes, in chunks or with its length, one after another', async () => {
    await api.put('/v1/kv/a', 'one');
    const archive = await saved(api);
    await api.put('/v1/kv/a', 'two');
    const client = await openSocket(await listening());
    client.send(put(announcing(archive.length)));
    for (const octet of archive.subarray(0, -1)) client.send(Buffer.of(octet));
    client.send(archive.subarray(-1));
    await client.received(/^HTTP\/1\.1 200 /);
    expect((await api.get('/v1/kv/a?raw')).body).toBe('one');
    await api.put('/v1/kv/a', 'three');
    client.send(put('Transfer-Encoding: chunked\r\n'));
    client.send(`${archive.length.toString(16)}\r\n`);
    client.send(archive);
    client.send('\r\n0\r\n\r\n');
    await client.received(/^(?:HTTP\/1\.1 200 .*?){2}$/s);
    expect((await api.get('/v1/kv/a?raw')).body).toBe('one');
  });

  it('and cut off changes nothing, and holds up no other', async () => {
    await api.put('/v1/kv/a', 'one');
    const archive = await saved(api);
    await api.put('/v1/kv/a', 'two');
    const port = await listening();
    const client = await openSocket(port);
    client.send(put(announcing(archive.length)));
    client.send(archive.subarray(0, -1));
    const next = await openSocket(port);
    next.send(put(announcing(3)));
    next.send('foo');
    client.socket.destroy();
    await next.received(/^HTTP\/1\.1 500 .*failed to decompress snapshot/s);
    expect((await api.get('/v1/kv/a?raw')).body).toBe('two');
  });
});
