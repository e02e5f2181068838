/** `rollcall reload`: has the agent read its configuration again. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, expectNoOperands } from '../command.ts';

export const command: Command = {
  takes: '[options]',
  description:
    'Has the agent read its configuration files again and apply what can change while it runs. A file with ' +
    'mistakes is refused and the agent goes on as it was.',
  flags: CLIENT_FLAGS,
  async run(invocation) {
    expectNoOperands(invocation.operands);
    await withClient(invocation, (client) =>
      client.put({ doing: 'reloading', path: '/v1/agent/reload' }),
    );
    invocation.stdout.write('Configuration reload triggered\n');
    return 0;
  },
};
