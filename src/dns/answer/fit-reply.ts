/**
 * Fits a reply into the size that its client can take. The OPT record always goes along; answers go before
 * everything else; TC says that an answer, or what the reply means nothing without, was left out, and only then.
 *
 *   header ▸ question ▸ answers ▸ authority ▸ additional ▸ OPT (its room is kept from the start)
 */
import { isPacked, type Records } from '../wire/address-rrset.ts';
import { Flag, type MessageQuestion } from '../wire/message.ts';
import type { Edns } from '../wire/question.ts';
import type { ResourceRecord } from '../wire/record.ts';
import { ednsBytes, type MessageWriter, Section } from '../wire/write-message.ts';
import { ednsReply } from './edns-reply.ts';
import type { Reply } from './respond.ts';

/** What of the query comes back in the header and the OPT of its reply. */
export interface Echo {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly question: MessageQuestion | undefined;
  readonly edns: Edns | undefined;
}

export interface Frame {
  readonly bytesMax: number;
  readonly compressing: boolean;
  readonly recursionAvailable: boolean;
}

/** Writes the reply; the result is at most `bytesMax` long. */
export function fitReply(
  writer: MessageWriter,
  echo: Echo,
  reply: Reply,
  frame: Frame,
): Uint8Array {
  const edns =
    echo.edns === undefined ? undefined : ednsReply(echo.edns, reply.rcode, reply.explanation);
  writer.begin(frame.bytesMax, frame.compressing);
  if (echo.question !== undefined) writer.question(echo.question);
  if (edns !== undefined) writer.limitBytes = frame.bytesMax - ednsBytes(edns);
  const truncated = writeSections(writer, reply) || reply.partial;
  if (edns !== undefined) {
    writer.limitBytes = frame.bytesMax;
    writer.edns(edns);
  }
  return writer.finish(echo.id, headerFlags(echo, reply, truncated, frame.recursionAvailable));
}

/** Returns whether the client has to be told that something is missing. */
function writeSections(writer: MessageWriter, reply: Reply): boolean {
  // RFC 2181 §9: a client that sees TC asks again over TCP, so there is no use in filling what room is left.
  if (!writeAnswers(writer, reply.answers)) return true;
  if (!writeAll(writer, Section.AUTHORITY, reply.authority) && reply.needsAuthority) return true;
  return !writeAll(writer, Section.ADDITIONAL, reply.additional) && reply.needsAdditional;
}

/** Writes answers until one does not fit, but one at least when any of them fits at all. */
function writeAnswers(writer: MessageWriter, answers: Records): boolean {
  if (isPacked(answers)) return writer.addresses(answers) === answers.count;
  let written = 0;
  for (const record of answers) {
    if (writer.record(Section.ANSWER, record)) written += 1;
    else if (written > 0) return false;
  }
  return written === answers.length;
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
  echo: Echo,
  reply: Reply,
  truncated: boolean,
  recursionAvailable: boolean,
): number {
  return (
    Flag.RESPONSE |
    (echo.opcode << 11) |
    (reply.authoritative ? Flag.AUTHORITATIVE : 0) |
    (truncated ? Flag.TRUNCATED : 0) |
    (echo.recursionDesired ? Flag.RECURSION_DESIRED : 0) |
    (recursionAvailable ? Flag.RECURSION_AVAILABLE : 0) |
    (reply.authenticData ? Flag.AUTHENTIC_DATA : 0) |
    (echo.checkingDisabled ? Flag.CHECKING_DISABLED : 0) |
    (reply.rcode & 15)
  );
}
