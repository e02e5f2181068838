/**
 * Compiled answers by the octets of their question: open addressing over a hash that the reader of the query has made,
 * keys compared octet by octet, nothing made for a look-up. Bounded by octets: what is added pushes out whatever a hand
 * that goes round the table comes to, and what is stale goes wherever it is met.
 *
 *   slot: hash (32) | where the name is (32) | octets of the name (16) type (16); the last is 0 where a slot is free
 */
import { HEADER_BYTES } from '../../wire/message.ts';
import type { CompiledAnswer } from './compiled-answer.ts';
import { KeyArena } from './key-arena.ts';
import type { PlainQuery } from './plain-query.ts';

const SLOTS_MIN = 1024;
/** Words of a slot: a power of two, so that none lies across two lines of the cache. */
const SLOT_WORDS = 4;
const KEY_AT = 1;
const KIND = 2;
/** Slots that the hand looks at for each answer that is added: what is stale is gone before the table has doubled. */
const SLOTS_SWEPT = 4;
/** Of an answer, beside what it has encoded: its objects, its slots, and what it keeps alive. */
const ANSWER_OVERHEAD_OCTETS = 300;

export class AnswerTable {
  readonly #octetsMax: number;
  #slots = new Int32Array(SLOTS_MIN * SLOT_WORDS);
  #answers: (CompiledAnswer | undefined)[] = emptySlots(SLOTS_MIN);
  #keys = new KeyArena();
  /** Octets of the names in use. */
  #keyOctets = 0;
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
    const slots = this.#slots;
    const mask = this.#answers.length - 1;
    const { bytes, hash, nameEnd } = query;
    const nameStart = query.start + HEADER_BYTES;
    const kind = kindOf(query);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slot * SLOT_WORDS;
      const found = slots[word + KIND];
      if (found === 0) return undefined;
      if (slots[word] !== hash || found !== kind) continue;
      if (!this.#keys.isSame(slots[word + KEY_AT] as number, bytes, nameStart, nameEnd)) continue;
      const answer = this.#answers[slot] as CompiledAnswer;
      if (!answer.isStale) return answer;
      this.#remove(slot);
      return undefined;
    }
  }

  /** Adds the answer to a query that was just read and has none. */
  add(query: PlainQuery, answer: CompiledAnswer): void {
    const start = query.start + HEADER_BYTES;
    const keyOctets = query.nameEnd - start;
    const octets = octetsOf(answer, keyOctets);
    if (octets > this.#octetsMax) return;
    for (let swept = 0; swept < SLOTS_SWEPT; swept++) this.#sweep(false);
    while (this.#octets + octets > this.#octetsMax) this.#sweep(true);
    if (2 * (this.#count + 1) > this.#answers.length) this.#grow();
    if (!this.#keys.hasRoom(keyOctets)) this.#moveKeys(keyOctets);
    const slot = this.#freeSlot(query.hash);
    const word = slot * SLOT_WORDS;
    this.#slots[word] = query.hash;
    this.#slots[word + KEY_AT] = this.#keys.add(query.bytes, start, query.nameEnd);
    this.#slots[word + KIND] = kindOf(query);
    this.#answers[slot] = answer;
    this.#count += 1;
    this.#octets += octets;
    this.#keyOctets += keyOctets;
  }

  clear(): void {
    this.#slots = new Int32Array(SLOTS_MIN * SLOT_WORDS);
    this.#answers = emptySlots(SLOTS_MIN);
    this.#keys = new KeyArena();
    this.#keyOctets = 0;
    this.#count = 0;
    this.#octets = 0;
    this.#hand = 0;
  }

  /** Moves the hand by one slot; what is there goes when it is stale, or in any case. */
  #sweep(isAny: boolean): void {
    const slot = this.#hand & (this.#answers.length - 1);
    const answer = this.#answers[slot];
    // Another may have moved into a slot that was cleared: it is looked at next.
    if (answer !== undefined && (isAny || answer.isStale)) this.#remove(slot);
    else this.#hand = slot + 1;
  }

  #freeSlot(hash: number): number {
    const mask = this.#answers.length - 1;
    let slot = hash & mask;
    while (this.#answers[slot] !== undefined) slot = (slot + 1) & mask;
    return slot;
  }

  /** Closes the gap: no answer may be behind a free slot on the way from where its hash begins. */
  #remove(slot: number): void {
    const mask = this.#answers.length - 1;
    const keyOctets = this.#keyOctetsAt(slot);
    this.#count -= 1;
    this.#octets -= octetsOf(this.#answers[slot] as CompiledAnswer, keyOctets);
    this.#keyOctets -= keyOctets;
    let gap = slot;
    for (let at = (slot + 1) & mask; this.#answers[at] !== undefined; at = (at + 1) & mask) {
      const hash = this.#slots[at * SLOT_WORDS] as number;
      if (((at - hash) & mask) < ((at - gap) & mask)) continue;
      this.#slots.copyWithin(gap * SLOT_WORDS, at * SLOT_WORDS, (at + 1) * SLOT_WORDS);
      this.#answers[gap] = this.#answers[at];
      gap = at;
    }
    this.#slots[gap * SLOT_WORDS + KIND] = 0;
    this.#answers[gap] = undefined;
  }

  #grow(): void {
    const slots = this.#slots;
    const answers = this.#answers;
    this.#slots = new Int32Array(2 * slots.length);
    this.#answers = emptySlots(2 * answers.length);
    for (const [from, answer] of answers.entries()) {
      if (answer === undefined) continue;
      const word = from * SLOT_WORDS;
      const slot = this.#freeSlot(slots[word] as number);
      this.#slots.set(slots.subarray(word, word + SLOT_WORDS), slot * SLOT_WORDS);
      this.#answers[slot] = answer;
    }
  }

  /** Leaves behind the names that are not in use, to have room for so many octets. */
  #moveKeys(room: number): void {
    const keys = this.#keys.successor(this.#keyOctets + room);
    for (const [slot, answer] of this.#answers.entries()) {
      if (answer === undefined) continue;
      const word = slot * SLOT_WORDS + KEY_AT;
      const at = this.#slots[word] as number;
      this.#slots[word] = keys.move(this.#keys, at, this.#keyOctetsAt(slot));
    }
    this.#keys = keys;
  }

  #keyOctetsAt(slot: number): number {
    return (this.#slots[slot * SLOT_WORDS + KIND] as number) >>> 16;
  }
}

/** Octets of the name, and the type asked for: never 0, for a name has an octet at least. */
function kindOf({ start, nameEnd, type }: PlainQuery): number {
  return ((nameEnd - start - HEADER_BYTES) << 16) | type;
}

function emptySlots(count: number): undefined[] {
  return new Array<undefined>(count).fill(undefined);
}

function octetsOf({ octets }: CompiledAnswer, keyOctets: number): number {
  return octets + keyOctets + ANSWER_OVERHEAD_OCTETS;
}
