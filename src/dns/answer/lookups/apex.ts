/**
 * The apex of a domain, and the host that its SOA names: the name servers are the live servers of the catalog.
 * Whatever else an operator wants at the apex is in the master file, and so is the NS set while no server is live.
 */
import type { InstanceEntry } from '../../view/entries.ts';
import type { Host } from '../../view/host.ts';
import { encodeNameRdata } from '../../wire/encode-rdata.ts';
import { lowerName, type Name } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { CatalogContext, Lookup } from '../catalog-context.ts';
import { nodeName } from '../catalog-names.ts';
import { drawToFront } from '../draw.ts';
import type { Outcome } from '../outcome.ts';

/** Consul's own service, an instance a server. */
const SERVER_SERVICE = 'consul';
const NAME_SERVERS_MAX = 3;
/** Consul leaves out servers whose node name is no host name (RFC 1123 §2.1). */
const HOST_NAME = /^[A-Za-z0-9-]+$/;

export const lookUpApex: Lookup<'apex'> = (context, { question, domain }) => {
  const soa = context.soa.of(domain);
  const servers = nameServers(context, domain);
  switch (question.type) {
    case RecordType.SOA:
      return soa === undefined ? { kind: 'skip' } : answer([soa], servers.ns, servers.glue);
    case RecordType.NS:
      return servers.ns.length === 0 ? { kind: 'skip' } : answer(servers.ns, [], servers.glue);
    case RecordType.ANY:
      return soa === undefined ? { kind: 'skip' } : answer([soa, ...servers.ns], [], servers.glue);
    default:
      return { kind: 'skip' };
  }
};

/** Consul names `ns.<domain>` in its SOA but does not answer for it; RFC 1035 §3.3.13 wants a name server there. */
export const lookUpNsHost: Lookup<'ns-host'> = (context, { question, domain }) => {
  const hosts = liveServers(context).map(({ host }) => host);
  if (hosts.length === 0) return { kind: 'skip' };
  const ttl = context.settings.answer.nodeTtlSeconds;
  const answers = hosts
    .filter(({ type }) => type === question.type || question.type === RecordType.ANY)
    .map(({ type, rdata }) => ({
      owner: question.name,
      type,
      class: RecordClass.IN,
      ttl,
      rdata,
    }));
  return answers.length === 0 ? { kind: 'no-data', zone: domain } : answer(answers, [], []);
};

function answer(
  answers: readonly ResourceRecord[],
  authority: readonly ResourceRecord[],
  additional: readonly ResourceRecord[],
): Outcome {
  return { kind: 'answer', answers, authority, additional, authoritative: true };
}

interface Server {
  readonly instance: InstanceEntry;
  readonly host: Host;
}

/** A few live servers that have an address and a host name, in random order. */
function liveServers(context: CatalogContext): Server[] {
  const entry = context.view.service(SERVER_SERVICE);
  const instances = entry?.select(undefined, context.settings.answer.onlyPassing)?.distinct ?? [];
  const servers: Server[] = [];
  drawToFront(instances, instances.length, context.random);
  for (const instance of instances) {
    const host = instance.node.addresses.choose(RecordType.ANY);
    const isHost = HOST_NAME.test(instance.node.row?.name ?? '');
    if (host === undefined || host.type === RecordType.CNAME || !isHost) continue;
    servers.push({ instance, host });
    if (servers.length === NAME_SERVERS_MAX) break;
  }
  return servers;
}

interface NameServers {
  readonly ns: readonly ResourceRecord[];
  readonly glue: readonly ResourceRecord[];
}

function nameServers(context: CatalogContext, domain: Name): NameServers {
  const ttl = context.settings.answer.nodeTtlSeconds;
  const ns: ResourceRecord[] = [];
  const glue: ResourceRecord[] = [];
  for (const { instance, host } of liveServers(context)) {
    const name = nodeName(instance.node, domain);
    if (name === undefined) continue;
    const target = lowerName(name);
    const rdata = encodeNameRdata(target);
    ns.push({ owner: domain, type: RecordType.NS, class: RecordClass.IN, ttl, rdata });
    glue.push({
      owner: target,
      type: host.type,
      class: RecordClass.IN,
      ttl,
      rdata: host.rdata,
    });
  }
  return { ns, glue };
}
