/** `rollcall dns record put`: writes one RRset as a whole. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, UsageError } from '../command.ts';
import { CAS_FLAG, casQuery, expectDone, rrsetOperands } from '../dns-records.ts';

export const command: Command = {
  takes: '[options] ZONE NAME TYPE DATA...',
  description:
    'Stores the records of one name and type, in place of those that were stored before. Each DATA is the data of a ' +
    'record as a zone file has it, in one argument: "10 mail".',
  flags: [
    ...CLIENT_FLAGS,
    CAS_FLAG,
    { name: 'ttl', kind: 'integer', value: 'seconds', help: 'TTL of the records; 0 by default.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const { path, title, rest } = rrsetOperands(operands);
    if (rest.length === 0) throw new UsageError('The data of at least one record is needed');
    const doing = `storing ${title}`;
    const body = { TTL: flags.has('ttl') ? flags.integer('ttl') : 0, Records: rest };
    await withClient(invocation, async (client) => {
      expectDone(await client.put({ doing, path, query: casQuery(flags), body }), doing);
    });
    stdout.write(`Stored: ${title}\n`);
    return 0;
  },
};
