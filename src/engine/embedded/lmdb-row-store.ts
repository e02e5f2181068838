/**
 * Rows in LMDB: one environment in `<data-dir>/catalog`, one commit and one fdatasync a group.
 *
 *   key    table name, NUL, row key (UTF-8)
 *   value  CRC-32 of the rest (4 octets, little endian), the row as JSON
 *
 * Beside the rows, in the table `meta`: `format` (the version stamp), `index` (of the last command), `ceiling` (no
 * index beyond it was ever shown) and, after an orderly end, `closed`. A store that was not closed goes on from its
 * ceiling: commands that could not be written may have been shown, and the index must not go back behind them.
 * LMDB itself has no checksums, so the pages are walked in a child process first (`store-check.ts`): a damaged
 * page there ends the child, not the agent.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { StagedCommand, TableName } from '../../catalog/index.ts';
import { reasonOf, StoreError } from '../store-error.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { decodeValue, encodeValue, FORMAT, rowKey, splitRowKey } from './row-codec.ts';
import type { RestoreRow, RowStore } from './row-store.ts';
import { checkStore, storeExists } from './store-check.ts';

/** Opens, or creates, the store in `directory`. @throws StoreError, and then nothing was changed */
export async function openLmdbRowStore(directory: string): Promise<RowStore> {
  const path = join(directory, 'catalog');
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreError(
      'store_unusable',
      `cannot create data directory "${directory}": ${reasonOf(error)}`,
      error,
    );
  }
  const lock = lockDirectory(directory);
  try {
    if (storeExists(path)) await checkStore(path);
    return new LmdbRowStore(openEnvironment(path), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

type Environment = RootDatabase<Buffer, Buffer>;

function openEnvironment(path: string): Environment {
  try {
    const environment: Environment = open({
      path,
      encoding: 'binary',
      keyEncoding: 'binary',
      // A commit resolves when it is on disk, not before: no second promise to forget.
      overlappingSync: false,
      remapChunks: true,
    });
    if (environment.get(FORMAT.key) === undefined) {
      environment.transactionSync(() => {
        environment.putSync(FORMAT.key, FORMAT.value);
      });
    }
    return environment;
  } catch (error) {
    throw new StoreError('store_unusable', `cannot open "${path}": ${reasonOf(error)}`, error);
  }
}

const INDEX_KEY = rowKey('meta', 'index');
const CEILING_KEY = rowKey('meta', 'ceiling');
const CLOSED_KEY = rowKey('meta', 'closed');

/** How far the ceiling is kept ahead of the index. */
const CEILING_STEP = 1 << 16;

class LmdbRowStore implements RowStore {
  readonly #environment: Environment;
  readonly #lock: DirectoryLock;
  #index = 0;
  #ceiling = 0;
  #closed: Promise<void> | undefined;

  constructor(environment: Environment, lock: DirectoryLock) {
    this.#environment = environment;
    this.#lock = lock;
  }

  load(restore: RestoreRow): number {
    for (const { key, value } of this.#environment.getRange({ snapshot: true })) {
      const [table] = splitRowKey(key);
      if (table !== 'meta') restore(table as TableName, decodeValue(value) as never);
    }
    const index = this.#number(INDEX_KEY) ?? 0;
    const shown = this.#number(CLOSED_KEY) ?? this.#number(CEILING_KEY) ?? 0;
    this.#index = Math.max(index, shown);
    this.#ceiling = this.#index + CEILING_STEP;
    this.#environment.transactionSync(() => {
      this.#environment.putSync(CEILING_KEY, encodeValue(this.#ceiling));
      this.#environment.removeSync(CLOSED_KEY);
    });
    return this.#index;
  }

  #number(key: Buffer): number | undefined {
    const value = this.#environment.get(key);
    return value && (decodeValue(value) as number);
  }

  async write(commands: readonly StagedCommand[]): Promise<void> {
    const last = commands.at(-1);
    if (last === undefined) return;
    // Only the newest of several changes to one row has to reach the disk.
    const newest = new Map<string, Buffer | undefined>();
    for (const command of commands) {
      for (const { table, key, after } of command.changes) {
        newest.set(`${table}\0${key}`, after && encodeValue(after));
      }
    }
    const raised = last.index + CEILING_STEP / 2 > this.#ceiling;
    if (raised) this.#ceiling = last.index + CEILING_STEP;
    await this.#environment.batch(() => {
      for (const [key, value] of newest) {
        if (value === undefined) this.#environment.remove(Buffer.from(key));
        else this.#environment.put(Buffer.from(key), value);
      }
      this.#environment.put(INDEX_KEY, encodeValue(last.index));
      if (raised) this.#environment.put(CEILING_KEY, encodeValue(this.#ceiling));
    });
    this.#index = last.index;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#environment.put(CLOSED_KEY, encodeValue(this.#index));
      await this.#environment.close();
      this.#lock.release();
    })();
    return this.#closed;
  }
}
