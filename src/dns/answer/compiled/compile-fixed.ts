/** Writes the records of an answer that is the same for everyone, once, as they go out each time. */

import { isPacked } from '../../wire/address-rrset.ts';
import { RecordType } from '../../wire/types.ts';
import { type MessageWriter, Section } from '../../wire/write-message.ts';
import type { Basis } from '../basis.ts';
import { explanationBytes } from '../edns/extended-error.ts';
import { PLAIN_UDP_BYTES } from '../reply-size.ts';
import type { Reply } from '../respond.ts';
import { CompiledFixed, SERIAL_FROM_END } from './compiled-fixed.ts';
import { OPT_BYTES_MAX } from './placed-reply.ts';

/** Undefined when it does not fit into the smallest reply with all that may go along: then the size decides. */
export function compileFixed(
  { question, from }: Basis,
  reply: Reply,
  writer: MessageWriter,
): CompiledFixed | undefined {
  const { answers, authority, additional, explanation, isNegative } = reply;
  if (isPacked(answers)) return undefined;
  const explained = explanation === undefined ? 0 : explanationBytes(explanation);
  writer.begin(PLAIN_UDP_BYTES - OPT_BYTES_MAX - explained);
  writer.question(question);
  const start = writer.length;
  let soa: { record: (typeof authority)[number]; serialAt: number } | undefined;
  for (const record of answers) if (!writer.record(Section.ANSWER, record)) return undefined;
  for (const record of authority) {
    if (!writer.record(Section.AUTHORITY, record)) return undefined;
    if (record.type === RecordType.SOA) {
      soa = { record, serialAt: writer.length - start - SERIAL_FROM_END };
    }
  }
  for (const record of additional) if (!writer.record(Section.ADDITIONAL, record)) return undefined;
  const records = new Uint8Array(writer.length - start);
  writer.copyTo(records, 0, start);
  const counts = [answers.length, authority.length, additional.length] as const;
  const parts = { from, isNegative, records, counts, explanation, soa };
  return new CompiledFixed(parts);
}
