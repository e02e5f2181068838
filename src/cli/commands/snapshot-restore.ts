/** `rollcall snapshot restore`: puts a saved catalog in place of the one there is. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import type { Command } from '../command.ts';
import { readSnapshotFile, snapshotOperand } from '../snapshot-file.ts';

export const command: Command = {
  takes: '[options] FILE',
  description:
    'Puts the snapshot in place of all that the catalog holds. The agent checks all of it before it changes anything.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(invocation) {
    const octets = await readSnapshotFile(snapshotOperand(invocation.operands));
    await withClient(invocation, (client) =>
      client.put({ doing: 'restoring snapshot', path: '/v1/snapshot', octets }),
    );
    invocation.stdout.write('Restored snapshot\n');
    return 0;
  },
};
