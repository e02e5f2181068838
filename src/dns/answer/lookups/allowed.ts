/** How many records of instances may be answered, by the settings and by what the client can take. */
import type { AnswerOptions } from '../../options.ts';
import type { Basis } from '../basis.ts';
import type { Asked, CatalogContext } from '../catalog-context.ts';
import { LIMITED } from '../explanations.ts';
import type { Answer, Explanation } from '../outcome.ts';
import { isPlainUdp } from '../reply-size.ts';

export interface Allowed {
  /** One more than fit at the most, so that it is noticed when something is left out. */
  readonly count: number;
  /** The client is to be told by TC as well. */
  readonly partial: boolean;
  readonly explanation: Explanation | undefined;
}

/** Most instances in an answer of addresses. */
export function addressLimit({ aRecordLimit }: AnswerOptions): number {
  return aRecordLimit === 0 ? Number.POSITIVE_INFINITY : aRecordLimit;
}

/** Most answers to a client that speaks plain UDP. */
export function plainUdpLimit({ udpAnswerLimit }: AnswerOptions): number {
  return udpAnswerLimit === 0 ? Number.POSITIVE_INFINITY : udpAnswerLimit;
}

/** For addresses, which have a limit of their own. */
export function allowed(context: CatalogContext, asked: Asked, available: number): Allowed {
  const aRecordLimit = addressLimit(context.settings.answer);
  if (available <= aRecordLimit) return allowedOverUdp(context, asked, available);
  const setting = 'dns_config.a_record_limit';
  asked.query.trace?.steps.push({ kind: 'limit', setting, most: aRecordLimit, of: available });
  return { ...allowedOverUdp(context, asked, aRecordLimit), explanation: LIMITED };
}

export function allowedOverUdp(
  { settings }: CatalogContext,
  { question, query, answersMax }: Asked,
  available: number,
): Allowed {
  const udpAnswerLimit = plainUdpLimit(settings.answer);
  const count = Math.min(available, answersMax);
  if (count <= udpAnswerLimit || !isPlainUdp(query.client, question.edns)) {
    return { count, partial: false, explanation: undefined };
  }
  const setting = 'dns_config.udp_answer_limit';
  query.trace?.steps.push({ kind: 'limit', setting, most: udpAnswerLimit, of: available });
  return { count: udpAnswerLimit, partial: true, explanation: LIMITED };
}

/** The answer with what else there is to say of it. */
export function answerOf(
  answers: Answer['answers'],
  { partial, explanation }: Allowed,
  subnetScope: number | undefined,
  basis: Basis | undefined,
): Answer {
  const answer = {
    kind: 'answer',
    answers,
    authority: [],
    additional: [],
    authoritative: true,
    partial,
    basis,
  } as const;
  // Rarely is there more to say, and then it is worth a second object.
  if (explanation === undefined && subnetScope === undefined) return answer;
  return {
    ...answer,
    ...(explanation === undefined ? {} : { explanation }),
    ...(subnetScope === undefined ? {} : { subnetScope }),
  };
}
