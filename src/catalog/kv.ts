/**
 * Writes the key-value store: plain and compare-and-set writes, deletions, and locks. What a session is, and what
 * becomes of its keys when it ends, is `sessions.ts`. Rules and messages are Consul's.
 */
import { limits } from '../runtime/index.ts';
import { CatalogError } from './catalog-error.ts';
import { indexKeys } from './index-keys.ts';
import { sortBy } from './reading.ts';
import type { KvRow } from './rows.ts';
import { kvFolders } from './schema.ts';
import type { TableView } from './table.ts';
import type { Transaction } from './transaction.ts';

/** What a client writes of an entry. */
export type KvInput = Pick<KvRow, 'key' | 'value' | 'flags'>;

/**
 * Writes the value and leaves the holder: a lock does not keep others from writing. The lock index starts anew.
 * @returns false when `cas` is not the index of the entry's last change, 0 for one that is not there
 */
export function putKv(transaction: Transaction, input: KvInput, cas?: number): boolean {
  const before = transaction.get('kv', input.key);
  if (cas !== undefined && !isAt(before, cas)) return false;
  write(transaction, { ...input, lockIndex: 0, session: before?.session ?? '' });
  return true;
}

/** An entry written earlier in the same transaction has no index yet, and is there all the same. */
function isAt(before: KvRow | undefined, cas: number): boolean {
  return cas === 0 ? before === undefined : before?.modifyIndex === cas;
}

/** What came of the wish to hold a key. */
export type LockOutcome = 'locked' | 'held' | 'delayed';

/**
 * Writes the entry if `session` holds the key already, or can: each new holder raises the lock index.
 * @throws CatalogError when there is no such session
 */
export function lockKv(transaction: Transaction, input: KvInput, session: string): LockOutcome {
  if (isLockDelayed(transaction, input.key)) return 'delayed';
  requireSession(transaction, session);
  const before = transaction.get('kv', input.key);
  const holder = before?.session ?? '';
  if (holder !== '' && holder !== session) return 'held';
  const lockIndex = (before?.lockIndex ?? 0) + (holder === session ? 0 : 1);
  write(transaction, { ...input, lockIndex, session });
  return 'locked';
}

/** Whether the last holder of `key` was lost so lately that it may not know. */
export function isLockDelayed(transaction: Transaction, key: string): boolean {
  return transaction.get('lock_delays', key) !== undefined;
}

function requireSession(transaction: Transaction, session: string): void {
  if (session === '') throw sessionMissing();
  if (transaction.get('sessions', session) !== undefined) return;
  const reason = `invalid session ${JSON.stringify(session)}`;
  throw new CatalogError('lock_session_unknown', 'Session', reason);
}

function sessionMissing(): CatalogError {
  return new CatalogError('lock_session_missing', 'Session', 'missing session');
}

/** Gives the key up and writes the entry. @returns false when `session` does not hold it */
export function unlockKv(transaction: Transaction, input: KvInput, session: string): boolean {
  if (session === '') throw sessionMissing();
  const before = transaction.get('kv', input.key);
  if (before === undefined || before.session !== session) return false;
  write(transaction, { ...input, lockIndex: before.lockIndex, session: '' });
  return true;
}

/** Takes the holder off a key and leaves all else as it is. */
export function releaseKv(transaction: Transaction, row: KvRow): void {
  write(transaction, { ...row, session: '' });
}

function write(transaction: Transaction, row: Omit<KvRow, 'createIndex' | 'modifyIndex'>): void {
  checkKey(row.key);
  if (transaction.put('kv', row)) transaction.touch(indexKeys.kv);
}

function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  const most = limits.kvKeyBytes.default;
  if (bytes <= most) return;
  const reason = `the key is too long (${bytes} > ${most} bytes)`;
  throw new CatalogError('kv_key_too_long', 'Key', reason);
}

/** @returns false when the entry is there and `cas` is not the index of its last change */
export function deleteKv(transaction: Transaction, key: string, cas?: number): boolean {
  const row = transaction.get('kv', key);
  if (row === undefined) return true;
  // As Consul's: 0 deletes nothing that is there.
  if (cas !== undefined && (cas === 0 || cas !== row.modifyIndex)) return false;
  remove(transaction, row);
  return true;
}

/** Deletes every key that begins with `prefix`: an empty one deletes all. */
export function deleteKvTree(transaction: Transaction, prefix: string): void {
  for (const row of kvUnder(transaction, prefix)) remove(transaction, row);
}

function remove(transaction: Transaction, { key, createIndex }: KvRow): void {
  transaction.delete('kv', key);
  transaction.touch(indexKeys.kv);
  // What was written in this transaction alone has been seen by nobody.
  if (createIndex === 0) return;
  transaction.put('kv_tombstones', { key, entryCreateIndex: createIndex });
}

/** Entries in the transaction whose keys begin with `prefix`, in no order. */
export function kvUnder(transaction: Transaction, prefix: string): KvRow[] {
  const view = {
    find: (index: string, value: string) => transaction.find('kv', index, value),
    all: () => transaction.all('kv'),
  };
  return underPrefix(view, prefix);
}

/** Rows of a table filed by folder whose keys begin with `prefix`. */
export function underPrefix<Row extends { readonly key: string }>(
  table: Pick<TableView<Row>, 'find' | 'all'>,
  prefix: string,
): Row[] {
  const folder = folderOf(prefix);
  const rows = folder === '' ? [...table.all()] : table.find('folder', folder);
  return folder === prefix ? rows : rows.filter((row) => row.key.startsWith(prefix));
}

/** The innermost folder that everything below `prefix` is in; empty for none. */
function folderOf(prefix: string): string {
  return kvFolders(prefix).at(-1) ?? '';
}

/** In the order of the octets of their keys, as Consul has them. Sorts in place. */
export function sortKeys(rows: KvRow[]): KvRow[] {
  return sortBy(rows, (row) => octetsOf(row.key));
}

const ASCII = /^[\0-\x7f]*$/;

/** The octets of UTF-8, a character each: UTF-16 has another order beyond U+D7FF. */
function octetsOf(key: string): string {
  return ASCII.test(key) ? key : Buffer.from(key).toString('latin1');
}
