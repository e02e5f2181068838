/**
 * The octets of a body as they arrive. A body sent an octet at a time would be as many buffers, each some hundred
 * octets large: from the second piece on they are put into one that doubles.
 */

const NONE = Buffer.alloc(0);
/** A client may announce more than it sends: so much of it is believed. */
const BELIEVED_BYTES_MAX = 1 << 20;

export class BodyOctets {
  #octets: Buffer = NONE;
  #length = 0;
  readonly #expected: number;

  /** `announced` is how many there will be, as the client says; 0: unknown. */
  constructor(announced: number) {
    this.#expected = Math.min(announced, BELIEVED_BYTES_MAX);
  }

  get length(): number {
    return this.#length;
  }

  /** `piece` is not copied when it is the only one, and must not be changed. */
  add(piece: Buffer): void {
    const before = this.#length;
    this.#length += piece.length;
    if (before === 0) {
      this.#octets = piece;
      return;
    }
    if (this.#length > this.#octets.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * before, this.#expected));
      this.#octets.copy(larger, 0, 0, before);
      this.#octets = larger;
    }
    piece.copy(this.#octets, before);
  }

  whole(): Buffer {
    return this.#octets.subarray(0, this.#length);
  }
}
