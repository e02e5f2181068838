/** `rollcall catalog nodes`: the nodes of a datacenter, or those that have instances of one service. */
import { type ApiClient, type Query, withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { columns } from '../columns.ts';
import { type Command, expectNoOperands, type Invocation } from '../command.ts';
import {
  formatJson,
  formatPairs,
  type JsonObject,
  listOf,
  objectOf,
  textOf,
} from '../json-value.ts';
import { NODE_META_FLAG, nodeMetaQuery } from '../node-meta.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';

export const command: Command = {
  takes: '[options]',
  description: 'Lists the nodes of a datacenter, by default that of the agent.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    FORMAT_FLAG,
    NODE_META_FLAG,
    { name: 'detailed', kind: 'boolean', help: 'Show whole ids, tagged addresses and metadata.' },
    {
      name: 'near',
      kind: 'text',
      value: 'node',
      help: 'Sort by the round-trip time from this node; _agent is the one of the agent.',
    },
    {
      name: 'service',
      kind: 'text',
      value: 'name',
      help: 'Only nodes that have an instance of this service.',
    },
    { name: 'filter', kind: 'text', value: 'expression', help: 'Filter of the request.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout, stderr } = invocation;
    expectNoOperands(operands);
    const format = outputFormat(flags);
    const reply = await withClient(invocation, (client) => listNodes(client, invocation));
    const nodes = listOf(reply).map(objectOf);
    if (format === 'json') {
      stdout.write(formatJson(nodes));
    } else if (nodes.length === 0) {
      stderr.write('No nodes match the given query - try expanding your search.\n');
    } else {
      stdout.write(columns(flags.boolean('detailed') ? detailedRows(nodes) : rows(nodes)));
    }
    return 0;
  },
};

function listNodes(client: ApiClient, { flags }: Invocation): Promise<unknown> {
  const query: Query = {
    ...nodeMetaQuery(flags),
    ...(flags.has('near') ? { near: flags.text('near') } : {}),
    ...(flags.has('filter') ? { filter: flags.text('filter') } : {}),
  };
  const service = flags.text('service');
  if (service === '')
    return client.get({ doing: 'listing nodes', path: '/v1/catalog/nodes', query });
  const path = `/v1/catalog/service/${encodeURIComponent(service)}`;
  return client.get({ doing: 'listing nodes for service', path, query });
}

function rows(nodes: readonly JsonObject[]): string[][] {
  const listed = nodes.map((node) => [
    textOf(node.Node),
    textOf(node.ID).split('-', 1)[0] ?? '',
    textOf(node.Address),
    textOf(node.Datacenter),
  ]);
  return [['Node', 'ID', 'Address', 'DC'], ...listed];
}

function detailedRows(nodes: readonly JsonObject[]): string[][] {
  const listed = nodes.map((node) => [
    textOf(node.Node),
    textOf(node.ID),
    textOf(node.Address),
    textOf(node.Datacenter),
    formatPairs(node.TaggedAddresses, ', '),
    // The instances of a service call their node's metadata so.
    formatPairs(node.NodeMeta ?? node.Meta, ', '),
  ]);
  return [['Node', 'ID', 'Address', 'DC', 'TaggedAddresses', 'Meta'], ...listed];
}
