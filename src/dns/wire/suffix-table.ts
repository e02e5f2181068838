/**
 * Which names already stand in the message being written, for compression (RFC 1035 §4.1.4): every suffix that
 * begins at an offset a pointer can reach, found by a hash of its lower-cased octets and then compared in the
 * message itself. Open addressing over fixed arrays: nothing is allocated for a message, and a full table only
 * means that later names compress less.
 */
import { LOWER } from './lower-octets.ts';
import { NAME_BYTES_MAX } from './name.ts';

/** A pointer has fourteen bits. */
const POINTER_TARGET_END = 0x4000;
const SLOTS = 4096;
const ENTRIES_MAX = SLOTS / 2;

export class SuffixTable {
  readonly #message: Uint8Array;
  readonly #hashes = new Int32Array(SLOTS);
  /** Offset of the suffix in the message; 0, which is in the header, marks a free slot. */
  readonly #offsets = new Uint16Array(SLOTS);
  /** Slots in the order they were taken, so that the newest can be given back. */
  readonly #taken = new Uint16Array(ENTRIES_MAX);
  #count = 0;
  /** Of the name at hand: where each label begins, and the hash of the suffix from there. */
  readonly #labelAt = new Uint32Array(NAME_BYTES_MAX);
  readonly #labelHash = new Int32Array(NAME_BYTES_MAX);

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  /** How many suffixes are known: what `forgetSince` takes. */
  get count(): number {
    return this.#count;
  }

  /** Forgets every suffix after the first `count`, newest first, which leaves the probe chains whole. */
  forgetSince(count: number): void {
    while (this.#count > count) {
      this.#count -= 1;
      this.#offsets[this.#taken[this.#count] as number] = 0;
    }
  }

  /**
   * Takes the uncompressed name at `start` of the message, remembers its new suffixes, and when `mayPoint`
   * replaces the longest known one by a pointer. Returns the octet after the name.
   */
  compress(start: number, mayPoint: boolean): number {
    const labels = this.#hashSuffixes(start);
    const end = (this.#labelAt[labels] as number) + 1;
    for (let label = 0; label < labels; label++) {
      const at = this.#labelAt[label] as number;
      const known = this.#find(this.#labelHash[label] as number, at);
      if (known === 0) continue;
      this.#remember(label);
      if (!mayPoint) return end;
      this.#message[at] = 0xc0 | (known >>> 8);
      this.#message[at + 1] = known & 0xff;
      return at + 2;
    }
    this.#remember(labels);
    return end;
  }

  /** Fills `#labelAt` (the root's offset last) and `#labelHash`; the number of labels without the root. */
  #hashSuffixes(start: number): number {
    const message = this.#message;
    let labels = 0;
    let at = start;
    for (let length = message[at] as number; length !== 0; length = message[at] as number) {
      this.#labelAt[labels++] = at;
      at += 1 + length;
    }
    this.#labelAt[labels] = at;
    let hash = 0;
    for (let label = labels - 1; label >= 0; label--) {
      const first = this.#labelAt[label] as number;
      for (let octet = (this.#labelAt[label + 1] as number) - 1; octet >= first; octet--) {
        hash = (Math.imul(hash, 31) + (LOWER[message[octet] as number] as number)) | 0;
      }
      this.#labelHash[label] = hash;
    }
    return labels;
  }

  /** The offset of a name equal to the uncompressed one at `at`, or 0. */
  #find(hash: number, at: number): number {
    for (let slot = spread(hash); ; slot = (slot + 1) % SLOTS) {
      const offset = this.#offsets[slot] as number;
      if (offset === 0) return 0;
      if (this.#hashes[slot] === hash && this.#isSame(offset, at)) return offset;
    }
  }

  /** Compares the written name at `known`, which may hold pointers, with the uncompressed one at `at`. */
  #isSame(known: number, at: number): boolean {
    const message = this.#message;
    let left = known;
    let right = at;
    for (;;) {
      let length = message[left] as number;
      while (length >= 0xc0) {
        left = ((length & 0x3f) << 8) | (message[left + 1] as number);
        length = message[left] as number;
      }
      if (length !== message[right]) return false;
      if (length === 0) return true;
      for (let octet = 1; octet <= length; octet++) {
        // RFC 4343 §3: letters compare without case, every other octet as it is.
        if (LOWER[message[left + octet] as number] !== LOWER[message[right + octet] as number]) {
          return false;
        }
      }
      left += 1 + length;
      right += 1 + length;
    }
  }

  /** Remembers the suffixes that begin at the first `labels` labels of the name at hand. */
  #remember(labels: number): void {
    for (let label = 0; label < labels; label++) {
      const offset = this.#labelAt[label] as number;
      if (offset >= POINTER_TARGET_END || this.#count === ENTRIES_MAX) return;
      const hash = this.#labelHash[label] as number;
      let slot = spread(hash);
      while (this.#offsets[slot] !== 0) slot = (slot + 1) % SLOTS;
      this.#hashes[slot] = hash;
      this.#offsets[slot] = offset;
      this.#taken[this.#count++] = slot;
    }
  }
}

/** The slot where the search for `hash` begins. */
function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
