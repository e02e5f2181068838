/** Every command of the program; a new one is a file in `commands` and a line here. */
import type { Command } from './command.ts';
import { agent } from './commands/agent.ts';
import { catalogDatacenters } from './commands/catalog-datacenters.ts';
import { catalogNodes } from './commands/catalog-nodes.ts';
import { catalogServices } from './commands/catalog-services.ts';
import { demo } from './commands/demo.ts';
import { dnsExplain } from './commands/dns-explain.ts';
import { dnsQuery } from './commands/dns-query.ts';
import { dnsRecordDelete } from './commands/dns-record-delete.ts';
import { dnsRecordGet } from './commands/dns-record-get.ts';
import { dnsRecordList } from './commands/dns-record-list.ts';
import { dnsRecordPut } from './commands/dns-record-put.ts';
import { event } from './commands/event.ts';
import { info } from './commands/info.ts';
import { kvDelete } from './commands/kv-delete.ts';
import { kvExport } from './commands/kv-export.ts';
import { kvGet } from './commands/kv-get.ts';
import { kvImport } from './commands/kv-import.ts';
import { kvPut } from './commands/kv-put.ts';
import { leave } from './commands/leave.ts';
import { lock } from './commands/lock.ts';
import { maint } from './commands/maint.ts';
import { members } from './commands/members.ts';
import { monitor } from './commands/monitor.ts';
import { reload } from './commands/reload.ts';
import { resolverCheck } from './commands/resolver-check.ts';
import { resolverInstall } from './commands/resolver-install.ts';
import { resolverRemove } from './commands/resolver-remove.ts';
import { servicesDeregister } from './commands/services-deregister.ts';
import { servicesRegister } from './commands/services-register.ts';
import { snapshotInspect } from './commands/snapshot-inspect.ts';
import { snapshotRestore } from './commands/snapshot-restore.ts';
import { snapshotSave } from './commands/snapshot-save.ts';
import { validate } from './commands/validate.ts';
import { version } from './commands/version.ts';
import { watch } from './commands/watch.ts';

export const COMMANDS: readonly Command[] = [
  agent,
  catalogDatacenters,
  catalogNodes,
  catalogServices,
  demo,
  dnsExplain,
  dnsQuery,
  dnsRecordDelete,
  dnsRecordGet,
  dnsRecordList,
  dnsRecordPut,
  event,
  info,
  kvDelete,
  kvExport,
  kvGet,
  kvImport,
  kvPut,
  leave,
  lock,
  maint,
  members,
  monitor,
  reload,
  resolverCheck,
  resolverInstall,
  resolverRemove,
  servicesDeregister,
  servicesRegister,
  snapshotInspect,
  snapshotRestore,
  snapshotSave,
  validate,
  version,
  watch,
];
