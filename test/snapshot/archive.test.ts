/** The archive: what is written can be read, and nothing that is not whole can. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { putKv, recognizeRows, register, restoreCatalog, State } from '../../src/catalog/index.ts';
import { openEmbeddedEngine, openLmdbRowStore } from '../../src/engine/index.ts';
import { InTurn, silentLogger } from '../../src/runtime/index.ts';
import { readArchive, writeArchive } from '../../src/snapshot/index.ts';
import { encodeHeader, padding, TAR_END } from '../../src/snapshot/tar.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FACTS = {
  term: 1,
  nowMs: 1_700_000_000_000,
  server: { id: 'id', address: '127.0.0.1:8300' },
};

async function openLmdb(folder: string) {
  const state = new State();
  const store = await openLmdbRowStore(folder);
  return { state, engine: openEmbeddedEngine({ state, store, logger: silentLogger }) };
}

/** A catalog with some rows, as an archive. */
async function archived(): Promise<{ state: State; archive: Buffer }> {
  const { state, engine } = await openLmdb(temporaryFolder());
  await engine.commit((transaction) => {
    const check = checkInput('c', { serviceId: 'web' });
    register(transaction, registration(nodeInput('n1'), serviceInput('web'), [check]));
    putKv(transaction, { key: 'a', value: 'eA==', flags: '0' }, undefined);
  });
  await engine.close();
  return { state, archive: await buffer(await writeArchive(state, FACTS)) };
}

/** Counts pieces of work in one turn of the event loop; `end` says how many there were at most. */
function countTurns(): { done(): void; end(): number } {
  let inThisTurn = 0;
  let most = 0;
  let isOver = false;
  const turn = (): void => {
    inThisTurn = 0;
    if (!isOver) setImmediate(turn);
  };
  turn();
  return {
    done() {
      inThisTurn++;
      most = Math.max(most, inThisTurn);
    },
    end() {
      isOver = true;
      return most;
    },
  };
}

/** An archive with sound checksums over whatever lines it is given. */
function archiveOf(lines: readonly string[], meta: object = { Version: 1, Index: 7 }): Buffer {
  const contents = new Map([
    ['meta.json', Buffer.from(JSON.stringify(meta))],
    ['state.bin', Buffer.from(lines.map((line) => `${line}\n`).join(''))],
  ]);
  const sums = [...contents].map(
    ([name, data]) => `${createHash('sha256').update(data).digest('hex')}  ${name}\n`,
  );
  contents.set('SHA256SUMS', Buffer.from(sums.join('')));
  const parts = [...contents].flatMap(([name, data]) => [
    encodeHeader({ name, bytes: data.length }, 0),
    data,
    padding(data.length),
  ]);
  return gzipSync(Buffer.concat([...parts, TAR_END]));
}

const FIRST = '{"rollcall":1}';
const NODE = JSON.stringify(['nodes', nodeInput('n1')]);

