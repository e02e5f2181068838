/**
 * Looks over a store before the agent opens it: every page and every row is read once, in a child process and
 * read-only, since LMDB answers a damaged page by ending its process. Says what to do about what it finds.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workerEntry } from '../../runtime/index.ts';
import { StoreError } from '../store-error.ts';
import { FORMAT_VERSION } from './row-codec.ts';

/** Exit codes of `store-check-process.ts`. */
export const StoreVerdict = { SOUND: 0, DAMAGED: 65, NEWER: 66 } as const;

export function storeExists(path: string): boolean {
  return existsSync(join(path, 'data.mdb'));
}

/** @throws StoreError `store_damaged` or `store_newer` */
export async function checkStore(path: string): Promise<void> {
  const { code, text } = await runCheck(path);
  if (code === StoreVerdict.SOUND) return;
  if (code === StoreVerdict.NEWER) {
    throw new StoreError(
      'store_newer',
      `store "${path}" has format ${text}, this rollcall knows up to ${FORMAT_VERSION}: ` +
        'start the newer rollcall that wrote it; nothing was changed',
    );
  }
  const what = text === '' ? 'a page cannot be read' : text;
  throw new StoreError(
    'store_damaged',
    `store "${path}" is damaged (${what}): move the folder away and start again with an empty one, ` +
      'or put back a copy of it; nothing was changed',
  );
}

interface CheckResult {
  readonly code: number | null;
  /** What the child said on standard output. */
  readonly text: string;
}

function runCheck(path: string): Promise<CheckResult> {
  const entry = fileURLToPath(workerEntry('./store-check-process', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, path], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text: text.trim() }));
  });
}
