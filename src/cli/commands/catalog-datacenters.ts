/** `rollcall catalog datacenters`: the known datacenters, nearest first. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, expectNoOperands } from '../command.ts';
import { formatJson, listOf, textOf } from '../json-value.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';

export const command: Command = {
  takes: '[options]',
  description: 'Lists the known datacenters, one a line, nearest first.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, FORMAT_FLAG],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    expectNoOperands(operands);
    const format = outputFormat(flags);
    const reply = await withClient(invocation, (client) =>
      client.get({ doing: 'listing datacenters', path: '/v1/catalog/datacenters' }),
    );
    const names = listOf(reply).map(textOf);
    stdout.write(format === 'json' ? formatJson(names) : names.map((one) => `${one}\n`).join(''));
    return 0;
  },
};
