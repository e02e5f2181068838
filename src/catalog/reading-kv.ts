/** Reads of the key-value store and of sessions, each with the index and the topics that go with it. */
import { indexKeys } from './index-keys.ts';
import { underPrefix } from './kv.ts';
import { type Reading, sortBy } from './reading.ts';
import type { KvRow, SessionRow } from './rows.ts';
import { nodeKey } from './schema.ts';
import type { State } from './state.ts';
import { topics } from './watches.ts';

export function readKv(state: State, key: string): Reading<KvRow | undefined> {
  const value = state.tables.kv.get(key);
  const index = value?.modifyIndex ?? state.indexOf(indexKeys.kv);
  return { value, index, topics: [topics.kvKey(key)] };
}

/**
 * Entries whose keys begin with `prefix`. Their index is that of the last change below the prefix, deletions included
 * while they are remembered; that of the whole store when nothing is known of the prefix. They are in no order: a read
 * that waits is not answered each time, and `sortKeys` is for what is.
 */
export function readKvPrefix(state: State, prefix: string): Reading<KvRow[]> {
  const { kv, kv_tombstones } = state.tables;
  const rows = underPrefix(kv, prefix);
  const whole = state.indexOf(indexKeys.kv);
  const last =
    prefix === '' ? whole : lastChange(rows, lastChange(underPrefix(kv_tombstones, prefix), 0));
  return { value: rows, index: last || whole, topics: [topics.kvPrefix(prefix)] };
}

function lastChange(rows: readonly { readonly modifyIndex: number }[], least: number): number {
  return rows.reduce((last, { modifyIndex }) => Math.max(last, modifyIndex), least);
}

/** Each key cut behind the first `separator` that follows the prefix, none twice: a folder stands for what is in it. */
export function foldKeys(
  rows: readonly KvRow[],
  { prefix, separator }: { readonly prefix: string; readonly separator: string },
): string[] {
  if (separator === '') return rows.map(({ key }) => key);
  const keys = new Set<string>();
  for (const { key } of rows) {
    const at = key.indexOf(separator, prefix.length);
    keys.add(at < 0 ? key : key.slice(0, at + separator.length));
  }
  return [...keys];
}

// ---- Sessions

export function readSession(state: State, id: string): Reading<SessionRow | undefined> {
  const index = state.indexOf(indexKeys.sessions);
  return { value: state.tables.sessions.get(id), index, topics: [topics.session(id)] };
}

export function readSessions(state: State): Reading<SessionRow[]> {
  return sessionsReading(state, [...state.tables.sessions.all()]);
}

export function readSessionsOfNode(state: State, node: string): Reading<SessionRow[]> {
  return sessionsReading(state, state.tables.sessions.find('node', nodeKey(node)));
}

function sessionsReading(state: State, rows: SessionRow[]): Reading<SessionRow[]> {
  return {
    value: sortBy(rows, (row) => row.id),
    index: state.indexOf(indexKeys.sessions),
    topics: [indexKeys.sessions],
  };
}
