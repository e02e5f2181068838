/** `rollcall dns record list`: the stored RRsets, all of them or those of a zone or a name. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, UsageError } from '../command.ts';
import { recordsPath, recordsTable } from '../dns-records.ts';
import { formatJson, listOf } from '../json-value.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';

export const command: Command = {
  takes: '[options] [ZONE [NAME]]',
  description:
    'Lists the DNS records that were written through the agent: all, or those of a zone or of a name in it. Those of ' +
    'zone files are not among them.',
  flags: [...CLIENT_FLAGS, FORMAT_FLAG],
  async run(invocation) {
    const { flags, operands, stdout, stderr } = invocation;
    if (operands.length > 2) {
      throw new UsageError(`Too many arguments (expected 2 at most, got ${operands.length})`);
    }
    const format = outputFormat(flags);
    const reply = await withClient(invocation, (client) =>
      client.get({ doing: 'listing DNS records', path: recordsPath(operands) }),
    );
    const rrsets = listOf(reply);
    if (format === 'json') stdout.write(formatJson(rrsets));
    else if (rrsets.length === 0) stderr.write('No DNS records are stored there.\n');
    else stdout.write(recordsTable(rrsets));
    return 0;
  },
};
