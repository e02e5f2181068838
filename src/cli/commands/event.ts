/** `rollcall event`: fires a user event. */
import { compileRegExp } from '../../runtime/index.ts';
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, UsageError } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { objectOf, textOf } from '../json-value.ts';

const FILTERS = ['node', 'service', 'tag'] as const;

export const command: Command = {
  takes: '[options] [PAYLOAD]',
  description:
    'Fires a user event for those who watch for its name, here or where the filters say, and prints its id.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'name', kind: 'text', value: 'name', help: 'Name of the event; needed.' },
    { name: 'node', kind: 'text', value: 'regexp', help: 'Only on nodes of these names.' },
    { name: 'service', kind: 'text', value: 'regexp', help: 'Only on nodes with such a service.' },
    {
      name: 'tag',
      kind: 'text',
      value: 'regexp',
      help: 'Only on nodes where such a service has such a tag; needs -service.',
    },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const name = flags.text('name');
    if (name === '') throw new UsageError('Event name must be specified');
    const query = filtersOf(flags);
    if (operands.length > 1) throw new UsageError('Too many command line arguments.');
    const fired = await withClient(invocation, (client) =>
      client.put({
        doing: 'firing event',
        path: `/v1/event/fire/${encodeURIComponent(name)}`,
        query,
        octets: Buffer.from(operands[0] ?? ''),
      }),
    );
    stdout.write(`Event ID: ${textOf(objectOf(JSON.parse(fired)).ID)}\n`);
    return 0;
  },
};

function filtersOf(flags: FlagValues): Readonly<Record<string, string>> {
  const given = FILTERS.filter((filter) => flags.text(filter) !== '');
  for (const filter of given) {
    const compiled = compileRegExp(flags.text(filter));
    if (compiled.ok) continue;
    throw new CommandError(`Failed to compile ${filter} filter regexp: ${compiled.message}`);
  }
  if (given.includes('tag') && !given.includes('service')) {
    throw new CommandError('Cannot provide tag filter without service filter.');
  }
  return Object.fromEntries(given.map((filter) => [filter, flags.text(filter)]));
}
