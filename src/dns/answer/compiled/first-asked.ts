/**
 * Which questions were asked before, by their hash: a bit each, so some that were not are taken for such. Where very many
 * names are asked for once, compiling an answer to each would cost more than it ever gives back.
 */
const BITS = 2 ** 22;
/** Fuller than this it would know too many that it has never seen; then it begins anew. */
const NOTED_MAX = BITS / 4;

export class FirstAsked {
  readonly #bits = new Uint8Array(BITS / 8);
  #noted = 0;

  /** False the first time, which is noted. */
  wasAsked(hash: number): boolean {
    const bit = hash & (BITS - 1);
    const at = bit >>> 3;
    const mask = 1 << (bit & 7);
    const octet = this.#bits[at] as number;
    if ((octet & mask) !== 0) return true;
    if (this.#noted === NOTED_MAX) {
      this.#bits.fill(0);
      this.#noted = 0;
    }
    this.#bits[at] = (this.#bits[at] as number) | mask;
    this.#noted += 1;
    return false;
  }
}
