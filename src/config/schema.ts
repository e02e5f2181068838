/** Every configuration key there is, as one table, and the ways to look one up. */
import { BUILT_KEYS } from './schema-built.ts';
import type { SchemaRow } from './schema-row.ts';
import { ACCEPTED_KEYS, REFUSED_KEYS } from './schema-unbuilt.ts';

export const SCHEMA: readonly SchemaRow[] = [...BUILT_KEYS, ...ACCEPTED_KEYS, ...REFUSED_KEYS];

const rows = new Map(SCHEMA.map((row) => [row.path, row]));
const blocks = new Set(
  SCHEMA.flatMap(({ path }) => {
    const keys = path.split('.');
    return keys.slice(1).map((_, depth) => keys.slice(0, depth + 1).join('.'));
  }),
);

/** The row of a dotted key in lower case. */
export function rowAt(path: string): SchemaRow | undefined {
  return rows.get(path);
}

const secrets = SCHEMA.filter((row) => row.secret === true).map(({ path }) => path);

/** Whether what stands at `path` is a secret, or a part of one. */
export function isSecret(path: string): boolean {
  const lower = path.toLowerCase();
  return secrets.some((secret) => lower === secret || lower.startsWith(`${secret}.`));
}

const secretKeys = new Set(secrets.map((path) => path.slice(path.lastIndexOf('.') + 1)));

/** Whether a secret is called `key`, wherever that may stand. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key.toLowerCase());
}

/** Whether `path` is an object that holds keys, such as `dns_config`. */
export function isBlock(path: string): boolean {
  return blocks.has(path);
}
