/**
 * A token bucket for each of many flows, in a table of fixed size: nothing is allocated after it was made. A flow is
 * known by a keyed hash alone. Flows of one set that do not all fit share: a newcomer takes over the fullest bucket of
 * its set with what is in it, so that a flood of new flows neither empties the table nor frees who is over the limit.
 *
 *   low word of the hash ─▶ set of 8 slots;  slot: high word of the hash | tokens | time of the last take | limited
 */

const WAYS = 8;
/** Tokens are thousandths of a reply: what flows in in a millisecond is then the rate itself. */
const REPLY_TOKENS = 1000;

export class FlowTable {
  readonly #sets: number;
  readonly #tags: Int32Array;
  readonly #tokens: Float64Array;
  readonly #takenAt: Uint32Array;
  readonly #limited: Uint16Array;

  /** `slots` is a power of two, 8 at least. */
  constructor(slots: number) {
    this.#sets = slots / WAYS;
    this.#tags = new Int32Array(slots);
    // A bucket that nobody has used is full, whatever the rate will be.
    this.#tokens = new Float64Array(slots).fill(Number.POSITIVE_INFINITY);
    this.#takenAt = new Uint32Array(slots);
    this.#limited = new Uint16Array(slots);
  }

  get bytes(): number {
    const arrays = [this.#tags, this.#tokens, this.#takenAt, this.#limited];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /**
   * The slot of the flow with this hash, refilled up to now. Good until the next call; `nowMs` is a whole number of
   * milliseconds that never goes back.
   */
  slotOf(low: number, high: number, nowMs: number, perSecond: number): number {
    const first = (low & (this.#sets - 1)) * WAYS;
    let slot = -1;
    let fullest = -1;
    for (let at = first; at < first + WAYS; at++) {
      if (this.#tags[at] === high) {
        slot = at;
        break;
      }
      const tokens = this.#refilled(at, nowMs, perSecond);
      if (tokens > fullest) {
        fullest = tokens;
        slot = at;
      }
    }
    this.#tokens[slot] = this.#refilled(slot, nowMs, perSecond);
    this.#takenAt[slot] = nowMs;
    this.#tags[slot] = high;
    return slot;
  }

  /** Takes what one reply costs; false when there is not that much. */
  take(slot: number): boolean {
    const tokens = this.#tokens[slot] as number;
    if (tokens < REPLY_TOKENS) return false;
    this.#tokens[slot] = tokens - REPLY_TOKENS;
    return true;
  }

  /** Whether this limited reply is an `every`th one; 0: none is. */
  countLimited(slot: number, every: number): boolean {
    if (every === 0) return false;
    const limited = (this.#limited[slot] as number) + 1;
    this.#limited[slot] = limited >= every ? 0 : limited;
    return limited >= every;
  }

  /** Tokens at `nowMs`; one second's worth at most. */
  #refilled(slot: number, nowMs: number, perSecond: number): number {
    const elapsedMs = (nowMs - (this.#takenAt[slot] as number)) >>> 0;
    const tokens = (this.#tokens[slot] as number) + elapsedMs * perSecond;
    return Math.min(tokens, perSecond * REPLY_TOKENS);
  }
}
