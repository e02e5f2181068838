/**
 * Keeps a second process out of a data directory: flock(2) on a file in it. The kernel drops the lock with the
 * process, however that ends, so there is nothing stale to clean up. Knows nothing of what the directory holds.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { reasonOf, StoreError } from '../store-error.ts';

const LOCK_EXCLUSIVE = 2;
const LOCK_NON_BLOCKING = 4;

export interface DirectoryLock {
  /** May be called twice. */
  release(): void;
}

/** @throws StoreError `store_locked`, naming the process that has it, or `store_unusable` */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, 'rollcall.lock');
  const descriptor = openLockFile(path);
  if (flock()(descriptor, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) !== 0) {
    closeSync(descriptor);
    const holder = readFileSync(path, 'utf8').trim();
    throw new StoreError(
      'store_locked',
      `data directory "${directory}" is in use by another rollcall${holder && ` (process ${holder})`}: ` +
        'stop that one, or give this one its own -data-dir',
    );
  }
  ftruncateSync(descriptor);
  writeSync(descriptor, `${process.pid}\n`);
  let held = true;
  return {
    release() {
      if (held) closeSync(descriptor);
      held = false;
    },
  };
}

function openLockFile(path: string): number {
  try {
    return openSync(path, 'a+', 0o600);
  } catch (error) {
    throw new StoreError('store_unusable', `cannot open "${path}": ${reasonOf(error)}`, error);
  }
}

let boundFlock: ((descriptor: number, operation: number) => number) | undefined;

function flock(): (descriptor: number, operation: number) => number {
  // The C library that Node itself runs on, so that glibc, musl and macOS need no names of their own.
  boundFlock ??= koffi.load(null).func('int flock(int, int)');
  return boundFlock as (descriptor: number, operation: number) => number;
}
