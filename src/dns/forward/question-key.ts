/** What makes two questions to upstreams the same one. */
import type { Question } from '../wire/question.ts';

/** Case apart, so that a loop through a resolver that mixes case (0x20) meets itself. */
export function questionKey(question: Question): string {
  const { lowerName, type, class: asked, edns, authenticData, checkingDisabled } = question;
  const bits =
    (edns?.dnssecOk === true ? 4 : 0) + (authenticData ? 2 : 0) + (checkingDisabled ? 1 : 0);
  return String.fromCharCode(type, asked, bits) + lowerName;
}
