/** `rollcall kv import`: writes the keys of a `kv export`. Everything is read before the first is written. */
import { parseAsWritten, WrittenNumber } from '../../runtime/index.ts';
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError } from '../command.ts';
import { decodeBase64, readData } from '../data-argument.ts';
import { objectOf } from '../json-value.ts';
import { isUint64, putEntry } from '../kv-entries.ts';

export const command: Command = {
  takes: '[options] DATA',
  description:
    'Writes the keys of the JSON that "kv export" printed: the text itself, "@file" or "-".',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'prefix', kind: 'text', value: 'prefix', help: 'Folder to put all keys in.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const [argument] = operands;
    if (argument === undefined) throw new CommandError('Error! Missing DATA argument');
    if (operands.length > 1) {
      throw new CommandError(`Error! Too many arguments (expected 1, got ${operands.length})`);
    }
    if (argument === '') throw new CommandError('Error! Empty DATA argument');
    const entries = parseEntries((await readData(argument)).toString());
    const folder = flags.text('prefix').replace(/^\/|\/+$/g, '');
    await withClient(invocation, async (client) => {
      for (const { key: name, number, value } of entries) {
        const key = folder === '' ? name : `${folder}/${name}`;
        const query = { flags: number };
        await putEntry(client, key, { doing: `writing data for key ${key}`, query, value });
        stdout.write(`Imported: ${key}\n`);
      }
    });
    return 0;
  },
};

interface ImportedEntry {
  readonly key: string;
  readonly number: string;
  readonly value: Buffer;
}

function parseEntries(text: string): readonly ImportedEntry[] {
  const parsed = parseJson(text);
  if (!Array.isArray(parsed)) throw new CommandError('Cannot unmarshal data: it is no list');
  return parsed.map((entry) => {
    const given = fieldsOf(entry);
    const key = textField('key', given.get('key'));
    if (key === '') throw new CommandError('Cannot unmarshal data: an entry without a key');
    const number = uint64Field('flags', given.get('flags'));
    const value = decodeBase64(textField('value', given.get('value')));
    if (value === undefined) {
      throw new CommandError(`Error base 64 decoding value for key ${key}: illegal base64 data`);
    }
    return { key, number, value };
  });
}

/** As Go reads an object: keys match in any case, and the last of those that do counts. */
function fieldsOf(entry: unknown): ReadonlyMap<string, unknown> {
  const fields = Object.entries(objectOf(entry));
  return new Map(fields.map(([key, value]) => [key.toLowerCase(), value]));
}

function textField(name: string, given: unknown): string {
  if (given === undefined || given === null) return '';
  if (typeof given === 'string') return given;
  throw mismatch(goWord(given), `${name} of type string`);
}

/** In digits. */
function uint64Field(name: string, given: unknown): string {
  if (given === undefined || given === null) return '0';
  if (!(given instanceof WrittenNumber)) throw mismatch(goWord(given), `${name} of type uint64`);
  if (isUint64(given.text)) return given.text;
  throw mismatch(`number ${given.text}`, `${name} of type uint64`);
}

function goWord(value: unknown): string {
  if (value instanceof WrittenNumber) return 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function mismatch(what: string, field: string): CommandError {
  const reason = `json: cannot unmarshal ${what} into Go struct field Entry.${field}`;
  return new CommandError(`Cannot unmarshal data: ${reason}`);
}

function parseJson(text: string): unknown {
  try {
    // For its words.
    JSON.parse(text);
    return parseAsWritten(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot unmarshal data: ${reason}`);
  }
}
