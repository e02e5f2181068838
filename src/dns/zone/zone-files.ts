/**
 * The zone folder on disk: its names, and the text of a file that is regular, not too large and UTF-8. At once for
 * a start; beside the answers otherwise, where a slow disk keeps nobody waiting. Knows nothing of what is in a file.
 */
import { createReadStream, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { limits } from '../../runtime/index.ts';
import type { Text } from './steps.ts';

/** Names in a folder, or why it cannot be listed. */
export type Listing = string[] | { readonly problem: string };

/** What is decoded at once. */
const CHUNK_BYTES = 256 << 10;

export function listFolderNow(directory: string): Listing {
  try {
    return readdirSync(directory);
  } catch (error) {
    return { problem: describe(error) };
  }
}

export async function listFolder(directory: string): Promise<Listing> {
  try {
    return await readdir(directory);
  } catch (error) {
    return { problem: describe(error) };
  }
}

export function readTextNow(file: string): Text {
  try {
    const problem = problemOf(statSync(file));
    return problem === undefined ? utf8().decode(readFileSync(file)) : { problem };
  } catch (error) {
    return { problem: describe(error) };
  }
}

export async function readText(file: string): Promise<Text> {
  try {
    // Before it is opened: opening a pipe waits for somebody to write to it.
    const stats = await stat(file);
    const problem = problemOf(stats);
    if (problem !== undefined) return { problem };
    const decoder = utf8();
    const texts: string[] = [];
    // A file that grows while it is read is read as far as it was.
    const wanted = { highWaterMark: CHUNK_BYTES, end: Math.max(stats.size - 1, 0) };
    for await (const chunk of createReadStream(file, wanted)) {
      texts.push(decoder.decode(chunk as Buffer, { stream: true }));
    }
    texts.push(decoder.decode());
    return texts.join('');
  } catch (error) {
    return { problem: describe(error) };
  }
}

const utf8 = () => new TextDecoder('utf-8', { fatal: true });

function problemOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'is not a regular file';
  const most = limits.zoneFileBytes.default;
  return stats.size > most ? `has ${stats.size} bytes; at most ${most} are read` : undefined;
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder';
    case 'EACCES':
      return 'permission denied';
    case 'ENOTDIR':
      return 'is not a folder';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'is not UTF-8 text';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
