/**
 * The child that reads a store from end to end: `node store-check-process.js PATH`. Prints what is wrong and exits
 * with a StoreVerdict; on a page that LMDB cannot stand it is killed, which says the same.
 */
import { open } from 'lmdb';
import { reasonOf } from '../store-error.ts';
import { decodeValue, FORMAT_KEY, FORMAT_VERSION, splitRowKey } from './row-codec.ts';
import { StoreVerdict } from './store-check.ts';

function check(path: string): number {
  let rows = 0;
  try {
    const environment = open<Buffer, Buffer>({
      path,
      encoding: 'binary',
      keyEncoding: 'binary',
      readOnly: true,
    });
    const format = environment.get(FORMAT_KEY);
    const version = format === undefined ? undefined : decodeValue(FORMAT_KEY, format);
    if (typeof version === 'number' && version > FORMAT_VERSION) {
      return say(StoreVerdict.NEWER, String(version));
    }
    for (const { key, value } of environment.getRange({ snapshot: true })) {
      readRow(key, value);
      rows += 1;
    }
    if (rows > 0 && version === undefined) {
      return say(StoreVerdict.DAMAGED, 'the format stamp is missing');
    }
    return StoreVerdict.SOUND;
  } catch (error) {
    return say(StoreVerdict.DAMAGED, `after ${rows} rows: ${reasonOf(error)}`);
  }
}

function readRow(key: Buffer, value: Buffer): void {
  const [table, name] = splitRowKey(key);
  try {
    decodeValue(key, value);
  } catch (error) {
    const row = `row ${JSON.stringify(name)} of table ${JSON.stringify(table)}`;
    throw new Error(`${row}: ${reasonOf(error)}`);
  }
}

function say(verdict: number, text: string): number {
  process.stdout.write(`${text}\n`);
  return verdict;
}

process.exitCode = check(process.argv[2] ?? '');
