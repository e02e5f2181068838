/**
 * A lock in the key-value store, as Consul's clients take it: waited for, watched while it is held, given back. How
 * many may hold it at once is its scheme's business.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, ApiError } from './client.ts';
import { type KvEntry, readEntries } from './kv-entries.ts';
import type { SessionOptions } from './lock-session.ts';
import { LockSession } from './lock-session.ts';

/** After a lock that is free and cannot be had: its lock delay is running. */
const RETRY_MS = 1_000;

export interface LockScheme {
  readonly behavior: SessionOptions['behavior'];
  /** What is read and waited on. */
  readonly watched: { readonly key: string; readonly recurse: boolean };
  /** What a session does before its first attempt. */
  prepare(session: string): Promise<void>;
  /** One attempt, given what there is. @throws CommandError when the keys are used for something else */
  attempt(entries: readonly KvEntry[], session: string): Promise<'taken' | 'busy' | 'refused'>;
  isHeldBy(session: string, entries: readonly KvEntry[]): boolean;
  release(session: string): Promise<void>;
  /** Takes away what nobody uses any more. @returns false when somebody does */
  cleanUp(): Promise<boolean>;
}

export interface LockOptions {
  readonly sessionName: string;
  /** Failed readings in a row that do not count as a lost lock. */
  readonly monitorRetries: number;
}

export interface HeldLock {
  /** Aborted once the lock is lost, or may be. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Undefined: `stop` came first. */
export async function acquireLock(
  client: ApiClient,
  scheme: LockScheme,
  options: LockOptions,
  stop: AbortSignal,
): Promise<HeldLock | undefined> {
  const { sessionName: name, monitorRetries } = options;
  const session = await LockSession.begin(client, { name, behavior: scheme.behavior });
  let isTaken = false;
  try {
    await scheme.prepare(session.id);
    isTaken = await waitForTurn(client, scheme, session.id, stop);
  } finally {
    if (!isTaken) await session.end();
  }
  if (!isTaken) return undefined;
  const released = new AbortController();
  const monitored = new AbortController();
  void monitor(client, scheme, { session: session.id, monitorRetries, end: released.signal }).then(
    () => monitored.abort(),
  );
  return {
    lost: AbortSignal.any([monitored.signal, session.lost]),
    async release() {
      released.abort();
      try {
        await scheme.release(session.id);
      } finally {
        await session.end();
      }
    },
  };
}

async function waitForTurn(
  client: ApiClient,
  scheme: LockScheme,
  session: string,
  stop: AbortSignal,
): Promise<boolean> {
  let seen = '0';
  while (!stop.aborted) {
    const reading = await readWatched(client, scheme, { seen, signal: stop }).catch(
      (error: unknown) => {
        if (stop.aborted) return undefined;
        throw error;
      },
    );
    if (reading === undefined) return false;
    // An attempt is not cut short: it would leave open whether the lock is taken.
    const outcome = await scheme.attempt(reading.entries, session);
    if (outcome === 'taken') return true;
    seen = outcome === 'busy' ? reading.index : '0';
    if (outcome === 'refused') await pause(RETRY_MS, undefined, { signal: stop }).catch(() => {});
  }
  return false;
}

interface Watch {
  readonly session: string;
  readonly monitorRetries: number;
  readonly end: AbortSignal;
}

/** Resolves once the lock is not held any more, or cannot be read, or `end` is aborted. */
async function monitor(client: ApiClient, scheme: LockScheme, watch: Watch): Promise<void> {
  let seen = '0';
  let failures = 0;
  while (!watch.end.aborted) {
    try {
      const reading = await readWatched(client, scheme, { seen, signal: watch.end });
      if (!scheme.isHeldBy(watch.session, reading.entries)) return;
      seen = reading.index;
      failures = 0;
    } catch (error) {
      const mayPass = error instanceof ApiError && (error.statusCode ?? 500) >= 500;
      failures += 1;
      // Who answers next may be set up anew, and take long to get as far.
      seen = '0';
      if (!mayPass || failures > watch.monitorRetries) return;
      await pause(RETRY_MS, undefined, { signal: watch.end }).catch(() => {});
    }
  }
}

function readWatched(
  client: ApiClient,
  { watched: { key, recurse } }: LockScheme,
  { seen, signal }: { readonly seen: string; readonly signal: AbortSignal },
) {
  const query = { ...(recurse ? { recurse: '' } : {}), ...(seen === '0' ? {} : { index: seen }) };
  return readEntries(client, key, { doing: 'reading lock', query, signal });
}
