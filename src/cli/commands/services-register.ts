/** `rollcall services register`: registers services with the agent, from files or from flags. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { type Command, CommandError, type Flag } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { type JsonObject, textOf } from '../json-value.ts';
import { readServiceFiles } from '../service-file.ts';

const DEFINITION_FLAGS: readonly Flag[] = [
  { name: 'name', kind: 'text', value: 'name', help: 'Name of the service.' },
  { name: 'id', kind: 'text', value: 'id', help: 'Id of the service; the name by default.' },
  { name: 'address', kind: 'text', value: 'address', help: 'Address of the service.' },
  { name: 'port', kind: 'integer', value: 'number', help: 'Port of the service.' },
  { name: 'socket', kind: 'text', value: 'path', help: 'Unix socket of the service.' },
  { name: 'tag', kind: 'list', value: 'tag', help: 'Tag of the service.' },
  { name: 'meta', kind: 'map', value: 'key=value', help: 'Metadata of the service.' },
  { name: 'kind', kind: 'text', value: 'kind', help: 'Kind of the service.' },
  {
    name: 'tagged-address',
    kind: 'map',
    value: 'tag=host:port',
    help: 'A further address of the service, e.g. lan=10.0.0.5:8080.',
  },
];

export const command: Command = {
  takes: '[options] [FILE...]',
  description:
    'Registers services with the agent: those of the JSON files (under "service" or "services"), or the one that ' +
    'the flags describe. Registering the same service again changes nothing.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, ...DEFINITION_FLAGS],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    const named = flags.text('name') !== '';
    if (operands.length === 0 && !named) {
      throw new CommandError('Service registration requires at least one argument or flags.');
    }
    if (operands.length > 0 && DEFINITION_FLAGS.some(({ name }) => flags.has(name))) {
      throw new CommandError('Service registration requires arguments or -id, not both.');
    }
    const services = named ? [serviceOfFlags(flags)] : readServiceFiles(operands);
    await withClient(invocation, async (client) => {
      for (const body of services) {
        const name = textOf(body.Name);
        const doing = `registering service ${JSON.stringify(name)}`;
        await client.put({ doing, path: '/v1/agent/service/register', body });
        stdout.write(`Registered service: ${name}\n`);
      }
    });
    return 0;
  },
};

/** Only what was given, so that the agent's defaults hold for the rest. */
function serviceOfFlags(flags: FlagValues): JsonObject {
  const texts = { Name: 'name', ID: 'id', Kind: 'kind', Address: 'address', SocketPath: 'socket' };
  const given = Object.entries(texts).filter(([, flag]) => flags.text(flag) !== '');
  const tagged = Object.entries(flags.map('tagged-address'));
  return {
    ...Object.fromEntries(given.map(([field, flag]) => [field, flags.text(flag)])),
    ...(flags.has('port') ? { Port: flags.integer('port') } : {}),
    ...(flags.has('tag') ? { Tags: flags.list('tag') } : {}),
    ...(flags.has('meta') ? { Meta: flags.map('meta') } : {}),
    ...(tagged.length === 0
      ? {}
      : {
          TaggedAddresses: Object.fromEntries(tagged.map(([tag, text]) => [tag, toAddress(text)])),
        }),
  };
}

/** `host`, `host:port` or `[address]:port`. */
function toAddress(text: string): { readonly Address: string; readonly Port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return { Address: text, Port: 0 };
  const port = Number(digits);
  if (port > 65_535) throw new CommandError(`Invalid Tagged Address: invalid port in "${text}"`);
  return { Address: bracketed ?? plain ?? '', Port: port };
}
