/**
 * Compiled answers by the octets of their question: open addressing over a hash that the reader of the query has made,
 * keys compared octet by octet, nothing made for a look-up. Bounded by octets: what is added pushes out whatever a hand
 * that goes round the table comes to, and what is stale goes wherever it is met.
 */
import { LOWER } from '../../wire/lower-octets.ts';
import { HEADER_BYTES } from '../../wire/message.ts';
import type { CompiledAnswer } from './compiled-answer.ts';
import type { PlainQuery } from './plain-query.ts';

const SLOTS_MIN = 1024;
/** Slots that the hand looks at for each answer that is added: what is stale is gone before the table has doubled. */
const SLOTS_SWEPT = 4;
/** Of an answer, beside what it has encoded: its objects, its slots, and what it keeps alive. */
const ANSWER_OVERHEAD_OCTETS = 400;

export class AnswerTable {
  readonly #octetsMax: number;
  #hashes = new Int32Array(SLOTS_MIN);
  #answers: (CompiledAnswer | undefined)[] = emptySlots(SLOTS_MIN);
  #count = 0;
  #octets = 0;
  #hand = 0;

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  get count(): number {
    return this.#count;
  }

  /** Of all answers, about. */
  get octets(): number {
    return this.#octets;
  }

  /** The answer to a query that was just read; one that is stale is not found again. */
  find(query: PlainQuery): CompiledAnswer | undefined {
    const answers = this.#answers;
    const mask = answers.length - 1;
    for (let slot = query.hash & mask; ; slot = (slot + 1) & mask) {
      const answer = answers[slot];
      if (answer === undefined) return undefined;
      if (this.#hashes[slot] !== query.hash || !isAskedBy(answer, query)) continue;
      if (!answer.isStale) return answer;
      this.#remove(slot);
      return undefined;
    }
  }

  /** Adds an answer to a question that has none. */
  add(hash: number, answer: CompiledAnswer): void {
    const octets = octetsOf(answer);
    if (octets > this.#octetsMax) return;
    for (let swept = 0; swept < SLOTS_SWEPT; swept++) this.#sweep(false);
    while (this.#octets + octets > this.#octetsMax) this.#sweep(true);
    if (2 * (this.#count + 1) > this.#answers.length) this.#grow();
    this.#place(hash, answer);
    this.#count += 1;
    this.#octets += octets;
  }

  clear(): void {
    this.#hashes = new Int32Array(SLOTS_MIN);
    this.#answers = emptySlots(SLOTS_MIN);
    this.#count = 0;
    this.#octets = 0;
    this.#hand = 0;
  }

  /** Moves the hand by one slot; what is there goes when it is stale, or in any case. */
  #sweep(isAny: boolean): void {
    const slot = this.#hand & (this.#answers.length - 1);
    const answer = this.#answers[slot];
    // Something else may have moved into a slot that was cleared: it is looked at next.
    if (answer !== undefined && (isAny || answer.isStale)) this.#remove(slot);
    else this.#hand = slot + 1;
  }

  #place(hash: number, answer: CompiledAnswer): void {
    const mask = this.#answers.length - 1;
    let slot = hash & mask;
    while (this.#answers[slot] !== undefined) slot = (slot + 1) & mask;
    this.#hashes[slot] = hash;
    this.#answers[slot] = answer;
  }

  /** Closes the gap: no answer may be behind an empty slot on the way from where its hash begins. */
  #remove(slot: number): void {
    const answers = this.#answers;
    const mask = answers.length - 1;
    this.#count -= 1;
    this.#octets -= octetsOf(answers[slot] as CompiledAnswer);
    let gap = slot;
    for (let at = (slot + 1) & mask; answers[at] !== undefined; at = (at + 1) & mask) {
      const hash = this.#hashes[at] as number;
      if (((at - hash) & mask) < ((at - gap) & mask)) continue;
      answers[gap] = answers[at];
      this.#hashes[gap] = hash;
      gap = at;
    }
    answers[gap] = undefined;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const answers = this.#answers;
    this.#hashes = new Int32Array(2 * answers.length);
    this.#answers = emptySlots(2 * answers.length);
    for (const [slot, answer] of answers.entries()) {
      if (answer !== undefined) this.#place(hashes[slot] as number, answer);
    }
  }
}

function emptySlots(count: number): undefined[] {
  return new Array<undefined>(count).fill(undefined);
}

function octetsOf({ octets }: CompiledAnswer): number {
  return octets + ANSWER_OVERHEAD_OCTETS;
}

function isAskedBy({ key, type }: CompiledAnswer, query: PlainQuery): boolean {
  const { bytes } = query;
  const start = query.start + HEADER_BYTES;
  if (type !== query.type || key.length !== query.nameEnd - start) return false;
  for (let at = 0; at < key.length; at++) {
    if (LOWER[bytes[start + at] as number] !== key[at]) return false;
  }
  return true;
}
