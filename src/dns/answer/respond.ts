/**
 * The one place where an Outcome becomes rcode, AA and sections. What is decided here is what the reply should
 * say; whether that fits is the matter of `fit-reply.ts`.
 */
import type { Records } from '../wire/address-rrset.ts';
import type { Name } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { ExtendedError, Rcode, RecordClass, RecordType } from '../wire/types.ts';
import { LIMITED, NO_NAME, NO_RECORD } from './explanations.ts';
import type { Answer, Explanation, Outcome, Relayed } from './outcome.ts';
import type { ZoneSoa } from './soa.ts';

export interface Reply {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly authenticData: boolean;
  /** Something was left out before the reply was made. */
  readonly partial: boolean;
  /** Answers of our own: whether leaving some of them out is said is for the options to decide. */
  readonly isOwn: boolean;
  /** All of it is what an upstream said, but for an alias before it. */
  readonly isRelayed: boolean;
  readonly answers: Records;
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  /** The reply means something else without these sections: leaving a record of them out sets TC. */
  readonly needsAuthority: boolean;
  readonly needsAdditional: boolean;
  readonly explanation: Explanation | undefined;
  /** RFC 7871 §7.2.1: bits of the client's address that the answer depends on. */
  readonly subnetScope: number;
  /** What the rate limit takes for the owner of the answer, when it is another. */
  readonly origin: Name | undefined;
  /** A name or a type denied. */
  readonly isNegative: boolean;
  readonly failOpen: boolean;
}

const NONE: readonly ResourceRecord[] = [];

const EMPTY: Reply = Object.freeze({
  rcode: Rcode.NOERROR,
  authoritative: false,
  authenticData: false,
  partial: false,
  isOwn: false,
  isRelayed: false,
  answers: NONE,
  authority: NONE,
  additional: NONE,
  needsAuthority: false,
  needsAdditional: false,
  explanation: undefined,
  subnetScope: 0,
  origin: undefined,
  isNegative: false,
  failOpen: false,
});

const NOBODYS: Explanation = {
  code: ExtendedError.NOT_AUTHORITATIVE,
  text: 'not in a zone of this server, and no recursor is configured',
};

const UNSERVED: Explanation = { code: ExtendedError.NOT_AUTHORITATIVE, text: 'not served here' };
const FAILED: Explanation = { code: ExtendedError.OTHER, text: 'answering failed' };

const CUT_UPSTREAM: Explanation = { code: ExtendedError.OTHER, text: 'the recursor sent a part' };

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
        partial: outcome.partial === true || outcome.truncatedUpstream === true,
        isOwn: outcome.truncatedUpstream !== true,
        isRelayed: false,
        answers: outcome.answers,
        authority: outcome.authority,
        additional: outcome.additional,
        needsAuthority: false,
        needsAdditional: false,
        explanation: outcome.explanation ?? partialExplanation(outcome),
        subnetScope: outcome.subnetScope ?? 0,
        origin: outcome.origin,
        isNegative: false,
        failOpen: outcome.failOpen === true,
      };
    case 'no-data':
      return negative(Rcode.NOERROR, outcome, soa);
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
        authoritative: outcome.authoritative === true,
        authenticData: outcome.authenticData,
        partial: outcome.truncated,
        isRelayed: true,
        explanation: outcome.explanation ?? (outcome.truncated ? CUT_UPSTREAM : undefined),
        isNegative: isNegative(outcome),
        answers: outcome.answers,
        authority: outcome.authority,
        additional: outcome.additional,
      };
    case 'overflow':
      return {
        ...EMPTY,
        rcode: Rcode.YXDOMAIN,
        authoritative: outcome.authoritative ?? true,
        answers: outcome.answers,
        explanation: outcome.explanation,
      };
    case 'refused':
      return { ...EMPTY, rcode: Rcode.REFUSED, explanation: outcome.explanation ?? UNSERVED };
    case 'failure':
      return { ...EMPTY, rcode: Rcode.SERVFAIL, explanation: outcome.explanation ?? FAILED };
    case 'not-implemented':
      return { ...EMPTY, rcode: Rcode.NOTIMP, explanation: outcome.explanation };
    case 'skip':
      // Nobody's name. RFC 8914 §4.21 has a number for it.
      return { ...EMPTY, rcode: Rcode.REFUSED, explanation: NOBODYS };
  }
}

/** A reply that is its rcode and nothing else. */
export function rcodeReply(rcode: number, explanation?: Explanation): Reply {
  return { ...EMPTY, rcode, explanation };
}

/** What is left of a reply that goes out empty: a client that is real asks again over TCP. It counts as what it was. */
export function slippedReply({ rcode, authoritative, isNegative, failOpen }: Reply): Reply {
  return { ...EMPTY, rcode, authoritative, partial: true, isNegative, failOpen };
}

function partialExplanation({ partial, truncatedUpstream }: Answer): Explanation | undefined {
  if (truncatedUpstream === true) return CUT_UPSTREAM;
  return partial === true ? LIMITED : undefined;
}

function isNegative({ rcode, answers, authority }: Relayed): boolean {
  if (rcode === Rcode.NXDOMAIN) return true;
  const isReferral = authority.some(({ type }) => type === RecordType.NS);
  return rcode === Rcode.NOERROR && answers.length === 0 && !isReferral;
}

interface Negative {
  readonly zone: Name | undefined;
  readonly answers?: readonly ResourceRecord[];
  readonly additional?: readonly ResourceRecord[];
  readonly authoritative?: boolean;
  readonly explanation?: Explanation;
}

/** RFC 2308 §2: the SOA goes along, for without it the answer may not be kept. */
function negative(rcode: number, outcome: Negative, soa: ZoneSoa): Reply {
  const record = outcome.zone === undefined ? undefined : soa.of(outcome.zone);
  // In full, as that of an answer: denials come in floods, and what comes in floods has one shape.
  return {
    rcode,
    authoritative: outcome.authoritative ?? true,
    authenticData: false,
    partial: false,
    isOwn: false,
    isRelayed: false,
    answers: outcome.answers ?? NONE,
    authority: record === undefined ? NONE : [record],
    additional: outcome.additional ?? NONE,
    needsAuthority: true,
    needsAdditional: false,
    explanation: outcome.explanation ?? (rcode === Rcode.NXDOMAIN ? NO_NAME : NO_RECORD),
    subnetScope: 0,
    origin: undefined,
    isNegative: true,
    failOpen: false,
  };
}
