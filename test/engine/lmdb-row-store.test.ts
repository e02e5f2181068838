/**
 * The store on a real disk: what is there after a restart, and what it says about a folder that it cannot use.
 * Damage is done to a copy of a real store, byte by byte; a refusal must change nothing.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import {
  deleteDnsRecord,
  deregister,
  putDnsRecord,
  putKv,
  readInstances,
  register,
  State,
} from '../../src/catalog/index.ts';
import {
  decodeValue,
  encodeValue,
  FORMAT_KEY,
  FORMAT_VERSION,
  rowKey,
} from '../../src/engine/embedded/row-codec.ts';
import { type Engine, openEmbeddedEngine, openLmdbRowStore } from '../../src/engine/index.ts';
import { seededRandom, silentLogger } from '../../src/runtime/index.ts';
import { checkInput, nodeInput, registration, serviceInput } from '../support/rows.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function openIn(folder: string): Promise<{ state: State; engine: Engine }> {
  const state = new State();
  const store = await openLmdbRowStore(folder);
  return { state, engine: openEmbeddedEngine({ state, store, logger: silentLogger }) };
}

function registerMany(engine: Engine, count: number): Promise<unknown> {
  const commits = Array.from({ length: count }, (_, at) =>
    engine.commit((transaction) =>
      register(
        transaction,
        registration(nodeInput(`n${at % 10}`), serviceInput('web', { id: `web-${at}` }), [
          checkInput(`check-${at}`, { serviceId: `web-${at}`, output: 'ø'.repeat(at % 50) }),
        ]),
      ),
    ),
  );
  return Promise.all(commits);
}

const dataFile = (folder: string): string => join(folder, 'catalog', 'data.mdb');
const digest = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

async function storeWithRows(): Promise<string> {
  const folder = temporaryFolder();
  const { engine } = await openIn(folder);
  await registerMany(engine, 500);
  await engine.close();
  return folder;
}

describe('the LMDB store', () => {
  it('brings back every row and the index', async () => {
    const folder = temporaryFolder();
    const first = await openIn(folder);
    await registerMany(first.engine, 300);
    await first.engine.commit((transaction) =>
      deregister(transaction, { node: 'n1', serviceId: 'web-1', checkId: '' }),
    );
    await first.engine.close();
    const second = await openIn(folder);
    expect(second.state.index).toBe(first.state.index);
    expect(readInstances(second.state, 'web')).toEqual(readInstances(first.state, 'web'));
    expect(second.state.tables.checks.size).toBe(299);
    await second.engine.close();
  });

  it('keeps the index of a service whose newest change was a removal', async () => {
    const folder = temporaryFolder();
    const first = await openIn(folder);
    await registerMany(first.engine, 2);
    await first.engine.commit((transaction) =>
      deregister(transaction, { node: 'n1', serviceId: 'web-1', checkId: '' }),
    );
    const before = readInstances(first.state, 'web').index;
    await first.engine.close();
    const second = await openIn(folder);
    expect(readInstances(second.state, 'web').index).toBe(before);
    await second.engine.close();
  });

  describe('that was not closed', () => {
    const key = (text: string, index: number) => {
      const row = { key: text, value: '', flags: '0', lockIndex: 0, session: '' };
      const after = { ...row, createIndex: index, modifyIndex: index };
      return { index, changes: [{ table: 'kv', key: text, before: undefined, after }] } as const;
    };
    const indexIn = async (folder: string): Promise<number> => {
      const store = await openLmdbRowStore(folder);
      const index = store.load(() => {});
      await store.close();
      return index;
    };
    const copyOf = (folder: string): string => {
      const copy = temporaryFolder();
      cpSync(join(folder, 'catalog'), join(copy, 'catalog'), { recursive: true });
      return copy;
    };

    it('goes on past what was shown, also when the write that would say how far failed', async () => {
      const folder = temporaryFolder();
      const store = await openLmdbRowStore(folder);
      store.load(() => {});
      const written = 70_000;
      await expect(store.write([key('k'.repeat(3000), written)])).rejects.toThrow();
      await store.write([key('k', written)]);
      // What a failing disk lets be shown from memory afterwards has indexes beyond the last that was written.
      expect(await indexIn(copyOf(folder))).toBeGreaterThan(written + 1000);
      await store.close();
    });

    it('does not go back for commands that others overtook', async () => {
      const folder = temporaryFolder();
      const store = await openLmdbRowStore(folder);
      store.load(() => {});
      await store.write([key('b', 6)]);
      await store.write([key('a', 5)]);
      await store.close();
      expect(await indexIn(folder)).toBe(6);
    });
  });

  it('refuses a folder that another process has open, and says which', async () => {
    const folder = temporaryFolder();
    const { engine } = await openIn(folder);
    await expect(openLmdbRowStore(folder)).rejects.toMatchObject({
      code: 'store_locked',
      message: expect.stringContaining(`(process ${process.pid})`),
    });
    await engine.close();
    await (await openIn(folder)).engine.close();
  });

  it('refuses a folder that cannot be made', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openLmdbRowStore(join(file, 'data'))).rejects.toMatchObject({
      code: 'store_unusable',
    });
  });

  it('is of a later format from the first row that an older rollcall cannot load', async () => {
    const folder = temporaryFolder();
    const formatOnDisk = async (): Promise<unknown> => {
      const path = join(folder, 'catalog');
      const environment = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary' });
      const value = environment.get(FORMAT_KEY);
      await environment.close();
      return value && decodeValue(FORMAT_KEY, value);
    };
    const first = await openIn(folder);
    await registerMany(first.engine, 3);
    await first.engine.close();
    expect(await formatOnDisk()).toBe(1);
    const second = await openIn(folder);
    const rrset = { zone: 'example.', name: '@', type: 'SOA', ttlSeconds: 1, records: ['x'] };
    const change = { cas: undefined, hasFile: false };
    await second.engine.commit((transaction) => putDnsRecord(transaction, rrset, change));
    await second.engine.commit((transaction) => deleteDnsRecord(transaction, rrset, change));
    await second.engine.close();
    expect(await formatOnDisk()).toBe(2);
    // It stays so.
    const third = await openIn(folder);
    await registerMany(third.engine, 4);
    await third.engine.close();
    expect(await formatOnDisk()).toBe(2);
    const fourth = await openIn(folder);
    const entry = { key: 'a', value: '', flags: '0' };
    await fourth.engine.commit((transaction) => putKv(transaction, entry));
    await fourth.engine.close();
    expect(await formatOnDisk()).toBe(3);
  });

  it('refuses a store of a later format, and leaves it as it is', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'catalog'), { recursive: true });
    const later = open<Buffer, Buffer>({
      path: join(folder, 'catalog'),
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    const stamp = rowKey('meta', 'format');
    await later.put(stamp, encodeValue(stamp, FORMAT_VERSION + 1));
    await later.close();
    const before = digest(dataFile(folder));
    await expect(openLmdbRowStore(folder)).rejects.toMatchObject({
      code: 'store_newer',
      message: expect.stringContaining(
        `has format ${FORMAT_VERSION + 1}, this rollcall knows up to ${FORMAT_VERSION}`,
      ),
    });
    expect(digest(dataFile(folder))).toBe(before);
  });

  const damages: [string, (path: string) => void][] = [
    ['cut in half', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['cut to nothing', (path) => truncateSync(path, 0)],
    ['overwritten at its head', (path) => overwrite(path, 0, 8192)],
    ['zeroed behind its head', (path) => overwrite(path, 8192, statSync(path).size - 8192, 0)],
    ['hit in a thousand places', (path) => scatter(path, 1000)],
    ['replaced by a text', (path) => writeFileSync(path, 'this is not a database\n'.repeat(500))],
  ];
  it.each(damages)('refuses a store that was %s, and leaves it as it is', async (_title, harm) => {
    const folder = temporaryFolder();
    cpSync(await storeWithRows(), folder, { recursive: true });
    harm(dataFile(folder));
    const before = digest(dataFile(folder));
    await expect(openLmdbRowStore(folder)).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringContaining('move the folder away'),
    });
    expect(digest(dataFile(folder))).toBe(before);
    // The lock was given back with the refusal.
    await expect(openLmdbRowStore(folder)).rejects.toMatchObject({ code: 'store_damaged' });
  });

  it('refuses a store with one altered row, naming it', async () => {
    const folder = await storeWithRows();
    const path = dataFile(folder);
    const bytes = readFileSync(path);
    const at = bytes.lastIndexOf('"service":"web"');
    bytes.write('"service":"wob"', at);
    writeFileSync(path, bytes);
    await expect(openLmdbRowStore(folder)).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/row .*web-.* of table "services": the checksum does not fit/),
    });
  });
});

it('refuses a store with one altered key', async () => {
  const folder = await storeWithRows();
  const path = dataFile(folder);
  const bytes = readFileSync(path);
  const at = bytes.lastIndexOf('services\0n1\0web-1');
  bytes.write('services\0n1\0wob-1', at);
  writeFileSync(path, bytes);
  await expect(openLmdbRowStore(folder)).rejects.toMatchObject({
    code: 'store_damaged',
    message: expect.stringContaining('the checksum does not fit'),
  });
});

function overwrite(path: string, at: number, length: number, byte?: number): void {
  const random = seededRandom(7);
  const bytes = Buffer.alloc(length).map(() => byte ?? random.integer(256));
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, length, at);
  closeSync(file);
}

function scatter(path: string, hits: number): void {
  const random = seededRandom(11);
  const bytes = readFileSync(path);
  for (let hit = 0; hit < hits; hit++) {
    const at = 8192 + random.integer(bytes.length - 8192);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  }
  writeFileSync(path, bytes);
}

describe('the index after a restart', () => {
  it('goes on where it was after an orderly end', async () => {
    const folder = temporaryFolder();
    const first = await openIn(folder);
    await registerMany(first.engine, 5);
    await first.engine.close();
    const second = await openIn(folder);
    expect(second.state.index).toBe(5);
    await second.engine.close();
  });

  it('goes on beyond everything that may have been shown when the end was not orderly', async () => {
    const folder = temporaryFolder();
    const crashed = temporaryFolder();
    const first = await openIn(folder);
    await registerMany(first.engine, 5);
    // What is on disk at this moment is what a crash leaves.
    cpSync(join(folder, 'catalog'), join(crashed, 'catalog'), { recursive: true });
    await first.engine.close();
    const second = await openIn(crashed);
    expect(second.state.index).toBeGreaterThan(60_000);
    expect(readInstances(second.state, 'web').value).toHaveLength(5);
    await second.engine.close();
  });
});
