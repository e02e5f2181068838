/** `rollcall members`: the agents of the cluster, servers first. Exit code 2 when none matches. */
import { withClient } from '../client.ts';
import { CLIENT_FLAGS } from '../client-settings.ts';
import { columns } from '../columns.ts';
import { type Command, CommandError, expectNoOperands } from '../command.ts';
import {
  formatJson,
  formatPairs,
  type JsonObject,
  listOf,
  objectOf,
  textOf,
} from '../json-value.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';

const STATUS_NAMES = ['none', 'alive', 'leaving', 'left', 'failed'] as const;
const TYPE_NAMES: Readonly<Record<string, string>> = { consul: 'server', node: 'client' };
const EXIT_NOTHING_MATCHES = 2;

export const command: Command = {
  takes: '[options]',
  description: 'Lists the members of the cluster as the agent knows them.',
  flags: [
    ...CLIENT_FLAGS,
    FORMAT_FLAG,
    { name: 'detailed', kind: 'boolean', help: 'Show all tags of each member.' },
    {
      name: 'status',
      kind: 'text',
      value: 'regexp',
      help: 'Only members whose status matches: alive, leaving, left or failed.',
    },
    { name: 'wan', kind: 'boolean', help: 'Show the servers of all datacenters.' },
    { name: 'segment', kind: 'text', value: 'name', help: 'Only members of this segment.' },
    { name: 'filter', kind: 'text', value: 'expression', help: 'Filter of the request.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout } = invocation;
    expectNoOperands(operands);
    const matches = statusFilter(flags.text('status'));
    const format = outputFormat(flags);
    const query = {
      ...(flags.has('segment') ? { segment: flags.text('segment') } : {}),
      ...(flags.boolean('wan') ? { wan: '1' } : {}),
      ...(flags.has('filter') ? { filter: flags.text('filter') } : {}),
    };
    const reply = await withClient(invocation, (client) =>
      client.get({ doing: 'retrieving members', path: '/v1/agent/members', query }),
    );
    const found = listOf(reply)
      .map(objectOf)
      .filter((member) => matches(statusOf(member)))
      .sort(serversFirst);
    if (found.length === 0) return EXIT_NOTHING_MATCHES;
    if (format === 'json') stdout.write(formatJson(found));
    else stdout.write(columns(flags.boolean('detailed') ? detailedRows(found) : rows(found)));
    return 0;
  },
};

function statusFilter(pattern: string): (status: string) => boolean {
  try {
    const expression = new RegExp(pattern);
    return (status) => expression.test(status);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Failed to compile status regexp: ${reason}`);
  }
}

function rows(found: readonly JsonObject[]): string[][] {
  const header = 'Node Address Status Type Build Protocol DC Partition Segment'.split(' ');
  return [header, ...found.map(row)];
}

function row(member: JsonObject): string[] {
  const tags = objectOf(member.Tags);
  const role = textOf(tags.role);
  const start = [textOf(member.Name), addressOf(member), statusOf(member)];
  const type = TYPE_NAMES[role];
  if (type === undefined) return [...start, 'unknown'];
  const [build = ''] = textOf(tags.build).split(':');
  const segment = role === 'consul' ? '<all>' : textOf(tags.segment) || '<default>';
  const partition = textOf(tags.ap) || 'default';
  return [...start, type, build, textOf(tags.vsn), textOf(tags.dc), partition, segment];
}

function detailedRows(found: readonly JsonObject[]): string[][] {
  const described = found.map((member) => [
    textOf(member.Name),
    addressOf(member),
    statusOf(member),
    formatPairs(member.Tags, ','),
  ]);
  return [['Node', 'Address', 'Status', 'Tags'], ...described];
}

function addressOf(member: JsonObject): string {
  const address = textOf(member.Addr);
  return `${address.includes(':') ? `[${address}]` : address}:${textOf(member.Port)}`;
}

function statusOf(member: JsonObject): string {
  return STATUS_NAMES[Number(member.Status)] ?? 'unknown';
}

function serversFirst(a: JsonObject, b: JsonObject): number {
  const rank = (member: JsonObject): string => {
    const { role, segment } = objectOf(member.Tags);
    return [role === 'consul' ? '0' : '1', textOf(segment), textOf(member.Name)].join('\0');
  };
  return rank(a) < rank(b) ? -1 : 1;
}
