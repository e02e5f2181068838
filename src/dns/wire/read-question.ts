/**
 * The first to see a datagram: header guard and question reader. Decides whether a message is a query that can
 * be answered, one that gets a bare rcode, or none at all; knows nothing of zones. Reads exactly one question
 * and the OPT record, bounded and without a copy of anything else, so that a flood of rubbish costs little.
 */
import { Flag, HEADER_BYTES, type MessageQuestion } from './message.ts';
import { lowerName, NAME_BYTES_MAX } from './name.ts';
import { octetText } from './octet-text.ts';
import type { Edns, Question } from './question.ts';
import { readEdns } from './read-edns.ts';
import { Opcode, Rcode, RecordType } from './types.ts';

/** A query that is refused before anyone looks at its name: what its reply is made of. */
export interface Rejection {
  readonly kind: 'reject';
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly rcode: number;
  /** Echoed when it could be read. */
  readonly question: MessageQuestion | undefined;
  /** The OPT of the query, when it could be read: the reply then has one too (RFC 6891 §6.1.1). */
  readonly edns: Edns | undefined;
}

export type QuestionReading =
  | { readonly kind: 'question'; readonly question: Question }
  /** Nothing was asked but what EDNS options ask (RFC 7873 §5.4); FORMERR if they do not. */
  | { readonly kind: 'no-question'; readonly rejection: Rejection & { readonly edns: Edns } }
  | Rejection
  /** No reply at all: it may be a reply itself, and answering it could start a loop. */
  | { readonly kind: 'drop' };

const DROP: QuestionReading = Object.freeze({ kind: 'drop' });

/** Records that a query may carry: prerequisites of IXFR, and OPT with TSIG. Consul draws the same line. */
const ANSWERS_MAX = 1;
const AUTHORITY_MAX = 1;
const ADDITIONAL_MAX = 2;

const MALFORMED = -1;

/** Reads a received message; never throws. Octets after the last record are ignored. */
export function readQuestion(bytes: Uint8Array): QuestionReading {
  // RFC 8906 §3.1: everything that is a query gets an answer; what has QR set or no whole header is none.
  if (bytes.length < HEADER_BYTES || (bytes[2] as number) >= 0x80) return DROP;
  const flags = word(bytes, 2);
  const opcode = (flags >>> 11) & 15;
  // RFC 8906 §3.1.4: NOTIMP for every opcode that is not served. NOTIFY is one of them: nothing here is a
  // secondary (RFC 1996 §3.10).
  if (opcode !== Opcode.QUERY) return reject(bytes, flags, Rcode.NOTIMP, undefined, undefined);
  if (word(bytes, 4) === 0) return readWithoutQuestion(bytes, flags);
  if (
    // RFC 9619 §4: a query has exactly one question.
    word(bytes, 4) !== 1 ||
    hasTooManyRecords(bytes)
  ) {
    return reject(bytes, flags, Rcode.FORMERR, undefined, undefined);
  }
  const nameEnd = questionNameEnd(bytes);
  if (nameEnd === MALFORMED || nameEnd + 4 > bytes.length) {
    return reject(bytes, flags, Rcode.FORMERR, undefined, undefined);
  }
  const name = octetText(bytes, HEADER_BYTES, nameEnd);
  const type = word(bytes, nameEnd);
  const questionClass = word(bytes, nameEnd + 2);
  let edns: Edns | undefined;
  const records = word(bytes, 6) + word(bytes, 8) + word(bytes, 10);
  if (records > 0) {
    const found = findEdns(bytes, nameEnd + 4, records);
    if (found === 'malformed') {
      const question = { name, type, class: questionClass };
      return reject(bytes, flags, Rcode.FORMERR, question, undefined);
    }
    edns = found;
    // RFC 6891 §6.1.3: a version that is not served is answered BADVERS, whatever was asked.
    if (edns !== undefined && edns.version > 0) {
      const question = { name, type, class: questionClass };
      return reject(bytes, flags, Rcode.BADVERS, question, edns);
    }
  }
  const question: Question = {
    id: word(bytes, 0),
    opcode,
    recursionDesired: (flags & Flag.RECURSION_DESIRED) !== 0,
    checkingDisabled: (flags & Flag.CHECKING_DISABLED) !== 0,
    authenticData: (flags & Flag.AUTHENTIC_DATA) !== 0,
    name,
    lowerName: lowerName(name),
    type,
    class: questionClass,
    edns,
  };
  return { kind: 'question', question };
}

