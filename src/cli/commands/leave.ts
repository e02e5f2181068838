/** `rollcall leave`: ends the agent gracefully. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, expectNoOperands } from '../command.ts';

export const command: Command = {
  takes: '[options]',
  description: 'Has the agent leave the cluster, finish what is in flight and exit.',
  flags: CLIENT_FLAGS,
  async run(invocation) {
    expectNoOperands(invocation.operands);
    await withClient(invocation, (client) =>
      client.put({ doing: 'leaving', path: '/v1/agent/leave' }),
    );
    invocation.stdout.write('Graceful leave complete\n');
    return 0;
  },
};
