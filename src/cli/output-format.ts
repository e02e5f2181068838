/** The flag `-format` of the commands that print a table: the table, or the API's JSON. */
import { CommandError, type Flag } from './command.ts';
import type { FlagValues } from './flag-values.ts';

export type OutputFormat = 'table' | 'json';

export const FORMAT_FLAG: Flag = {
  name: 'format',
  kind: 'text',
  value: 'table|json',
  help: 'Print a table (the default) or the JSON of the API.',
};

export function outputFormat(flags: FlagValues): OutputFormat {
  const asked = flags.text('format');
  if (asked === '' || asked === 'table') return 'table';
  if (asked === 'json') return 'json';
  throw new CommandError(`Invalid format "${asked}", valid formats are "table" and "json"`);
}
