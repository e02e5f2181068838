/**
 * What of an upstream's answer section belongs to the question: records of the type that was asked, at the name and
 * where its CNAME and DNAME lead, as far as that upstream is the one to ask. Others nobody asked for, and a client
 * might keep them (RFC 5452 §6).
 */
import { limits } from '../../runtime/index.ts';
import type { MessageQuestion } from '../wire/message.ts';
import { lowerName, type Name, parentOf, ROOT } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordClass, RecordType } from '../wire/types.ts';

/** A question with its name in lower case. */
export interface Asked extends Pick<MessageQuestion, 'type' | 'class'> {
  readonly lowerName: Name;
}

/** Who is to be asked about a lower-cased name: this server itself, the upstreams that were asked, or other ones. */
export type Whose = (name: Name) => 'ours' | 'theirs' | 'others';

export interface Chain {
  /** In the order of the upstream. */
  readonly answers: readonly ResourceRecord[];
  /** The names from the one asked to where its aliases end, in lower case. */
  readonly names: readonly Name[];
  /** Whether the last of the names has a record that was asked for. */
  readonly isComplete: boolean;
  /** Where the last of the names leads, when somebody else is to be asked about that. */
  readonly next: Name | undefined;
  /** Its aliases lead in a circle, or are too many to follow. */
  readonly isEndless: boolean;
}

export function answersTo(asked: Asked, records: readonly ResourceRecord[], whose: Whose): Chain {
  const isTheirs = (name: Name): boolean => whose(name) === 'theirs';
  const ofClass = records.filter((record) => isOfClass(record, asked));
  const cnames = targetsOf(ofClass, RecordType.CNAME);
  const dnames = targetsOf(ofClass, RecordType.DNAME);
  for (const owner of dnames.keys()) if (!isTheirs(owner)) dnames.delete(owner);
  const redirecting = new Set<Name>();
  const follow = (name: Name): Name | undefined => {
    // RFC 6672 §3.1: the DNAME that made the CNAME comes with it, and may come without.
    const dname = dnames.size === 0 ? undefined : ancestorIn(dnames, name);
    if (dname !== undefined) redirecting.add(dname);
    const redirected =
      dname === undefined ? undefined : name.slice(0, -dname.length) + dnames.get(dname);
    // RFC 1034 §3.6.2: who asks for the alias itself is not led on by it.
    return (isForAlias(asked) ? undefined : cnames.get(name)) ?? redirected;
  };
  const names: Name[] = [];
  let next: Name | undefined = asked.lowerName;
  do {
    names.push(next);
    next = follow(next);
    // RFC 2181 §5.4.1: what others are responsible for is theirs to say.
  } while (
    next !== undefined &&
    isTheirs(next) &&
    !names.includes(next) &&
    names.length <= HOPS_MAX
  );
  // RFC 1034 §3.6.2: beside an alias there is nothing else.
  const end = next === undefined ? names.at(-1) : undefined;
  const belongs = (record: ResourceRecord): boolean => {
    const type = coveredType(record, asked);
    const owner = lowerName(record.owner);
    if (type === RecordType.DNAME && redirecting.has(owner)) return true;
    return type === RecordType.CNAME
      ? names.includes(owner)
      : owner === end && isOfType(type, asked);
  };
  return {
    answers: ofClass.filter(belongs),
    names,
    isComplete: ofClass.some(
      ({ owner, type }) => isOfType(type, asked) && lowerName(owner) === end,
    ),
    next: next === undefined || isTheirs(next) ? undefined : next,
    isEndless: next !== undefined && isTheirs(next),
  };
}

const HOPS_MAX = limits.forwardAliases.default;

function isOfClass(record: ResourceRecord, asked: Asked): boolean {
  return asked.class === RecordClass.ANY || record.class === asked.class;
}

function isOfType(type: number, asked: Asked): boolean {
  return asked.type === RecordType.ANY || type === asked.type;
}

function isForAlias({ type }: Asked): boolean {
  return type === RecordType.CNAME || type === RecordType.ANY;
}

/** RFC 4034 §3.1.1: a signature goes where the records go that it is of. */
export function coveredType({ type, rdata }: ResourceRecord, asked: Asked): number {
  if (type !== RecordType.RRSIG || asked.type === RecordType.RRSIG) return type;
  return ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0);
}

/** Where each record of `type` leads, by its owner, both in lower case. */
function targetsOf(records: readonly ResourceRecord[], type: number): Map<Name, Name> {
  const targets = new Map<Name, Name>();
  for (const record of records) {
    if (record.type !== type) continue;
    const target = octetText(record.rdata, 0, record.rdata.length);
    targets.set(lowerName(record.owner), lowerName(target));
  }
  return targets;
}

/** The nearest name above `name` that redirects what is below it. */
function ancestorIn(dnames: ReadonlyMap<Name, Name>, name: Name): Name | undefined {
  for (let at = name; at !== ROOT; ) {
    at = parentOf(at);
    if (dnames.has(at)) return at;
  }
  return undefined;
}
