/**
 * Nodes by name, or by the beginning of their id: the address, and metadata as TXT. Health does not matter, a
 * critical node still has its address.
 */
import type { NodeEntry } from '../../view/entries.ts';
import type { Place } from '../../view/place.ts';
import type { Name } from '../../wire/name.ts';
import type { Question } from '../../wire/question.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import { followAlias } from '../alias.ts';
import type { Basis, Foundation } from '../basis.ts';
import type { Asked, CatalogContext, Lookup } from '../catalog-context.ts';
import { NO_NODE, ONLY_BELOW } from '../explanations.ts';
import { nodeTtl } from '../node-ttl.ts';
import type { Outcome } from '../outcome.ts';
import { nameError, noData } from './negative.ts';
import { withOrigin } from './origin.ts';
import { placeAt, unknownPlace } from './place-at.ts';

export const lookUpNode: Lookup<'node'> = (context, asked) => {
  const { node: name, locality } = asked.name;
  const place = placeAt(context, locality);
  if (place === undefined) return nameError(asked, unknownPlace(locality));
  const named = place.nodes.byName(name);
  const node = named ?? place.nodes.byIdPrefix(name);
  if (node === undefined) {
    return place.nodes.hasBelow(name) ? noData(asked, ONLY_BELOW) : nameError(asked, NO_NODE);
  }
  // A node has as many names as its id has beginnings.
  const isOneOfMany = named === undefined || locality.isRedundant;
  const basis = isOneOfMany ? undefined : new NodeBasis(asked.question, node);
  const outcome = answerNode(context, asked, { node, place, basis });
  return isOneOfMany ? withOrigin(outcome, node.key, 'node', asked.domain) : outcome;
};

/** A node as it is registered now. */
class NodeBasis {
  readonly kind = 'fixed';
  readonly question: Question;
  readonly #node: NodeEntry;
  readonly #row: NodeEntry['row'];

  constructor(question: Question, node: NodeEntry) {
    this.question = question;
    this.#node = node;
    this.#row = node.row;
  }

  get from(): Foundation {
    return this;
  }

  get isStale(): boolean {
    return this.#node.row !== this.#row;
  }
}

interface FoundNode {
  readonly node: NodeEntry;
  readonly place: Place;
  readonly basis: Basis | undefined;
}

function answerNode(
  context: CatalogContext,
  asked: Asked,
  { node, place, basis }: FoundNode,
): Outcome | Promise<Outcome> {
  const { question, query } = asked;
  const ttl = nodeTtl(context.settings, query);
  if (question.type === RecordType.TXT) {
    return answerOrNoData(asked, metaRecords(node, question.name, ttl), [], basis);
  }
  const isWan = place.isRemote && context.settings.rules.translateWan;
  const host = (isWan ? node.wanAddresses : node.addresses).choose(question.type);
  const additional = additionalMeta(context, node, question.name, ttl);
  if (host === undefined) return answerOrNoData(asked, [], additional, basis);
  const record = { owner: question.name, type: host.type, class: RecordClass.IN, ttl };
  const address: ResourceRecord = { ...record, rdata: host.rdata };
  if (host.type === RecordType.CNAME) {
    return followAlias(context, query, { record: address, target: host.name, additional });
  }
  if (question.type === RecordType.ANY) {
    const answers = [address, ...metaRecords(node, question.name, ttl)];
    return answerOrNoData(asked, answers, [], undefined);
  }
  const answers = question.type === host.type ? [address] : [];
  return answerOrNoData(asked, answers, additional, basis);
}

function answerOrNoData(
  asked: Asked,
  answers: readonly ResourceRecord[],
  additional: readonly ResourceRecord[],
  basis: Basis | undefined,
): Outcome {
  if (answers.length === 0) return { ...noData(asked), additional, basis };
  return { kind: 'answer', answers, authority: [], additional, authoritative: true, basis };
}

/** Consul sends a node's metadata along with its address, unless it is told not to. */
function additionalMeta(
  context: CatalogContext,
  node: NodeEntry,
  owner: Name,
  ttl: number,
): ResourceRecord[] {
  return context.settings.answer.additionalNodeMetaTxt ? metaRecords(node, owner, ttl) : [];
}

function metaRecords(node: NodeEntry, owner: Name, ttl: number): ResourceRecord[] {
  return node.metaTxt.map((rdata) => ({
    owner,
    type: RecordType.TXT,
    class: RecordClass.IN,
    ttl,
    rdata,
  }));
}
