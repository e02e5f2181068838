/** `rollcall services deregister`: takes services off the agent, by id or those of files. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError } from '../command.ts';
import { readServiceFiles, serviceIdOf } from '../service-file.ts';

export const command: Command = {
  takes: '[options] [FILE...]',
  description:
    'Deregisters services from the agent they were registered with: the one with the id given, or those that the ' +
    'JSON files define.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'id', kind: 'text', value: 'id', help: 'Id of the service; not together with files.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const given = flags.text('id');
    if (operands.length === 0 && given === '') {
      throw new CommandError('Service deregistration requires at least one argument or -id.');
    }
    if (operands.length > 0 && given !== '') {
      throw new CommandError('Service deregistration requires arguments or -id, not both.');
    }
    const ids = given === '' ? readServiceFiles(operands).map(serviceIdOf) : [given];
    await withClient(invocation, async (client) => {
      for (const id of ids) {
        const doing = `deregistering service ${JSON.stringify(id)}`;
        const path = `/v1/agent/service/deregister/${encodeURIComponent(id)}`;
        await client.put({ doing, path });
        stdout.write(`Deregistered service: ${id}\n`);
      }
    });
    return 0;
  },
};
