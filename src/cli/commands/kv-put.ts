/** `rollcall kv put`: writes one key, at will, at an index, or as a lock. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError } from '../command.ts';
import { decodeBase64, readData } from '../data-argument.ts';
import type { FlagValues } from '../flag-values.ts';
import { putEntry, uint64Flag } from '../kv-entries.ts';

export const command: Command = {
  takes: '[options] KEY [DATA]',
  description:
    'Writes DATA to a key: the text itself, "@file" or "-" for standard input; without it the value is empty.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'acquire', kind: 'boolean', help: 'Lock the key with the session of -session.' },
    { name: 'base64', kind: 'boolean', help: 'DATA is base 64.' },
    {
      name: 'cas',
      kind: 'boolean',
      help: 'Only if the key was last changed at -modify-index; 0 is one that is not there.',
    },
    { name: 'flags', kind: 'text', value: 'number', help: 'Number to keep with the key.' },
    { name: 'modify-index', kind: 'text', value: 'index', help: 'Index for -cas.' },
    { name: 'release', kind: 'boolean', help: 'Unlock the key that -session holds.' },
    { name: 'session', kind: 'text', value: 'id', help: 'Session for -acquire and -release.' },
  ],
  operandsEndFlags: true,
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const { key, argument } = keyAndData(operands);
    const { query, done, refused } = writeOf(flags, key);
    const value = await dataOf(argument, flags);
    const isWritten = await withClient(invocation, (client) =>
      putEntry(client, key, { doing: `writing data to ${key}`, query, value }),
    );
    if (!isWritten) throw new CommandError(`Error! ${refused}`);
    stdout.write(`Success! ${done}: ${key}\n`);
    return 0;
  },
};

function keyAndData(operands: readonly string[]): { key: string; argument: string } {
  const [key, argument = ''] = operands;
  if (key === undefined) throw new CommandError('Error! Missing KEY argument');
  if (operands.length > 2) {
    const counts = `expected 1 or 2, got ${operands.length}`;
    throw new CommandError(`Error! Too many arguments (${counts})`);
  }
  if (key.startsWith('/')) {
    throw new CommandError(`Error! Invalid key. Key must not begin with a '/': ${key}`);
  }
  return { key, argument };
}

interface Write {
  readonly query: Readonly<Record<string, string>>;
  readonly done: string;
  readonly refused: string;
}

function writeOf(flags: FlagValues, key: string): Write {
  const [number, index] = [uint64Flag(flags, 'flags'), uint64Flag(flags, 'modify-index')];
  const kept: Readonly<Record<string, string>> = number === '0' ? {} : { flags: number };
  const session = flags.text('session');
  const [acquires, releases] = [flags.boolean('acquire'), flags.boolean('release')];
  if ((acquires || releases) && session === '') {
    throw new CommandError('Error! Missing -session (required with -acquire and -release)');
  }
  if (flags.boolean('cas')) {
    if (!flags.has('modify-index')) {
      throw new CommandError('Must specify -modify-index with -cas!');
    }
    const why = index === '0' ? 'CAS performed with index=0 and key already exists.' : 'CAS failed';
    const refused = `Did not write to ${key}: ${why}`;
    return { query: { ...kept, cas: index }, done: 'Data written to', refused };
  }
  if (acquires) {
    const query = { ...kept, acquire: session };
    return { query, done: 'Lock acquired on', refused: 'Did not acquire lock' };
  }
  if (releases) {
    const query = { ...kept, release: session };
    return { query, done: 'Lock released on', refused: 'Did not release lock' };
  }
  return { query: kept, done: 'Data written to', refused: `Did not write to ${key}` };
}

async function dataOf(argument: string, flags: FlagValues): Promise<Buffer> {
  const data = await readData(argument);
  if (!flags.boolean('base64')) return data;
  const value = decodeBase64(data.toString('latin1'));
  if (value === undefined) {
    throw new CommandError('Error! Cannot base 64 decode data: illegal base64 data');
  }
  return value;
}
