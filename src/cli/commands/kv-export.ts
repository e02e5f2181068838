/** `rollcall kv export`: what there is under a prefix, as JSON that `kv import` takes. */
import { formatLossless } from '../../runtime/index.ts';
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import type { Command } from '../command.ts';
import { keyOperand, readEntries } from '../kv-entries.ts';
import { onlyKey } from './kv-get.ts';

export const command: Command = {
  takes: '[options] [PREFIX]',
  description:
    'Prints all keys that begin with the prefix, with their values in base 64, as JSON that "kv import" takes.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(invocation) {
    const prefix = keyOperand(onlyKey(invocation.operands));
    const { entries } = await withClient(invocation, (client) =>
      readEntries(client, prefix, { query: { recurse: '' } }),
    );
    const exported = entries.map(({ key, flags, value }) => ({
      key,
      flags: BigInt(flags),
      value: value.toString('base64'),
    }));
    invocation.stdout.write(`${formatLossless(exported, '\t')}\n`);
    return 0;
  },
};
