/**
 * What a source found out about a question: a value, never a message. One switch in `respond.ts` turns it into
 * rcode, flags and sections, and nothing else does.
 */
import type { Records } from '../wire/address-rrset.ts';
import type { Name } from '../wire/name.ts';
import type { Client, Question } from '../wire/question.ts';
import type { ResourceRecord } from '../wire/record.ts';
import type { Basis } from './basis.ts';
import type { Trace } from './trace.ts';

/** An extended DNS error to send along when the client speaks EDNS (RFC 8914). */
export interface Explanation {
  readonly code: number;
  readonly text: string;
}

export interface Answer {
  readonly kind: 'answer';
  readonly answers: Records;
  readonly authority: readonly ResourceRecord[];
  /** Filled in after the answers, and dropped first when the reply does not fit. */
  readonly additional: readonly ResourceRecord[];
  readonly authoritative: boolean;
  /** The source already left something out (a limit): the reply carries TC. */
  readonly partial?: boolean;
  /** An upstream left out some of what it added to the chain: the client is told so by TC, whatever the options say. */
  readonly truncatedUpstream?: boolean;
  readonly explanation?: Explanation;
  /** RFC 7871: bits of the client's address that the answer depends on; absent: none. */
  readonly subnetScope?: number;
  /** Too few were healthy, and all are answered. */
  readonly failOpen?: boolean;
  /**
   * The lower-cased wildcard or zone that the answer was made from, when any number of names get its like: to the rate
   * limit they are one. Absent: the owner of the first record.
   */
  readonly origin?: Name;
  /** What it was drawn from, when its like may be drawn again. */
  readonly basis?: Basis | undefined;
}

/** The name exists, the type does not: NOERROR with the SOA (RFC 2308 §2.2). */
export interface NoData {
  readonly kind: 'no-data';
  /** Apex of the zone whose SOA goes along; undefined when the name is in no zone of ours. */
  readonly zone: Name | undefined;
  /** A CNAME chain that led here, if any. */
  readonly answers?: readonly ResourceRecord[];
  /** Absent: true. */
  readonly authoritative?: boolean;
  readonly additional?: readonly ResourceRecord[];
  readonly explanation?: Explanation;
  /** What says so, when that may be said again. */
  readonly basis?: Basis | undefined;
}

/** The name does not exist: NXDOMAIN with the SOA (RFC 2308 §2.1). */
export interface NameError {
  readonly kind: 'name-error';
  readonly zone: Name;
  readonly answers?: readonly ResourceRecord[];
  /** Absent: true. */
  readonly authoritative?: boolean;
  readonly explanation?: Explanation;
}

/** The name is below a zone cut: the NS set in authority, glue in additional, AA clear. */
export interface Referral {
  readonly kind: 'referral';
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
}

/** The name that a DNAME makes is longer than names may be: YXDOMAIN with the DNAME (RFC 6672 §2.2). */
export interface Overflow {
  readonly kind: 'overflow';
  readonly answers: readonly ResourceRecord[];
  /** Absent: true. */
  readonly authoritative?: boolean;
  readonly explanation: Explanation;
}

export interface Refused {
  readonly kind: 'refused';
  readonly explanation?: Explanation;
}

export interface NotImplemented {
  readonly kind: 'not-implemented';
  readonly explanation?: Explanation;
}

/** The source is responsible but cannot answer now: SERVFAIL. */
export interface Failure {
  readonly kind: 'failure';
  readonly explanation?: Explanation;
}

/** Not mine: the next source is asked. Never "empty". */
export interface Skip {
  readonly kind: 'skip';
}

/** What an upstream said, to be passed on under our header: its records, rcode and TC. */
export interface Relayed {
  readonly kind: 'relayed';
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly truncated: boolean;
  readonly authenticData: boolean;
  /**
   * Where its aliases lead, in lower case, when the last of these names is not for this upstream to speak about. The
   * forwarder goes on from there, so nobody else sees it.
   */
  readonly onward?: readonly Name[];
  /** An alias of ours goes before it: AA is about the name asked for (RFC 1035 §4.1.1). */
  readonly authoritative?: boolean;
  readonly explanation?: Explanation;
}

export type Outcome =
  | Answer
  | NoData
  | NameError
  | Referral
  | Overflow
  | Refused
  | NotImplemented
  | Failure
  | Relayed
  | Skip;

export interface Query {
  readonly question: Question;
  readonly client: Client;
  /**
   * Aliases (CNAME, DNAME) already followed on the way to this question; absent in what a client asked itself.
   * Whoever follows one asks with one more, and stops at `limits.aliasHops`: chains cross sources and can loop.
   */
  readonly aliasHops?: number;
  /** The names of those aliases, in lower case: an alias that leads to one of them is a loop. */
  readonly aliases?: readonly Name[];
  /** Set when somebody wants to know how the answer came about; otherwise nothing is noted. */
  readonly trace?: Trace;
}

/** A place that answers may come from. Catalog and zones answer at once, forwarding later. */
export interface Source {
  readonly name: string;
  answer(query: Query): Outcome | Promise<Outcome>;
}
