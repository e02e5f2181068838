/**
 * Rows in LMDB: one environment in `<data-dir>/catalog`, one commit and one fdatasync a group.
 *
 *   key    table name, NUL, row key (UTF-8)
 *   value  CRC-32 of the key and the rest (4 octets, little endian), the row as JSON
 *
 * Beside the rows, in the table `meta`: `format` (the oldest that reads it), `index` (of the last command), `ceiling` (no
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
import { encodeGroup } from './encode-group.ts';
import {
  decodeValue,
  encodeValue,
  FORMAT_KEY,
  formatOf,
  rowKey,
  splitRowKey,
} from './row-codec.ts';
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
    if (environment.get(FORMAT_KEY) === undefined) {
      environment.transactionSync(() => {
        environment.putSync(FORMAT_KEY, encodeValue(FORMAT_KEY, 1));
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
  readonly #unguard = guardAgainstStrayRejections();
  #format = 1;
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
      if (table !== 'meta') restore(table as TableName, decodeValue(key, value) as never);
    }
    this.#format = this.#number(FORMAT_KEY) ?? 1;
    const index = this.#number(INDEX_KEY) ?? 0;
    const shown = this.#number(CLOSED_KEY) ?? this.#number(CEILING_KEY) ?? 0;
    this.#index = Math.max(index, shown);
    this.#ceiling = this.#index + CEILING_STEP;
    this.#environment.transactionSync(() => {
      this.#environment.putSync(CEILING_KEY, encodeValue(CEILING_KEY, this.#ceiling));
      this.#environment.removeSync(CLOSED_KEY);
    });
    return this.#index;
  }

  #number(key: Buffer): number | undefined {
    const value = this.#environment.get(key);
    return value && (decodeValue(key, value) as number);
  }

  async write(commands: readonly StagedCommand[], handedOver?: () => void): Promise<void> {
    const last = commands.at(-1);
    if (last === undefined) return;
    const rows = await encodeGroup(commands);
    const format = rows.reduce((most, { table }) => Math.max(most, formatOf(table)), this.#format);
    // What was overtaken is written after what overtook it.
    const index = Math.max(last.index, this.#index);
    const raised = index + CEILING_STEP / 2 > this.#ceiling;
    const ceiling = raised ? index + CEILING_STEP : this.#ceiling;
    await this.#commit(() => {
      for (const { key, value } of rows) {
        if (value === undefined) void this.#environment.remove(key);
        else void this.#environment.put(key, value);
      }
      if (format > this.#format) {
        void this.#environment.put(FORMAT_KEY, encodeValue(FORMAT_KEY, format));
      }
      void this.#environment.put(INDEX_KEY, encodeValue(INDEX_KEY, index));
      if (raised) void this.#environment.put(CEILING_KEY, encodeValue(CEILING_KEY, ceiling));
    }, handedOver);
    this.#format = format;
    this.#ceiling = ceiling;
    this.#index = index;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#markClosed();
      await this.#environment.close();
      this.#unguard();
      this.#lock.release();
    })();
    return this.#closed;
  }

  /** A store that cannot be written any more is left unmarked: the next start goes on from its ceiling. */
  async #markClosed(): Promise<void> {
    try {
      await this.#commit(() => {
        void this.#environment.put(CLOSED_KEY, encodeValue(CLOSED_KEY, this.#index));
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }

  /** Makes what `body` puts durable together; rejects with the reason that the system gave. */
  async #commit(body: () => void, handedOver?: () => void): Promise<void> {
    try {
      const written = this.#environment.batch(body);
      handedOver?.();
      await written;
    } catch (error) {
      throw await reasonOfCommit(error);
    }
  }
}

/**
 * When a commit fails, lmdb also rejects promises that it hands to nobody, each with a `commitError`. What there is to
 * say is said by the promise of the batch: these must not end the process. @returns takes the guard away
 */
function guardAgainstStrayRejections(): () => void {
  const guard = (reason: unknown): void => {
    if (typeof reason === 'object' && reason !== null && 'commitError' in reason) return;
    throw reason;
  };
  process.on('unhandledRejection', guard);
  return () => void process.off('unhandledRejection', guard);
}

/** lmdb rejects with an error that holds a promise, which is rejected in its turn with what happened. */
async function reasonOfCommit(error: unknown): Promise<unknown> {
  const { commitError } = error as { readonly commitError?: Promise<unknown> };
  if (commitError === undefined) return error;
  try {
    await commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}
