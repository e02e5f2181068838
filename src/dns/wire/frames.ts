/**
 * Messages on a byte stream, each after its length in two octets (RFC 1035 §4.2.2). Memory grows with what has
 * arrived, not with what a length promises; nothing is allocated for a stream that is silent.
 *
 *   +--------+--------+-----------------------+
 *   |  length (16)    |  message, length octets|
 *   +--------+--------+-----------------------+
 */

const LENGTH_BYTES = 2;
const FIRST_BYTES = 512;

/** The message with its length in front, as one piece: a separate write would be a packet of its own (RFC 7766 §8). */
export function encodeFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + message.length);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, LENGTH_BYTES);
  return frame;
}

/** Cuts a stream into messages. */
export class FrameReader {
  /** The first octet of a length whose second has not come yet. */
  #high: number | undefined;
  /** Octets that the current message has; undefined between messages. */
  #length: number | undefined;
  #message: Buffer = Buffer.alloc(0);
  #filled = 0;

  /** Whether a message has begun that has not ended. */
  get isPartial(): boolean {
    return this.#high !== undefined || this.#length !== undefined;
  }

  /** The messages that `chunk` completes; empty ones too. */
  *read(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#length === undefined) {
        this.#readLength(chunk[at] as number);
        at += 1;
      } else {
        at += this.#fill(this.#length, chunk, at);
      }
      if (this.#length === undefined || this.#filled < this.#length) continue;
      const message = this.#message.subarray(0, this.#length);
      this.#length = undefined;
      this.#message = Buffer.alloc(0);
      this.#filled = 0;
      yield message;
    }
  }

  #readLength(octet: number): void {
    if (this.#high === undefined) {
      this.#high = octet;
      return;
    }
    this.#length = (this.#high << 8) | octet;
    this.#high = undefined;
  }

  /** Takes what belongs to the current message; how many octets that were. */
  #fill(length: number, chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + length - this.#filled);
    const needed = this.#filled + part.length;
    if (needed > this.#message.length) {
      const grown = Buffer.allocUnsafe(
        Math.min(length, Math.max(needed, 2 * this.#message.length, FIRST_BYTES)),
      );
      grown.set(this.#message.subarray(0, this.#filled));
      this.#message = grown;
    }
    this.#message.set(part, this.#filled);
    this.#filled = needed;
    return part.length;
  }
}
