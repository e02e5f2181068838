/**
 * Every command of the program; a new one is a file in `commands` and a line here. What a list of commands says of each
 * stands here, so that a file is loaded only when its command is run or explained.
 */
import type { CommandEntry } from './command.ts';

type Row = readonly [words: string, synopsis: string, load: CommandEntry['load']];

// biome-ignore format: a line for each
const ROWS: readonly Row[] = [
  ['agent', 'Runs the agent', () => import('./commands/agent.ts')],
  ['catalog datacenters', 'Lists the known datacenters', () => import('./commands/catalog-datacenters.ts')],
  ['catalog nodes', 'Lists the nodes of a datacenter', () => import('./commands/catalog-nodes.ts')],
  ['catalog services', 'Lists the services of a datacenter', () => import('./commands/catalog-services.ts')],
  ['demo', 'Shows an agent at work', () => import('./commands/demo.ts')],
  ['dns explain', 'Shows why DNS answers a name as it does', () => import('./commands/dns-explain.ts')],
  ['dns query', 'Asks a DNS server and shows the reply', () => import('./commands/dns-query.ts')],
  ['dns record delete', 'Deletes one stored RRset', () => import('./commands/dns-record-delete.ts')],
  ['dns record get', 'Shows one stored RRset', () => import('./commands/dns-record-get.ts')],
  ['dns record list', 'Lists stored DNS records', () => import('./commands/dns-record-list.ts')],
  ['dns record put', 'Stores one RRset', () => import('./commands/dns-record-put.ts')],
  ['event', 'Fire a new event', () => import('./commands/event.ts')],
  ['info', 'Provides debugging information for operators', () => import('./commands/info.ts')],
  ['kv delete', 'Removes data from the KV store', () => import('./commands/kv-delete.ts')],
  ['kv export', 'Exports a tree from the KV store as JSON', () => import('./commands/kv-export.ts')],
  ['kv get', 'Retrieves or lists data from the KV store', () => import('./commands/kv-get.ts')],
  ['kv import', 'Imports a tree stored as JSON to the KV store', () => import('./commands/kv-import.ts')],
  ['kv put', 'Sets or updates data in the KV store', () => import('./commands/kv-put.ts')],
  ['leave', 'Gracefully ends the agent', () => import('./commands/leave.ts')],
  ['lock', 'Execute a command holding a lock', () => import('./commands/lock.ts')],
  ['maint', 'Controls node or service maintenance mode', () => import('./commands/maint.ts')],
  ['members', 'Lists the members of the cluster', () => import('./commands/members.ts')],
  ['monitor', 'Stream logs from a Consul agent', () => import('./commands/monitor.ts')],
  ['reload', 'Triggers the agent to reload its configuration', () => import('./commands/reload.ts')],
  ['resolver check', 'Says what keeps lookups from rollcall', () => import('./commands/resolver-check.ts')],
  ['resolver install', 'Has the resolver of this machine ask rollcall', () => import('./commands/resolver-install.ts')],
  ['resolver remove', 'Takes back what resolver install did', () => import('./commands/resolver-remove.ts')],
  ['services deregister', 'Deregisters services from the agent', () => import('./commands/services-deregister.ts')],
  ['services register', 'Registers services with the agent', () => import('./commands/services-register.ts')],
  ['snapshot inspect', 'Displays information about a snapshot file', () => import('./commands/snapshot-inspect.ts')],
  ['snapshot restore', 'Restores a snapshot of the state', () => import('./commands/snapshot-restore.ts')],
  ['snapshot save', 'Saves a snapshot of the state', () => import('./commands/snapshot-save.ts')],
  ['validate', 'Validates configuration files and directories', () => import('./commands/validate.ts')],
  ['version', 'Prints the version', () => import('./commands/version.ts')],
  ['watch', 'Watch for changes in Consul', () => import('./commands/watch.ts')],
];

export const COMMANDS: readonly CommandEntry[] = ROWS.map(([words, synopsis, load]) => ({
  path: words.split(' '),
  synopsis,
  load,
}));
