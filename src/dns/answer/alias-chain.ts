/**
 * What following an alias has in common wherever the alias is written: the question at its end, and how what an
 * upstream says there is joined to it. Knows neither the catalog nor the master files.
 */
import { limits } from '../../runtime/index.ts';
import { lowerName, type Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { Rcode } from '../wire/types.ts';
import type { Answer, Query, Relayed } from './outcome.ts';

/** The question at the end of an alias; undefined when the chain is a loop, or as long as one. */
export function questionAt(target: Name, query: Query): Query | undefined {
  const aliasHops = (query.aliasHops ?? 0) + 1;
  const aliases = [...(query.aliases ?? []), query.question.lowerName];
  const lower = lowerName(target);
  if (aliasHops > limits.aliasHops.default || aliases.includes(lower)) return undefined;
  const question = { ...query.question, name: target, lowerName: lower };
  return { question, client: query.client, aliasHops, aliases };
}

/** An alias of ours before what an upstream says of its target; undefined when that is no use. */
export function joinRelayed(
  chain: readonly ResourceRecord[],
  relayed: Relayed,
): Answer | Relayed | undefined {
  const answers = joinRecords(chain, relayed.answers);
  switch (relayed.rcode) {
    case Rcode.NOERROR: {
      const { authority, additional, truncated, explanation } = relayed;
      // RFC 1035 §4.1.1: AA is about the name asked for, and that one is ours.
      const authoritative = true;
      const found: Answer = { kind: 'answer', answers, authority, additional, authoritative };
      const answer = explanation === undefined ? found : { ...found, explanation };
      return truncated ? { ...answer, truncatedUpstream: true } : answer;
    }
    case Rcode.NXDOMAIN:
      // RFC 4035 §3.2.3: AD is about all records of the answer, and ours is not signed.
      return { ...relayed, answers, authenticData: false, authoritative: true };
    default:
      return undefined;
  }
}

/** RFC 2181 §5: a record that the chain has is not repeated; one DNAME may stand for many names. */
export function joinRecords(
  chain: readonly ResourceRecord[],
  records: readonly ResourceRecord[],
): ResourceRecord[] {
  return [...chain, ...records.filter((record) => !chain.includes(record))];
}
