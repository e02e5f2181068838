/**
 * SipHash-2-4 with a key of 128 bits (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). What it makes cannot be
 * aimed at or forged without the key. In halves of 32 bits, for BigInt would allocate on every step. Knows nothing of
 * what is hashed.
 */

export const KEY_BYTES = 16;

export class SipHash {
  readonly #key: Int32Array;
  /** The last digest. As octets it is these two words, each with its least octet first. */
  low = 0;
  high = 0;

  /** `key` is KEY_BYTES long. */
  constructor(key: Uint8Array) {
    this.#key = Int32Array.from([0, 4, 8, 12], (at) => wordAt(key, at));
  }

  /** Hashes the first `length` octets. */
  digest(bytes: Uint8Array, length: number): void {
    const [k0l, k0h, k1l, k1h] = this.#key as unknown as [number, number, number, number];
    let v0l = k0l ^ 0x70736575;
    let v0h = k0h ^ 0x736f6d65;
    let v1l = k1l ^ 0x6e646f6d;
    let v1h = k1h ^ 0x646f7261;
    let v2l = k0l ^ 0x6e657261;
    let v2h = k0h ^ 0x6c796765;
    let v3l = k1l ^ 0x79746573;
    let v3h = k1h ^ 0x74656462;
    const blocks = length >>> 3;
    // Whole blocks, then the rest with the length in its last octet, then the finalization.
    for (let block = 0; block <= blocks + 1; block++) {
      const isFinal = block > blocks;
      let ml = 0;
      let mh = 0;
      if (block < blocks) {
        ml = wordAt(bytes, block * 8);
        mh = wordAt(bytes, block * 8 + 4);
      } else if (!isFinal) {
        ml = partAt(bytes, block * 8, length);
        mh = partAt(bytes, block * 8 + 4, length) | (length << 24);
      } else {
        v2l ^= 0xff;
      }
      v3l ^= ml;
      v3h ^= mh;
      for (let round = isFinal ? 4 : 2; round > 0; round--) {
        let sum = (v0l >>> 0) + (v1l >>> 0);
        v0h = (v0h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v0l = sum | 0;
        let kept = v1l;
        v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
        v1h = ((v1h << 13) | (kept >>> 19)) ^ v0h;
        kept = v0l;
        v0l = v0h;
        v0h = kept;

        sum = (v2l >>> 0) + (v3l >>> 0);
        v2h = (v2h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v2l = sum | 0;
        kept = v3l;
        v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
        v3h = ((v3h << 16) | (kept >>> 16)) ^ v2h;

        sum = (v0l >>> 0) + (v3l >>> 0);
        v0h = (v0h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v0l = sum | 0;
        kept = v3l;
        v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
        v3h = ((v3h << 21) | (kept >>> 11)) ^ v0h;

        sum = (v2l >>> 0) + (v1l >>> 0);
        v2h = (v2h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v2l = sum | 0;
        kept = v1l;
        v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
        v1h = ((v1h << 17) | (kept >>> 15)) ^ v2h;
        kept = v2l;
        v2l = v2h;
        v2h = kept;
      }
      v0l ^= ml;
      v0h ^= mh;
    }
    this.low = v0l ^ v1l ^ v2l ^ v3l;
    this.high = v0h ^ v1h ^ v2h ^ v3h;
  }
}

/** The word at `at`, its least octet first. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** As much of a word as there is before `end`. */
function partAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let octet = 0; octet < 4 && at + octet < end; octet++) {
    word |= (bytes[at + octet] as number) << (8 * octet);
  }
  return word;
}
