/** Keys and values of the LMDB store, see `lmdb-row-store.ts` for the layout. Pure. */
import { crc32 } from 'node:zlib';

const SEPARATOR = 0;

/** The latest format that is known here; a store that says more is from a later rollcall. */
export const FORMAT_VERSION = 3;

/** Tables that came after format 1, which a rollcall of that format cannot load. */
const FORMAT_BY_TABLE: Readonly<Record<string, number>> = {
  dns_records: 2,
  kv: 3,
  kv_tombstones: 3,
  lock_delays: 3,
  sessions: 3,
  prepared_queries: 3,
  coordinates: 3,
  autopilot: 3,
  ca_roots: 3,
  ca_signers: 3,
  ca_configurations: 3,
};

/** The format that a store with rows of `table` has. One without them stays as old as it was, for the way back. */
export function formatOf(table: string): number {
  return FORMAT_BY_TABLE[table] ?? 1;
}

export function rowKey(table: string, key: string): Buffer {
  return Buffer.from(`${table}\0${key}`);
}

/** @returns the table's name and the row's key */
export function splitRowKey(key: Uint8Array): [table: string, key: string] {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const end = bytes.indexOf(SEPARATOR);
  return [bytes.toString('utf8', 0, end), bytes.toString('utf8', end + 1)];
}

/** The checksum covers the key too, so that a row is not taken for another. */
export function encodeValue(key: Uint8Array, value: unknown): Buffer {
  const json = JSON.stringify(value);
  const bytes = Buffer.allocUnsafe(4 + Buffer.byteLength(json));
  bytes.write(json, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(4), crc32(key)), 0);
  return bytes;
}

/** @throws Error when the checksum does not fit */
export function decodeValue(key: Uint8Array, bytes: Buffer): unknown {
  if (bytes.length < 5 || crc32(bytes.subarray(4), crc32(key)) !== bytes.readUInt32LE(0)) {
    throw new Error('the checksum does not fit');
  }
  return JSON.parse(bytes.toString('utf8', 4));
}

export const FORMAT_KEY = rowKey('meta', 'format');
