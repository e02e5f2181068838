/** `rollcall dns record delete`: takes one stored RRset away. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, expectNoOperands } from '../command.ts';
import { CAS_FLAG, casQuery, expectDone, rrsetOperands } from '../dns-records.ts';

export const command: Command = {
  takes: '[options] ZONE NAME TYPE',
  description:
    'Deletes the records of one name and type that were written through the agent; those of a zone file are then ' +
    'answered again. What is not stored is deleted already.',
  flags: [...CLIENT_FLAGS, CAS_FLAG],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const { path, title, rest } = rrsetOperands(operands);
    expectNoOperands(rest);
    const doing = `deleting ${title}`;
    await withClient(invocation, async (client) => {
      expectDone(await client.delete({ doing, path, query: casQuery(flags) }), doing);
    });
    stdout.write(`Deleted: ${title}\n`);
    return 0;
  },
};
