/** `rollcall kv delete`: takes a key away, or all under a prefix. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { deleteEntry, keyOperand, uint64Flag } from '../kv-entries.ts';
import { onlyKey } from './kv-get.ts';

export const command: Command = {
  takes: '[options] KEY_OR_PREFIX',
  description: 'Deletes a key. What is not there is deleted already.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'cas', kind: 'boolean', help: 'Only if the key was last changed at -modify-index.' },
    { name: 'modify-index', kind: 'text', value: 'index', help: 'Index for -cas.' },
    { name: 'recurse', kind: 'boolean', help: 'Delete all keys that begin with the prefix.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const key = keyOperand(onlyKey(operands));
    const recurses = flags.boolean('recurse');
    if (key === '' && !recurses) throw new CommandError('Error! Missing KEY argument');
    const cas = casQuery(flags);
    const query = recurses ? { recurse: '' } : cas;
    const doing = `deleting key ${key}`;
    const isDeleted = await withClient(invocation, (client) =>
      deleteEntry(client, key, { doing, query }),
    );
    if (!isDeleted) throw new CommandError(`Error! Did not delete key ${key}: CAS failed`);
    stdout.write(`Success! ${recurses ? 'Deleted keys with prefix' : 'Deleted key'}: ${key}\n`);
    return 0;
  },
};

function casQuery(flags: FlagValues): Readonly<Record<string, string>> {
  const index = uint64Flag(flags, 'modify-index');
  if (!flags.boolean('cas')) {
    if (index === '0') return {};
    throw new CommandError('Cannot specify -modify-index without -cas!');
  }
  if (index === '0') {
    throw new CommandError(
      'Cannot delete a key that does not exist. Provide a -modify-index greater than than 0.',
    );
  }
  if (flags.boolean('recurse')) throw new CommandError('Cannot specify both -cas and -recurse!');
  return { cas: index };
}
