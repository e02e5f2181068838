/**
 * The two schemes of `lock`, with keys and flags of Consul's own clients, so that both respect each other: one holder is
 * the session of the key; several are listed in it, each with a key of its own that goes with its session.
 */
import type { ApiClient } from './client.ts';
import { CommandError } from './command.ts';
import { objectOf } from './json-value.ts';
import { deleteEntry, type KvEntry, putEntry, readEntries } from './kv-entries.ts';
import type { LockScheme } from './lock.ts';

const LOCK_FLAGS = '3304740253564472344';
const SEMAPHORE_FLAGS = '16210313421097356768';
const KEY = '.lock';

const doing = 'updating lock';

/** One holder at a time. */
export function exclusiveLock(client: ApiClient, prefix: string): LockScheme {
  const key = joined(prefix, KEY);
  const query = { flags: LOCK_FLAGS };
  return {
    behavior: 'release',
    watched: { key, recurse: false },
    prepare: async () => {},
    async attempt([entry], session) {
      if (entry !== undefined && entry.flags !== LOCK_FLAGS) throw conflict('lock');
      if (entry !== undefined && entry.session !== '') return 'busy';
      const isTaken = await putEntry(client, key, { doing, query: { ...query, acquire: session } });
      return isTaken ? 'taken' : 'refused';
    },
    isHeldBy: (session, [entry]) => entry?.session === session,
    async release(session) {
      await putEntry(client, key, { doing, query: { ...query, release: session } });
    },
    async cleanUp() {
      const [entry] = (await readEntries(client, key)).entries;
      if (entry === undefined) return true;
      if (entry.session !== '' || entry.flags !== LOCK_FLAGS) return false;
      return deleteEntry(client, key, { doing, query: { cas: entry.modifyIndex } });
    },
  };
}

/** Up to `limit` holders at a time. */
export function semaphore(client: ApiClient, prefix: string, limit: number): LockScheme {
  const key = joined(prefix, KEY);
  const folder = joined(prefix, '');
  const find = (entries: readonly KvEntry[]) => entries.find((entry) => entry.key === key);
  const read = async () => (await readEntries(client, folder, { query: { recurse: '' } })).entries;
  const write = (holders: readonly string[], entry: KvEntry | undefined): Promise<boolean> => {
    const Holders = Object.fromEntries(holders.map((holder) => [holder, true]));
    const value = Buffer.from(JSON.stringify({ Limit: limit, Holders }));
    const query = { flags: SEMAPHORE_FLAGS, cas: entry?.modifyIndex ?? '0' };
    return putEntry(client, key, { doing, query, value });
  };
  return {
    behavior: 'delete',
    watched: { key: folder, recurse: true },
    async prepare(session) {
      const query = { flags: SEMAPHORE_FLAGS, acquire: session };
      if (await putEntry(client, `${folder}${session}`, { doing, query })) return;
      throw new CommandError('Lock acquisition failed: failed to make contender entry');
    },
    async attempt(entries, session) {
      const entry = find(entries);
      if (entry !== undefined && entry.flags !== SEMAPHORE_FLAGS) throw conflict('semaphore');
      const agreed = entry === undefined ? limit : limitOf(entry);
      if (agreed !== limit) {
        const limits = `(lock: ${agreed}, local: ${limit})`;
        throw new CommandError(`Lock acquisition failed: semaphore limit conflict ${limits}`);
      }
      const holders = liveHolders(entry, entries);
      if (holders.length >= limit) return 'busy';
      return (await write([...holders, session], entry)) ? 'taken' : 'busy';
    },
    isHeldBy: (session, entries) => liveHolders(find(entries), entries).includes(session),
    async release(session) {
      for (;;) {
        const entries = await read();
        const entry = find(entries);
        const holders = liveHolders(entry, entries);
        if (!holders.includes(session)) break;
        if (
          await write(
            holders.filter((holder) => holder !== session),
            entry,
          )
        )
          break;
      }
      await deleteEntry(client, `${folder}${session}`, { doing });
    },
    async cleanUp() {
      const entries = await read();
      const entry = find(entries);
      if (entry === undefined) return true;
      if (entry.flags !== SEMAPHORE_FLAGS || liveHolders(entry, entries).length > 0) return false;
      return deleteEntry(client, key, { doing, query: { cas: entry.modifyIndex } });
    },
  };
}

/** Those whose session still has its key. */
function liveHolders(entry: KvEntry | undefined, entries: readonly KvEntry[]): readonly string[] {
  const alive = new Set(entries.map(({ session }) => session));
  return Object.keys(objectOf(contents(entry).Holders)).filter((holder) => alive.has(holder));
}

function limitOf(entry: KvEntry): unknown {
  return contents(entry).Limit;
}

function contents(entry: KvEntry | undefined) {
  if (entry === undefined) return {};
  try {
    return objectOf(JSON.parse(entry.value.toString()));
  } catch {
    throw new CommandError('Lock acquisition failed: lock decoding failed');
  }
}

function conflict(use: 'lock' | 'semaphore'): CommandError {
  return new CommandError(`Lock acquisition failed: Existing key does not match ${use} use`);
}

function joined(prefix: string, name: string): string {
  return `${prefix.replace(/\/+$/, '')}/${name}`;
}
