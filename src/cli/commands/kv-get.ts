/** `rollcall kv get`: the value of a key, or what there is under a prefix. */
import { type ApiClient, withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { columns } from '../columns.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { listOf, textOf } from '../json-value.ts';
import { type KvEntry, keyOperand, kvPath, readEntries } from '../kv-entries.ts';

const COLUMN_GAP = 6;

export const command: Command = {
  takes: '[options] [KEY_OR_PREFIX]',
  description:
    'Prints the value of a key. With -recurse or -keys it prints what there is under a prefix, by default all keys.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'base64', kind: 'boolean', help: 'Print values in base 64.' },
    { name: 'detailed', kind: 'boolean', help: 'Print indexes, flags and the session, too.' },
    { name: 'keys', kind: 'boolean', help: 'List the keys under the prefix, without values.' },
    { name: 'recurse', kind: 'boolean', help: 'Print all keys that begin with the prefix.' },
    {
      name: 'separator',
      kind: 'text',
      value: 'text',
      help: 'With -keys, list what lies deeper than this as one; "/" by default.',
    },
  ],
  async run(invocation) {
    const { flags, operands } = invocation;
    const key = keyOperand(onlyKey(operands));
    const [listsKeys, recurses] = [flags.boolean('keys'), flags.boolean('recurse')];
    if (key === '' && !listsKeys && !recurses) {
      throw new CommandError('Error! Missing KEY argument');
    }
    await withClient(invocation, (client) => {
      if (listsKeys) return printKeys(client, invocation, key);
      return recurses ? printAll(client, invocation, key) : printOne(client, invocation, key);
    });
    return 0;
  },
};

/** The key or prefix of a command that takes at most one. */
export function onlyKey(operands: readonly string[]): string {
  if (operands.length < 2) return operands[0] ?? '';
  throw new CommandError(`Too many arguments (expected 1, got ${operands.length})`);
}

async function printKeys(
  client: ApiClient,
  { flags, stdout }: Invocation,
  prefix: string,
): Promise<void> {
  const separator = flags.has('separator') ? flags.text('separator') : '/';
  const { value } = await client.read({
    doing: 'querying Consul agent',
    path: kvPath(prefix),
    query: { keys: '', separator },
  });
  for (const key of listOf(value)) stdout.write(`${textOf(key)}\n`);
}

async function printAll(
  client: ApiClient,
  { flags, stdout }: Invocation,
  prefix: string,
): Promise<void> {
  const { entries } = await readEntries(client, prefix, { query: { recurse: '' } });
  const [isDetailed, base64] = [flags.boolean('detailed'), flags.boolean('base64')];
  entries.forEach((entry, at) => {
    if (isDetailed && at > 0) stdout.write('\n');
    stdout.write(isDetailed ? details(entry) : `${entry.key}:`);
    writeValue(stdout, entry, base64);
  });
}

async function printOne(
  client: ApiClient,
  { flags, stdout }: Invocation,
  key: string,
): Promise<void> {
  const { entries } = await readEntries(client, key);
  const entry = entries[0];
  if (entry === undefined) throw new CommandError(`Error! No key exists at: ${key}`);
  if (flags.boolean('detailed')) stdout.write(details(entry));
  writeValue(stdout, entry, flags.boolean('base64'));
}

/** Octet for octet, whatever they are. */
function writeValue(stdout: NodeJS.WritableStream, { value }: KvEntry, base64: boolean): void {
  stdout.write(base64 ? value.toString('base64') : value);
  stdout.write('\n');
}

/** All lines, up to where the value begins. */
function details(entry: KvEntry): string {
  const rows = columns(
    [
      ['CreateIndex', entry.createIndex],
      ['Flags', entry.flags],
      ['Key', entry.key],
      ['LockIndex', entry.lockIndex],
      ['ModifyIndex', entry.modifyIndex],
      ['Session', entry.session || '-'],
    ],
    COLUMN_GAP,
  );
  return rows + 'Value'.padEnd('CreateIndex'.length + COLUMN_GAP);
}
