/**
 * The addresses of a service: nothing is encoded but the pool, which is the one that every other reply is drawn from.
 * How many go out is decided as `lookups/allowed.ts` and `fit-reply.ts` decide it, by numbers alone: all records are of
 * one size.
 */
import type { AddressPool } from '../../view/address-pool.ts';
import { HEADER_BYTES } from '../../wire/message.ts';
import { RecordClass } from '../../wire/types.ts';
import { explanationBytes } from '../edns/extended-error.ts';
import { LIMITED } from '../explanations.ts';
import { CUT } from '../fit-reply.ts';
import { answersMax } from '../reply-size.ts';
import { answerLimit, type CompiledAnswer, type Terms } from './compiled-answer.ts';
import { type PlacedReply, putWord } from './placed-reply.ts';

/** The owner is a pointer to the question. */
const RECORD_FIXED_BYTES = 12;
const POINTER_TO_QUESTION = 0xc000 | HEADER_BYTES;
const LIMITED_BYTES = explanationBytes(LIMITED);
const CUT_BYTES = explanationBytes(CUT);

export class CompiledAddresses implements CompiledAnswer {
  readonly octets = 0;
  readonly isNegative = false;
  readonly #pool: AddressPool;
  readonly #ttl: number;

  constructor(pool: AddressPool, ttl: number) {
    this.#pool = pool;
    this.#ttl = ttl;
  }

  get isStale(): boolean {
    return this.#pool.isStale;
  }

  write(reply: PlacedReply, terms: Terms): boolean {
    const available = Math.min(this.#pool.count, terms.addressLimit);
    const fitting = Math.min(available, answersMax(reply.bytesMax));
    const drawn = Math.min(fitting, answerLimit(reply, terms));
    const isOver = drawn < fitting;
    const isLimited = isOver || available < this.#pool.count;
    const order = this.#pool.draw(drawn, terms.random, undefined);
    const written = this.#choose(reply, drawn, isLimited);
    if (isLimited || written < drawn) {
      reply.explanation = isLimited ? LIMITED : CUT;
      reply.isTruncated = (isOver || written < drawn) && !terms.isSilent;
    }
    this.#writeRecords(reply, order, written);
    return true;
  }

  /** How many of those drawn go out: what fits, and with EDNS one less rather than no word about the others. */
  #choose({ at, limit, hasEdns }: PlacedReply, drawn: number, isLimited: boolean): number {
    const each = RECORD_FIXED_BYTES + this.#pool.octetsEach;
    const fitting = Math.floor((limit - at) / each);
    if (fitting >= drawn) return drawn;
    if (!hasEdns || fitting < 2) return fitting;
    return Math.floor((limit - at - (isLimited ? LIMITED_BYTES : CUT_BYTES)) / each) || fitting;
  }

  #writeRecords(reply: PlacedReply, order: Uint32Array | undefined, count: number): void {
    const { bytes } = reply;
    const { type, octets, octetsEach } = this.#pool;
    const ttl = this.#ttl;
    let at = reply.at;
    for (let place = 0; place < count; place++) {
      putWord(bytes, at, POINTER_TO_QUESTION);
      putWord(bytes, at + 2, type);
      putWord(bytes, at + 4, RecordClass.IN);
      putWord(bytes, at + 6, ttl >>> 16);
      putWord(bytes, at + 8, ttl & 0xffff);
      putWord(bytes, at + 10, octetsEach);
      at += RECORD_FIXED_BYTES;
      const from = (order === undefined ? place : (order[place] as number)) * octetsEach;
      for (let octet = 0; octet < octetsEach; octet++) bytes[at++] = octets[from + octet] as number;
    }
    reply.at = at;
    reply.answers = count;
  }
}
