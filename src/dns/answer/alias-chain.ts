/**
 * Goes on where an alias leads, wherever it is written: in the catalog, in a master file, or in what an upstream said.
 * All sources are asked about its target, and the aliases go before what they find. Bounded, and a loop is noticed;
 * what nobody here may find out is left to the client, who has the alias. Knows no source.
 */
import { limits } from '../../runtime/index.ts';
import { isPacked, unpack } from '../wire/address-rrset.ts';
import { lowerName, type Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { Rcode } from '../wire/types.ts';
import { ELSEWHERE, ENDLESS } from './explanations.ts';
import type { Answer, Explanation, Outcome, Query, Relayed } from './outcome.ts';

/** The aliases that one source has for a question. */
export interface Aliases {
  /** CNAME and DNAME, in the order of the chain. */
  readonly records: readonly ResourceRecord[];
  /** Where the last of them leads. */
  readonly target: Name;
  /** Names on the way from the one asked to the target, without either, in lower case; absent: none. */
  readonly between?: readonly Name[];
  /**
   * Whether they are ours. RFC 1035 §4.1.1, RFC 6604 §2.1: AA is about the first owner of the answers, wherever the
   * chain ends.
   */
  readonly authoritative: boolean;
  /** What goes along in place of what was found to go along with the target. */
  readonly additional?: readonly ResourceRecord[];
  readonly explanation?: Explanation;
}

type Ask = (query: Query) => Outcome | Promise<Outcome>;

export function followAliases(query: Query, aliases: Aliases, ask: Ask): ReturnType<Ask> {
  const next = questionAt(query, aliases);
  // A loop, or as good as one: what there is of the chain goes out.
  if (next === undefined) return alone(aliases, ENDLESS);
  query.trace?.steps.push({ kind: 'follow', target: aliases.target });
  const outcome = ask(next);
  return outcome instanceof Promise
    ? outcome.then((settled) => join(aliases, settled, query))
    : join(aliases, outcome, query);
}

/** The aliases as the whole answer. */
export function alone(aliases: Aliases, explanation?: Explanation): Answer | Relayed {
  const { records: answers, authoritative, additional = [] } = aliases;
  const why = aliases.explanation ?? explanation;
  const parts = { authority: [], additional, ...(why === undefined ? {} : { explanation: why }) };
  if (authoritative) return { kind: 'answer', answers, authoritative, ...parts };
  return { ...RELAYED, answers, ...parts };
}

const RELAYED = {
  kind: 'relayed',
  rcode: Rcode.NOERROR,
  truncated: false,
  authenticData: false,
} as const;

/** Undefined when the chain is a loop, or as long as one. */
function questionAt(query: Query, { target, between = [] }: Aliases): Query | undefined {
  const { question, client } = query;
  const aliasHops = (query.aliasHops ?? 0) + 1 + between.length;
  const aliases = [...(query.aliases ?? []), question.lowerName, ...between];
  const lower = lowerName(target);
  const isLoop = aliases.includes(lower) || between.some((name) => query.aliases?.includes(name));
  if (isLoop || aliasHops > limits.aliasHops.default) return undefined;
  return { question: { ...question, name: target, lowerName: lower }, client, aliasHops, aliases };
}

/** RFC 1034 §4.3.2 step 3a: the aliases go first. RFC 6604 §3: the rcode is that of the end of the chain. */
function join(aliases: Aliases, outcome: Outcome, { question }: Query): Outcome {
  const { authoritative, records } = aliases;
  switch (outcome.kind) {
    case 'answer': {
      const answers = joinRecords(records, unpack(outcome.answers));
      const joined = { ...outcome, answers, ...carried(aliases, outcome) };
      // Any number of names elsewhere may lead here: to the rate limit they are what they lead to.
      return authoritative ? joined : { ...joined, origin: outcome.origin ?? originOf(outcome) };
    }
    case 'no-data':
    case 'name-error':
    case 'overflow': {
      const answers = joinRecords(records, outcome.answers ?? []);
      return { ...outcome, answers, ...carried(aliases, outcome) };
    }
    case 'relayed':
      return joinRelayed(aliases, outcome);
    case 'referral': {
      const { authority, additional } = outcome;
      return { ...alone(aliases), authority, additional };
    }
    case 'failure':
      // Who asked us to find out is told that we could not, and why; others follow the alias themselves.
      return question.recursionDesired ? outcome : alone(aliases, ELSEWHERE);
    case 'refused':
    case 'not-implemented':
    case 'skip':
      return alone(aliases, ELSEWHERE);
  }
}

function joinRelayed(aliases: Aliases, relayed: Relayed): Outcome {
  const answers = joinRecords(aliases.records, relayed.answers);
  const { rcode, authority, truncated } = relayed;
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) return alone(aliases, ELSEWHERE);
  if (!aliases.authoritative || rcode === Rcode.NXDOMAIN) {
    // RFC 4035 §3.2.3: AD is about all records of the answer, and not all of them are from one who checks.
    return { ...relayed, answers, authenticData: false, ...carried(aliases, relayed) };
  }
  const { additional } = relayed;
  const found: Answer = { kind: 'answer', answers, authority, additional, authoritative: true };
  const answer = { ...found, ...carried(aliases, relayed) };
  return truncated ? { ...answer, truncatedUpstream: true } : answer;
}

/** What the aliases bring into an outcome beside themselves. */
function carried(
  { authoritative, additional, explanation: own }: Aliases,
  found: { readonly explanation?: Explanation },
) {
  const explanation = own ?? found.explanation;
  return {
    authoritative,
    ...(additional === undefined ? {} : { additional }),
    ...(explanation === undefined ? {} : { explanation }),
  };
}

function originOf({ answers }: Answer): Name {
  const owner = isPacked(answers) ? answers.owner : (answers[0]?.owner ?? '');
  return lowerName(owner);
}

/** RFC 2181 §5: a record that the chain has is not repeated; one DNAME may stand for many names. */
function joinRecords(
  chain: readonly ResourceRecord[],
  records: readonly ResourceRecord[],
): ResourceRecord[] {
  return [...chain, ...records.filter((record) => !chain.includes(record))];
}
