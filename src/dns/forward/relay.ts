/**
 * What of an upstream's reply goes on to clients and into the cache: the records that the question leads to, the SOA
 * and the proofs that a denial needs, and addresses of the hosts that the answers name, all of them about names that
 * the upstream is asked about. The rest was not asked for, and may be a lie about somebody else's names
 * (RFC 2181 §5.4.1).
 */
import { ENDLESS } from '../answer/explanations.ts';
import type { Relayed } from '../answer/outcome.ts';
import type { Message } from '../wire/message.ts';
import { isAtOrBelow, lowerName, type Name } from '../wire/name.ts';
import { octetText } from '../wire/octet-text.ts';
import type { Question } from '../wire/question.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { Rcode, RecordType } from '../wire/types.ts';
import { answersTo, type Chain, type Whose } from './answers-to.ts';

/** A reply as it is passed on, and what its answers amount to. */
export interface Reply {
  readonly relayed: Relayed;
  readonly chain: Chain;
}

export function relay(message: Message, question: Question, whose: Whose): Reply {
  const chain = answersTo(question, message.answers, whose);
  const { edns, authenticData } = question;
  // RFC 6840 §5.8: AD is for who has shown to understand it.
  const understandsAd = authenticData || edns?.dnssecOk === true;
  // The zone of a name of theirs may begin above it, where others are asked, but it is never ours.
  const notOurs = message.authority.filter(({ owner }) => whose(lowerName(owner)) !== 'ours');
  const authority = authorityFor(chain, notOurs);
  const named = [...chain.answers, ...authority];
  return {
    chain,
    relayed: {
      kind: 'relayed',
      // RFC 6604 §3: it is about the end of the chain, which is elsewhere.
      rcode: chain.next === undefined ? message.rcode : Rcode.NOERROR,
      answers: chain.answers,
      authority,
      additional: addressesOf(named, message.additional, whose),
      truncated: message.header.truncated,
      authenticData: understandsAd && message.header.authenticData,
      ...(chain.isEndless ? { explanation: ENDLESS } : {}),
      ...(chain.next === undefined ? {} : { onward: [...chain.names.slice(1), chain.next] }),
    },
  };
}

const SIGNER_AT = 18;
const PROOFS = new Set<number>([RecordType.NSEC, RecordType.NSEC3]);

/** In bailiwick: zones that one of the chain's names is in, and proofs that such a zone has signed. */
function authorityFor(
  { names, isComplete, next }: Chain,
  records: readonly ResourceRecord[],
): ResourceRecord[] {
  const isAbove = (zone: Name): boolean => names.some((name) => isAtOrBelow(name, zone));
  const signed = new Set<string>();
  for (const record of records) {
    if (record.type !== RecordType.RRSIG) continue;
    const covered = ((record.rdata[0] ?? 0) << 8) | (record.rdata[1] ?? 0);
    const owner = lowerName(record.owner);
    const signer = signerOf(record.rdata);
    if (isAbove(signer) && isAtOrBelow(owner, signer)) signed.add(`${covered} ${owner}`);
  }
  return records.filter((record) => {
    const { type } = record;
    const owner = lowerName(record.owner);
    const covered =
      type === RecordType.RRSIG ? ((record.rdata[0] ?? 0) << 8) | (record.rdata[1] ?? 0) : type;
    const isSigned = signed.has(`${covered} ${owner}`);
    if (PROOFS.has(covered)) return isSigned;
    // A positive answer is whole without them, and what is denied elsewhere is denied there.
    if (isComplete || next !== undefined) return false;
    if (covered !== RecordType.SOA && covered !== RecordType.NS) return false;
    return isAbove(owner) && (type === covered || isSigned);
  });
}

/** RFC 4034 §3.1.7: uncompressed, after the fixed fields; the signature comes next. */
function signerOf(rdata: Uint8Array): Name {
  let end = SIGNER_AT;
  while (end < rdata.length && rdata[end] !== 0) end += 1 + (rdata[end] as number);
  return lowerName(
    octetText(rdata, Math.min(SIGNER_AT, rdata.length), Math.min(end + 1, rdata.length)),
  );
}

/** Where the name of a host begins in the RDATA of types that have one. */
const HOST_AT: ReadonlyMap<number, number> = new Map([
  [RecordType.NS, 0],
  [RecordType.MX, 2],
  [RecordType.SVCB, 2],
  [RecordType.HTTPS, 2],
  [RecordType.SRV, 6],
]);

function addressesOf(
  named: readonly ResourceRecord[],
  additional: readonly ResourceRecord[],
  whose: Whose,
): ResourceRecord[] {
  const hosts = new Set<Name>();
  for (const { type, rdata } of named) {
    const at = HOST_AT.get(type);
    if (at !== undefined && at < rdata.length) hosts.add(hostAt(rdata, at));
  }
  if (hosts.size === 0) return [];
  return additional.filter(({ owner, type }) => {
    const isAddress = type === RecordType.A || type === RecordType.AAAA;
    const host = lowerName(owner);
    return isAddress && hosts.has(host) && whose(host) === 'theirs';
  });
}

function hostAt(rdata: Uint8Array, start: number): Name {
  let end = start;
  while (end < rdata.length && rdata[end] !== 0) end += 1 + (rdata[end] as number);
  return lowerName(octetText(rdata, start, Math.min(end + 1, rdata.length)));
}
