/** `rollcall dns explain`: why DNS answers a name as it does, in the words of the agent that answers. */
import { type Query, withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, UsageError } from '../command.ts';
import { formatExplanation } from '../explanation-text.ts';
import type { FlagValues } from '../flag-values.ts';
import { formatJson, objectOf } from '../json-value.ts';

export const command: Command = {
  takes: '[options] NAME [TYPE]',
  description:
    'Asks the agent how it reads NAME, who answers it, which instances are in the answer and which are not, and why. ' +
    'TYPE is A by default.',
  flags: [
    ...CLIENT_FLAGS,
    {
      name: 'bufsize',
      kind: 'integer',
      value: 'octets',
      help: 'Payload size of the query, 1232 by default; 0 is a query without EDNS.',
    },
    {
      name: 'client',
      kind: 'text',
      value: 'address',
      help: 'Address that the query is taken to come from, 127.0.0.1 by default.',
    },
    { name: 'tcp', kind: 'boolean', help: 'Explain a query over TCP.' },
    {
      name: 'format',
      kind: 'text',
      value: 'pretty|json',
      help: 'Print for people (the default) or the JSON of the API.',
    },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const format = flags.text('format') || 'pretty';
    if (format !== 'pretty' && format !== 'json') {
      throw new CommandError(`Invalid format "${format}", valid formats are "pretty" and "json"`);
    }
    const query = queryOf(flags, operands);
    const reply = await withClient(invocation, (client) =>
      client.get({ doing: 'explaining the answer', path: '/v1/dns/explain', query }),
    );
    stdout.write(format === 'json' ? formatJson(reply) : formatExplanation(objectOf(reply)));
    return 0;
  },
};

/** What is left out is the agent's to fill in. */
function queryOf(flags: FlagValues, operands: readonly string[]): Query {
  const [name, type] = operands;
  if (name === undefined) throw new UsageError('A name is needed');
  if (operands.length > 2) {
    throw new UsageError(`Too many arguments (expected 2 at most, got ${operands.length})`);
  }
  return {
    name,
    ...(type === undefined ? {} : { type }),
    ...(flags.has('bufsize') ? { bufsize: flags.text('bufsize') } : {}),
    ...(flags.has('client') ? { client: flags.text('client') } : {}),
    ...(flags.boolean('tcp') ? { transport: 'tcp' } : {}),
  };
}
