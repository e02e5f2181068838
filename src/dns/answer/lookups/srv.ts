/**
 * SRV answers of a service (RFC 2782): one record for each target and port, and in the additional section
 * first the addresses of all targets, then the metadata of their nodes.
 */

import { domainOf } from '../../names.ts';
import type { InstanceEntry, NodeEntry, SrvParts } from '../../view/entries.ts';
import type { Host } from '../../view/host.ts';
import type { Selection } from '../../view/service-entry.ts';
import { unpack } from '../../wire/address-rrset.ts';
import { encodeSrv } from '../../wire/encode-rdata.ts';
import { lowerName, type Name } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { addrName, nodeName } from '../catalog-names.ts';
import { drawToFront } from '../draw.ts';
import type { Outcome } from '../outcome.ts';
import { isPlainUdp } from '../reply-size.ts';

/** Consul gives every target the same priority. */
const PRIORITY = 1;

export function answerSrv(
  context: CatalogContext,
  asked: Asked,
  selection: Selection,
  service: string,
): Outcome {
  const { question, query, domain } = asked;
  const instances = selection.distinct;
  const { udpAnswerLimit } = context.settings.answer;
  const isLimited = udpAnswerLimit > 0 && isPlainUdp(query.client, question.edns);
  const count = Math.min(instances.length, asked.answersMax, isLimited ? udpAnswerLimit : Infinity);
  drawToFront(instances, count, context.random);
  const ttl = context.settings.serviceTtlSeconds(service);
  const answers: ResourceRecord[] = [];
  const additional = new Additional(context, asked, ttl);
  const hostNames = new Set<string>();
  for (let at = 0; at < count; at++) {
    const instance = instances[at] as InstanceEntry;
    const parts = srvPartsOf(context, instance, asked);
    if (parts === undefined) continue;
    const { rdata, target, host } = parts;
    if (host === undefined) {
      // RFC 2181 §5: instances of several nodes at one host name and port are one record.
      const shown = `${lowerName(target)}\0${instance.port}`;
      if (hostNames.has(shown)) continue;
      hostNames.add(shown);
    }
    answers.push({
      owner: question.name,
      type: RecordType.SRV,
      class: RecordClass.IN,
      ttl,
      rdata,
    });
    additional.add(parts, instance.node);
  }
  if (answers.length === 0) return { kind: 'no-data', zone: domain };
  return {
    kind: 'answer',
    answers,
    authority: [],
    additional: additional.records(),
    authoritative: true,
    partial: isLimited && instances.length > udpAnswerLimit,
  };
}

/** Gathers the additional section, each target and each node once. */
class Additional {
  readonly #context: CatalogContext;
  readonly #asked: Asked;
  readonly #ttl: number;
  readonly #addresses: ResourceRecord[] = [];
  readonly #targets: Name[] = [];
  readonly #nodes: NodeEntry[] = [];
  readonly #seen = new Set<Name | NodeEntry>();

  constructor(context: CatalogContext, asked: Asked, ttl: number) {
    this.#context = context;
    this.#asked = asked;
    this.#ttl = ttl;
  }

  add({ target, host }: SrvParts, node: NodeEntry): void {
    if (!this.#seen.has(target)) {
      this.#seen.add(target);
      if (host === undefined) this.#targets.push(target);
      else this.#addresses.push(this.#record(target, host.type, host.rdata));
    }
    if (!this.#seen.has(node)) {
      this.#seen.add(node);
      this.#nodes.push(node);
    }
  }

  records(): ResourceRecord[] {
    const records = this.#addresses;
    for (const target of this.#targets) records.push(...this.#recordsOf(target));
    if (!this.#context.settings.answer.additionalNodeMetaTxt) return records;
    for (const node of this.#nodes) {
      const owner = node.metaTxt.length === 0 ? undefined : nodeName(node, this.#asked.domain);
      if (owner === undefined) continue;
      for (const rdata of node.metaTxt) records.push(this.#record(owner, RecordType.TXT, rdata));
    }
    return records;
  }

  #record(owner: Name, type: number, rdata: Uint8Array): ResourceRecord {
    return { owner, type, class: RecordClass.IN, ttl: this.#ttl, rdata };
  }

  /** What stands at a host name of ours. Others are for the client to look up: this answer does not wait for them. */
  #recordsOf(target: Name): ResourceRecord[] {
    const { query } = this.#asked;
    const lower = lowerName(target);
    if (domainOf(this.#context.grammar, lower) === undefined) return [];
    const aliasHops = (query.aliasHops ?? 0) + 1;
    const records: ResourceRecord[] = [];
    for (const type of [RecordType.A, RecordType.AAAA]) {
      const question = { ...query.question, name: target, lowerName: lower, type };
      const outcome = this.#context.follow({ question, client: query.client, aliasHops });
      if (outcome instanceof Promise || outcome.kind !== 'answer') continue;
      records.push(...unpack(outcome.answers));
    }
    return records;
  }
}

/** Encoded once for each instance and domain and kept with it, but for host names, which may be the question's. */
function srvPartsOf(
  context: CatalogContext,
  instance: InstanceEntry,
  asked: Asked,
): SrvParts | undefined {
  const slot = context.grammar.domains.indexOf(asked.domain);
  const kept = instance.srvParts?.[slot];
  if (kept !== undefined) return kept;
  const own = instance.ownHost(RecordType.SRV);
  if (own?.type === RecordType.CNAME) {
    // Consul: a service registered under the name that is asked for is at its node.
    const isItself = lowerName(own.name) === asked.question.lowerName;
    return encodeParts(instance, targetOf(instance, isItself ? undefined : own, asked.domain));
  }
  const parts = encodeParts(instance, targetOf(instance, own, asked.domain));
  if (parts === undefined) return undefined;
  instance.srvParts ??= [];
  instance.srvParts[slot] = parts;
  return parts;
}

function encodeParts(instance: InstanceEntry, target: Target | undefined): SrvParts | undefined {
  if (target === undefined) return undefined;
  const { name, host } = target;
  const weight = instance.weight();
  const data = { priority: PRIORITY, weight, port: instance.port, target: name };
  return { rdata: encodeSrv(data), target: name, host };
}

interface Target {
  readonly name: Name;
  /** Undefined for a host name, whose addresses are looked up. */
  readonly host: Host | undefined;
}

/** `own` is the instance's own address, when it has one. */
function targetOf(
  instance: InstanceEntry,
  own: Host | undefined,
  domain: Name,
): Target | undefined {
  const { node } = instance;
  const datacenter = node.row?.datacenter ?? '';
  const host = own ?? node.addresses.choose(RecordType.SRV);
  if (host === undefined) return undefined;
  if (host.type === RecordType.CNAME) return { name: host.name, host: undefined };
  // The node's name leads to its plain address; any other gets a name of its own.
  const isNodeAddress = own === undefined && host === node.addresses.plain;
  const name =
    (isNodeAddress ? nodeName(node, domain) : undefined) ?? addrName(host, datacenter, domain);
  return name === undefined ? undefined : { name, host };
}
