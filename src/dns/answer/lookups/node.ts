/**
 * Nodes by name, or by the beginning of their id: the address, and metadata as TXT. Health does not matter, a
 * critical node still has its address.
 */
import { isHere } from '../../names.ts';
import type { NodeEntry } from '../../view/entries.ts';
import type { Name } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';
import { RecordClass, RecordType } from '../../wire/types.ts';
import { followAlias } from '../alias.ts';
import type { CatalogContext, Lookup } from '../catalog-context.ts';

export const lookUpNode: Lookup<'node'> = (context, asked) => {
  const { question, query, domain } = asked;
  const { node: name, locality } = asked.name;
  const { nodes } = context.view;
  const node = isHere(locality) ? (nodes.byName(name) ?? nodes.byIdPrefix(name)) : undefined;
  if (node === undefined) {
    const isAboveNames = isHere(locality) && nodes.hasBelow(name);
    return { kind: isAboveNames ? 'no-data' : 'name-error', zone: domain };
  }
  const ttl = context.settings.answer.nodeTtlSeconds;
  if (question.type === RecordType.TXT) {
    return answerOrNoData(metaRecords(node, question.name, ttl), [], domain);
  }
  const host = node.addresses.choose(question.type);
  const additional = additionalMeta(context, node, question.name, ttl);
  if (host === undefined) return { kind: 'no-data', zone: domain, additional };
  const record = { owner: question.name, type: host.type, class: RecordClass.IN, ttl };
  const address: ResourceRecord = { ...record, rdata: host.rdata };
  if (host.type === RecordType.CNAME) {
    return followAlias(context, query, { record: address, target: host.name, additional });
  }
  if (question.type === RecordType.ANY) {
    return answerOrNoData([address, ...metaRecords(node, question.name, ttl)], [], domain);
  }
  return answerOrNoData(question.type === host.type ? [address] : [], additional, domain);
};

function answerOrNoData(answers: ResourceRecord[], additional: ResourceRecord[], zone: Name) {
  if (answers.length === 0) return { kind: 'no-data', zone, additional } as const;
  return { kind: 'answer', answers, authority: [], additional, authoritative: true } as const;
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
