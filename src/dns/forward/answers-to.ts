/**
 * What of an upstream's answer section belongs to the question: records of the name that was asked, and of those
 * that its CNAME and DNAME lead to. Others nobody asked for, and a client might keep them (RFC 5452 §6).
 */
import { limits } from '../../runtime/index.ts';
import { lowerName, type Name, parentOf, ROOT } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { RecordType } from '../wire/types.ts';

/** In their order; `asked` is in lower case. */
export function answersTo(asked: Name, records: readonly ResourceRecord[]): ResourceRecord[] {
  const cnames = targetsOf(records, RecordType.CNAME);
  const dnames = targetsOf(records, RecordType.DNAME);
  const owners = new Set<Name>();
  const follow = (name: Name): Name | undefined => {
    // RFC 6672 §3.1: the DNAME that made the CNAME comes with it, and may come without.
    const dname = dnames.size === 0 ? undefined : ancestorIn(dnames, name);
    if (dname !== undefined) owners.add(dname);
    const redirected =
      dname === undefined ? undefined : name.slice(0, -dname.length) + dnames.get(dname);
    return cnames.get(name) ?? redirected;
  };
  let name: Name | undefined = asked;
  for (let hop = 0; name !== undefined && hop <= limits.forwardAliases.default; hop++) {
    owners.add(name);
    name = follow(name);
  }
  return records.filter(({ owner }) => owners.has(lowerName(owner)));
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
