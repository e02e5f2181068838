/**
 * What the commands about keys share: the path of a key, entries as they are read, conditional writes and deletions,
 * and flags with 64 bits. Knows nothing of locks.
 */
import type { ApiClient, ApiRequest } from './client.ts';
import { UsageError } from './command.ts';
import type { FlagValues } from './flag-values.ts';
import { listOf, objectOf, textOf } from './json-value.ts';

export interface KvEntry {
  readonly key: string;
  readonly value: Buffer;
  /** Digits; they have 64 bits. */
  readonly flags: string;
  /** The session that holds the key, or the empty text. */
  readonly session: string;
  readonly createIndex: string;
  readonly modifyIndex: string;
  readonly lockIndex: string;
}

export interface KvReading {
  readonly entries: readonly KvEntry[];
  readonly index: string;
}

/** Slashes are escaped, too: the agent refuses `a/../b`, of which a URL would silently make `b`. */
export function kvPath(key: string): string {
  return `/v1/kv/${encodeURIComponent(key)}`;
}

/** The key of an operand: keys begin with no slash, though people write one. */
export function keyOperand(text: string): string {
  return text.startsWith('/') ? text.slice(1) : text;
}

type KvRequest = Pick<ApiRequest, 'query' | 'signal'> & { readonly doing?: string };

/** One key, or with `recurse` in the query all that begin with it. */
export async function readEntries(
  client: ApiClient,
  key: string,
  { doing = 'querying Consul agent', ...asked }: KvRequest = {},
): Promise<KvReading> {
  const { value, index } = await client.read({ ...asked, doing, path: kvPath(key) });
  return { entries: listOf(value).map(entryOf), index };
}

function entryOf(value: unknown): KvEntry {
  const entry = objectOf(value);
  return {
    key: textOf(entry.Key),
    value: Buffer.from(textOf(entry.Value), 'base64'),
    flags: textOf(entry.Flags),
    session: textOf(entry.Session),
    createIndex: textOf(entry.CreateIndex),
    modifyIndex: textOf(entry.ModifyIndex),
    lockIndex: textOf(entry.LockIndex),
  };
}

type KvWrite = KvRequest & { readonly value?: Uint8Array; readonly doing: string };

/** False: the condition in the query did not hold. */
export async function putEntry(
  client: ApiClient,
  key: string,
  { value = Buffer.alloc(0), ...asked }: KvWrite,
): Promise<boolean> {
  return isTrue(await client.put({ ...asked, path: kvPath(key), octets: value }));
}

/** False: the condition in the query did not hold. */
export async function deleteEntry(
  client: ApiClient,
  key: string,
  asked: KvRequest & { readonly doing: string },
): Promise<boolean> {
  return isTrue(await client.delete({ ...asked, path: kvPath(key) }));
}

function isTrue(reply: string): boolean {
  return reply.trim() === 'true';
}

/** The digits of a flag that is an unsigned number of 64 bits. @throws UsageError */
export function uint64Flag(flags: FlagValues, name: string): string {
  const text = flags.text(name) || '0';
  if (isUint64(text)) return `${BigInt(text)}`;
  throw new UsageError(`invalid value "${text}" for flag -${name}: parse error`);
}

/** Digits that stand for an unsigned number of 64 bits. */
export function isUint64(text: string): boolean {
  return /^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n;
}
