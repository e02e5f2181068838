/**
 * Services by name and tag, and the mesh-capable ones (`connect`): usable instances in random order. Which
 * instances there are is the view's to say, how one becomes a record is decided here and in `srv.ts`.
 */
import { isHere } from '../../names.ts';
import type { Host } from '../../view/host.ts';
import { distinctHosts, type Selection } from '../../view/service-entry.ts';
import type { AddressRrset, PackedAddresses } from '../../wire/address-rrset.ts';
import { lowerName } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import { followAlias } from '../alias.ts';
import type { Asked, CatalogContext, Lookup } from '../catalog-context.ts';
import { drawAddresses, drawToFront } from '../draw.ts';
import type { NameError, NoData, Outcome } from '../outcome.ts';
import { isPlainUdp } from '../reply-size.ts';
import { answerSrv } from './srv.ts';

export const lookUpService: Lookup<'service'> = (context, asked) => {
  const { service, tag, locality, srvOnly } = asked.name;
  if (!isHere(locality)) return nameError(asked);
  const entry = context.view.service(service);
  const { onlyPassing } = context.settings.answer;
  const selection = entry?.select(tag, onlyPassing);
  if (selection === undefined) {
    // RFC 8020 §2: a name that has names below it exists; `_tcp.service` is above `_web._tcp.service`.
    const isAboveNames =
      tag === undefined ? service.startsWith('_') : entry?.hasTagBelow(tag, onlyPassing) === true;
    return isAboveNames ? noData(asked) : nameError(asked);
  }
  if (!srvOnly) return answerSelection(context, asked, selection, service);
  const type = asked.question.type;
  const isSrv = type === RecordType.SRV || type === RecordType.ANY;
  return isSrv ? answerSrv(context, asked, selection, service) : noData(asked);
};

export const lookUpConnect: Lookup<'connect'> = (context, asked) => {
  const { service, locality } = asked.name;
  if (!isHere(locality)) return nameError(asked);
  const onlyPassing = context.settings.answer.onlyPassing;
  const selection = context.view.connect(service)?.select(undefined, onlyPassing);
  if (selection === undefined) return nameError(asked);
  return answerSelection(context, asked, selection, service);
};

function answerSelection(
  context: CatalogContext,
  asked: Asked,
  selection: Selection,
  service: string,
): Outcome | Promise<Outcome> {
  const { type } = asked.question;
  if (type === RecordType.SRV) return answerSrv(context, asked, selection, service);
  if (selection.hasHostName(type)) return answerWithHostNames(context, asked, selection, service);
  switch (type) {
    case RecordType.A:
      return answerPacked(context, asked, selection.ipv4, service);
    case RecordType.AAAA:
      return answerPacked(context, asked, selection.ipv6, service);
    case RecordType.ANY:
      // All addresses so far: the place for the minimal answer of RFC 8482.
      return answerHosts(context, asked, selection.mixed, service);
    default:
      return noData(asked);
  }
}

function answerPacked(
  context: CatalogContext,
  asked: Asked,
  addresses: PackedAddresses,
  service: string,
): Outcome {
  if (addresses.count === 0) return noData(asked);
  const { count, partial } = limited(context, asked, addresses.count);
  drawAddresses(addresses, count, context.random);
  const ttl = context.settings.serviceTtlSeconds(service);
  const owner = asked.question.name;
  const answers: AddressRrset = { kind: 'addresses', owner, ttl, addresses, count };
  return { kind: 'answer', answers, authority: [], additional: [], authoritative: true, partial };
}

/** How many of so many answers the settings and the transport allow. */
function limited(
  { settings }: CatalogContext,
  { question, query, answersMax }: Asked,
  available: number,
): { readonly count: number; readonly partial: boolean } {
  const { aRecordLimit, udpAnswerLimit } = settings.answer;
  let count = Math.min(available, answersMax);
  if (aRecordLimit > 0) count = Math.min(count, aRecordLimit);
  const isOver = udpAnswerLimit > 0 && count > udpAnswerLimit;
  if (!isOver || !isPlainUdp(query.client, question.edns)) return { count, partial: false };
  return { count: udpAnswerLimit, partial: true };
}

function answerHosts(
  context: CatalogContext,
  asked: Asked,
  hosts: Host[],
  service: string,
): Outcome {
  if (hosts.length === 0) return noData(asked);
  const { question } = asked;
  const { count, partial } = limited(context, asked, hosts.length);
  drawToFront(hosts, count, context.random);
  const ttl = context.settings.serviceTtlSeconds(service);
  const answers: ResourceRecord[] = [];
  for (let at = 0; at < count; at++) {
    const { type, rdata } = hosts[at] as Host;
    answers.push({ owner: question.name, type, class: RecordClass.IN, ttl, rdata });
  }
  return { kind: 'answer', answers, authority: [], additional: [], authoritative: true, partial };
}

/**
 * Some instance is registered under a host name. RFC 1034 §3.6.2: a name that has a CNAME has nothing else, so
 * addresses go first, whatever their family, and only a service without any is an alias, of one host name.
 */
function answerWithHostNames(
  context: CatalogContext,
  asked: Asked,
  selection: Selection,
  service: string,
): Outcome | Promise<Outcome> {
  const { question } = asked;
  const addresses: Host[] = [];
  const hostNames: Host[] = [];
  for (const instance of selection.instances) {
    const host = instance.host(question.type);
    if (host === undefined) continue;
    const isItself = lowerName(host.name) === question.lowerName;
    // Consul: a service registered under its own name is at its node's address.
    const used = isItself ? instance.node.addresses.choose(question.type) : host;
    if (used === undefined) continue;
    if (used.type === RecordType.CNAME) hostNames.push(used);
    else addresses.push(used);
  }
  if (addresses.length > 0) {
    const { type } = question;
    const fitting = addresses.filter((host) => type === RecordType.ANY || host.type === type);
    return answerHosts(context, asked, distinctHosts(fitting), service);
  }
  const host = hostNames[context.random.integer(Math.max(hostNames.length, 1))];
  if (host === undefined) return noData(asked);
  const record: ResourceRecord = {
    owner: question.name,
    type: RecordType.CNAME,
    class: RecordClass.IN,
    ttl: context.settings.serviceTtlSeconds(service),
    rdata: host.rdata,
  };
  return followAlias(context, asked.query, { record, target: host.name, additional: [] });
}

function noData(asked: Asked): NoData {
  return { kind: 'no-data', zone: asked.domain };
}

function nameError(asked: Asked): NameError {
  return { kind: 'name-error', zone: asked.domain };
}
