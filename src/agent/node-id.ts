/** The node's identity on disk: `<data-dir>/node-id`, made once, so that a node is the same after a restart. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface NodeIdSource {
  /** From the configuration; empty when it names none. */
  readonly configured: string;
  /** Empty when nothing is kept: then every start is a new node. */
  readonly dataDirectory: string;
}

/** The node's id in lower case. @throws Error naming the file, when it holds something else */
export function takeNodeId({ configured, dataDirectory }: NodeIdSource): string {
  if (dataDirectory === '') return configured.toLowerCase() || randomUUID();
  const path = join(dataDirectory, 'node-id');
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim().toLowerCase() : '';
  if (configured === '' && kept !== '') {
    if (UUID.test(kept)) return kept;
    throw new Error(`"${path}" does not hold a UUID: correct it, or remove it for a new node id`);
  }
  const id = configured.toLowerCase() || randomUUID();
  if (id !== kept) keep(path, id, dataDirectory);
  return id;
}

/** Written beside and renamed, so that a crash leaves the old file or the new one. */
function keep(path: string, id: string, dataDirectory: string): void {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${id}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