describe('an archive', () => {
  it('has every row, with its index', async () => {
    const { state, archive } = await archived();
    const { index, rows } = await readArchive(archive);
    expect(index).toBe(state.index);
    for (const [table, read] of rows) {
      expect([...read.values()], table).toEqual([...state.tables[table].all()]);
    }
  });

  it('is written a slice at a time, also where several are', async () => {
    const state = new State();
    const work = countTurns();
    for (let at = 0; at < 500; at++) {
      const fields = {
        key: `${at}`,
        value: 'x'.repeat(1000),
        flags: '0',
        lockIndex: 0,
        session: '',
      };
      const row = { ...fields, createIndex: 1, modifyIndex: 1 };
      const toJSON = (): object => {
        work.done();
        return { ...row };
      };
      state.restore('kv', Object.defineProperty({ ...row }, 'toJSON', { value: toJSON }));
    }
    const turns = new InTurn();
    const archives = await Promise.all(
      Array.from({ length: 8 }, async () => buffer(await writeArchive(state, FACTS, { turns }))),
    );
    // 64 Ki characters are 60 rows.
    const most = work.end();
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThan(100);
    for (const archive of archives) expect(archive.equals(archives[0] as Buffer)).toBe(true);
  });

  it('that ends anywhere before its end is refused', async () => {
    const { archive } = await archived();
    const tar = gunzipSync(archive);
    for (let bytes = 0; bytes < archive.length; bytes += 7) {
      await expect(readArchive(archive.subarray(0, bytes)), `${bytes}`).rejects.toMatchObject({
        code: 'snapshot_invalid',
      });
    }
    for (let bytes = 0; bytes <= tar.length - TAR_END.length; bytes += 97) {
      const cut = gzipSync(tar.subarray(0, bytes));
      await expect(readArchive(cut), `${bytes}`).rejects.toMatchObject({
        code: 'snapshot_invalid',
      });
    }
  });

  it('with any octet of its files changed is refused', async () => {
    const { archive } = await archived();
    const tar = gunzipSync(archive);
    const meta = tar.indexOf('"Version"');
    const state = tar.indexOf('"rollcall"');
    for (const at of [meta + 3, state + 4, state + 200, tar.indexOf('  state.bin\n') - 9]) {
      const changed = Buffer.from(tar);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(readArchive(gzipSync(changed)), `${at}`).rejects.toMatchObject({
        code: 'snapshot_invalid',
      });
    }
  });

  it('is not begun when it is longer than what is restored', async () => {
    const { state, archive } = await archived();
    const { stateBytes, rows } = await readArchive(archive);
    const count = [...rows.values()].reduce((sum, table) => sum + table.size, 0);
    expect(count).toBeGreaterThan(5);
    const most = stateBytes + 512 * count;
    const atMost = (bytesMax: number) => writeArchive(state, FACTS, { bytesMax });
    const whole = await buffer(await atMost(most));
    expect((await readArchive(whole, most)).stateBytes).toBe(stateBytes);
    const tooLarge = { code: 'snapshot_too_large' };
    await expect(atMost(most - 1)).rejects.toMatchObject(tooLarge);
    // Room for all texts, and for half of the rows.
    await expect(readArchive(whole, stateBytes + 256 * count)).rejects.toMatchObject(tooLarge);
  });

  it('is unpacked up to a limit, whatever it says of its length', async () => {
    const bomb = gzipSync(Buffer.alloc(8 << 20));
    await expect(readArchive(gzipSync(Buffer.concat([bomb, bomb])), 1000)).rejects.toThrow();
    const long = archiveOf([FIRST, JSON.stringify(['kv', { value: 'x'.repeat(10_000) }])]);
    await expect(readArchive(long, 1000)).rejects.toMatchObject({ code: 'snapshot_too_large' });
    const tail = Buffer.concat([gunzipSync(archiveOf([FIRST])), Buffer.alloc(8 << 20)]);
    await expect(readArchive(gzipSync(tail), 1000)).rejects.toMatchObject({
      code: 'snapshot_too_large',
    });
  });

  const kv = (fields: object): string =>
    JSON.stringify([
      'kv',
      { key: 'a', value: '', flags: '0', lockIndex: 0, session: '', ...fields },
    ]);
  const service = (fields: object): string =>
    JSON.stringify(['services', { node: 'n1', ...serviceInput('web'), ...fields }]);
  const ID = '00000000-0000-4000-8000-000000000001';
  const OTHER_ID = '00000000-0000-4000-8000-000000000002';
  const session = (fields: object): string =>
    JSON.stringify([
      'sessions',
      {
        id: ID,
        name: '',
        node: 'n1',
        lockDelayNs: 0,
        behavior: 'release',
        ttl: '10s',
        nodeChecks: [],
        serviceChecks: null,
        ...fields,
      },
    ]);
  const TEMPLATE = { type: 'name_prefix_match', regexp: '', removeEmptyTags: false };
  const queryOf = (fields: object): string =>
    JSON.stringify([
      'prepared_queries',
      {
        id: ID,
        name: 'q',
        session: '',
        token: '',
        template: TEMPLATE,
        service: {
          service: 'web',
          failover: { nearestN: 0, datacenters: [], targets: [] },
          onlyPassing: false,
          ignoreCheckIds: [],
          near: '',
          tags: [],
          nodeMeta: {},
          serviceMeta: {},
          connect: false,
          peer: '',
        },
        dnsTtl: '',
        ...fields,
      },
    ]);
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
  it.each([
    ['from elsewhere', ['\u0081\u00a5Index'], /not written by rollcall/],
    ['of nothing', [], /not written by rollcall/],
    ['with a line that is no JSON', [FIRST, '{'], /line 2 .* no table undefined/],
    ['with a table nobody knows', [FIRST, '["__proto__",{}]'], /no table "__proto__"/],
    ['with a row that is none', [FIRST, '["kv",7]'], /it is no row/],
    ['with a field that is missing', [FIRST, '["kv",{"key":"a"}]'], /field "value" of "kv"/],
    ['with a field of another kind', [FIRST, kv({ flags: 7 })], /field "flags" of "kv"/],
    ['with a row twice', [FIRST, kv({}), kv({ value: 'eA==' })], /line 3 .* twice/],
    ['with flags that are no number', [FIRST, kv({ flags: 'abc' })], /field "flags" of "kv"/],
    ['with flags past 64 bits', [FIRST, kv({ flags: `${2n ** 64n}` })], /field "flags" of "kv"/],
    ['with a lock index between two', [FIRST, kv({ lockIndex: 1.5 })], /field "lockIndex" of "kv"/],
    ['with no key', [FIRST, kv({ key: '' })], /field "key" of "kv"/],
    ['with half a character for a key', [FIRST, kv({ key: 'a\ud800' })], /is no text/],
    ['with a value that is no base64', [FIRST, kv({ value: '!!!!' })], /field "value" of "kv"/],
    ['with a value that is cut off', [FIRST, kv({ value: 'eA=' })], /field "value" of "kv"/],
    [
      'with a lock of nobody',
      [FIRST, kv({ session: ID })],
      /of session "0{8}.*", which is not there/,
    ],
    ['with a lock of no session', [FIRST, kv({ session: 'no' })], /field "session" of "kv"/],
    ['with a port that is none', [FIRST, NODE, service({ port: 70_000 })], /field "port"/],
    [
      'with a weight that is none',
      [FIRST, NODE, service({ weights: { passing: 0, warning: 0 } })],
      /"weights"/,
    ],
    ['with a service without a name', [FIRST, NODE, service({ service: '' })], /field "service"/],
    [
      'with a behavior nobody knows',
      [FIRST, NODE, session({ behavior: 'zz' })],
      /field "behavior"/,
    ],
    ['with a TTL that is none', [FIRST, NODE, session({ ttl: 'soon' })], /field "ttl"/],
    ['with a TTL without an end', [FIRST, NODE, session({ ttl: '25h' })], /field "ttl"/],
    [
      'with a lock delay past 64 bits',
      [FIRST, NODE, session({ lockDelayNs: 1e300 })],
      /"lockDelayNs"/,
    ],
    [
      'with a lock delay without an end',
      [FIRST, JSON.stringify(['lock_delays', { key: 'a', delayMs: 1e18 }])],
      /field "delayMs"/,
    ],
    [
      'with a template nobody knows',
      [FIRST, queryOf({ template: { ...TEMPLATE, type: 'zz' } })],
      /field "template"/,
    ],
    [
      'with a template that cannot be rendered',
      [FIRST, queryOf({ template: { ...TEMPLATE, regexp: '(' } })],
      /Bad Regexp/,
    ],
    [
      'with two queries of a name',
      [FIRST, queryOf({}), queryOf({ id: OTHER_ID })],
      /two prepared queries are named "q"/,
    ],
    [
      'with a query of nobody',
      [FIRST, queryOf({ session: ID })],
      /of session "0{8}.*", which is not there/,
    ],
    [
      'with a check that cannot be run',
      [
        FIRST,
        NODE,
        JSON.stringify([
          'agent_checks',
          { node: 'n1', checkId: 'c', source: 'api', definition: { ttlMs: '1s' } },
        ]),
      ],
      /field "definition"/,
    ],
    [
      'with a root that is no certificate',
      [FIRST, JSON.stringify(['ca_roots', { id: 'a', certificate: 'b' }])],
      /the certificate is not/,
    ],
    [
      'with a row without an end',
      [FIRST, kv({ value: 'eHh4'.repeat(9 << 20) })],
      /line 2 of "state.bin": the row is too long/,
    ],
    ['with a key for no store', [FIRST, kv({ key: 'x'.repeat(1961) })], /too long/],
    ['with a nest', [FIRST, NODE.replace('"locality":null', `"locality":${deep}`)], /too deep/],
    [
      'with an instance of no node',
      [FIRST, JSON.stringify(['services', { ...serviceInput('web'), node: 'n2' }])],
      /on node "n2", which is not there/,
    ],
  ])('%s is refused', async (_name, lines, text) => {
    await expect(readArchive(archiveOf(lines))).rejects.toThrow(text);
  });

  it('of rows that are as they have to be is taken', async () => {
    const lines = [FIRST, NODE, service({}), session({}), kv({ session: ID }), queryOf({})];
    const { rows } = await readArchive(archiveOf(lines));
    expect([...rows].filter(([, table]) => table.size > 0).map(([name]) => name)).toEqual([
      'nodes',
      'services',
      'kv',
      'sessions',
      'prepared_queries',
    ]);
  });

  it.each([
    ['another version', { Version: 2, Index: 7 }, /unsupported version 2/],
    ['no index', { Version: 1 }, /no index/],
    ['an index past all others', { Version: 1, Index: 2 ** 52 }, /no index/],
  ])('of %s is refused', async (_name, meta, text) => {
    await expect(readArchive(archiveOf([FIRST, NODE], meta))).rejects.toThrow(text);
    expect((await readArchive(archiveOf([FIRST, NODE]))).rows.get('nodes')?.size).toBe(1);
  });
});

