/** The flag `-node-meta` of the catalog commands, and what it asks of the API. */
import type { Query } from './client.ts';
import type { Flag } from './command.ts';
import type { FlagValues } from './flag-values.ts';

export const NODE_META_FLAG: Flag = {
  name: 'node-meta',
  kind: 'map',
  value: 'key=value',
  help: 'Only nodes with this metadata.',
};

export function nodeMetaQuery(flags: FlagValues): Query {
  const pairs = Object.entries(flags.map(NODE_META_FLAG.name));
  if (pairs.length === 0) return {};
  return { 'node-meta': pairs.map(([key, value]) => `${key}:${value}`) };
}
