/**
 * The apex of a domain, and the host that its SOA names: the name servers are the live servers of the catalog.
 * Whatever else an operator wants at the apex is in the master file, and so is the NS set while no server is live.
 */
import { shuffle } from '../../../runtime/index.ts';
import { catalogLabel } from '../../names.ts';
import type { NodeEntry } from '../../view/entries.ts';
import type { Host } from '../../view/host.ts';
import { distinctHosts } from '../../view/selection.ts';
import { encodeNameRdata } from '../../wire/encode-rdata.ts';
import { lowerName, type Name } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { CatalogContext, Lookup } from '../catalog-context.ts';
import { nodeName } from '../catalog-names.ts';
import { nodeTtl } from '../node-ttl.ts';
import type { Outcome, Query } from '../outcome.ts';
import { noData } from './negative.ts';

/** Consul's own service, an instance a server. */
const SERVER_SERVICE = 'consul';
const NAME_SERVERS_MAX = 3;
/** Consul names no server whose node name is no host name (RFC 1123 §2.1). */
const HOST_NAME = /^[A-Za-z0-9-]+$/;

export const lookUpApex: Lookup<'apex'> = (context, { question, query, domain }) => {
  const soa = context.soa.of(domain);
  const servers = nameServers(context, query, domain);
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

/**
 * Consul names `ns.<domain>` in its SOA but does not answer for it; RFC 1035 §3.3.13 wants a name server there. While
 * no server is live that is this very agent, unless the master file says who.
 */
export const lookUpNsHost: Lookup<'ns-host'> = (context, asked) => {
  const { question, query } = asked;
  const { view, nodeName: ownName, settings } = context;
  let nodes = liveServers(context).slice(0, NAME_SERVERS_MAX);
  if (nodes.length === 0) {
    if (context.isStatic(question.lowerName)) return { kind: 'skip' };
    const own = view.here.nodes.byName(catalogLabel(ownName));
    nodes = own === undefined ? [] : [own];
  }
  const ttl = nodeTtl(settings, query);
  const hosts = nodes
    .map((node) => addressOf(node, question.type))
    .filter((one) => one !== undefined);
  const answers = distinctHosts(hosts)
    .filter(({ type }) => type === question.type || question.type === RecordType.ANY)
    .map(({ type, rdata }) => ({
      owner: question.name,
      type,
      class: RecordClass.IN,
      ttl,
      rdata,
    }));
  return answers.length === 0 ? noData(asked) : answer(answers, [], []);
};

function answer(
  answers: readonly ResourceRecord[],
  authority: readonly ResourceRecord[],
  additional: readonly ResourceRecord[],
): Outcome {
  return { kind: 'answer', answers, authority, additional, authoritative: true };
}

/** Nodes of the live servers that have an address, in random order. */
function liveServers(context: CatalogContext): NodeEntry[] {
  const servers = context.view.here.service(SERVER_SERVICE);
  const instances = servers?.select(undefined, context.settings.rules)?.instances;
  const nodes = [...new Set(instances?.map(({ node }) => node))];
  shuffle(nodes, context.random);
  return nodes.filter((node) => addressOf(node, RecordType.ANY) !== undefined);
}

function addressOf(node: NodeEntry, type: number): Host | undefined {
  const host = node.addresses.choose(type);
  return host?.type === RecordType.CNAME ? undefined : host;
}

interface NameServers {
  readonly ns: readonly ResourceRecord[];
  readonly glue: readonly ResourceRecord[];
}

function nameServers(context: CatalogContext, query: Query, domain: Name): NameServers {
  const ttl = nodeTtl(context.settings, query);
  const ns: ResourceRecord[] = [];
  const glue: ResourceRecord[] = [];
  for (const node of liveServers(context)) {
    if (!HOST_NAME.test(node.row?.name ?? '')) continue;
    const name = nodeName(node, domain);
    const host = addressOf(node, RecordType.ANY);
    if (name === undefined || host === undefined) continue;
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
    if (ns.length === NAME_SERVERS_MAX) break;
  }
  return { ns, glue };
}