it('a restored catalog is there after a restart, with its index', async () => {
  const { archive } = await archived();
  const { rows } = await readArchive(archive);
  const folder = temporaryFolder();
  const first = await openLmdb(folder);
  await first.engine.commit((transaction) =>
    putKv(transaction, { key: 'gone', value: '', flags: '0' }, undefined),
  );
  const { index } = await first.engine.commit((transaction) => restoreCatalog(transaction, rows), {
    above: 5000,
  });
  expect(index).toBe(5001);
  await first.engine.close();
  const { state, engine } = await openLmdb(folder);
  expect(state.index).toBe(5001);
  expect([...state.tables.kv.all()]).toMatchObject([{ key: 'a', modifyIndex: 5001 }]);
  expect([...state.tables.services.all()]).toMatchObject([{ service: 'web', createIndex: 5001 }]);
  await engine.close();
});

it('restoring what is there already changes no index', async () => {
  const { archive } = await archived();
  const { rows } = await readArchive(archive);
  const { state, engine } = await openLmdb(temporaryFolder());
  await engine.commit((transaction) => restoreCatalog(transaction, rows));
  const { index } = await engine.commit((transaction) => restoreCatalog(transaction, rows));
  expect([index, state.index]).toEqual([1, 1]);
  await engine.close();
});

