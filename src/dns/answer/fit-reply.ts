/**
 * Fits a reply into the size that its client can take. The OPT record always goes along; answers go before
 * everything else; TC says that an answer, or what the reply means nothing without, was left out, and only then.
 *
 *   header ▸ question ▸ answers ▸ authority ▸ additional ▸ OPT (its room is kept from the start, but for the
 *   explanation, which gets what is left)
 */
import { isPacked, type Records } from '../wire/address-rrset.ts';
import { Flag, type MessageQuestion } from '../wire/message.ts';
import type { Client, Edns } from '../wire/question.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { ExtendedError } from '../wire/types.ts';
import { type EdnsReply, ednsBytes, type MessageWriter, Section } from '../wire/write-message.ts';
import type { AskedOptions } from './edns/asked-options.ts';
import { encodeExplanation, explanationBytes } from './edns/extended-error.ts';
import { ednsReply } from './edns-reply.ts';
import type { Explanation } from './outcome.ts';
import type { Reply } from './respond.ts';

/** What of a query comes back in the header and the OPT of its reply. */
export interface EchoedHeader {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly edns: Edns | undefined;
}

/** A message that is replied to. */
export interface Received {
  readonly header: EchoedHeader;
  readonly question: MessageQuestion | undefined;
  /** Those of its EDNS options that are answered; undefined: none. */
  readonly asked: AskedOptions | undefined;
  readonly client: Client;
}

export interface Frame {
  readonly bytesMax: number;
  readonly compressing: boolean;
  readonly recursionAvailable: boolean;
  /** Answers of our own may be left out without TC, which is Consul's way. */
  readonly isSilent: boolean;
}

/** For a reply that nothing else explains. */
export const CUT: Explanation = Object.freeze({
  code: ExtendedError.OTHER,
  text: 'not all fit',
});

/** Leaves the reply with the writer, at most `bytesMax` long. @returns whether it has TC */
export function fitReply(
  writer: MessageWriter,
  { header, question, asked }: Received,
  reply: Reply,
  frame: Frame,
): boolean {
  const edns = header.edns === undefined ? undefined : ednsReply(header.edns, asked, reply);
  const isSilent = frame.isSilent && reply.isOwn;
  const write = (keptBytes: number): Written => {
    writer.begin(frame.bytesMax, frame.compressing);
    if (question !== undefined) writer.question(question);
    if (edns !== undefined) writer.limitBytes = frame.bytesMax - ednsBytes(edns) - keptBytes;
    return writeSections(writer, reply, isSilent);
  };
  let written = write(0);
  if (edns !== undefined) {
    const explanation = reply.explanation ?? (written.isWhole ? undefined : CUT);
    if (explanation !== undefined && !written.isWhole) {
      written = withRoom(write, written, explanationBytes(explanation));
    }
    writeEdns(writer, edns, explanation, frame.bytesMax);
  }
  const truncated = written.isCut || (reply.partial && !isSilent);
  writer.end(header.id, headerFlags(header, reply, truncated, frame.recursionAvailable));
  return truncated;
}

interface Written {
  readonly answers: number;
  /** Nothing was left out that the reply is about. */
  readonly isWhole: boolean;
  /** The client has to be told by TC. */
  readonly isCut: boolean;
}

/** A part of an answer is a part in any case: rather one record less than no word about it, but one is left. */
function withRoom(write: (keptBytes: number) => Written, first: Written, bytes: number): Written {
  if (first.answers < 2) return first;
  const second = write(bytes);
  return second.answers > 0 ? second : write(0);
}

/** RFC 8914 §3: an explanation takes what room is left. */
function writeEdns(
  writer: MessageWriter,
  edns: EdnsReply,
  explanation: Explanation | undefined,
  bytesMax: number,
): void {
  writer.limitBytes = bytesMax;
  if (explanation === undefined) {
    writer.edns(edns);
    return;
  }
  const option = encodeExplanation(explanation, bytesMax - writer.length - ednsBytes(edns));
  writer.edns(edns, option);
}

function writeSections(writer: MessageWriter, reply: Reply, isSilent: boolean): Written {
  const total = countOf(reply.answers);
  const missing = writeAnswers(writer, reply.answers);
  const answers = total - missing;
  // RFC 2181 §9: a client that sees TC asks again over TCP, so there is no use in filling what room is left. One
  // that would see nothing at all is told in any case: to it there would be no such record.
  if (missing > 0 && !(isSilent && answers > 0)) return { answers, isWhole: false, isCut: true };
  const lacks =
    (!writeAll(writer, Section.AUTHORITY, reply.authority) && reply.needsAuthority) ||
    (!writeAll(writer, Section.ADDITIONAL, reply.additional) && reply.needsAdditional);
  return { answers, isWhole: missing === 0 && !lacks, isCut: lacks };
}

/**
 * Writes answers until one does not fit, but one at least when any of them fits at all.
 * @returns how many are missing
 */
function writeAnswers(writer: MessageWriter, answers: Records): number {
  if (isPacked(answers)) return answers.count - writer.addresses(answers);
  let written = 0;
  for (const record of answers) {
    if (writer.record(Section.ANSWER, record)) written += 1;
    else if (written > 0) break;
  }
  return answers.length - written;
}

function countOf(answers: Records): number {
  return isPacked(answers) ? answers.count : answers.length;
}

function writeAll(
  writer: MessageWriter,
  section: Section,
  records: readonly ResourceRecord[],
): boolean {
  for (const record of records) {
    if (!writer.record(section, record)) return false;
  }
  return true;
}

function headerFlags(
  header: EchoedHeader,
  reply: Reply,
  truncated: boolean,
  recursionAvailable: boolean,
): number {
  return (
    Flag.RESPONSE |
    (header.opcode << 11) |
    (reply.authoritative ? Flag.AUTHORITATIVE : 0) |
    (truncated ? Flag.TRUNCATED : 0) |
    (header.recursionDesired ? Flag.RECURSION_DESIRED : 0) |
    (recursionAvailable ? Flag.RECURSION_AVAILABLE : 0) |
    (reply.authenticData ? Flag.AUTHENTIC_DATA : 0) |
    (header.checkingDisabled ? Flag.CHECKING_DISABLED : 0) |
    (reply.rcode & 15)
  );
}
