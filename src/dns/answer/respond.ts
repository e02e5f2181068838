/**
 * The one place where an Outcome becomes rcode, AA and sections. What is decided here is what the reply should
 * say; whether that fits is the matter of `fit-reply.ts`.
 */
import type { Records } from '../wire/address-rrset.ts';
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { ExtendedError, Rcode, RecordClass } from '../wire/types.ts';
import type { Explanation, Outcome } from './outcome.ts';
import type { ZoneSoa } from './soa.ts';

export interface Reply {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly authenticData: boolean;
  /** Something was left out before the reply was made. */
  readonly partial: boolean;
  readonly answers: Records;
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  /** The reply means something else without these sections: leaving a record of them out sets TC. */
  readonly needsAuthority: boolean;
  readonly needsAdditional: boolean;
  readonly explanation: Explanation | undefined;
}

const NONE: readonly ResourceRecord[] = [];

const EMPTY: Reply = Object.freeze({
  rcode: Rcode.NOERROR,
  authoritative: false,
  authenticData: false,
  partial: false,
  answers: NONE,
  authority: NONE,
  additional: NONE,
  needsAuthority: false,
  needsAdditional: false,
  explanation: undefined,
});

const NOBODYS: Explanation = {
  code: ExtendedError.NOT_AUTHORITATIVE,
  text: 'not in a zone of this server, and no recursor is configured',
};

/** `askedClass` is the class of the question. */
export function respond(outcome: Outcome, soa: ZoneSoa, askedClass: number): Reply {
  const reply = replyOf(outcome, soa);
  // RFC 1035 §6.2: what is said about every class is not authoritative, unless it covers them all.
  return askedClass === RecordClass.ANY ? { ...reply, authoritative: false } : reply;
}

function replyOf(outcome: Outcome, soa: ZoneSoa): Reply {
  switch (outcome.kind) {
    case 'answer':
      return {
        rcode: Rcode.NOERROR,
        authoritative: outcome.authoritative,
        authenticData: false,
        partial: outcome.partial === true,
        answers: outcome.answers,
        authority: outcome.authority,
        additional: outcome.additional,
        needsAuthority: false,
        needsAdditional: false,
        explanation: outcome.explanation,
      };
    case 'no-data':
      return {
        ...negative(Rcode.NOERROR, outcome, soa),
        additional: outcome.additional ?? NONE,
      };
    case 'name-error':
      return negative(Rcode.NXDOMAIN, outcome, soa);
    case 'referral':
      // RFC 9471 §3: glue that the client needs and does not get is a truncated referral.
      return {
        ...EMPTY,
        authority: outcome.authority,
        additional: outcome.additional,
        needsAuthority: true,
        needsAdditional: true,
      };
    case 'relayed':
      return {
        ...EMPTY,
        rcode: outcome.rcode,
        authenticData: outcome.authenticData,
        partial: outcome.truncated,
        answers: outcome.answers,
        authority: outcome.authority,
        additional: outcome.additional,
      };
    case 'refused':
      return { ...EMPTY, rcode: Rcode.REFUSED, explanation: outcome.explanation };
    case 'failure':
      return { ...EMPTY, rcode: Rcode.SERVFAIL, explanation: outcome.explanation };
    case 'not-implemented':
      return { ...EMPTY, rcode: Rcode.NOTIMP };
    case 'skip':
      // Nobody's name. RFC 8914 §4.21 has a number for it.
      return { ...EMPTY, rcode: Rcode.REFUSED, explanation: NOBODYS };
  }
}

/** A reply that is its rcode and nothing else. */
export function rcodeReply(rcode: number): Reply {
  return { ...EMPTY, rcode };
}

interface Negative {
  readonly zone: Name | undefined;
  readonly answers?: readonly ResourceRecord[];
  readonly explanation?: Explanation;
}

/** RFC 2308 §2: the SOA goes along, for without it the answer may not be kept. */
function negative(rcode: number, outcome: Negative, soa: ZoneSoa): Reply {
  const record = outcome.zone === undefined ? undefined : soa.of(outcome.zone);
  return {
    ...EMPTY,
    rcode,
    authoritative: true,
    answers: outcome.answers ?? NONE,
    authority: record === undefined ? NONE : [record],
    needsAuthority: true,
    explanation: outcome.explanation,
  };
}