describe('rows that are recognized before a restore', () => {
  it('are those that are there, and only where they are equal', async () => {
    const { state, archive } = await archived();
    const { rows } = await readArchive(archive);
    const edited = new Map(rows).set(
      'kv',
      new Map([
        ['a', { ...rows.get('kv')?.get('a'), value: 'eQ==' }],
        ['b', { ...rows.get('kv')?.get('a'), key: 'b' }],
      ]),
    );
    const recognized = await recognizeRows(state, edited);
    expect(recognized).toEqual(edited);
    expect(recognized.get('services')?.get('n1\0web')).toBe(state.tables.services.get('n1\0web'));
    expect(recognized.get('kv')).toEqual(edited.get('kv'));
  });

  it('are put back where they were changed meanwhile', async () => {
    const { archive } = await archived();
    const { rows } = await readArchive(archive);
    const { state, engine } = await openLmdb(temporaryFolder());
    await engine.commit((transaction) => restoreCatalog(transaction, rows));
    const recognized = await recognizeRows(state, rows);
    const [before] = state.tables.kv.all();
    await engine.commit((transaction) => {
      putKv(transaction, { key: 'a', value: 'eQ==', flags: '0' }, undefined);
    });
    await engine.commit((transaction) => restoreCatalog(transaction, recognized));
    expect([...state.tables.kv.all()]).toEqual([{ ...before, modifyIndex: 3 }]);
    expect(before?.modifyIndex).toBe(1);
    await engine.close();
  });

  it('are compared a slice at a time, between which others have their turn', async () => {
    const { state, engine } = await openLmdb(temporaryFolder());
    const work = countTurns();
    const looked = (): string => {
      work.done();
      return '';
    };
    const rowOf = (key: string) => ({ key, value: '', flags: '0', lockIndex: 0, session: '' });
    const keys = Array.from({ length: 1000 }, (_, at) => `${at}`);
    await engine.commit((transaction) => {
      for (const key of keys) transaction.put('kv', rowOf(key));
    });
    const rows = new Map<string, object>();
    for (const key of keys) {
      rows.set(key, Object.defineProperty(rowOf(key), 'value', { get: looked, enumerable: true }));
    }
    await recognizeRows(state, new Map([['kv', rows]]));
    const most = work.end();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(keys.length / 2);
    await engine.close();
  });
});
