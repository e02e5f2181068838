/** `rollcall catalog services`: the names of the services, of a datacenter or of one node. */
import { type ApiClient, withClient } from '../client.ts';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../client-settings.ts';
import { columns } from '../columns.ts';
import { type Command, expectNoOperands, type Invocation } from '../command.ts';
import { formatJson, listOf, objectOf, textOf } from '../json-value.ts';
import { NODE_META_FLAG, nodeMetaQuery } from '../node-meta.ts';
import { FORMAT_FLAG, outputFormat } from '../output-format.ts';

/** Consul sets the tags further off than other columns. */
const TAGS_GAP = 6;

export const command: Command = {
  takes: '[options]',
  description: 'Lists the services of a datacenter, by default that of the agent.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    FORMAT_FLAG,
    NODE_META_FLAG,
    { name: 'node', kind: 'text', value: 'name', help: 'Only services of this node (name or id).' },
    { name: 'tags', kind: 'boolean', help: 'Show the tags of each service.' },
  ],
  async run(invocation) {
    const { flags, operands, stdout, stderr } = invocation;
    expectNoOperands(operands);
    const format = outputFormat(flags);
    const services = await withClient(invocation, (client) => listServices(client, invocation));
    const names = Object.keys(services).sort();
    if (format === 'json') {
      stdout.write(formatJson(services));
    } else if (names.length === 0) {
      stderr.write('No services match the given query - try expanding your search.\n');
    } else if (flags.boolean('tags')) {
      const rows = names.map((name) => [name, [...(services[name] ?? [])].sort().join(',')]);
      stdout.write(columns(rows, TAGS_GAP));
    } else {
      stdout.write(names.map((name) => `${name}\n`).join(''));
    }
    return 0;
  },
};

type TagsByService = Record<string, readonly string[]>;

async function listServices(client: ApiClient, { flags }: Invocation): Promise<TagsByService> {
  const query = nodeMetaQuery(flags);
  const node = flags.text('node');
  if (node === '') {
    const path = '/v1/catalog/services';
    const reply = await client.get({ doing: 'listing services', path, query });
    return Object.fromEntries(
      Object.entries(objectOf(reply)).map(([name, tags]) => [name, listOf(tags).map(textOf)]),
    );
  }
  const path = `/v1/catalog/node/${encodeURIComponent(node)}`;
  const reply = await client.get({ doing: 'listing services for node', path, query });
  return tagsOfInstances(Object.values(objectOf(objectOf(reply).Services)));
}

/** The union of the tags of each service's instances. */
function tagsOfInstances(instances: readonly unknown[]): TagsByService {
  const tags = new Map<string, Set<string>>();
  for (const instance of instances.map(objectOf)) {
    const name = textOf(instance.Service);
    const all = tags.get(name) ?? new Set();
    for (const tag of listOf(instance.Tags)) all.add(textOf(tag));
    tags.set(name, all);
  }
  return Object.fromEntries([...tags].map(([name, all]) => [name, [...all]]));
}
