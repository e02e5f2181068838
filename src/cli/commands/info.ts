/** `rollcall info`: the statistics of the agent, in groups. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, expectNoOperands } from '../command.ts';
import { objectOf, textOf } from '../json-value.ts';

export const command: Command = {
  takes: '[options]',
  description: 'Prints the statistics of the agent: groups and keys in alphabetical order.',
  flags: CLIENT_FLAGS,
  async run(invocation) {
    expectNoOperands(invocation.operands);
    const self = await withClient(invocation, (client) =>
      client.get({ doing: 'querying agent', path: '/v1/agent/self' }),
    );
    for (const [group, values] of sortedEntries(objectOf(self).Stats)) {
      const lines = sortedEntries(values).map(([key, value]) => `\t${key} = ${textOf(value)}\n`);
      invocation.stdout.write(`${group}:\n${lines.join('')}`);
    }
    return 0;
  },
};

function sortedEntries(value: unknown): [string, unknown][] {
  return Object.entries(objectOf(value)).sort(([a], [b]) => (a < b ? -1 : 1));
}
