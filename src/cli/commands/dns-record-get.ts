/** `rollcall dns record get`: one stored RRset. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, expectNoOperands } from '../command.ts';
import { recordsTable, rrsetOperands } from '../dns-records.ts';
import { formatJson } from '../json-value.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';

export const command: Command = {
  takes: '[options] ZONE NAME TYPE',
  description:
    'Shows the records of one name and type that were written through the agent. NAME is relative to ZONE, "@" is its ' +
    'apex. The JSON has the index that -cas takes.',
  flags: [...CLIENT_FLAGS, FORMAT_FLAG],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const { path, title, rest } = rrsetOperands(operands);
    expectNoOperands(rest);
    const format = outputFormat(flags);
    const rrset = await withClient(invocation, (client) =>
      client.get({ doing: `reading ${title}`, path }),
    );
    stdout.write(format === 'json' ? formatJson(rrset) : recordsTable([rrset]));
    return 0;
  },
};