/** RFC 9619 §4: no question at all is a query for a server cookie, or a format error. */
function readWithoutQuestion(bytes: Uint8Array, flags: number): QuestionReading {
  const records = word(bytes, 6) + word(bytes, 8) + word(bytes, 10);
  const edns = hasTooManyRecords(bytes) ? 'malformed' : findEdns(bytes, HEADER_BYTES, records);
  if (edns === undefined || edns === 'malformed') {
    return reject(bytes, flags, Rcode.FORMERR, undefined, undefined);
  }
  if (edns.version > 0) return reject(bytes, flags, Rcode.BADVERS, undefined, edns);
  return {
    kind: 'no-question',
    rejection: { ...reject(bytes, flags, Rcode.FORMERR, undefined, edns), edns },
  };
}

function hasTooManyRecords(bytes: Uint8Array): boolean {
  return (
    word(bytes, 6) > ANSWERS_MAX ||
    word(bytes, 8) > AUTHORITY_MAX ||
    word(bytes, 10) > ADDITIONAL_MAX
  );
}

/** The octet after the question's name. There is nothing before it that a pointer could lead to. */
function questionNameEnd(bytes: Uint8Array): number {
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const length = bytes[at] as number;
    if (length > 63) return MALFORMED;
    at += 1 + length;
    if (at - HEADER_BYTES > NAME_BYTES_MAX) return MALFORMED;
    if (length === 0) return at;
  }
  return MALFORMED;
}

/** Walks the `records` that follow the question, of which only the OPT means anything here. */
function findEdns(
  bytes: Uint8Array,
  start: number,
  records: number,
): Edns | undefined | 'malformed' {
  const beforeAdditional = word(bytes, 6) + word(bytes, 8);
  let edns: Edns | undefined;
  let at = start;
  for (let record = 0; record < records; record++) {
    const owner = at;
    const fixed = skipName(bytes, at);
    const rdata = fixed + 10;
    if (fixed === MALFORMED || rdata > bytes.length) return 'malformed';
    const end = rdata + word(bytes, fixed + 8);
    if (end > bytes.length) return 'malformed';
    at = end;
    if (word(bytes, fixed) !== RecordType.OPT) continue;
    // RFC 6891 §6.1.1: at most one, in the additional section; §6.1.2: its owner is the root.
    if (edns !== undefined || record < beforeAdditional || bytes[owner] !== 0) return 'malformed';
    const ttl = (word(bytes, fixed + 4) << 16) | word(bytes, fixed + 6);
    edns = readEdns(bytes, rdata, end, word(bytes, fixed + 2), ttl);
    if (edns === undefined) return 'malformed';
  }
  return edns;
}

/** The octet after the possibly compressed name at `start`; where a pointer leads is not looked at. */
function skipName(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; ) {
    const length = bytes[at] as number;
    if (length >= 0xc0) return at + 2;
    if (length > 63 || at - start > NAME_BYTES_MAX) return MALFORMED;
    at += 1 + length;
    if (length === 0) return at;
  }
  return MALFORMED;
}

function reject(
  bytes: Uint8Array,
  flags: number,
  rcode: number,
  question: MessageQuestion | undefined,
  edns: Edns | undefined,
): Rejection {
  return {
    kind: 'reject',
    id: word(bytes, 0),
    opcode: (flags >>> 11) & 15,
    recursionDesired: (flags & Flag.RECURSION_DESIRED) !== 0,
    checkingDisabled: (flags & Flag.CHECKING_DISABLED) !== 0,
    rcode,
    question,
    edns,
  };
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
