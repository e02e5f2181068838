/** `rollcall monitor`: the agent's log as it is written, until a signal. Exit code 1 when the agent ends it. */
import { listenForStop } from '../child-command.ts';
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, expectNoOperands } from '../command.ts';

/** Consul's. */
const REMOTE_ENDED =
  'Remote side ended the monitor! This usually means that the\nremote side has exited or crashed.';

export const command: Command = {
  takes: '[options]',
  description:
    "Prints the agent's log as it is written, from a level on, whatever the level of its own log is.",
  flags: [
    ...CLIENT_FLAGS,
    { name: 'log-json', kind: 'boolean', help: 'Print a JSON object a line.' },
    {
      name: 'log-level',
      kind: 'text',
      value: 'level',
      help: 'The least level to print: trace, debug, info (the default), warn or error.',
    },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    expectNoOperands(operands);
    const query = {
      loglevel: flags.text('log-level') || 'INFO',
      ...(flags.boolean('log-json') ? { logjson: 'true' } : {}),
    };
    const stop = listenForStop();
    try {
      await withClient(invocation, async (client) => {
        const asked = { doing: 'starting monitor', path: '/v1/agent/monitor', query };
        for await (const lines of client.follow({ ...asked, signal: stop.signal })) {
          stdout.write(lines);
        }
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      stop.close();
    }
    if (stop.signal.aborted) return 0;
    throw new CommandError(REMOTE_ENDED);
  },
};
