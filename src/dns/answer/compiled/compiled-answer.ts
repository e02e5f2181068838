/** What is kept to answer a question by, and what it is written with. A kind of answer is a file of its own. */
import type { Random } from '../../../runtime/index.ts';
import { isPlainSize } from '../reply-size.ts';
import type { ZoneSoa } from '../soa.ts';
import type { PlacedReply } from './placed-reply.ts';

/** What the settings say of every answer, as they are at this moment. */
export interface Terms {
  readonly random: Random;
  readonly soa: ZoneSoa;
  /** Most addresses in an answer. */
  readonly addressLimit: number;
  /** Most answers to plain UDP. */
  readonly plainUdpLimit: number;
  /** Answers may be left out without TC. */
  readonly isSilent: boolean;
}

export interface CompiledAnswer {
  /** Of what is encoded. */
  readonly octets: number;
  /** NOERROR without an answer. */
  readonly isNegative: boolean;
  /** What it was made from has changed. */
  readonly isStale: boolean;
  /**
   * Writes the records, those of an answer drawn anew, and says what there is to say by TC and explanation. False, with
   * nothing drawn, when this reply is better made the generic way.
   */
  write(reply: PlacedReply, terms: Terms): boolean;
}

/** Most answers that the settings let go to a client. */
export function answerLimit({ payloadBytes }: PlacedReply, { plainUdpLimit }: Terms): number {
  return isPlainSize(payloadBytes) ? plainUdpLimit : Number.POSITIVE_INFINITY;
}
