/**
 * What the commands about stored DNS records share: the path of an RRset from the operands, the flag `-cas` with what
 * its refusal means, and RRsets as a table. Knows nothing of what a record says: the agent judges that.
 */
import { columns } from './columns.ts';
import { CommandError, type Flag, UsageError } from './command.ts';
import type { FlagValues } from './flag-values.ts';
import { listOf, objectOf, textOf } from './json-value.ts';

const PATH = '/v1/dns/records/';

/** Of all, of a zone, of a name or of one RRset. */
export function recordsPath(parts: readonly string[]): string {
  const [zone, ...others] = parts;
  if (zone === undefined) return PATH;
  // The segment "." is taken out of a URL on the way; "@" stands for it.
  const segments = [zone === '.' ? '@' : zone, ...others];
  return `${PATH}${segments.map(encodeURIComponent).join('/')}`;
}

/** ZONE, NAME and TYPE, and whatever follows. */
export function rrsetOperands(operands: readonly string[]): {
  readonly path: string;
  /** For people: `www A in example.org`. */
  readonly title: string;
  readonly rest: readonly string[];
} {
  const [zone, name, type, ...rest] = operands;
  if (zone === undefined || name === undefined || type === undefined) {
    throw new UsageError('A zone, a name and a type are needed');
  }
  return { path: recordsPath([zone, name, type]), title: `${name} ${type} in ${zone}`, rest };
}

export const CAS_FLAG: Flag = {
  name: 'cas',
  kind: 'integer',
  value: 'index',
  help: 'Only if the RRset was last changed at this index (ModifyIndex); 0 is one that is not there.',
};

export function casQuery(flags: FlagValues): Readonly<Record<string, string>> {
  return flags.has('cas') ? { cas: flags.text('cas') } : {};
}

/** The API answers `false` when `cas` did not fit. */
export function expectDone(reply: string, doing: string): void {
  if (reply.trim() === 'true') return;
  throw new CommandError(`Error ${doing}: the RRset was changed at another index`);
}

/** A row a record. */
export function recordsTable(rrsets: readonly unknown[]): string {
  const rows = rrsets
    .map(objectOf)
    .flatMap(({ Zone, Name, Type, TTL, Records }) =>
      listOf(Records).map((data) => [Zone, Name, TTL, Type, data].map(textOf)),
    );
  return columns([['Zone', 'Name', 'TTL', 'Type', 'Data'], ...rows]);
}
